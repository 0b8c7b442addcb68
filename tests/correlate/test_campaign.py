from __future__ import annotations

from attacks import ROAMING, chains, desktop, intrusion, settle
from hosts import SYSTEM32, Host

DIGEST = "SHA256=" + "5C" * 32
OTHER = "SHA256=" + "7D" * 32


def hosts(count: int) -> list[Host]:
    """Several machines, a minute apart."""
    made = [Host(f"ws{number:02}.example.test", machine=number) for number in range(count)]
    for number, host in enumerate(made):
        host.wait(60 * number)
    return made


def test_three_hosts_with_the_same_attack_are_three_chains_of_one_campaign() -> None:
    machines = hosts(3)
    for host in machines:
        attack = intrusion(host, "nipe", family="K2QX", hashes=DIGEST)
        host.ask(attack.payload, "c2.example.test")
    found = chains(*machines)
    assert [chain.hosts for chain in found] == [[host.name] for host in machines]
    campaigns = [chain.campaign for chain in found]
    assert campaigns[0] is not None
    assert campaigns[0].name.startswith("campaign-")
    assert campaigns.count(campaigns[0]) == 3


def test_it_tells_what_the_chains_share() -> None:
    machines = hosts(2)
    for host in machines:
        attack = intrusion(host, "nipe", family="K2QX", hashes=DIGEST)
        host.ask(attack.payload, "c2.example.test")
    campaign = chains(*machines)[0].campaign
    assert campaign is not None
    assert {(trait.kind, trait.value) for trait in campaign.traits} == {
        ("autostart", "nipe=nipe.exe"),
        ("family key", "remcos-k2qx"),
        ("name", "c2.example.test"),
        ("program", "5C" * 32),
    }


def test_the_name_depends_on_the_traits_alone() -> None:
    def name(count: int) -> str:
        machines = hosts(count)
        for host in machines:
            intrusion(host, "nipe", family="K2QX", hashes=DIGEST)
        campaign = chains(*machines)[0].campaign
        assert campaign is not None
        return campaign.name

    assert name(2) == name(3)


def test_one_chain_alone_is_no_campaign() -> None:
    host = Host()
    intrusion(host, "nipe", family="K2QX", hashes=DIGEST)
    assert [chain.campaign for chain in chains(host)] == [None]


def test_attacks_that_share_nothing_of_their_own_are_no_campaign() -> None:
    machines = hosts(2)
    for host, name, family, digest in zip(
        machines, ("nipe", "hoxi"), ("K2QX", "9ZTT"), (DIGEST, OTHER), strict=True
    ):
        intrusion(host, name, family=family, hashes=digest)
    assert [chain.campaign for chain in chains(*machines)] == [None, None]


def test_public_services_and_windows_programs_make_no_campaign() -> None:
    machines = hosts(2)
    for host, name, family in zip(machines, ("nipe", "hoxi"), ("K2QX", "9ZTT"), strict=True):
        attack = intrusion(host, name, family=family)
        browser = host.run(
            r"C:\Program Files\Google\Chrome\Application\chrome.exe", parent=desktop(host)
        )
        for asker in (attack.payload, browser):
            host.ask(asker, "api.telegram.org")
        host.run(SYSTEM32 + "cmd.exe", "cmd.exe", parent=attack.payload, Hashes=DIGEST)
    assert [chain.campaign for chain in chains(*machines)] == [None, None]


def test_a_program_that_everybody_installed_makes_no_campaign() -> None:
    machines = hosts(2)
    for host in machines:
        program = host.run(ROAMING + "Chat\\chat.exe", parent=desktop(host), Hashes=DIGEST)
        settle(host, program, "Chat")
    assert [(chain.verdict, chain.campaign) for chain in chains(*machines)] == [
        ("suspicious", None),
        ("suspicious", None),
    ]


def test_two_campaigns_stay_apart() -> None:
    machines = hosts(4)
    for number, host in enumerate(machines):
        name, family = (("nipe", "K2QX"), ("hoxi", "9ZTT"))[number % 2]
        intrusion(host, name, family=family)
    named = {chain.hosts[0]: chain.campaign for chain in chains(*machines)}
    first, second, third, fourth = (named[host.name] for host in machines)
    assert first == third != second == fourth
    assert first is not None
    assert second is not None
