from __future__ import annotations

from attacks import WSCRIPT, chains, desktop, intrusion, report
from hosts import SYSTEM32, Host


def roles(host: Host) -> dict[int | None, str]:
    return {each.pid: each.role for chain in chains(host) for each in chain.processes}


def test_each_process_of_an_intrusion_plays_its_part() -> None:
    host = Host()
    attack = intrusion(host, "nipe", family="K2QX")
    viewer = host.run(SYSTEM32 + "dxdiag.exe", "dxdiag /t a", parent=attack.payload)
    editor = host.run(SYSTEM32 + "reg.exe", "reg query HKCU", parent=attack.payload)
    tool = host.run(r"C:\Windows\winhlp32.exe", parent=attack.payload)
    host.wait(86_400)
    again = host.run(attack.image, parent=desktop(host))
    assert roles(host) == {
        attack.word.pid: "document host",
        attack.script.pid: "script host",
        attack.payload.pid: "dropped program",
        viewer.pid: "system inventory",
        editor.pid: "registry editor",
        tool.pid: "tool",
        again.pid: "persisted program",
    }


def test_bystanders_are_listed_apart() -> None:
    host = Host()
    attack = intrusion(host, "nipe")
    (chain,) = report(host).chains
    assert [(each.image, each.role) for each in chain.bystanders] == [
        (r"C:\Windows\explorer.exe", "bystander")
    ]
    assert {each.node for each in chain.bystanders}.isdisjoint(
        each.node for each in chain.processes
    )
    assert chain.processes[0].parent == chain.bystanders[0].node
    assert attack.word.pid == chain.processes[0].pid


def test_processes_stand_in_order_of_their_start() -> None:
    host = Host()
    intrusion(host, "nipe")
    host.run(WSCRIPT, "wscript //e:vbscript x", parent=desktop(host))
    for chain in chains(host):
        starts = [each.start or "" for each in chain.processes]
        assert starts == sorted(starts)
