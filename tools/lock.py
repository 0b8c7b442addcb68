"""The lock files under requirements/: every release that CI and the image install, with hashes.

Usage: python tools/lock.py [--upgrade]    (needs uv)

`run.txt` is what lineage itself needs, `extras.txt` that and what its extras need, `test.txt` what
the checks need beside it, `build.txt` what builds the wheel. They hold for every system and Python
that pyproject.toml allows.
"""

from __future__ import annotations

import argparse
import subprocess
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
FOLDER = CHECKOUT / "requirements"
EXTRAS = ("7z", "dataset", "docx", "pandas", "spark", "xlsx")
LOCKS: dict[str, tuple[str, ...]] = {
    "run.txt": ("pyproject.toml",),
    "extras.txt": ("pyproject.toml", *(w for name in EXTRAS for w in ("--extra", name))),
    "test.txt": ("pyproject.toml", "--extra", "test"),
    "build.txt": ("-",),
}
"""Lock file -> what it is made of, as arguments of `uv pip compile`."""


def build_requirements() -> list[str]:
    """What pyproject.toml's build system asks for."""
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    requires: list[str] = settings["build-system"]["requires"]
    return requires


def main() -> None:
    """Writes the lock files; releases that still fit stay as they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest of everything")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    FOLDER.mkdir(exist_ok=True)
    for name, made_of in LOCKS.items():
        subprocess.run(
            [
                *("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
                *("--python-version", "3.11", "--custom-compile-command", "python tools/lock.py"),
                *upgrade,
                *made_of,
                *("--output-file", f"requirements/{name}"),
            ],
            cwd=CHECKOUT,
            check=True,
            text=True,
            input="\n".join(build_requirements()),
        )


if __name__ == "__main__":
    main()
