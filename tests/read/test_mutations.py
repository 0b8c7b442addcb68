"""Some of `bench/mutate.py`'s damages: what one record suffers costs no other in silence."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from lineage.problems import Problem
from lineage.read.json_table import JsonTableReader
from lineage.read.sniff import recognise

_PATH = Path(__file__).resolve().parents[2] / "bench" / "mutate.py"
_DAMAGES = 12
_SEED = 7


def _bench() -> Any:
    import sys

    spec = importlib.util.spec_from_file_location("bench_mutate", _PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_mutate"] = module
    spec.loader.exec_module(module)
    return module


BENCH = _bench()
NOISE = b"\x84\xde\xcbPg=\x12\xb8,3>\xd7xA~x"


@pytest.mark.parametrize("dialect", sorted({name.split()[0] for name in BENCH.exports()}))
def test_a_damaged_record_costs_no_other_in_silence(dialect: str) -> None:
    names = [name for name in BENCH.exports() if name.split()[0] == dialect]
    assert names
    for name in names:
        for number in range(_DAMAGES):
            seed = f"{_SEED}/{name}/{number}"
            silent, neighbours = BENCH.cost(name, seed)
            assert silent == 0, seed
            assert neighbours == 0 or dialect == "evtx", seed  # its records share templates


@pytest.mark.parametrize(
    ("name", "text", "instead"),
    [
        ("falcon array", b'"}, {"event_', NOISE),
        ("falcon array by lines", b'"},\n{"event_', NOISE),
        ("winlogbeat-6 array by lines", b'}},\n{"@time', NOISE),
        ("defender lines", b'}\n{"Time', NOISE),
        ("defender lines", b'}\n{"Time', b"\xa4amp"),
        ("chainsaw", b'}}},{"Ev', NOISE),
        ("csv", b"\r\n", b"\r\x80"),
        ("csv", b"\r\n", b","),
        ("csv", b"\r\n", b""),
        ("evtxecmd.csv", b'"\r\n"', NOISE),
        ("event-viewer.csv", b'"\r\n"Info', b'"\r' + NOISE),
        ("defender.csv", b'"\n"', NOISE),
        ("defender.csv", b'"\n"', b""),
        ("log-parser", b"<ROW>", b"<R,OW>"),
        ("log-parser", b"</ROW>\n<ROW>", NOISE),
        ("log-parser", b"</ROW>\n<ROW>", b""),
        ("clixml", "<Obj ".encode("utf-16-le"), "<Ob ".encode("utf-16-le")),
        ("clixml", "</Obj>".encode("utf-16-le"), "</Obj".encode("utf-16-le")),
        ("clixml", "</Obj>\n<Obj ".encode("utf-16-le"), "xyz ".encode("utf-16-le")),
        ("splunk-raw", b"LogName=", b"Log>Name="),
        ("splunk-raw", b"EventType=", NOISE),
        ("wevtutil", b"Event[", b"Even[t"),
        ("format-list", b"TimeCreated  :", b"TimeCreated"),
        ("splunk-rows", b'"],["', NOISE),
        ("splunk-rows", b'"],["', b'",]["'),
        ("splunk-rows", b'","<Event', b'",["<Event'),
        ("elastic-sql-rows", b"],\n[", NOISE),
        ("elastic-sql-rows", b"],\n[", b"],\n[["),
        ("elastic-sql-rows", b"],\n[", b",\n["),
        ("elastic-sql-rows", b"],\n[", b"],]["),
    ],
)
@pytest.mark.parametrize("place", [0, 5, -1])
def test_records_joined_by_damage_are_counted_as_that_many(
    name: str, text: bytes, instead: bytes, place: int
) -> None:
    whole, start = BENCH.exports()[name]
    parts = whole[start:].split(text)
    assert len(parts) > 6
    cut = place % (len(parts) - 1) + 1
    data = whole[:start] + text.join(parts[:cut]) + instead + text.join(parts[cut:])
    silent, neighbours = BENCH.cost_of(name, data)
    assert (silent, neighbours) == (0, 0)


@pytest.mark.parametrize("name", [name for name in BENCH.exports() if name.endswith("csv")])
def test_a_stray_quote_in_an_empty_cell_costs_its_row_and_no_other_in_silence(name: str) -> None:
    whole, start = BENCH.exports()[name]
    places = [at for at in range(start, len(whole)) if whole[at - 1 : at + 1] == b",,"]
    for place in places[:: max(len(places) // 60, 1)]:
        data = whole[:place] + b'"' + whole[place:]
        assert BENCH.cost_of(name, data) == (0, 0), place


def test_a_row_of_several_lines_with_sloppy_quotes_is_one() -> None:
    head = b"TimeCreated,Id,ProviderName,MachineName,LogName,Message\n"
    start = (
        b"2026-02-03T08:00:00Z,1,Microsoft-Windows-Sysmon,PC,Microsoft-Windows-Sysmon/Operational,"
    )
    text = b'"Process Create:\nUtcTime: 2026-02-03 08:00:00.000\nImage: C:\\a.exe\n'
    text += b'CommandLine: a "b c" d"\n'
    (record,) = recognise(head + start + text).read(io.BytesIO(head + start + text))
    assert record.data["CommandLine"].startswith("a b c")


def test_an_event_tag_in_a_cell_does_not_make_a_table_xml() -> None:
    whole, _ = BENCH.exports()["sentinel.csv"]
    data = whole.replace(b"<EventData", b"<Event>Data", 1)
    assert BENCH.cost_of("sentinel.csv", data) == (0, 0)


@pytest.mark.parametrize("name", ["get-winevent.csv", "sentinel.csv", "defender.csv"])
def test_a_damaged_character_near_a_tables_start_leaves_it_a_table(name: str) -> None:
    whole, start = BENCH.exports()[name]
    data = whole[: start + 20] + b"\0\0" + whole[start + 20 :]
    assert BENCH.cost_of(name, data) == (0, 0)


def test_utf_16_without_its_mark_is_known_by_its_nuls() -> None:
    whole, _ = BENCH.exports()["clixml"]
    assert BENCH.cost_of("clixml", b" " + whole[1:]) == (0, 0)


def test_the_same_seed_damages_alike() -> None:
    assert BENCH.damaged("nxlog lines", "a") == BENCH.damaged("nxlog lines", "a")
    assert BENCH.damaged("nxlog lines", "a") != BENCH.exports()["nxlog lines"].data


@pytest.mark.parametrize("rubbish", [b"[x],", b'["a'])
def test_a_table_of_rubbish_takes_time_in_proportion_to_its_size(rubbish: bytes) -> None:
    data = b'{"fields":["_time","host","_raw"],"rows":[[],' + rubbish * 40_000
    begun = process_time()
    problems = list(JsonTableReader().read(io.BytesIO(data)))
    assert process_time() - begun < 10  # a quadratic one takes minutes
    assert sum(item.lost for item in problems if isinstance(item, Problem)) > 1000
