"""A dataset says what the telemetry says, whatever hosts are called; its page's queries run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from lineage.cli import cli
from lineage.dataset.layout import EVENTS, MANIFEST, folder_name, is_dataset
from lineage.engines.choice import Scale
from lineage.errors import InputError, UsageError
from lineage.pipeline import Request, events, normalise, report, run
from lineage.simulate.run import simulate

if TYPE_CHECKING:
    from lineage.report.model import Report

PAGE = Path(__file__).parents[2] / "docs" / "dataset.md"
ALONE = Scale(jobs=1)
LOGON = {
    "EventID": 4624,
    "Channel": "Security",
    "SourceName": "Microsoft-Windows-Security-Auditing",
    "Hostname": "WS1",
    "EventTime": "2026-01-02T03:04:05Z",
    "TargetUserName": "zoe",
    "LogonType": "3",
    "IpAddress": "192.0.2.7",
}


def told(found: Report) -> str:
    return found.model_dump_json(by_alias=True, indent=1)


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("telemetry")
    simulate(folder, seed=6, noise="small", formats=("evtx", "nxlog"), case="campaign")
    with (folder / "nxlog" / "nxlog.json").open("a", encoding="utf-8") as export:
        export.write('{"EventID": \n' + json.dumps(LOGON) + "\n")
    return folder


@pytest.fixture(scope="module")
def dataset(telemetry: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets") / "week.dataset"
    ledgers = normalise(Request([telemetry], scale=ALONE), folder)
    assert sum(ledger.rejected for ledger in ledgers) == 1
    return folder


def test_it_gives_the_same_report(telemetry: Path, dataset: Path) -> None:
    expected = told(report(Request([telemetry], scale=ALONE)))
    assert told(report(Request([dataset], scale=ALONE))) == expected
    assert told(run(Request([dataset])).report) == expected


def test_it_stands_beside_telemetry(telemetry: Path, dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "more.json").write_text('{"EventID": 1}\n', encoding="utf-8")
    both = report(Request([tmp_path / "more.json", dataset, telemetry], scale=ALONE))
    alone = report(Request([telemetry], scale=ALONE))
    assert len(both.inputs) == 1 + 2 * len(alone.inputs)
    assert [chain.id for chain in both.chains] == [chain.id for chain in alone.chains]
    again = sum(entry.duplicates for entry in both.inputs)
    assert again == sum(entry.duplicates * 2 + entry.events for entry in alone.inputs)


def test_a_dataset_of_a_dataset_is_the_same(dataset: Path, tmp_path: Path) -> None:
    normalise(Request([dataset], scale=ALONE), tmp_path / "again")
    assert told(report(Request([tmp_path / "again"], scale=ALONE))) == told(
        report(Request([dataset], scale=ALONE))
    )


def test_events_come_in_order_of_time_host_by_host(dataset: Path) -> None:
    by_host: dict[str, list[int]] = {}
    for event in events([dataset]):
        by_host.setdefault(event.host.lower(), []).append(event.time)
    assert len(by_host) > 3
    assert all(times == sorted(times) for times in by_host.values())


HOSTS = [
    "../../etc/passwd",
    "C:\\Windows\\win.ini",
    "con",
    "..",
    "host.",
    "a/b%2Fc",
    "日本.example",
    "x" * 400,
    "nul\0byte",
]


@pytest.mark.parametrize("host", HOSTS)
def test_no_name_of_a_host_leads_elsewhere(host: str, tmp_path: Path) -> None:
    record = {
        "EventID": 11,
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "SourceName": "Microsoft-Windows-Sysmon",
        "Hostname": host,
        "UtcTime": "2026-01-02 03:04:05.678",
        "TargetFilename": "C:\\a.exe",
        "Image": "C:\\b.exe",
    }
    export = tmp_path / "export.json"
    export.write_text(json.dumps(record) + "\n", encoding="utf-8")
    folder = tmp_path / "set"
    normalise(Request([export], scale=ALONE), folder)
    (place,) = (folder / EVENTS).iterdir()
    assert place.resolve().parent == (folder / EVENTS).resolve()
    assert {entry.name for entry in tmp_path.iterdir()} == {"export.json", "set"}
    (event,) = events([folder])
    assert event.host == host


def test_names_stay_apart_however_long_they_are() -> None:
    names = ["x" * 400, "x" * 401, "x" * 399 + "y", "a.", "a%2e", "a/", "a%2f"]
    assert len({folder_name(name) for name in names}) == len(names)
    assert all(len(folder_name(name)) < 140 for name in names)


def test_a_folder_in_use_is_left_alone(dataset: Path, telemetry: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a dataset already; name a new folder"):
        normalise(Request([telemetry]), dataset)
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="isn't empty; name a new folder"):
        normalise(Request([telemetry]), tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is no manifest"),
        ("[]", "is no manifest"),
        ('{"version": 99}', "version 99 of a dataset, this lineage reads 1"),
        (
            (
                '{"version": 1, "generator": "x", "inputs": [], "hosts": [{"host": "a", "folder":'
                ' "../a", "events": 1, "names": [], "sensors": []}]}'
            ),
            "is no folder of a dataset",
        ),
    ],
)
def test_a_manifest_that_cannot_be_is_one_line(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / EVENTS).mkdir()
    (tmp_path / MANIFEST).write_text(content)
    assert is_dataset(tmp_path)
    with pytest.raises(InputError, match=reason):
        report(Request([tmp_path]))


def test_damage_is_one_line(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / EVENTS).mkdir()
    (tmp_path / MANIFEST).write_bytes((dataset / MANIFEST).read_bytes())
    for place in (dataset / EVENTS).iterdir():
        (tmp_path / EVENTS / place.name).mkdir()
        (tmp_path / EVENTS / place.name / "part-0.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match=r"damaged \(.*; normalise the telemetry anew"):
        report(Request([tmp_path], scale=ALONE))


@pytest.mark.parametrize("command", [["inputs"], ["record", "Sysmon.evtx#7"]])
def test_records_as_logged_are_not_in_it(dataset: Path, command: list[str]) -> None:
    outcome = CliRunner().invoke(cli, [*command, str(dataset)])
    assert isinstance(outcome.exception, UsageError)
    assert "has events and no records as logged; name the exports" in str(outcome.exception)


def test_the_command_says_what_it_wrote(telemetry: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    outcome = CliRunner().invoke(cli, ["normalise", str(telemetry), "--to", str(folder)])
    assert outcome.exit_code == 0
    assert f"1 rejected. Go on with: lineage correlate {folder}" in outcome.output
    assert is_dataset(folder)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_page_has_ten_questions() -> None:
    assert len(blocks("sql")) - 1 + len(blocks("python")) == 10


def test_the_pages_queries_find_something(dataset: Path) -> None:
    import duckdb

    database = duckdb.connect()
    view, *queries = blocks("sql")
    database.execute(view.replace("week.dataset", dataset.as_posix()))
    for query in queries:
        assert database.execute(query).fetchall(), query


@pytest.mark.parametrize("code", blocks("python"))
def test_the_pages_python_prints_something(
    code: str, dataset: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(dataset.parent)
    exec(compile(code, "docs/dataset.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) > 1
