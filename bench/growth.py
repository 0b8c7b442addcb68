"""How time and memory grow with telemetry of awkward shapes: linear is what they should be.

Usage: python bench/growth.py [--events 2000] [--only NAME] [--memory]

Each shape is made at n, 2n and 4n and correlated in a process of its own. The table tells the
seconds of CPU, the peak memory, and the exponent e of time ~ n^e from n to 4n, above what an empty
run takes. Exponents near 1 are linear; above 1.15 something looks at all it has seen, again and
again.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from math import log
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

from lineage.read import Input
from lineage.read.record import RawRecord

SYSMON = "Microsoft-Windows-Sysmon"
TEMP = "C:\\Users\\zoe\\AppData\\Local\\Temp\\"
RUN = "HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\"
EXPLORER = "C:\\Windows\\explorer.exe"
Record = tuple[int, dict[str, Any]]


def clock(second: float) -> str:
    whole, part = int(second), int(second % 1 * 1000)
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3600)
    return f"2026-01-{1 + days:02} {hours:02}:{rest // 60:02}:{rest % 60:02}.{part:03}"


def guid(number: int) -> str:
    return f"{{11111111-0000-0000-0000-{number:012d}}}"


def start(number: int, image: str, parent: int = 0, parent_image: str = EXPLORER) -> dict[str, Any]:
    return {
        "ProcessGuid": guid(number),
        "ProcessId": str(number % 60_000 + 8),
        "Image": image,
        "CommandLine": f'"{image}"',
        "ParentProcessGuid": guid(parent),
        "ParentProcessId": str(parent % 60_000 + 8),
        "ParentImage": parent_image,
        "User": "D\\zoe",
    }


def act(number: int, image: str, **fields: str) -> dict[str, Any]:
    return {
        "ProcessGuid": guid(number),
        "ProcessId": str(number % 60_000 + 8),
        "Image": image,
    } | fields


def runs_of_one_program(n: int) -> Iterator[Record]:
    for number in range(1, n + 1):
        yield 1, start(number, TEMP + "tool.exe")


def writers_of_one_file(n: int) -> Iterator[Record]:
    for number in range(1, n // 2 + 1):
        yield 1, start(number, f"C:\\Tools\\a{number % 50}.exe")
        yield 11, act(number, "C:\\Tools\\a.exe", TargetFilename=TEMP + "shared.exe")


def write_and_run(n: int) -> Iterator[Record]:
    for number in range(1, n // 2 + 1):
        yield 11, act(0, EXPLORER, TargetFilename=TEMP + "again.exe")
        yield 1, start(number, TEMP + "again.exe")


def nested(n: int) -> Iterator[Record]:
    image = TEMP + "deep.exe"
    for number in range(1, n + 1):
        yield 1, start(number, image, number - 1, image)


def setters_of_one_value(n: int) -> Iterator[Record]:
    for number in range(1, n // 2 + 1):
        yield 1, start(number, TEMP + f"s{number % 50}.exe")
        yield 13, act(number, TEMP + "s.exe", EventType="SetValue", TargetObject=RUN + "x",
                      Details=TEMP + "again.exe")  # fmt: skip


def loaders_of_copies(n: int) -> Iterator[Record]:
    for number in range(1, n // 3 + 1):
        image = TEMP + f"{number}\\host.exe"
        library = TEMP + f"{number}\\dynwrapx.dll"
        yield 11, act(0, EXPLORER, TargetFilename=library)
        yield 1, start(number, image)
        yield 7, act(number, image, ImageLoaded=library, Hashes="MD5=" + "A" * 32)


def mounted_images(n: int) -> Iterator[Record]:
    recent = "C:\\Users\\zoe\\AppData\\Roaming\\Microsoft\\Windows\\Recent\\"
    for number in range(1, n // 2 + 1):
        yield 11, act(0, EXPLORER, TargetFilename=f"{recent}i{number}.iso.lnk")
        yield 1, start(number, f"{'DEFG'[number % 4]}:\\setup{number}.exe")


def archive_members(n: int) -> Iterator[Record]:
    for number in range(1, n // 2 + 1):
        path = f"{TEMP}Temp1_big.zip\\m{number}.exe"
        yield 11, act(0, EXPLORER, TargetFilename=path)
        yield 1, start(number, path)


def one_start_told_often(n: int) -> Iterator[Record]:
    for _ in range(n):
        yield 1, start(1, TEMP + "tool.exe")


def hits_on_one_process(n: int) -> Iterator[Record]:
    image = TEMP + "busy.exe"
    yield 1, start(1, image)
    for number in range(n):
        yield 11, act(1, image, TargetFilename=f"{TEMP}p{number}.exe")


def tagged_children_of_one(n: int) -> Iterator[Record]:
    word = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
    yield 1, start(1, word)
    for number in range(2, n + 1):
        yield 1, start(number, "C:\\Windows\\System32\\cmd.exe", 1, word)


def injections(n: int) -> Iterator[Record]:
    image = TEMP + "inject.exe"
    yield 1, start(1, image)
    for number in range(2, n // 2 + 1):
        target = "C:\\Windows\\System32\\notepad.exe"
        yield 1, start(number, target, 1, image)
        yield 8, {"SourceProcessGuid": guid(1), "SourceProcessId": "9", "SourceImage": image,
                  "TargetProcessGuid": guid(number), "TargetProcessId": str(number % 60_000 + 8),
                  "TargetImage": target}  # fmt: skip


def names_asked_for(n: int) -> Iterator[Record]:
    image = TEMP + "dns.exe"
    yield 1, start(1, image)
    for number in range(n):
        yield 22, act(1, image, QueryName=f"n{number % 1000}.example", QueryStatus="0")


SHAPES: dict[str, Callable[[int], Iterator[Record]]] = {
    shape.__name__: shape
    for shape in (
        runs_of_one_program, writers_of_one_file, write_and_run, nested, setters_of_one_value,
        loaders_of_copies, mounted_images, archive_members, one_start_told_often,
        hits_on_one_process, tagged_children_of_one, injections, names_asked_for,
    )
}  # fmt: skip
MANY_HOSTS = ("hosts_of_one_campaign", "hosts_sharing_a_short_name")


def records(shape: str, n: int) -> Iterator[RawRecord]:
    if shape in MANY_HOSTS:
        yield from many_hosts(shape, n)
        return
    equal = shape == "equal_times"
    made = runs_of_one_program(n) if equal else SHAPES[shape](n)
    for number, (event, data) in enumerate(made, start=1):
        yield record(number, event, data, "HOST.example", 0 if equal else number / 10)


def many_hosts(shape: str, n: int) -> Iterator[RawRecord]:
    program, number = "C:\\Users\\zoe\\AppData\\Roaming\\Remcos\\r.exe", 0
    for host in range(n // 4):
        name = f"H{host}.example" if shape == MANY_HOSTS[0] else f"HOST.d{host}.example"
        key = "HKU\\S-1-5-21-1-2-3-1001\\Software\\Remcos-AB12CD\\"
        events: list[Record] = [
            (1, start(host + 1, program) | {"Hashes": "SHA256=" + "B" * 64}),
            (13, act(host + 1, program, EventType="SetValue", TargetObject=key + "licence",
                     Details="x")),
            (13, act(host + 1, program, EventType="SetValue", TargetObject=key + "exepath",
                     Details="y")),
            (22, act(host + 1, program, QueryName="c2.example", QueryStatus="0")),
        ]  # fmt: skip
        for event, data in events:
            number += 1
            yield record(number, event, data, name, number / 10)


def record(number: int, event: int, data: dict[str, Any], host: str, second: float) -> RawRecord:
    time = clock(second)
    return RawRecord(number, number, SYSMON, event, "", host, time, None, None,
                     data | {"UtcTime": time})  # fmt: skip


def measure(shape: str, n: int) -> None:
    """Runs one shape and prints CPU seconds and peak memory as JSON."""
    from io import StringIO

    from rich.console import Console

    from lineage.export import EXPORTERS
    from lineage.pipeline import Request, run_opened
    from lineage.report.html.page import render as page
    from lineage.report.terminal import render

    before = os.times()
    run = run_opened([Input("growth", "growth", records(shape, n))], Request([]))
    middle = os.times()
    render(run.report, Console(file=StringIO(), width=120))
    page(run.report)
    for exporter in EXPORTERS:
        exporter.contents(run.report)
    after = os.times()
    print(json.dumps([
        middle.user - before.user,
        after.user - middle.user,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    ]))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--only", default="")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure[0], int(arguments.measure[1]))
        return
    sizes = [arguments.events, 2 * arguments.events, 4 * arguments.events]
    print(f"{'shape':<28}{'correlate s':>24}{'e':>6}{'outputs s':>24}{'e':>6}{'MB':>8}")
    for shape in (*SHAPES, "equal_times", *MANY_HOSTS):
        if arguments.only not in shape:
            continue
        figures = []
        for size in sizes:
            command = [sys.executable, __file__, "--measure", shape, str(size)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            figures.append(json.loads(done.stdout))
        columns = []
        for part in (0, 1):
            seconds = [figure[part] for figure in figures]
            exponent = log(max(seconds[2], 0.01) / max(seconds[0], 0.01)) / log(4)
            columns.append(f"{' '.join(f'{value:7.2f}' for value in seconds):>24}{exponent:6.2f}")
        print(f"{shape:<28}{''.join(columns)}{figures[2][2]:8.0f}", flush=True)


if __name__ == "__main__":
    main()
