from __future__ import annotations

import pytest
from attacks import (
    CMD,
    OUTLOOK,
    ROAMING,
    RUN,
    SVCHOST,
    TEMP,
    USER,
    WORD,
    WSCRIPT,
    desktop,
    intrusion,
    open_document,
    programs,
    run_script,
    settle,
    tagged,
)
from hosts import EXPLORER, SYSTEM32, Host, Program

from lineage.graph.programs import table

DAY = 86_400
HOUR = 3_600
DIGEST = "SHA256=" + "5C" * 32


def members(host: Host) -> list[set[int | None]]:
    """Process ids of each cluster."""
    graph = tagged(host)
    return [
        {graph.graph.process(each).pid for each in cluster.processes} for cluster in graph.clusters
    ]


def bystanders(host: Host) -> set[str]:
    """File names of the programs of all bystanders."""
    graph = tagged(host)
    return {
        (graph.graph.process(each).image or "").rpartition("\\")[2].lower()
        for cluster in graph.clusters
        for each in cluster.bystanders
    }


def alarm(host: Host, by: Program) -> None:
    """Something a detection hits: a program asks for a public service."""
    host.ask(by, "api.telegram.org")


class TestOneIntrusion:
    def test_is_one_cluster_with_all_that_it_ran_and_nothing_else(self) -> None:
        host = Host()
        shell = desktop(host)
        host.run(SYSTEM32 + "notepad.exe", parent=shell)
        attack = intrusion(host, "nipe", shell=shell)
        host.run(SYSTEM32 + "calc.exe", parent=shell)
        assert members(host) == [attack.pids]

    def test_the_desktop_is_a_bystander(self) -> None:
        host = Host()
        intrusion(host, "nipe")
        assert bystanders(host) == {"explorer.exe"}

    def test_begins_at_one_foothold(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe")
        graph = tagged(host)
        (cluster,) = graph.clusters
        assert {graph.graph.process(each).pid for each in cluster.footholds} == {attack.word.pid}

    def test_a_mailed_document_has_the_mail_program_as_bystander(self) -> None:
        host = Host()
        outlook = host.run(OUTLOOK, parent=desktop(host))
        attack = intrusion(host, "nipe", shell=outlook)
        assert members(host) == [attack.pids]
        assert "outlook.exe" in bystanders(host)

    def test_over_a_reboot_and_a_day_it_stays_one(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe")
        host.wait(DAY)
        again = host.run(attack.image, f'"{attack.image}"', parent=desktop(host))
        alarm(host, again)
        assert members(host) == [attack.pids | {again.pid}]

    def test_what_the_payload_starts_a_day_later_is_its_own(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe")
        host.wait(DAY)
        child = host.run(SYSTEM32 + "dxdiag.exe", "dxdiag /t a.txt", parent=attack.payload)
        assert members(host) == [attack.pids | {child.pid}]

    def test_order_of_arrival_does_not_matter(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe")
        host.events.reverse()
        assert members(host) == [attack.pids]


class TestWaysOfCausality:
    """Each way by which one process makes another, where no parent tells of it."""

    def start(self, host: Host) -> Program:
        word = open_document(host, "order")
        return run_script(host, word, "order")

    def test_written_then_run(self) -> None:
        host = Host()
        script = self.start(host)
        host.write(script, ROAMING + "a.exe")
        payload = host.run(ROAMING + "a.exe", parent=desktop(host))
        alarm(host, payload)
        assert len(members(host)) == 1

    def test_run_then_written_by_another_is_no_cause(self) -> None:
        host = Host()
        payload = host.run(ROAMING + "a.exe", parent=desktop(host))
        alarm(host, payload)
        script = self.start(host)
        host.write(script, ROAMING + "a.exe")
        assert len(members(host)) == 2

    def test_written_then_given_to_a_script_host(self) -> None:
        host = Host()
        script = self.start(host)
        host.write(script, TEMP + "b.js")
        second = host.run(WSCRIPT, f'wscript.exe "{TEMP}b.js"', parent=desktop(host))
        alarm(host, second)
        assert len(members(host)) == 1

    def test_a_document_handed_on_is_not_run(self) -> None:
        host = Host()
        script = self.start(host)
        host.write(script, USER + "Documents\\plan.docx")
        word = host.run(WORD, f'"{WORD}" "{USER}Documents\\plan.docx"', parent=desktop(host))
        host.load(word, r"C:\Program Files\Common Files\VBA\VBE7.DLL")
        assert len(members(host)) == 2

    def test_written_then_loaded(self) -> None:
        host = Host()
        script = self.start(host)
        host.write(script, TEMP + "dynwrapx.dll")
        loader = host.run(WSCRIPT, "wscript.exe other.vbs", parent=desktop(host))
        host.load(loader, TEMP + "dynwrapx.dll")
        assert len(members(host)) == 1

    def test_a_copy_of_the_program_under_another_name(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe", hashes=DIGEST)
        host.write(attack.payload, ROAMING + "nipe\\nipe.exe")
        copy = host.run(ROAMING + "copied\\svc.exe", parent=desktop(host), Hashes=DIGEST)
        alarm(host, copy)
        assert members(host) == [attack.pids | {copy.pid}]

    def test_the_same_name_with_other_content_is_another_program(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe", hashes=DIGEST)
        other = host.run(
            ROAMING + "other\\nipe.exe", parent=desktop(host), Hashes="SHA256=" + "7D" * 32
        )
        alarm(host, other)
        assert members(host) == [attack.pids, {other.pid}]

    def test_a_startup_folder(self) -> None:
        host = Host()
        script = self.start(host)
        folder = ROAMING + "Microsoft\\Windows\\Start Menu\\Programs\\Startup\\"
        host.write(script, folder + "update.exe")
        host.wait(DAY)
        payload = host.run(folder + "update.exe", parent=desktop(host))
        alarm(host, payload)
        assert len(members(host)) == 1

    def test_a_scheduled_task(self) -> None:
        host = Host()
        script = self.start(host)
        task = f'schtasks /create /sc minute /tn nipe /tr "{ROAMING}brought.exe"'
        host.run(SYSTEM32 + "schtasks.exe", task, parent=script)
        scheduler = host.run(SVCHOST, parent=host.unseen(SYSTEM32 + "services.exe"))
        payload = host.run(ROAMING + "brought.exe", parent=scheduler)
        alarm(host, payload)
        assert len(members(host)) == 1
        assert "svchost.exe" in bystanders(host)

    def test_a_launcher_that_nobody_tagged_is_the_attacks(self) -> None:
        host = Host()
        launcher = host.run(CMD, "cmd /c start a.exe", parent=desktop(host))
        payload = host.run(ROAMING + "a.exe", parent=launcher)
        alarm(host, payload)
        assert members(host) == [{launcher.pid, payload.pid}]

    def test_a_shell_that_has_been_open_for_hours_is_not(self) -> None:
        host = Host()
        shell = host.run(CMD, parent=desktop(host))
        host.wait(2 * HOUR)
        payload = host.run(ROAMING + "a.exe", parent=shell)
        alarm(host, payload)
        assert members(host) == [{payload.pid}]

    def test_a_launcher_that_also_starts_honest_programs_is_not(self) -> None:
        host = Host()
        launcher = host.run(CMD, "cmd /c logon.cmd", parent=desktop(host))
        host.run(SYSTEM32 + "net.exe", parent=launcher)
        payload = host.run(ROAMING + "a.exe", parent=launcher)
        alarm(host, payload)
        assert members(host) == [{payload.pid}]


class TestTwoIntrusions:
    def test_on_one_host_are_two(self) -> None:
        host = Host()
        shell = desktop(host)
        first = intrusion(host, "nipe", shell=shell)
        host.wait(HOUR)
        second = intrusion(host, "hoxi", shell=shell)
        assert members(host) == [first.pids, second.pids]

    def test_at_the_same_time_are_two(self) -> None:
        host = Host()
        shell = desktop(host)
        first, second = (open_document(host, name, shell) for name in ("nipe", "hoxi"))
        scripts = [run_script(host, word, str(word.pid)) for word in (first, second)]
        assert members(host) == [{first.pid, scripts[0].pid}, {second.pid, scripts[1].pid}]

    def test_out_of_one_mail_program_are_two(self) -> None:
        host = Host()
        outlook = host.run(OUTLOOK, parent=desktop(host))
        first = intrusion(host, "nipe", shell=outlook)
        second = intrusion(host, "hoxi", shell=outlook)
        assert members(host) == [first.pids, second.pids]

    def test_that_write_the_same_file_are_two_and_the_last_writer_counts(self) -> None:
        host = Host()
        first = intrusion(host, "nipe")
        second = intrusion(host, "hoxi")
        shared = ROAMING + "shared.exe"
        host.write(first.payload, shared)
        host.write(second.payload, shared)
        third = host.run(shared, parent=desktop(host))
        assert members(host) == [first.pids, second.pids | {third.pid}]

    def test_that_write_it_where_every_script_is_suspected_are_two_as_well(self) -> None:
        host = Host()
        first = intrusion(host, "nipe")
        second = intrusion(host, "hoxi")
        for attack in (first, second):
            host.write(attack.payload, TEMP + "shared.exe")
        third = host.run(TEMP + "shared.exe", parent=desktop(host))
        alarm(host, third)
        assert members(host) == [first.pids, second.pids | {third.pid}]

    def test_that_set_the_same_run_value_are_two_and_the_last_setter_counts(self) -> None:
        host = Host()
        first = intrusion(host, "nipe")
        second = intrusion(host, "hoxi")
        for attack in (first, second):
            host.set_value(attack.payload, RUN + "Updater", f'"{second.image}"')
        host.wait(DAY)
        again = host.run(second.image, parent=desktop(host))
        assert members(host) == [first.pids, second.pids | {again.pid}]

    def test_with_the_same_family_key_on_one_host_are_one_infection(self) -> None:
        host = Host()
        first = intrusion(host, "nipe", family="K2QX")
        second = host.run(ROAMING + "other.exe", parent=desktop(host))
        settle(host, second, "other", family="K2QX")
        assert members(host) == [first.pids | {second.pid}]

    def test_with_their_own_family_keys_are_two(self) -> None:
        host = Host()
        first = intrusion(host, "nipe", family="K2QX")
        second = intrusion(host, "hoxi", family="9ZTT")
        assert members(host) == [first.pids, second.pids]

    def test_on_two_hosts_with_the_same_paths_are_two(self) -> None:
        one, other = Host("ws01.example.test"), Host("ws02.example.test", machine=0x77)
        intrusion(one, "nipe", family="K2QX")
        other.wait(1)
        intrusion(other, "nipe", family="K2QX")
        hosts = [{hit.host for hit in cluster.hits} for cluster in tagged(one, other).clusters]
        assert hosts == [{one.name}, {other.name}]


class TestGaps:
    def test_the_script_hosts_start_was_never_logged(self) -> None:
        host = Host()
        word = open_document(host, "nipe")
        host.write(word, TEMP + "nipe.vbs")
        script = host.unseen(WSCRIPT, parent=word)
        script.command_line = f'wscript.exe "{TEMP}nipe.vbs"'
        host.write(script, ROAMING + "nipe.exe")
        payload = host.run(ROAMING + "nipe.exe", parent=script)
        settle(host, payload, "nipe")
        graph = tagged(host)
        (cluster,) = graph.clusters
        inside = [graph.graph.process(each) for each in cluster.processes]
        placeholders = [process for process in inside if process.placeholder]
        assert {process.pid for process in inside} == {word.pid, script.pid, payload.pid}
        assert [process.pid for process in placeholders] == [script.pid]

    def test_the_payloads_file_was_never_logged(self) -> None:
        host = Host()
        script = run_script(host, open_document(host, "nipe"), "nipe")
        payload = host.run(ROAMING + "nipe.exe", parent=script)
        settle(host, payload, "nipe")
        assert len(members(host)) == 1

    def test_neither_the_file_nor_the_first_run_of_the_payload_had_a_parent(self) -> None:
        host = Host()
        first = host.run(ROAMING + "nipe.exe")
        settle(host, first, "nipe")
        host.wait(DAY)
        again = host.run(ROAMING + "nipe.exe", parent=desktop(host))
        alarm(host, again)
        assert members(host) == [{first.pid, again.pid}]

    def test_a_program_of_the_house_runs_again_without_being_one_attack(self) -> None:
        host = Host()
        for _ in range(2):
            script = host.run(WSCRIPT, "wscript.exe //e:vbscript a.txt", parent=desktop(host))
            alarm(host, script)
            host.wait(HOUR)
        assert len(members(host)) == 2


class TestHubs:
    def test_a_shell_that_keeps_starting_things_does_not_join_strangers(self) -> None:
        host = Host()
        shell = host.run(CMD, parent=desktop(host))
        seeds = []
        for number in range(14):
            host.run(SYSTEM32 + "net.exe", parent=shell)
            host.wait(HOUR / 2)
            if number in {3, 9}:
                seeds.append(host.run(f"{ROAMING}tool{number}.exe", parent=shell))
                alarm(host, seeds[-1])
        assert members(host) == [{seed.pid} for seed in seeds]

    def test_an_untagged_process_that_started_two_things_in_one_go_does(self) -> None:
        host = Host()
        installer = host.run(USER + "Downloads\\setup.exe", parent=desktop(host))
        seeds = [host.run(f"{ROAMING}tool{n}.exe", parent=installer) for n in range(2)]
        for seed in seeds:
            alarm(host, seed)
        assert members(host) == [{installer.pid, *(seed.pid for seed in seeds)}]

    @pytest.mark.parametrize(
        ("image", "parent"),
        [
            (SVCHOST, SYSTEM32 + "services.exe"),
            (SYSTEM32 + "services.exe", SYSTEM32 + "wininit.exe"),
            (EXPLORER, SYSTEM32 + "userinit.exe"),
            (r"C:\Program Files\Google\Chrome\Application\chrome.exe", EXPLORER),
        ],
    )
    def test_windows_own_and_browsers_do_not_join_their_children(
        self, image: str, parent: str
    ) -> None:
        host = Host()
        hub = host.run(image, parent=host.unseen(parent))
        seeds = [host.run(f"{ROAMING}tool{n}.exe", parent=hub) for n in range(2)]
        for seed in seeds:
            alarm(host, seed)
        assert members(host) == [{seed.pid} for seed in seeds]

    def test_a_hollowed_service_host_is_no_hub(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe")
        hollow = host.run(SVCHOST, parent=attack.payload)
        child = host.run(ROAMING + "second.exe", parent=hollow)
        alarm(host, child)
        assert members(host) == [attack.pids | {hollow.pid, child.pid}]

    def test_a_service_host_in_a_users_folder_is_no_hub(self) -> None:
        host = Host()
        fake = host.run(ROAMING + "svchost.exe", parent=host.unseen(SYSTEM32 + "services.exe"))
        child = host.run(ROAMING + "second.exe", parent=fake)
        alarm(host, fake)
        alarm(host, child)
        assert members(host) == [{fake.pid, child.pid}]

    def test_a_browser_that_the_attack_opens_is_not_followed(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe")
        browser = host.run(
            r"C:\Program Files\Google\Chrome\Application\chrome.exe", parent=attack.payload
        )
        download = host.run(USER + "Downloads\\game.exe", parent=browser)
        alarm(host, host.run(ROAMING + "game.exe", parent=download))
        assert browser.pid not in members(host)[0]
        assert download.pid not in members(host)[0]


class TestTakenOverOffice:
    def test_only_what_it_did_from_the_first_hit_on_is_the_attacks(self) -> None:
        host = Host()
        word = host.run(WORD, f'"{WORD}" "{USER}a.docm"', parent=desktop(host))
        before = host.run(USER + "addin.exe", parent=word)
        host.load(word, r"C:\VBA\VBE7.DLL")
        after = host.run(USER + "addin2.exe", parent=word)
        assert members(host) == [{word.pid, after.pid}]
        assert before.pid not in members(host)[0]

    @pytest.mark.parametrize("child", ["splwow64.exe", "ai.exe", "WerFault.exe"])
    def test_its_usual_children_are_not_the_attacks(self, child: str) -> None:
        host = Host()
        word = open_document(host, "nipe")
        host.run(SYSTEM32 + child, parent=word)
        script = run_script(host, word, "nipe")
        assert members(host) == [{word.pid, script.pid}]

    @pytest.mark.parametrize(
        "name", [each.name for each in table().values() if each.kind == "office"]
    )
    def test_whichever_program_of_office_it_is(self, name: str) -> None:
        host = Host()
        office = host.run(rf"C:\Program Files\Office16\{name.upper()}", parent=desktop(host))
        host.run(SYSTEM32 + "splwow64.exe", parent=office)
        host.run(USER + "addin.exe", parent=office)
        host.wait(3 * HOUR)
        host.write(office, TEMP + "a.js")
        script = host.run(WSCRIPT, "wscript.exe a.vbs", parent=office)
        assert members(host) == [{office.pid, script.pid}]

    def test_what_other_parents_of_its_kind_start_here_is_usual_too(self) -> None:
        host = Host()
        shell = desktop(host)
        for _ in range(2):
            honest = host.run(WORD, parent=shell)
            host.run(r"C:\Program Files\Citations\cite.exe", parent=honest)
        word = open_document(host, "nipe", shell)
        host.run(r"C:\Program Files\Citations\cite.exe", parent=word)
        script = run_script(host, word, "nipe")
        assert members(host) == [{word.pid, script.pid}]

    def test_injected_winhlp32_is_the_attacks_from_its_hit_on(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe")
        help_viewer = host.run(r"C:\Windows\winhlp32.exe", parent=attack.payload)
        child = host.run(SYSTEM32 + "dxdiag.exe", "dxdiag /t x", parent=help_viewer)
        assert members(host) == [attack.pids | {help_viewer.pid, child.pid}]


class TestPidReuse:
    def test_an_honest_process_with_the_payloads_old_pid_is_not_the_attacks(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe")
        host.wait(HOUR)
        honest = host.run(SYSTEM32 + "mmc.exe", parent=desktop(host), pid=attack.payload.pid)
        host.run(SYSTEM32 + "notepad.exe", parent=honest)
        graph = tagged(host)
        (cluster,) = graph.clusters
        assert programs(cluster, graph) == {"winword.exe", "wscript.exe", "nipe.exe"}

    def test_without_guids_the_process_alive_then_is_meant(self) -> None:
        host = Host()
        shell = desktop(host)
        word = host.run(WORD, parent=shell, seen_by=("security",))
        script = host.run(WSCRIPT, "wscript.exe a.vbs", parent=word, seen_by=("security",))
        payload = host.run(ROAMING + "a.exe", parent=script, seen_by=("security",))
        host.wait(HOUR)
        honest = host.run(SYSTEM32 + "mmc.exe", parent=shell, pid=script.pid, seen_by=("security",))
        host.run(SYSTEM32 + "notepad.exe", parent=honest, seen_by=("security",))
        graph = tagged(host)
        (cluster,) = graph.clusters
        assert programs(cluster, graph) == {"winword.exe", "wscript.exe", "a.exe"}
        assert payload.pid in members(host)[0]


def test_nothing_tagged_means_no_clusters() -> None:
    host = Host()
    host.run(SYSTEM32 + "notepad.exe", parent=desktop(host))
    assert tagged(host).clusters == []


def test_a_lone_object_made_by_a_bystander_is_a_cluster_without_processes() -> None:
    host = Host()
    shell = host.run(EXPLORER, parent=host.unseen(SYSTEM32 + "userinit.exe"))
    host.write(shell, ROAMING + "Microsoft\\Windows\\Recent\\cd.iso.lnk")
    (cluster,) = tagged(host).clusters
    assert cluster.processes == {}
    assert [hit.detection.title for hit in cluster.hits] == ["Windows ISO LNK File Creation"]
