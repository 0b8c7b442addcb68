"""Builds what a release consists of, twice, and refuses where the two builds differ.

Usage: python tools/release.py [FOLDER]    (in an environment with the extra `release`)

From the commit that is checked out it makes, in FOLDER (dist): the sdist, the wheel, their SBOM in
CycloneDX (every dependency of requirements/run.txt with its hashes), and SHA256SUMS.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def git(*arguments: str) -> bytes:
    """What a git command prints."""
    return subprocess.run(
        ["git", *arguments], cwd=CHECKOUT, check=True, stdout=subprocess.PIPE
    ).stdout


def build(folder: Path) -> dict[str, bytes]:
    """The commit's sdist and wheel, built in a folder of their own, by name."""
    source = folder / "source"
    with tarfile.open(fileobj=BytesIO(git("archive", "HEAD"))) as archive:
        archive.extractall(source, filter="data")
    committed = git("log", "-1", "--format=%ct").decode().strip()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder / "dist")],
        cwd=source,
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"SOURCE_DATE_EPOCH": committed},
    )
    return {path.name: path.read_bytes() for path in sorted((folder / "dist").iterdir())}


def bill_of_materials() -> bytes:
    """The SBOM of the locked dependencies, without a time of making."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "cyclonedx_py", "requirements", "requirements/run.txt"),
            *("--pyproject", "pyproject.toml", "--output-reproducible", "--of", "JSON"),
        ],
        cwd=CHECKOUT,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout


def main() -> int:
    """Builds, compares, writes; 1 where the two builds differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=CHECKOUT / "dist")
    target: Path = parser.parse_args().folder
    if git("status", "--porcelain"):
        print("the work tree has changes that the release would lack; commit them", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        files, again = build(Path(first)), build(Path(second))
    if files != again:
        names = [name for name in files if files[name] != again.get(name)]
        print(f"two builds differ: {', '.join(names)}", file=sys.stderr)
        return 1
    files["lineage.cdx.json"] = bill_of_materials()
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (target / name).write_bytes(content)
    (target / "SHA256SUMS").write_text(sums, encoding="ascii", newline="\n")
    print(sums, end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
