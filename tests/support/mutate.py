"""Seeded attacks on lineage: one kind and one seed are one case, the same wherever it runs.

A case makes valid input, damages it, hands it over as a user would, and holds what comes back
against the interface: a status that is documented, one line of error, a ledger that adds up.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import raw_events
import yaml
from evtx_logs import written_log
from sample_report import full_report
from sigma_rules import rule_text

from lineage.cli import run
from lineage.detect.catalog import load_builtin
from lineage.export import EXPORTERS
from lineage.pipeline import Request, run_opened
from lineage.read import Input
from lineage.simulate.scenario import textbook
from lineage.simulate.write.raw import falcon_records, windows_records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lineage.read.record import RawRecord
    from lineage.report.model import Report

STATUSES = {0, 1, 2, 3}
"""What a command may end with; 70 is a fault of lineage."""
TEXTS = (
    *("", " ", "-", "\0", "\ud800", "\u202e\u2066", "\x1b[2J", "\x9b31m", "=cmd()", "%n%s"),
    *("C:\\", "\\\\?\\", "\\\\.\\pipe\\x", "\\Device\\HarddiskVolume3", "..\\..\\..", "a" * 70_000),
    *("9" * 5000, "-1", "0x", "0xffffffffffffffffffff", "1e999", "NaN", "٣", "²", "{}", "{0}"),
    *("9999-12-31T23:59:60Z", "0000-00-00", "2026-02-30 25:61:61", "1" * 30, "\u2028", "<a>&amp;"),
)
"""Values that have hurt a parser somewhere."""
OTHERS = (None, True, 0, -1, 2**70, 1.5, float("inf"), [], {}, [[[]]], {"a": {"b": []}}, ["x", 1])
"""The same, of other types than a text's."""


class FaultError(AssertionError):
    """A case that lineage didn't stand."""


def attack(kind: str, seed: int, folder: Path) -> None:
    """Runs one case.

    Args:
        kind: one of `KINDS`.
        seed: which case.
        folder: an empty one, for its files.

    Raises:
        FaultError: lineage didn't stand it.
        Exception: whatever came out of a function that says it raises nothing.
    """
    KINDS[kind](Random(f"{kind}:{seed}"), folder)


# -- records ---------------------------------------------------------------------------------------


@cache
def _records() -> tuple[RawRecord, ...]:
    facts = list(textbook(4, "small").facts())
    return (*windows_records(facts), *falcon_records(facts))


def _attack_records(random: Random, _: Path) -> None:
    start = random.randrange(len(_records()))
    records = [_record(random, record) for record in _records()[start : start + 60]]
    request = Request([], correlators=None)
    finished = run_opened([Input("memory", "memory", iter(records))], request)
    _check_report(json.loads(finished.report.model_dump_json(by_alias=True)))


def _record(random: Random, record: RawRecord) -> RawRecord:
    if random.random() < 0.5:
        return record
    data = dict(record.data)
    for _ in range(random.randint(1, 3)):
        name = random.choice([*data, "x", "", "\u202e"])
        if random.random() < 0.2:
            data.pop(name, None)
        else:
            data[name] = _readable(_value(random, data.get(name)))
    header: dict[str, Any] = {"data": data}
    if random.random() < 0.3:
        name = random.choice(("provider", "channel", "computer", "time"))
        header[name] = _readable(random.choice(TEXTS))
    if random.random() < 0.1:
        header["event_id"] = random.choice((1, 4688, 4663, 4104, 22, 99999, -1, "ProcessRollup2"))
    return record._replace(**header)


def _value(random: Random, value: object) -> object:
    if random.random() < 0.3:
        return deepcopy(random.choice(OTHERS))
    if isinstance(value, str) and random.random() < 0.6:
        return _text(random, value)
    return random.choice(TEXTS)


def _text(random: Random, text: str) -> str:
    place = random.randint(0, len(text))
    return text[:place] + random.choice(TEXTS) + text[place + random.randint(0, 5) :]


