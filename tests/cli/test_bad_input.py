"""Bad input, end to end: told with file and record, counted, and nothing else lost for it.

Each case is a file beside a good one, or a good one with something bad in it.
"""

from __future__ import annotations

import gzip
import io
import os
import sys
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pytest
from evtx_logs import chunk_offset, overwritten, record_offset, records_in, written_log
from raw_events import DATA, json_lines, nxlog_event, xml_event

from lineage.report.model import Input, Report

if TYPE_CHECKING:
    from pathlib import Path

    from cli.conftest import Outcome

    Lineage = Callable[..., Outcome]

GOOD = 20
"""Good records in each bad file."""
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;">]><Event>&d;</Event>'
)
EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/passwd">]><Event>&x;</Event>'
)


def good(number: int) -> bytes:
    """A process start, as a line."""
    data = DATA | {"ProcessGuid": f"{{8c2f5d3e-0000-0000-0000-{number:012d}}}"}
    return json_lines([nxlog_event(data, record_id=number)])


def lines(*bad: bytes) -> bytes:
    """Good lines, with bad ones after the seventh."""
    rows = [good(number) for number in range(1, GOOD + 1)]
    return b"".join((*rows[:7], *bad, *rows[7:]))


def changed(**fields: object) -> bytes:
    """A line with other fields; None takes one away."""
    event = nxlog_event(dict(DATA), record_id=99) | fields
    kept = {name: value for name, value in event.items() if value is not None}
    return json_lines([kept])


def xml_lines(*bad: str) -> bytes:
    rows = [xml_event(record_id=number) for number in range(1, GOOD + 1)]
    return "\n".join((*rows[:7], *bad, *rows[7:])).encode() + b"\n"


class Case(NamedTuple):
    """Something bad.

    Attributes:
        content: of the file.
        reason: part of what the problem must say.
        record: which record it must name; 0 where the file as a whole is the trouble.
        events: how many of the file's good records must survive.
        rejected: how many records must count as rejected.
    """

    content: Callable[[], bytes]
    reason: str
    record: int
    events: int = GOOD
    rejected: int = 1


