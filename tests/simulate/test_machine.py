from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from lineage.simulate.facts import SECOND, Account, FileCreate, Host, ProcessEnd, ProcessStart
from lineage.simulate.machine import SCRIPT_PART_CHARACTERS, Machine

if TYPE_CHECKING:
    from lineage.simulate.machine import Activity

IMAGE = "C:\\a.exe"


def machine() -> Machine:
    host = Host("PC-1", "corp.example", "CORP", "0" * 32, "01234567")
    return Machine(host, Account("CORP", "ann", "S-1-5-21-1-2-3-1001"), Random(1), 0)


def test_activities_take_turns_in_order_of_time() -> None:
    m = machine()
    root = m.start(None, IMAGE)

    def tick(name: str, seconds: float) -> Activity:
        for _ in range(3):
            yield seconds
            m.write(root, name)

    m.begin(tick("slow", 10))
    m.begin(tick("fast", 4))
    paths = [fact.path for fact in m.run() if isinstance(fact, FileCreate)]
    assert paths == ["fast", "fast", "slow", "fast", "slow", "slow"]


def test_an_activity_ends_with_its_boot_unless_it_survives() -> None:
    m = machine()

    def write(path: str) -> Activity:
        root = m.start(None, IMAGE)
        yield 5
        m.write(root, path)

    def reboot() -> Activity:
        yield 2
        m.power_off()

    m.begin(write("lost"))
    m.begin(write("kept"), survives_reboot=True)
    m.begin(reboot(), survives_reboot=True)
    assert [fact.path for fact in m.run() if isinstance(fact, FileCreate)] == ["kept"]


def test_a_living_process_keeps_its_pid_to_itself() -> None:
    m = machine()
    alive: set[int] = set()
    reused = 0

    def life() -> Activity:
        for _ in range(500):
            process = m.start(None, IMAGE)
            assert process.pid not in alive
            alive.add(process.pid)
            yield 1
            if m.random.random() < 0.8:
                m.exit(process)
                alive.discard(process.pid)

    m.begin(life())
    seen: set[int] = set()
    for fact in m.run():
        reused += fact.process.pid in seen
        seen.add(fact.process.pid)
    assert reused > 20


def test_a_process_expires_after_its_lifetime() -> None:
    m = machine()
    process = m.start(None, IMAGE, lifetime=3)
    facts = list(m.run())
    assert process.ended
    assert m.now >= 3 * SECOND
    assert [type(fact) for fact in facts] == [ProcessStart, ProcessEnd]


def test_a_copy_has_the_original_s_hashes() -> None:
    m = machine()
    m.place("C:\\copy.exe", m.binary(IMAGE))
    assert m.start(None, "c:\\COPY.exe").binary.sha256 == m.start(None, IMAGE).binary.sha256


@pytest.mark.parametrize(
    ("length", "parts"),
    [(0, 1), (10, 1), (SCRIPT_PART_CHARACTERS, 1), (SCRIPT_PART_CHARACTERS + 1, 2)],
)
def test_a_long_script_comes_in_parts(length: int, parts: int) -> None:
    m = machine()
    m.script(m.start(None, IMAGE), "x" * length)
    m.begin(iter_nothing())
    script = list(m.run())[-1]
    assert len(script.parts) == parts  # type: ignore[union-attr]
    assert "".join(script.parts) == "x" * length  # type: ignore[union-attr]


def iter_nothing() -> Activity:
    yield from ()


def test_nobody_is_logged_on_at_first() -> None:
    with pytest.raises(RuntimeError, match="PC-1: nobody is logged on"):
        machine().shell()
