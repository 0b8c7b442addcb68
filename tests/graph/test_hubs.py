from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hosts import EXPLORER, SYSTEM32, Host, graph_of

from lineage.graph.hubs import (
    FAN_OUT,
    FAN_OUT_SPAN,
    fans_out,
    is_application,
    is_bystander,
    is_system,
    program_name,
)
from lineage.graph.nodes import ProcessNode
from lineage.times import TICKS

if TYPE_CHECKING:
    from lineage.graph.provenance import ProvenanceGraph

SERVICES = SYSTEM32 + "services.exe"
SVCHOST = SYSTEM32 + "svchost.exe"
DROPPER = r"C:\Users\zoe\AppData\Roaming\a.exe"
CHROME = r"C:\Program Files\Google\Chrome\Application\chrome.exe"


def child_of(parent: str | None, image: str) -> tuple[ProcessNode, ProvenanceGraph]:
    """A process of this program whose parent runs that one, and their graph."""
    host = Host()
    above = host.run(parent) if parent else None
    child = host.run(image, parent=above)
    graph = graph_of(host.events)
    node = next(
        node for node in graph.nodes() if isinstance(node, ProcessNode) and node.guid == child.guid
    )
    return node, graph


@pytest.mark.parametrize(
    ("parent", "image", "system"),
    [
        (SERVICES, SVCHOST, True),
        (SERVICES.upper(), SVCHOST.upper(), True),
        (None, SVCHOST, True),
        ("services.exe", SVCHOST, True),
        (
            r"\Device\HarddiskVolume3\Windows\System32\services.exe",
            r"\Device\HarddiskVolume3\Windows\System32\svchost.exe",
            True,
        ),
        (SYSTEM32 + "userinit.exe", EXPLORER, True),
        (None, EXPLORER, True),
        (None, "System", True),
        ("System", r"\SystemRoot\System32\smss.exe", True),
        (SERVICES, r"C:\ProgramData\Microsoft\Windows Defender\Platform\4\MsMpEng.exe", True),
        (SERVICES, r"C:\Program Files\Windows Defender\MsMpEng.exe", True),
        # the same name, but not as Windows starts it
        (DROPPER, SVCHOST, False),
        (DROPPER, EXPLORER, False),
        (r"C:\Office\WINWORD.EXE", SYSTEM32 + "wmiprvse.exe", False),
        # the same name elsewhere
        (SERVICES, r"C:\Users\zoe\svchost.exe", False),
        (SERVICES, r"C:\Windows\Temp\svchost.exe", False),
        (SERVICES, r"C:\Windows\Tasks\svchost.exe", False),
        (SERVICES, r"E:\Windows\System32\svchost.exe", False),
        (None, r"C:\Users\zoe\explorer.exe", False),
        (EXPLORER, r"C:\Users\zoe\AppData\Microsoft\Windows Defender\MsMpEng.exe", False),
        (r"C:\Windows\Temp\services.exe", SVCHOST, False),
        # no part of Windows
        (EXPLORER, DROPPER, False),
        (EXPLORER, SYSTEM32 + "wscript.exe", False),
        (SERVICES, SYSTEM32 + "cmd.exe", False),
    ],
)
def test_a_windows_process_is_one_in_its_place_under_its_parent(
    parent: str | None, image: str, system: bool
) -> None:
    node, graph = child_of(parent, image)
    assert is_system(node, graph) is system
    assert is_bystander(node.id, graph) is system


@pytest.mark.parametrize(
    ("image", "application"),
    [
        (CHROME, True),
        (CHROME.upper(), True),
        (r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE", True),
        (r"C:\Program Files\7-Zip\7zFM.exe", True),
        (r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE", False),
        (DROPPER, False),
    ],
)
def test_programs_through_which_a_user_opens_unrelated_things(
    image: str, application: bool
) -> None:
    node, graph = child_of(DROPPER, image)
    assert is_application(node) is application
    assert is_bystander(node.id, graph) is application


@pytest.mark.parametrize(
    ("children", "span", "hub"),
    [
        (FAN_OUT, FAN_OUT_SPAN, True),
        (FAN_OUT + 20, FAN_OUT_SPAN + TICKS, True),
        (FAN_OUT - 1, 5 * FAN_OUT_SPAN, False),
        (FAN_OUT, FAN_OUT_SPAN - 1, False),
        (3 * FAN_OUT, FAN_OUT_SPAN // 2, False),
        (0, 0, False),
    ],
)
def test_who_keeps_starting_things_over_hours_is_a_hub(children: int, span: int, hub: bool) -> None:
    host = Host()
    agent = host.run(r"C:\Agent\agent.exe")
    first = host.time
    for number in range(children):
        host.time = first + span * number // max(1, children - 1)
        host.run(SYSTEM32 + "whoami.exe", parent=agent)
    graph = graph_of(host.events)
    agent_id = next(node.id for node in graph.nodes() if node.kind == "process")
    assert fans_out(agent_id, graph) is hub


def test_writing_many_files_is_no_fan_out() -> None:
    host = Host()
    agent = host.run(r"C:\Agent\agent.exe")
    for number in range(50):
        host.wait(600)
        host.write(agent, rf"C:\{number}")
    graph = graph_of(host.events)
    assert not fans_out(next(node.id for node in graph.nodes() if node.kind == "process"), graph)


@pytest.mark.parametrize(
    ("image", "name"),
    [(EXPLORER, "explorer.exe"), ("Explorer.EXE", "explorer.exe"), (None, ""), ("", "")],
)
def test_the_name_of_a_program(image: str | None, name: str) -> None:
    assert program_name(ProcessNode("p", "h", image=image)) == name
