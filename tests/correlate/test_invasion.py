"""An attack that moves into another process, and parents that are only guessed."""

from __future__ import annotations

import pytest
from attacks import USER, chains, desktop, intrusion, pids
from hosts import EXPLORER, SYSTEM32, Host, Program

CMD = SYSTEM32 + "cmd.exe"
NOTEPAD = SYSTEM32 + "notepad.exe"
LSASS = SYSTEM32 + "lsass.exe"
CHROME = r"C:\Program Files\Google\Chrome\Application\chrome.exe"
HOUR = 3_600


def shell_of(host: Host) -> Program:
    """The user's shell, its start logged."""
    userinit = host.run(SYSTEM32 + "userinit.exe")
    return host.run(EXPLORER, parent=userinit)


@pytest.mark.parametrize("rights", [None, "0x1fffff", "0x3a"])
def test_what_an_injected_process_does_from_then_on_is_the_attacks(rights: str | None) -> None:
    host = Host()
    shell = shell_of(host)
    notepad = host.run(NOTEPAD, parent=shell)
    before = host.run(CMD, "cmd /c ver", parent=notepad)
    attack = intrusion(host, "nipe", shell=shell)
    if rights is None:
        host.inject(attack.payload, notepad)
    else:
        host.access(attack.payload, notepad, rights)
    after = host.run(CMD, "cmd /c whoami", parent=notepad)
    (chain,) = chains(host)
    assert pids(chain) == attack.pids | {notepad.pid, after.pid}
    assert before.pid not in pids(chain)


@pytest.mark.parametrize("rights", ["0x1000", "0x1410", "0x40", "-", None])
def test_a_process_that_is_only_read_is_nobodys(rights: str | None) -> None:
    host = Host()
    lsass = host.run(LSASS)
    attack = intrusion(host, "nipe")
    host.access(attack.payload, lsass, rights)
    (chain,) = chains(host)
    assert pids(chain) == attack.pids


def test_who_dumps_credentials_takes_no_process_over() -> None:
    host = Host()
    lsass = host.run(LSASS)
    attack = intrusion(host, "nipe")
    host.access(attack.payload, lsass, "0x1fffff")
    (chain,) = chains(host)
    assert pids(chain) == attack.pids


def test_the_handle_that_starting_a_process_gives_says_nothing() -> None:
    host = Host()
    attack = intrusion(host, "nipe", shell=desktop(host))
    browser = host.run(CHROME, parent=attack.payload)
    host.time = browser.start
    host.access(attack.payload, browser, "0x1fffff")
    (chain,) = chains(host)
    assert browser.pid not in pids(chain)


def test_who_opens_every_process_has_entered_none() -> None:
    host = Host()
    others = [host.run(NOTEPAD) for _ in range(9)]
    attack = intrusion(host, "nipe")
    for other in others:
        host.access(attack.payload, other, "0x1fffff")
    (chain,) = chains(host)
    assert pids(chain) == attack.pids


def test_an_injected_shell_still_opens_what_its_user_wants() -> None:
    host = Host()
    shell = shell_of(host)
    attack = intrusion(host, "nipe", shell=shell)
    host.inject(attack.payload, shell)
    wanted = [host.run(CHROME, parent=shell), host.run(WORD_VIEWER, parent=shell)]
    unwanted = host.run(CMD, "cmd /c whoami", parent=shell)
    (chain,) = chains(host)
    assert pids(chain) == attack.pids | {shell.pid, unwanted.pid}
    assert not pids(chain) & {program.pid for program in wanted}


WORD_VIEWER = r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE"


def test_a_hit_on_an_injected_shell_belongs_to_the_attack() -> None:
    host = Host()
    shell = shell_of(host)
    attack = intrusion(host, "nipe", shell=shell)
    host.inject(attack.payload, shell)
    host.write(shell, USER + r"AppData\Roaming\remcos\logs.dat")
    (chain,) = chains(host)
    assert "Remcos RAT File Creation in Remcos Folder" in {hit.detection for hit in chain.evidence}
    assert shell.pid in pids(chain)


def test_a_hollowed_browser_is_the_attacks() -> None:
    host = Host()
    attack = intrusion(host, "nipe", shell=desktop(host))
    browser = host.run(CHROME, parent=attack.payload)
    host.replace_image(browser)
    child = host.run(CMD, "cmd /c whoami", parent=browser)
    (chain,) = chains(host)
    assert {browser.pid, child.pid} <= pids(chain)


def test_a_browser_that_locks_its_image_isnt_hollowed() -> None:
    host = Host()
    attack = intrusion(host, "nipe", shell=desktop(host))
    browser = host.run(CHROME, parent=attack.payload)
    host.replace_image(browser, "Image is locked for access")
    (chain,) = chains(host)
    assert browser.pid not in pids(chain)


def test_who_reaches_into_everybody_joins_nobody() -> None:
    host = Host()
    guard = host.run(r"C:\Program Files\Guard\guard.exe")
    attacks = []
    for name in ("nipe", "varo"):
        attack = intrusion(host, name, shell=desktop(host))
        host.inject(guard, attack.payload)
        attacks.append(attack.pids)
    for _ in range(8):
        host.inject(guard, host.run(NOTEPAD))
    assert sorted(map(pids, chains(host)), key=min) == attacks


def test_a_guessed_parent_alone_carries_no_chain() -> None:
    """Windows 7 names the parent by its pid alone, and this log tells no ends."""
    host = Host()
    attack = intrusion(host, "nipe", shell=desktop(host))
    host.see_start(attack.payload, "security", ParentImage=None)
    seen = {"seen_by": ["security"], "parent": attack.payload, "ParentImage": None}
    soon = host.run(CMD, "cmd /c whoami", **seen)
    host.wait(2 * HOUR)
    late = host.run(r"C:\Program Files\Vendor\backup.exe", **seen)
    (chain,) = chains(host)
    assert soon.pid in pids(chain)
    assert late.pid not in pids(chain)


def test_a_guessed_parent_joins_what_has_evidence_of_its_own() -> None:
    host = Host()
    attack = intrusion(host, "nipe", shell=desktop(host))
    host.wait(2 * HOUR)
    late = host.run(
        SYSTEM32 + r"WindowsPowerShell\v1.0\powershell.exe",
        "powershell Add-MpPreference -ExclusionPath C:\\",
        seen_by=["security"],
        parent=attack.payload,
        ParentImage=None,
    )
    (chain,) = chains(host)
    (process,) = (each for each in chain.processes if each.pid == late.pid)
    assert process.parent_is_guess
