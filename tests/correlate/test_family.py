from __future__ import annotations

import pytest
from attacks import HIVE, ROAMING, desktop, tagged
from hosts import Host

from lineage.correlate.family import family_key


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
