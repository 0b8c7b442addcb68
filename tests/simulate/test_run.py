from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING, Any

import evtx
import orjson
import pytest
from lxml import etree

from lineage.simulate.run import FORMATS, simulate
from lineage.simulate.write.record import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Key = tuple[str, str, int]
Row = tuple[Key, int, dict[str, str]]

NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"


def from_xml(event: Any) -> Row:
    system = event.find(f"{NAMESPACE}System")
    key = (
        system.findtext(f"{NAMESPACE}Computer"),
        system.findtext(f"{NAMESPACE}Channel"),
        int(system.findtext(f"{NAMESPACE}EventRecordID")),
    )
    data = event.find(f"{NAMESPACE}EventData")
    fields = {field.get("Name"): field.text or "" for field in data}
    return key, int(system.findtext(f"{NAMESPACE}EventID")), fields


def from_evtx(record: dict[str, Any]) -> Row:
    event = orjson.loads(record["data"])["Event"]
    system = event["System"]
    fields = {}
    for name, value in (event["EventData"] or {}).items():
        shown = "" if value is None else str(value)
        fields[name] = f"{{{shown}}}" if name.endswith("Guid") or name == "ScriptBlockId" else shown
    key = (system["Computer"], system["Channel"], system["EventRecordID"])
    return key, system["EventID"], fields


def lines(path: Path) -> Iterator[Any]:
    with path.open("rb") as stream:
        for line in stream:
            yield orjson.loads(line)


def read_evtx(folder: Path) -> Iterator[Row]:
    for path in sorted(folder.rglob("*.evtx")):
        yield from map(from_evtx, evtx.PyEvtxParser(str(path)).records_json())


def read_evtx_zip(folder: Path) -> Iterator[Row]:
    with zipfile.ZipFile(folder / "evtx.zip") as archive:
        for name in archive.namelist():
            parser = evtx.PyEvtxParser(io.BytesIO(archive.read(name)))
            yield from map(from_evtx, parser.records_json())


def read_xml_lines(folder: Path) -> Iterator[Row]:
    for line in (folder / "events.xml").read_text(encoding="utf-8").splitlines():
        yield from_xml(etree.fromstring(line))


def read_xml_document(folder: Path) -> Iterator[Row]:
    yield from map(from_xml, etree.parse(str(folder / "events.xml")).getroot())


def read_splunk(folder: Path) -> Iterator[Row]:
    for row in lines(folder / "export.json"):
        yield from_xml(etree.fromstring(row["result"]["_raw"]))


def read_splunk_array(folder: Path) -> Iterator[Row]:
    for row in orjson.loads((folder / "export.json").read_bytes()):
        yield from_xml(etree.fromstring(row["result"]["_raw"]))


def read_winlogbeat(folder: Path) -> Iterator[Row]:
    for row in lines(folder / "winlogbeat.ndjson"):
        log = row["winlog"]
        key = (log["computer_name"], log["channel"], log["record_id"])
        yield key, int(log["event_id"]), log["event_data"]


def read_winlogbeat_6(folder: Path) -> Iterator[Row]:
    for row in lines(folder / "winlogbeat.ndjson"):
        key = (row["computer_name"], row["log_name"], int(row["record_number"]))
        yield key, row["event_id"], row["event_data"]


def flat(row: dict[str, Any]) -> Row:
    key = (row["Hostname"], row["Channel"], row["RecordNumber"])
    return key, row["EventID"], row


def read_nxlog(folder: Path) -> Iterator[Row]:
    yield from map(flat, lines(folder / "nxlog.json"))


def read_nxlog_gz(folder: Path) -> Iterator[Row]:
    with gzip.open(folder / "nxlog.json.gz") as stream:
        yield from map(flat, map(orjson.loads, stream))


def read_sentinel(folder: Path) -> Iterator[Row]:
    for row in lines(folder / "events.json"):
        item = etree.fromstring(row["EventData"])
        fields = {field.get("Name"): field.text or "" for field in item[0]}
        yield (row["Computer"], row["EventLog"], row["EventRecordId"]), row["EventID"], fields


READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "evtx": read_evtx,
    "evtx.zip": read_evtx_zip,
    "event-xml": read_xml_lines,
    "event-xml-utf16": read_xml_document,
    "splunk-json": read_splunk,
    "splunk-json-array": read_splunk_array,
    "winlogbeat": read_winlogbeat,
    "winlogbeat-6": read_winlogbeat_6,
    "nxlog": read_nxlog,
    "nxlog.json.gz": read_nxlog_gz,
    "sentinel": read_sentinel,
}


@pytest.mark.parametrize("name", READERS)
def test_every_format_carries_every_field_of_every_event(simulation: Any, name: str) -> None:
    read = {
        key: (event_id, fields) for key, event_id, fields in READERS[name](simulation.folder / name)
    }
    assert len(read) == len(simulation.records)
    for record in simulation.records:
        event_id, fields = read[record.computer, record.channel, record.record_id]
        assert event_id == record.event_id
        for field, value in record.data:
            assert fields[field] == printable(str(value)), field


def rollups(simulation: Any) -> list[Any]:
    rows = lines(simulation.folder / "falcon-fdr" / "data.json")
    return [row for row in rows if row["event_simpleName"] == "ProcessRollup2"]


def test_falcon_carries_every_process_start(simulation: Any) -> None:
    rows = rollups(simulation)
    starts = [record for record in simulation.records if record.event_id == 1]
    assert len(rows) == len(starts)
    for row, start in zip(rows, starts, strict=True):
        fields = dict(start.data)
        assert row["RawProcessId"] == str(fields["ProcessId"])
        assert row["CommandLine"] == fields["CommandLine"]
        assert row["ImageFileName"].endswith(str(fields["Image"]).partition(":")[2])
        assert row["SHA256HashData"].upper() in str(fields["Hashes"])


def test_falcon_carries_every_process_end(simulation: Any) -> None:
    rows = list(lines(simulation.folder / "falcon-fdr" / "data.json"))
    pids = [row["RawProcessId"] for row in rows if row["event_simpleName"] == "EndOfProcess"]
    ends = [record for record in simulation.records if record.event_id == 5]
    assert pids == [str(dict(end.data)["ProcessId"]) for end in ends]


def test_falcon_children_name_their_parents(simulation: Any) -> None:
    rows = rollups(simulation)
    images = {(row["aid"], row["TargetProcessId"]): row["ImageFileName"] for row in rows}
    for row in rows:
        if row["ParentBaseFileName"]:
            parent = images[row["aid"], row["ParentProcessId"]]
            assert parent.rsplit("\\", 1)[-1] == row["ParentBaseFileName"]


def test_one_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    formats = ("evtx", "evtx.zip", "nxlog.json.gz", "falcon-fdr")

    def contents(name: str, seed: int) -> dict[str, bytes]:
        folder = tmp_path / name
        simulate(folder, seed, "small", formats=formats)
        files = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    first = contents("first", 1)
    assert first == contents("again", 1)
    assert (
        first["nxlog.json.gz/nxlog.json.gz"] != contents("other", 2)["nxlog.json.gz/nxlog.json.gz"]
    )


def test_it_returns_what_it_wrote_with_the_truth_last(tmp_path: Path) -> None:
    written = simulate(tmp_path / "new" / "folder", 1, "small", formats=("nxlog",))
    assert [path.name for path in written] == ["nxlog", "truth.json"]
    assert all(path.exists() for path in written)


def test_more_events_come_from_clean_hosts(tmp_path: Path) -> None:
    simulate(tmp_path, 1, "small", formats=("nxlog",), events=3000)
    rows = list(lines(tmp_path / "nxlog" / "nxlog.json"))
    truth = orjson.loads((tmp_path / "truth.json").read_bytes())
    assert 3000 <= len(rows) < 3010
    assert len(truth["hosts"]["attacked"]) == 1
    assert {row["Hostname"] for row in rows} > set(truth["hosts"]["attacked"])


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such format: pigeon; there are evtx"):
        simulate(tmp_path, formats=("pigeon",))
    assert set(READERS) | {"falcon-fdr"} == set(FORMATS)
