from __future__ import annotations

import pytest
from attacks import HIVE, ROAMING, Intrusion, chains, desktop, intrusion, tagged
from hosts import Host

from lineage.correlate.family import families, family_key


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (HIVE + "Software\\Remcos-K2QX\\exepath", "remcos-k2qx"),
        (HIVE + "SOFTWARE\\Rmc-8K2VQX\\licence", "rmc-8k2vqx"),
        ("HKLM\\Software\\Remcos-K2QX\\a\\b", "remcos-k2qx"),
    ],
)
def test_the_familys_key_is_what_stands_below_software(path: str, key: str) -> None:
    host = Host()
    host.set_value(host.run(ROAMING + "a.exe", parent=desktop(host)), path, "01")
    found = tagged(host)
    assert {family_key(hit, found.graph) for hit in found.hits} == {key}


def test_hits_that_name_no_family_have_none() -> None:
    host = Host()
    tool = host.run(ROAMING + "a.exe", parent=desktop(host))
    host.set_value(tool, HIVE + "Software\\Microsoft\\Windows\\CurrentVersion\\Run\\a", "a.exe")
    host.write(tool, ROAMING + "remcos\\logs.dat")
    found = tagged(host)
    assert len(found.hits) == 2
    assert {family_key(hit, found.graph) for hit in found.hits} == {None}


KEY = HIVE + "Software\\qwertz-A1B2\\"
OTHER = HIVE + "Software\\Vendor\\"


def settings(host: Host, attack: Intrusion, *values: str, key: str = KEY) -> None:
    for value in values:
        host.set_value(attack.payload, key + value, "Binary Data")


@pytest.mark.parametrize(
    ("values", "family"),
    [
        (("exepath", "licence"), "Remcos"),
        (("licence", "time", "EXEPATH"), "Remcos"),
        (("licence",), None),
        (("exepath", "license"), None),
        (("time", "UID", "WD"), None),
    ],
)
def test_the_key_is_known_by_its_values_whatever_its_name(
    values: tuple[str, ...], family: str | None
) -> None:
    host = Host()
    settings(host, intrusion(host, "nipe"), *values)
    (chain,) = chains(host)
    assert (chain.verdict, chain.family) == ("confirmed" if family else "probable", family)


def test_values_of_two_keys_are_no_mark() -> None:
    host = Host()
    attack = intrusion(host, "nipe")
    settings(host, attack, "exepath")
    settings(host, attack, "licence", key=OTHER)
    (chain,) = chains(host)
    assert chain.family is None


def test_values_further_down_belong_to_a_vendor() -> None:
    host = Host()
    settings(host, intrusion(host, "nipe"), "exepath", "licence", key=OTHER + "Product\\")
    (chain,) = chains(host)
    assert chain.family is None


@pytest.mark.parametrize(
    "path",
    [
        ROAMING + "sounddrv\\qqq.dat",
        ROAMING + "Pics\\time_20260302_101112.jpg",
        ROAMING + "Pics\\wnd_20260302_101112.png",
        "C:\\Rec\\2026-03-02 10.11.wav",
    ],
)
def test_files_under_an_operators_own_names_count_beside_the_key(path: str) -> None:
    host = Host()
    attack = intrusion(host, "nipe")
    host.write(attack.payload, path)
    settings(host, attack, "exepath", "licence")
    (chain,) = chains(host)
    (why,) = (part.why for part in chain.score_parts if part.part == "family")
    assert path.lower() in why


def test_the_same_files_alone_name_no_family() -> None:
    host = Host()
    attack = intrusion(host, "nipe")
    for name in ("logs.dat", "time_20260302_101112.jpg", "2026-03-02 10.11.wav"):
        host.write(attack.payload, ROAMING + name)
    (chain,) = chains(host)
    assert (chain.verdict, chain.family) == ("probable", None)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (r"Software\Remcos-8H18K4\licence", "confirmed"),
        (r"Software\Rmc-8H18K4\WD", "confirmed"),
        (r"Software\Rmc-8H18K4\FR", "confirmed"),
        (r"Software\RemcosTools\licence", "probable"),
        (r"Software\Remcos-8H18K4\Language", "probable"),
        (r"Software\Remcos-8H18K4\Inj", "probable"),
    ],
)
def test_a_keys_default_name_and_one_of_its_values_are_two_facts(value: str, verdict: str) -> None:
    host = Host()
    host.set_value(host.unseen(ROAMING + "a.exe"), HIVE + value, "(Empty)")
    (chain,) = chains(host)
    assert (chain.verdict, chain.family) == (verdict, "Remcos")


def test_a_program_and_a_file_in_one_folder_are_one_fact() -> None:
    host = Host()
    tool = host.run(ROAMING + "Remcos\\tool.exe", parent=desktop(host))
    host.write(tool, ROAMING + "Remcos\\cache.dat")
    (chain,) = chains(host)
    assert (chain.verdict, chain.family) == ("probable", "Remcos")


def test_a_lone_mark_and_another_strong_fact_confirm_it() -> None:
    host = Host()
    tool = host.run(ROAMING + "Remcos\\tool.exe", parent=desktop(host))
    host.ask(tool, "api.telegram.org")
    (chain,) = chains(host)
    assert (chain.verdict, chain.family) == ("confirmed", "Remcos")


def test_what_a_family_keeps_together_is_among_its_values() -> None:
    for family in families().values():
        assert len(family.own) >= 2
        assert family.own <= family.values
