"""Rows on a terminal."""

from __future__ import annotations

import io
import re

from rich.console import Console
from timeline_rows import row

from lineage.timeline.view import Lines

HOSTS = ("ws01.example", "ws-long-name-02.example")


def shown(width: int, *, whole: bool, text: str, hosts: tuple[str, ...] = HOSTS) -> str:
    out = Console(file=io.StringIO(), width=width, force_terminal=True, color_system="truecolor")
    view = Lines(out, ["a.zip!Sysmon.evtx"], hosts, whole=whole)
    for line in view.of(row(text)):
        out.print(line, crop=False, overflow="ignore", soft_wrap=whole)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def test_a_line_is_as_wide_as_the_terminal_and_its_detections_stand_below() -> None:
    text = shown(110, whole=False, text="cmd.exe started: " + "x" * 500)
    assert "\x1b[" in text
    first, *marks = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    assert len(first) == 110
    assert first.startswith(
        "2026-02-02 11:07:55.963  ws01             #1     process     1088    cmd"
    )
    assert [mark.strip() for mark in marks] == [
        "! A Title  Sysmon.evtx#195", "! Another  Sysmon.evtx#195",
    ]  # fmt: skip


def test_a_whole_line_has_its_record_and_no_control_character() -> None:
    text = re.sub(r"\x1b\[[0-9;]*m", "", shown(60, whole=True, text="a\x1b]0;x\x07" + "y" * 200))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert text.splitlines()[0].endswith("y  Sysmon.evtx#195")


def test_one_host_alone_is_not_named_in_each_line() -> None:
    text = re.sub(r"\x1b\[[0-9;]*m", "", shown(110, whole=False, text="x", hosts=HOSTS[:1]))
    assert text.startswith("2026-02-02 11:07:55.963  #1     process")
    assert "ws01" in shown(110, whole=True, text="x", hosts=HOSTS[:1])


def test_hosts_of_one_name_in_two_domains_are_told_apart() -> None:
    text = shown(140, whole=False, text="x", hosts=("ws01.example", "ws01.test"))
    assert "ws01.example" in text
