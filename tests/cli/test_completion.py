"""Shell completion: what docs/shell.md says works in the shells that are here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# Bash, Zsh and Fish ask in the same way, each with its own variables (click, "Shell Completion").
ASKED = {
    "bash": {"COMP_WORDS": "lineage {words}", "COMP_CWORD": "{last}"},
    "zsh": {"COMP_WORDS": "lineage {words}", "COMP_CWORD": "{last}"},
    "fish": {"COMP_WORDS": "lineage {words}", "COMP_CWORD": "{word}"},
}


def lineage(**variables: str) -> str:
    code = "import sys; sys.argv = ['lineage']; from lineage.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | variables,
        encoding="utf-8",
    )
    return done.stdout


def completed(shell: str, *words: str) -> set[str]:
    """What a shell is told that the last word could be."""
    filled = {
        name: text.format(words=" ".join(words), last=len(words), word=words[-1])
        for name, text in ASKED[shell].items()
    }
    out = lineage(_LINEAGE_COMPLETE=f"{shell}_complete", **filled)
    lines = out.splitlines()
    if shell == "zsh":  # type, value and help, a line each
        return set(lines[1::3])
    return {line.split(",", 1)[1].split("\t")[0] for line in lines}


@pytest.mark.parametrize("shell", ASKED)
def test_commands_options_and_choices_are_completed(shell: str) -> None:
    assert {"correlate", "config"} <= completed(shell, "co")
    assert "--timesketch" in completed(shell, "correlate", "--tim")
    assert completed(shell, "correlate", "--fail-on", "p") == {"probable"}
    assert "push" in completed(shell, "neo4j", "pu")


@pytest.mark.parametrize("shell", ASKED)
def test_the_script_is_one_that_the_shell_reads(shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} isn't installed")
    script = lineage(_LINEAGE_COMPLETE=f"{shell}_source")
    assert "_LINEAGE_COMPLETE" in script
    checked = subprocess.run(
        [program, "-n"], input=script, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash isn't installed")
def test_bash_completes_after_reading_it(tmp_path: Path) -> None:
    program = tmp_path / "lineage"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lineage "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    script = lineage(_LINEAGE_COMPLETE="bash_source")
    asked = "COMP_WORDS=(lineage correlate --ndj); COMP_CWORD=2; _lineage_completion lineage"
    done = subprocess.run(
        ["bash", "-c", f'{script}\n{asked}\necho "${{COMPREPLY[@]}}"'],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.stdout.split() == ["--ndjson"]