LOG = written_log(300)
IN_CHUNKS = [records_in(LOG, chunk) for chunk in range((len(LOG) - 4096) // 65536)]


CASES: dict[str, Case] = {
    "a JSON line cut in half": Case(lambda: lines(good(99)[:90] + b"\n"), "JSON", 8),
    "a line that is no JSON": Case(lambda: lines(b"<13>Mar  2 host app: text\n"), "JSON", 8),
    "a line that is another value": Case(lambda: lines(b"[1, 2]\n"), "", 8),
    "bytes that are no UTF-8": Case(
        lambda: lines(changed().replace(b"Zo", b"Z\xff\xfe")), "UTF-8", 8, events=21, rejected=0
    ),
    "a line of zeros": Case(lambda: lines(bytes(5000) + b"\n"), "", 8),
    "a line of 50 MB": Case(lambda: lines(b'{"a": "' + b"x" * 50_000_000 + b'"}\n'), "", 8),
    "brackets 100,000 deep": Case(lambda: lines(b"[" * 100_000 + b"\n"), "", 8),
    "no time": Case(
        lambda: lines(changed(UtcTime=None, EventTime=None, **{"@timestamp": None})), "time", 99
    ),
    "a time that is none": Case(
        lambda: lines(
            changed(UtcTime="2026-13-01 10:00:00", EventTime="soon", **{"@timestamp": "x"})
        ),
        "time 'soon' is not a date",
        99,
    ),
    "a pid that is a word": Case(
        lambda: lines(changed(ProcessId="twelve")), "ProcessId 'twelve' is not a number", 99
    ),
    "an XML bomb": Case(lambda: xml_lines(BOMB), "", 8),
    "an external entity": Case(lambda: xml_lines(EXTERNAL), "", 8),
    "an XML event cut in half": Case(lambda: xml_lines(xml_event()[:200]), "", 8),
    "a gzip cut short": Case(
        lambda: gzip.compress(lines() * 200)[:-2000], "cut short", 0, events=-1, rejected=-1
    ),
    "an EVTX cut in the middle of a chunk": Case(
        lambda: LOG[: chunk_offset(1) + 30_000], "", 0, events=-1, rejected=-1
    ),
    "an EVTX with a chunk overwritten": Case(
        lambda: overwritten(LOG, chunk_offset(1), b"\0" * 65536),
        "chunk",
        0,
        events=sum(IN_CHUNKS) - IN_CHUNKS[1],
        rejected=-1,
    ),
    "an EVTX with a damaged record": Case(
        lambda: overwritten(LOG, record_offset(LOG, 0, 5) + 24, b"\xff" * 64),
        "",
        0,
        events=-1,
        rejected=1,
    ),
}


def problems(entry: Input) -> str:
    return "\n".join(f"{each.record}: {each.reason}" for each in entry.problems)


@pytest.fixture
def run(lineage: Lineage, tmp_path: Path, telemetry: Path) -> Callable[..., tuple[Outcome, Report]]:
    """Correlates the telemetry of the intrusion together with other paths."""

    def correlated(*paths: Path, options: tuple[str, ...] = ()) -> tuple[Outcome, Report]:
        saved = tmp_path / "report.json"
        done = lineage("correlate", *paths, telemetry, "--json", saved, *options)
        return done, Report.model_validate_json(saved.read_bytes())

    return correlated


Run = Callable[..., tuple["Outcome", Report]]


def entry_of(report: Report, path: Path) -> Input:
    (entry,) = (each for each in report.inputs if each.source == str(path))
    return entry


def intact(report: Report) -> None:
    """The intrusion is found as ever, and every input's records add up."""
    assert report.chains[0].verdict == "confirmed"
    assert len(report.chains[0].processes) == 8
    for each in report.inputs:
        assert each.records == each.events + each.ignored + each.duplicates + each.rejected


@pytest.mark.parametrize("name", CASES)
def test_one_bad_thing_costs_itself_and_is_told(run: Run, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    path = tmp_path / "bad.bin"
    path.write_bytes(case.content())
    done, report = run(path)
    assert (done.status, done.err) == (0, "")
    intact(report)
    entry = entry_of(report, path)
    assert case.reason in problems(entry)
    if case.record:
        assert [each.record for each in entry.problems] == [case.record]
    if case.events >= 0:
        assert entry.events == case.events
    else:
        assert entry.events > 0
    if case.rejected >= 0:
        assert entry.rejected == case.rejected
    else:
        assert entry.rejected > 0
    assert str(path) in done.out.replace("\n", "") or "bad.bin" in done.out
    assert entry.problems[0].reason.split()[0] in done.out


@pytest.mark.parametrize("name", ["a JSON line cut in half", "an EVTX with a chunk overwritten"])
def test_strict_makes_it_the_exit_status(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.bin"
    path.write_bytes(CASES[name].content())
    done, report = run(path, options=("--strict", "-q"))
    assert (done.status, done.err) == (3, "")
    intact(report)


def test_what_an_external_entity_names_is_never_read(
    lineage: Lineage, run: Run, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("s3cr3t-content", encoding="utf-8")
    path = tmp_path / "bad.xml"
    path.write_text(EXTERNAL.replace("/etc/passwd", str(secret)) + "\n", encoding="utf-8")
    done, report = run(path, options=("--details",))
    assert "s3cr3t" not in done.out + report.model_dump_json()


def test_an_empty_file_costs_nothing_and_is_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.evtx"
    path.write_bytes(b"")
    _, report = run(path)
    intact(report)
    entry = entry_of(report, path)
    assert (entry.records, problems(entry)) == (0, "None: empty file")


def test_a_folder_without_telemetry_beside_some(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "notes.txt").write_text("call them back", encoding="utf-8")
    (folder / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    _, report = run(folder)
    intact(report)
    for name, kind in (("notes.txt", "text file"), ("image.png", "picture")):
        entry = entry_of(report, folder / name)
        assert (entry.format, entry.kind) == ("unrecognised", kind)
        assert "not telemetry" in problems(entry)


@pytest.mark.parametrize("folder", ["empty", "with notes"])
def test_nothing_but_that_stops_the_run(lineage: Lineage, tmp_path: Path, folder: str) -> None:
    if folder == "with notes":
        (tmp_path / "notes.txt").write_text("call them back", encoding="utf-8")
    done = lineage("correlate", tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.error.startswith("lineage: ")
    assert "telemetry" in done.error


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 4096, b"ElfFile\0" + bytes(5000), b"{" * 500, b"PK\x03\x04" + bytes(200)],
    ids=["empty", "zeros", "an EVTX header", "brackets", "a broken zip"],
)
def test_a_file_that_gives_nothing_is_named_once(
    lineage: Lineage, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "bad.bin"
    path.write_bytes(content)
    done = lineage("correlate", path)
    assert (done.status, done.out) == (2, "")
    assert done.error.startswith(f"lineage: {path}: ")
    assert done.error.endswith("; there is nothing else to read")


def test_a_link_that_leads_nowhere(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    link = folder / "gone.evtx"
    try:
        link.symlink_to(tmp_path / "nowhere")
    except OSError:
        pytest.skip("this system lets nobody make links")
    _, report = run(folder)
    intact(report)
    entry = entry_of(report, link)
    assert "a link that leads nowhere" in problems(entry)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "locked.json"
    path.write_bytes(lines())
    path.chmod(0)
    _, report = run(path)
    intact(report)
    assert "Permission denied" in problems(entry_of(report, path))


def test_a_zip_bomb_costs_only_itself(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a-good.json", lines())
        with archive.open("bomb.json", "w", force_zip64=True) as member:
            for _ in range(100):
                member.write(bytes(1024**2))
        archive.writestr("c-good.json", lines().replace(b"00000000-", b"11111111-"))
    done, report = run(path)
    assert done.status == 0
    intact(report)
    names = [each.source.rpartition("!")[2] for each in report.inputs if "!" in each.source]
    assert names == ["a-good.json", "bomb.json", "c-good.json"]
    bomb = next(each for each in report.inputs if each.source.endswith("!bomb.json"))
    assert bomb.events == 0
    assert problems(bomb)


def test_archives_in_archives_end_somewhere(run: Run, tmp_path: Path) -> None:
    content = lines()
    for number in range(9):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr(f"{number}.zip", content)
        content = inner.getvalue()
    path = tmp_path / "deep.zip"
    path.write_bytes(content)
    _, report = run(path)
    intact(report)
    assert "archives inside each other" in "".join(problems(each) for each in report.inputs)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_xml_in_other_encodings_is_read(run: Run, tmp_path: Path, encoding: str) -> None:
    rows = "".join(xml_event(record_id=number) for number in range(1, GOOD + 1))
    path = tmp_path / "events.xml"
    bom = "\ufeff" if encoding.endswith(("le", "be")) else ""
    path.write_bytes((bom + f"<Events>{rows}</Events>").encode(encoding))
    _, report = run(path)
    intact(report)
    entry = entry_of(report, path)
    assert entry.problems == []
    assert entry.events + entry.duplicates == GOOD


def test_the_same_file_twice_counts_once(run: Run, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.json", "b.json")]
    for path in paths:
        path.write_bytes(lines())
    _, report = run(*paths)
    intact(report)
    first, second = (entry_of(report, path) for path in paths)
    assert {first.events, second.events} == {GOOD, 0}
    assert {first.duplicates, second.duplicates} == {0, GOOD}


def test_many_bad_records_are_all_counted_and_some_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(lines(*[b"{broken\n"] * 5000))
    done, report = run(path)
    intact(report)
    entry = entry_of(report, path)
    assert (entry.rejected, entry.events) == (5000, GOOD)
    assert len(entry.problems) == 100
    assert "5,000" in done.out
