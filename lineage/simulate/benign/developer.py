"""Developers: compilers that write programs into temporary folders, and long process trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign.boot import SYSTEM32

if TYPE_CHECKING:
    from lineage.simulate.machine import Activity, Machine

_MSVC = (
    "C:\\Program Files\\Microsoft Visual Studio\\2022\\Community\\VC\\Tools\\MSVC"
    "\\14.40.33807\\bin\\Hostx64\\x64\\"
)


def build(m: Machine) -> Activity:
    """A build in the editor's terminal, with its tests run from the temporary folder."""
    editor = f"{m.home}\\AppData\\Local\\Programs\\Microsoft VS Code\\Code.exe"
    code = m.start(m.shell(), editor, f'"{editor}"')
    yield m.random.uniform(1, 5)
    shell = m.start(code, SYSTEM32 + "cmd.exe", f"{SYSTEM32}cmd.exe /d /s /c build.cmd")
    for _ in range(m.random.randrange(2, 8)):
        source = names.word(m.random, 2)
        compiler = m.start(shell, _MSVC + "cl.exe", f"cl.exe /nologo /c {source}.cpp", lifetime=4)
        yield m.random.uniform(0.5, 3)
        m.write(compiler, f"{m.home}\\source\\{source}.obj")
    linker = m.start(shell, _MSVC + "link.exe", "link.exe /nologo @objects.rsp", lifetime=3)
    program = f"{m.home}\\AppData\\Local\\Temp\\{names.word(m.random, 2)}_test.exe"
    yield m.random.uniform(0.5, 2)
    m.write(linker, program)
    test = m.start(shell, program, f"{program} --gtest_brief=1", lifetime=5)
    m.write(test, f"{m.home}\\AppData\\Local\\Temp\\results.xml")
    yield m.random.uniform(4, 10)
    m.exit(shell)
    m.exit(code)


def python_project(m: Machine) -> Activity:
    """Python, its package installer and a test run."""
    folder = f"{m.home}\\AppData\\Local\\Programs\\Python\\Python311"
    python = f"{folder}\\python.exe"
    shell = m.start(m.shell(), SYSTEM32 + "cmd.exe", f'"{SYSTEM32}cmd.exe"')
    yield m.random.uniform(1, 4)
    for command in ("-m venv .venv", "-m pip install -r requirements.txt", "-m pytest -q"):
        process = m.start(shell, python, f"python {command}")
        if "pip" in command:
            m.resolve(process, "pypi.org")
            m.resolve(process, "files.pythonhosted.org")
            temp = f"{m.home}\\AppData\\Local\\Temp\\pip-{names.word(m.random)}"
            m.write(process, f"{temp}\\setup.py")
            m.write(process, f"{m.home}\\source\\.venv\\Scripts\\{names.word(m.random, 2)}.exe")
        yield m.random.uniform(2, 30)
        m.exit(process)
    m.exit(shell)


def version_control(m: Machine) -> Activity:
    """Git and the shells that it starts."""
    git = "C:\\Program Files\\Git\\mingw64\\bin\\git.exe"
    bash = "C:\\Program Files\\Git\\usr\\bin\\bash.exe"
    shell = m.start(m.shell(), bash, f'"{bash}" --login -i')
    for command in ("status", "pull --rebase", "push origin HEAD"):
        yield m.random.uniform(2, 40)
        process = m.start(shell, git, f"git {command}", lifetime=5)
        if command != "status":
            m.resolve(process, "github.com")
        m.write(process, f"{m.home}\\source\\.git\\index.lock")
    m.exit(shell)


def node_project(m: Machine) -> Activity:
    """A JavaScript build, one process to a task."""
    node = "C:\\Program Files\\nodejs\\node.exe"
    shell = m.start(m.shell(), SYSTEM32 + "cmd.exe", f'"{SYSTEM32}cmd.exe" /c npm run build')
    yield 0.5
    parent = m.start(shell, node, "node npm-cli.js run build")
    m.resolve(parent, "registry.npmjs.org")
    for _ in range(m.random.randrange(2, 10)):
        yield m.random.uniform(0.2, 5)
        worker = m.start(parent, node, f"node worker.js {m.random.randrange(99)}", lifetime=10)
        m.write(worker, f"{m.home}\\source\\dist\\{m.random.getrandbits(32):08x}.js")
    yield 5
    m.exit(parent)
    m.exit(shell)
