from __future__ import annotations

import pytest
from hosts import EXPLORER, Host, graph_of

from lineage.graph.volumes import MOUNT_WINDOW, Volumes
from lineage.times import TICKS

WINDOW = MOUNT_WINDOW // TICKS


def mounted(host: Host, opened: int) -> list[str | None]:
    """The programs that ran from an image opened then."""
    graph = graph_of(host.events)
    found = Volumes(graph).mounted_programs(host.name, opened)
    return [graph.process(process_id).image for process_id in found]


def test_a_program_from_a_drive_new_to_the_host_came_with_the_image() -> None:
    host = Host()
    host.run(r"D:\tools\a.exe")
    opened = host.time
    host.run(EXPLORER)
    host.run(r"E:\invoice.exe")
    host.run(r"D:\tools\a.exe")
    host.run(r"\\server\share\b.exe")
    host.run("bare.exe")
    assert mounted(host, opened) == [r"E:\invoice.exe"]


def test_the_drive_that_a_program_works_on_counts_too() -> None:
    host = Host()
    opened = host.time
    host.run(r"C:\Windows\System32\wscript.exe", CurrentDirectory="E:\\")
    assert mounted(host, opened) == [r"C:\Windows\System32\wscript.exe"]


@pytest.mark.parametrize(("wait", "count"), [(0, 1), (WINDOW, 1), (WINDOW + 1, 0)])
def test_only_a_while_after_the_image_was_opened(wait: int, count: int) -> None:
    host = Host()
    opened = host.time
    host.wait(wait)
    host.run(r"E:\invoice.exe")
    assert len(mounted(host, opened)) == count


def test_a_drive_of_another_host_is_none_of_this_one_s() -> None:
    host, other = Host("ws01"), Host("ws02", machine=2)
    other.run(r"E:\invoice.exe")
    graph = graph_of(host.events + other.events)
    assert list(Volumes(graph).mounted_programs("ws01", host.time)) == []
