"""What leaves as an indicator is the attack's own: nothing of Windows, of installers or of all."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
import stix2
from sample_chain import ChainBuilder
from sample_intrusion import MONDAY
from sample_report import full_report, hostile_report, report_of

from lineage.detect.catalog import load_builtin
from lineage.export import iocs, misp, stix
from lineage.report.indicators import SERVICES_OF_ALL, any_users, indicators

if TYPE_CHECKING:
    from lineage.report.model import Chain, Report

HOME = r"C:\Users\dana\AppData\Roaming"
SYSTEM = r"C:\Windows\System32"
RUN = r"HKU\S-1-5-21-1004\Software\Microsoft\Windows\CurrentVersion\Run\updater"


def chain(verdict: Any = "probable", **hashes: dict[str, str]) -> Chain:
    """A script host that drops a program, which stays, asks for names and runs Windows' tools."""
    c = ChainBuilder("WS1.corp.example", MONDAY, "a.evtx")
    word = c.process(
        10, r"C:\Program Files\Office16\WINWORD.EXE", "WINWORD.EXE a.docm", "process:x"
    )
    c.does(word, "loaded", "module", r"C:\Program Files\Common Files\VBA\VBE7.DLL")
    c.does(word, "wrote", "file", r"C:\Users\dana\AppData\Roaming\Microsoft\Templates\Normal.dotm")
    c.does(word, "queried", "dns", "cdn.tracker.example")
    shell = c.process(11, rf"{SYSTEM}\WindowsPowerShell\v1.0\powershell.exe", "powershell a", word)
    c.does(shell, "wrote", "file", r"C:\Users\dana\AppData\Local\Temp\__PSScriptPolicyTest_a.b.ps1")
    c.does(shell, "wrote", "file", rf"{HOME}\notes.log")
    c.does(shell, "wrote", "file", rf"{HOME}\updater.exe")
    rat = c.process(12, rf"{HOME}\updater.exe", "updater.exe", shell, role="dropped program")
    name = c.does(rat, "queried", "dns", "api.telegram.org")
    c.hit("Suspicious Process DNS Query Known Abuse Web Services", name, {"QueryName": "t.me"})
    for asked in ("c2.invalid.example", "ctldl.windowsupdate.com", "dc1.corp.example", "wpad"):
        c.does(rat, "queried", "dns", asked)
    for address in ("198.51.100.7:443/tcp", "9.9.9.9:443/tcp", "10.0.0.5:445/tcp"):
        c.does(rat, "connected", "endpoint", address)
    entry = c.does(rat, "set", "registry", RUN)
    c.hit("Registry Keys Used For Persistence", entry, {"TargetObject": RUN}, event_id=13)
    c.does(rat, "set", "registry", r"HKU\S-1-5-21-1004\Software\Microsoft\Internet Settings\Proxy")
    copy = c.process(13, rf"{HOME}\svc.exe", "svc.exe -decode", rat)
    c.process(14, rf"{SYSTEM}\cmd.exe", "cmd /c ver", rat)
    c.process(
        15, r"C:\Users\dana\AppData\Local\Google\Chrome\Application\chrome.exe", "chrome", rat
    )
    c.process(16, r"C:\Python312\python.exe", "python a.py", rat)
    made = c.chain(verdict, None, [("risk", 50.0, "of these")])
    processes = []
    for process in made.processes:
        changes: dict[str, Any] = {
            "hashes": hashes.get(process.node, {"SHA256": f"{process.pid:064X}"})
        }
        if process.node == copy:
            changes["original_file_name"] = "CertUtil.exe"
        processes.append(process.model_copy(update=changes))
    return made.model_copy(update={"processes": processes})


def test_only_what_the_attack_brought() -> None:
    assert {(one.kind, one.value) for one in indicators(chain())} == {
        ("file", rf"{HOME}\updater.exe"),
        ("file", rf"{HOME}\svc.exe"),
        ("domain", "c2.invalid.example"),
        ("address", "9.9.9.9"),
        ("registry", RUN),
    }


def test_a_renamed_program_of_windows_is_known_by_its_place_alone() -> None:
    by_name = {one.value.rpartition("\\")[2]: one for one in indicators(chain())}
    assert by_name["updater.exe"].hashes
    assert not by_name["svc.exe"].hashes


def test_content_that_lies_where_windows_lies_is_no_indicator() -> None:
    made = chain()
    cmd = next(one for one in made.processes if "cmd.exe" in (one.image or ""))
    rat = next(one for one in made.processes if "updater.exe" in (one.image or ""))
    same = chain(**{rat.node: cmd.hashes})
    assert not any(one.hashes for one in indicators(same))


def test_services_of_all_are_known_by_rules_that_there_are() -> None:
    rules = (*load_builtin("remcos"), *load_builtin("tradecraft"))
    assert {rule.detection.rule_id for rule in rules} >= SERVICES_OF_ALL


def test_a_suspicious_chain_has_none() -> None:
    assert indicators(chain("suspicious")) == []


def test_each_names_its_first_record() -> None:
    for one in indicators(chain()):
        if not one.value.endswith("svc.exe"):
            assert one.source == "a.evtx"
            assert one.record
        assert one.hosts == ("WS1.corp.example",)


@pytest.mark.parametrize("report", [full_report(), hostile_report(), report_of([chain()])])
def test_stix_accuses_nothing_else(report: Report) -> None:
    bundle = json.loads(stix.render(report))
    accused = [one for one in bundle["objects"] if one["type"] == "indicator"]
    allowed = [one for each in report.chains for one in indicators(each)]
    assert len(accused) <= len(allowed)
    assert accused
    for one in accused:
        assert stix2.parse(one).pattern == one["pattern"]
        assert not any(name in one["pattern"].lower() for name in ("system32", "program files"))


def test_lists_hold_every_indicator() -> None:
    report = report_of([chain("confirmed")])
    rows = list(csv.DictReader(io.StringIO(iocs.render(report).removeprefix("\ufeff"))))
    assert [row["value"] for row in rows] == [one.value for one in indicators(report.chains[0])]
    assert all(row["first_seen"].endswith("0Z") and len(row["first_seen"]) == 28 for row in rows)
    event = json.loads(misp.render(report))["Event"]
    assert event["threat_level_id"] == "1"
    kinds = {(one["type"], one["to_ids"]) for one in event["Attribute"]}
    assert kinds == {
        ("sha256", True), ("filename", False), ("domain", True), ("ip-dst|port", True),
        ("regkey", True),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "anybody"),
    [
        (r"C:\Users\dana\a.exe", r"C:\Users\*\a.exe"),
        (r"c:\users\Public\a.exe", r"c:\users\Public\a.exe"),
        (r"HKU\S-1-5-21-1004_Classes\CLSID\X", r"HKU\*\CLSID\X"),
        (r"HKLM\Software\X", r"HKLM\Software\X"),
    ],
)
def test_a_user_s_own_path_is_any_user_s(path: str, anybody: str) -> None:
    assert any_users(path) == anybody