def _readable(value: object) -> object:
    """What a reader can have read: UTF-8 carries no lone surrogates."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


# -- files and archives ----------------------------------------------------------------------------


@cache
def _exports() -> tuple[bytes, ...]:
    events = [raw_events.xml_event(record_id=number) for number in range(1, 8)]
    winlogbeat = [raw_events.winlogbeat_event(record_id=number) for number in range(1, 8)]
    flat = [raw_events.nxlog_event(record_id=number) for number in range(1, 8)]
    splunk = [{"result": {"_raw": event}} for event in events]
    document = f"<?xml version='1.0'?><Events>{''.join(events)}</Events>"
    return (
        "\n".join(events).encode(),
        document.encode(),
        document.encode("utf-16"),
        raw_events.json_lines(winlogbeat),
        json.dumps(winlogbeat).encode(),
        raw_events.json_lines(flat),
        json.dumps(flat, indent=1).encode(),
        raw_events.json_lines(splunk),
        json.dumps(splunk).encode(),
        raw_events.json_lines(raw_events.falcon_event() for _ in range(5)),
        written_log(40),
    )


def damaged(random: Random, data: bytes) -> bytes:
    """Bytes with some bits, spans or lengths wrong."""
    content = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        place = random.randrange(len(content) + 1)
        length = random.choice((1, 1, 2, 4, 8, 64, 512))
        match random.randrange(7):
            case 0 if content:
                content[place % len(content)] ^= 1 << random.randrange(8)
            case 1:
                del content[place : place + length]
            case 2:
                content[place:place] = content[place : place + length]
            case 3:
                content[place:place] = random.randbytes(length)
            case 4:
                content[place : place + length] = bytes(length)
            case 5:
                content[place:place] = random.choice(TEXTS).encode("utf-8", "surrogatepass")
            case _:
                content[place : place + length] = b"\xff" * length
    return bytes(content[: random.randint(0, len(content))] if random.random() < 0.1 else content)


def _attack_files(random: Random, folder: Path) -> None:
    path = folder / "export"
    path.write_bytes(damaged(random, random.choice(_exports())))
    _correlate(random, folder, path)


def _attack_archives(random: Random, folder: Path) -> None:
    content = random.choice(_exports())
    for _ in range(random.randint(1, 3)):
        content = _packed(random, content)
    path = folder / "archive"
    path.write_bytes(damaged(random, content))
    _correlate(random, folder, path)


def _packed(random: Random, content: bytes) -> bytes:
    name = random.choice(("a.json", "../../a", "/etc/passwd", "C:\\a", "a/" * 100, "\x1b[2J\u202e"))
    packed = io.BytesIO()
    match random.randrange(3):
        case 0:
            return gzip.compress(content, compresslevel=1)
        case 1:
            with zipfile.ZipFile(packed, "w", random.choice((0, 8, 12, 14))) as archive:
                archive.writestr(name, content)
                archive.writestr("b", content[: random.randint(0, len(content))])
        case _:
            with tarfile.open(fileobj=packed, mode=random.choice(("w", "w:bz2", "w:xz"))) as tar:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def _correlate(random: Random, folder: Path, path: Path) -> None:
    report = folder / "report.json"
    option = random.choice(EXPORTERS).name
    status = command("correlate", path, "--json", report, f"--{option}", folder / "other")
    command("inputs", path)
    if status == 0:
        _check_report(json.loads(report.read_bytes()))


# -- reports, rules and templates ------------------------------------------------------------------


@cache
def _report() -> str:
    report: Report = full_report()
    return report.model_dump_json(by_alias=True)


def _attack_reports(random: Random, folder: Path) -> None:
    path = folder / "report.json"
    if random.random() < 0.3:
        path.write_bytes(damaged(random, _report().encode()))
    else:
        content = json.loads(_report())
        for _ in range(random.randint(1, 3)):
            _change(random, content)
        path.write_text(json.dumps(content), encoding="utf-8")
    option = random.choice(EXPORTERS).name
    command("explain", "1", "--report", path)
    command("allow", "suggest", path, "--hosts", "1")
    command("render", path)
    command("render", path, "--html", folder / "page.html", f"--{option}", folder / "other")


def _change(random: Random, content: Any) -> None:
    """Changes one value somewhere in a JSON document; most often to one of its own type."""
    while True:
        keys = list(content) if isinstance(content, dict) else list(range(len(content)))
        if not keys:
            return
        key = random.choice(keys)
        value = content[key]
        if isinstance(value, dict | list) and value and random.random() < 0.9:
            content = value
            continue
        if random.random() < 0.1:
            del content[key]
        elif isinstance(value, str) and random.random() < 0.7:
            content[key] = _text(random, value)
        elif isinstance(value, int | float) and random.random() < 0.7:
            content[key] = random.choice((0, -1, 2**63, 10**20, 1.5, 10**400))
        else:
            content[key] = deepcopy(random.choice((*TEXTS, *OTHERS[:5], *OTHERS[7:])))
        return


@cache
def _rule_files() -> tuple[bytes, ...]:
    fields = ("CommandLine|contains|all: [a, b]", "Image|re: 'a.*b'", "ParentImage|endswith: \\x")
    texts = [rule_text(f"selection:\n  {field}\ncondition: selection") for field in fields]
    texts.append(texts[0] + "lineage: {risk: 5, stage: impact, implicates: [actor]}\n")
    texts.append(texts[0] + "---\n" + texts[1])
    return tuple(text.encode() for text in texts)


TEMPLATE = (
    b"name: own\nstages:\n  - {tactic: impact, weight: 4}\n  - {tactic: execution, weight: 9}\n"
)


ALLOW = b"- {rule: Test rule, fields: {CommandLine: 'a*'}, reason: known, expires: 2030-01-01}\n"


def _attack_rules(random: Random, folder: Path) -> None:
    export = folder / "export.json"
    export.write_bytes(_exports()[5])
    rules = folder / "rules"
    rules.mkdir()
    for number in range(3):
        data = random.choice(_rule_files())
        content = damaged(random, data) if random.random() < 0.5 else _yaml(random, data)
        (rules / f"{number}.yml").write_bytes(content)
    template = folder / "own.yaml"
    template.write_bytes(damaged(random, TEMPLATE) if random.random() < 0.5 else TEMPLATE)
    options = ["--no-cache", "--rules", rules]
    allow = folder / "allow.yaml"
    allow.write_bytes(damaged(random, ALLOW))
    command("correlate", export, *options, "--template", template)
    command("correlate", export, "--allow", allow)
    command("detect", export, "--ndjson", *options)


def _yaml(random: Random, data: bytes) -> bytes:
    documents = list(yaml.safe_load_all(data))
    for document in documents:
        _change(random, document)
    text: str = yaml.safe_dump_all(documents, allow_unicode=True)
    return text.encode("utf-8", "surrogatepass")


# -- places ----------------------------------------------------------------------------------------


def _attack_places(random: Random, folder: Path) -> None:
    name = _name(random)
    try:
        (folder / name).mkdir()
        path = folder / name / _name(random)
        path.write_bytes(_exports()[5])
    except (OSError, ValueError):
        return  # this system has no such names
    command("correlate", folder / name, "--csv", folder / f"{name}.out")
    command("detect", path)
    command("inputs", path, "--json", random.choice(("-", folder / "inventory.json")))
    command("slice", path, "--file", _name(random), "--host", _name(random))
    command("explain", _name(random), "--report", path)


def _name(random: Random) -> str:
    alphabet = "ab .-\\'\"%$*?[]\x1b\x9b\u202e\u200bé\U0001f600\n\r\t=+@"
    text = "".join(random.choices(alphabet, k=random.choice((1, 3, 10, 60))))
    odd = os.fsdecode(random.choice((b"", b"\xff", b"\xc3("))) if os.name != "nt" else ""
    return (text + odd).replace("/", "").strip() or "a"


# -- what has to hold ------------------------------------------------------------------------------


def command(*arguments: object) -> int:
    """A command's status; what it prints is held against the interface.

    Raises:
        FaultError: the status is none of the interface's, or it said more than a line.
    """
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run([str(argument) for argument in arguments])
    told = err.getvalue()
    if status not in STATUSES or len(told.splitlines()) > 1:
        raise FaultError(f"{arguments[0]}: status {status}: {told[:2000]}")
    for line in out.getvalue().split("\n"):
        if not line.isprintable():
            raise FaultError(f"{arguments[0]} printed a control character: {line!r}")
    return status


def _check_report(report: dict[str, Any]) -> None:
    for entry in report["inputs"]:
        parts = ("events", "ignored", "duplicates", "rejected")
        if entry["records"] != sum(entry[part] for part in parts):
            raise FaultError(f"the ledger doesn't add up: {entry}")
    for chain in report["chains"]:
        points = sum(part["points"] for part in chain["score_parts"])
        if abs(chain["score"] - points) > 0.1 * len(chain["score_parts"]):
            raise FaultError(f"the score {chain['score']} isn't its parts' sum {points}")


KINDS: dict[str, Callable[[Random, Path], None]] = {
    "records": _attack_records,
    "files": _attack_files,
    "archives": _attack_archives,
    "reports": _attack_reports,
    "rules": _attack_rules,
    "places": _attack_places,
}
"""What is attacked -> one case of it."""

assert load_builtin()  # parsed once, before any case is timed
