"""Strangers stay apart, and who only looks at malware is no malware."""

from __future__ import annotations

import pytest
from attacks import USER, desktop, intrusion, tagged
from hosts import SYSTEM32, Host

HOUR = 3_600
SHELL = SYSTEM32 + "cmd.exe"
FILE_MANAGER = r"C:\totalcmd\TOTALCMD64.EXE"


def members(host: Host) -> list[set[int | None]]:
    graph = tagged(host)
    return [
        {graph.graph.process(each).pid for each in cluster.processes} for cluster in graph.clusters
    ]


@pytest.mark.parametrize("launcher", [SHELL, FILE_MANAGER])
def test_what_an_open_shell_started_an_hour_apart_is_two_chains(launcher: str) -> None:
    host = Host()
    shell = host.run(launcher, parent=desktop(host))
    host.wait(HOUR)
    first = intrusion(host, "nipe", shell=shell)
    host.wait(HOUR)
    second = intrusion(host, "varo", shell=shell)
    assert members(host) == [first.pids, second.pids]


@pytest.mark.parametrize(
    ("image", "command_line"),
    [
        (SYSTEM32 + "certutil.exe", "certutil -hashfile {payload} SHA256"),
        (r"C:\Program Files\7-Zip\7z.exe", "7z a q.zip {payload}"),
        (USER + r"Downloads\sigcheck64.exe", "sigcheck64 -a {payload}"),
        (SYSTEM32 + "notepad.exe", "notepad.exe {payload}"),
        (
            SYSTEM32 + r"WindowsPowerShell\v1.0\powershell.exe",
            "powershell -Command Get-FileHash {payload}",
        ),
    ],
)
def test_who_only_looks_at_a_payload_is_not_the_attack(image: str, command_line: str) -> None:
    host = Host()
    shell = desktop(host)
    attack = intrusion(host, "nipe", shell=shell)
    host.wait(HOUR)
    host.run(image, command_line.format(payload=attack.image), parent=shell)
    assert members(host) == [attack.pids]


@pytest.mark.parametrize("name", ["chrome.exe", "onedrive.exe"])
def test_a_payload_that_borrows_a_browsers_name_stays_in_its_chain(name: str) -> None:
    host = Host()
    attack = intrusion(host, name.removesuffix(".exe"), shell=desktop(host))
    assert members(host) == [attack.pids]
