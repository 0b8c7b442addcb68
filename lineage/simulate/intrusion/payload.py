"""What the malware does once it runs: settle in, call home, watch, listen and steal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign.boot import SYSTEM32
from lineage.simulate.benign.web import chrome_profile, firefox_profile
from lineage.simulate.write.record import moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.simulate.facts import Process
    from lineage.simulate.intrusion.plan import Plan
    from lineage.simulate.machine import Activity, Machine


def settle(m: Machine, plan: Plan, rat: Process) -> Activity:
    """Writes the malware family's own registry key."""
    key = f"{m.hive}\\Software\\{plan.family_key}"
    m.key(rat, key, label=plan.label("family key"))
    m.set(rat, f"{key}\\exepath", "Binary Data", plan.label("family key"))
    licence = f"{m.random.getrandbits(128):032X}"
    m.set(rat, f"{key}\\licence", licence, plan.label("family key"))
    yield m.random.uniform(0.2, 2)


def call_home(m: Machine, plan: Plan, rat: Process) -> Activity:
    """Resolves its servers."""
    for name in plan.servers:
        m.resolve(rat, name, plan.label("command and control"))
        yield m.random.uniform(1, 30)


def ask_web_service(m: Machine, plan: Plan, rat: Process) -> Activity:
    """Asks a public service for instructions."""
    m.resolve(rat, plan.web_service, plan.label("command and control"))
    yield m.random.uniform(1, 10)


def key_log(m: Machine, plan: Plan) -> str:
    """Path of the key log."""
    return f"{m.home}\\AppData\\Roaming\\{plan.log_folder}\\logs.dat"


def log_keys(m: Machine, plan: Plan, rat: Process) -> Activity:
    """Opens a key log."""
    m.write(rat, key_log(m, plan), plan.label("key log"))
    yield m.random.uniform(1, 20)


def take_pictures(m: Machine, plan: Plan, rat: Process) -> Activity:
    """Takes screenshots for a while."""
    folder = f"{m.home}\\AppData\\Roaming\\{plan.pictures}"
    for _ in range(m.random.randrange(2, 7)):
        m.write(rat, f"{folder}\\time_{_stamp(m)}.png", plan.label("screenshot"))
        yield m.random.uniform(120, 900)


def record_sound(m: Machine, plan: Plan, rat: Process) -> Activity:
    """Records the microphone."""
    folder = f"{m.home}\\AppData\\Roaming\\{plan.sounds}"
    for _ in range(m.random.randrange(1, 4)):
        m.write(rat, f"{folder}\\{_stamp(m)}.wav", plan.label("recording"))
        yield m.random.uniform(300, 900)


def read_browsers(m: Machine, plan: Plan, rat: Process) -> Activity:
    """Reads the browsers' stored passwords."""
    stores = (
        f"{chrome_profile(m)}\\Login Data",
        f"{chrome_profile(m)}\\Cookies",
        f"{firefox_profile(m)}\\logins.json",
        f"{firefox_profile(m)}\\key4.db",
    )
    for path in stores:
        m.open(rat, path, plan.label("stolen passwords"))
        yield m.random.uniform(0.1, 2)


def hollow_compiler(m: Machine, plan: Plan, rat: Process) -> Activity:
    """Runs a password viewer inside the Visual Basic compiler."""
    image = "C:\\Windows\\Microsoft.NET\\Framework\\v4.0.30319\\vbc.exe"
    result = f"{m.home}\\AppData\\Local\\Temp\\{names.word(m.random)}.txt"
    process = m.start(
        rat, image, f'"{image}" /stext "{result}"', label=plan.label("password viewer")
    )
    yield m.random.uniform(0.5, 2)
    m.open(process, f"{chrome_profile(m)}\\Login Data", plan.label("stolen passwords"))
    m.write(process, result, plan.label("stolen passwords"))
    m.exit(process)


def survey_hardware(m: Machine, plan: Plan, rat: Process) -> Activity:
    """Has dxdiag describe the computer."""
    result = f"{m.home}\\AppData\\Local\\Temp\\{names.word(m.random)}.txt"
    process = m.start(
        rat,
        "C:\\Windows\\SysWOW64\\dxdiag.exe",
        f'"{SYSTEM32}dxdiag.exe" /t {result}',
        label=plan.label("survey"),
    )
    yield m.random.uniform(5, 15)
    m.write(process, result, plan.label("survey"))
    m.exit(process)


GOALS: dict[str, Callable[[Machine, Plan, Process], Activity]] = {
    "call-home": call_home,
    "web-service": ask_web_service,
    "key-log": log_keys,
    "survey": survey_hardware,
    "pictures": take_pictures,
    "browsers": read_browsers,
    "compiler": hollow_compiler,
    "sound": record_sound,
}
"""Everything the malware can be after, by name."""


def _stamp(m: Machine) -> str:
    return f"{moment(m.now):%Y%m%d_%H%M%S}"
