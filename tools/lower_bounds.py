"""Runs the fast tests on the oldest release of every dependency that pyproject.toml allows.

Usage: python tools/lower_bounds.py [PYTEST ARGUMENTS]    (needs uv)

What the tests themselves are driven by (pytest, schemas ...) is as new as it comes: only what
users install is held back. Left out are the committed JSON Schema, whose wording is pydantic's
own, and the compose file and the import contracts, whose checkers want a new click.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
TESTS = (
    *("-m", "not server and not browser and not spark"),
    "--ignore=tests/test_pages.py",
    "--ignore=tests/graphdb/test_compose.py",
    "--ignore=tests/test_layers.py",
)


def run(*command: str | Path) -> None:
    """Runs a command in the checkout; its failure is ours."""
    print("+", *command, flush=True)
    subprocess.run(command, cwd=CHECKOUT, check=True)


def main() -> None:
    """Makes an environment, holds the dependencies back, and tests."""
    with tempfile.TemporaryDirectory(prefix="lineage-lower-bounds-") as folder:
        oldest = Path(folder) / "oldest.txt"
        environment = Path(folder) / "venv"
        python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        run("uv", "venv", "-q", "--python", sys.executable, environment)
        run("uv", "pip", "install", "-q", "-p", python, "-e", ".[test]")
        run(
            *("uv", "pip", "compile", "-q", "-p", python, "--resolution", "lowest-direct"),
            *("pyproject.toml", "-o", oldest),
        )
        run("uv", "pip", "install", "-q", "-p", python, "-r", oldest)
        print(oldest.read_text(encoding="utf-8"))
        run(python, "-m", "pytest", "-q", *TESTS, *sys.argv[1:])


if __name__ == "__main__":
    main()
