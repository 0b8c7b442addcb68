from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest

from lineage.cli.output import PIPED_COLUMNS, console, write_file
from lineage.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


class TestFiles:
    def test_content_is_there_and_nothing_beside_it(self, tmp_path: Path) -> None:
        write_file(tmp_path / "a.json", b"one")
        write_file(tmp_path / "a.json", b"two")
        assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"a.json": b"two"}

    def test_what_cannot_be_put_in_its_place_leaves_nothing_behind(self, tmp_path: Path) -> None:
        folder = tmp_path / "taken"
        folder.mkdir()
        (folder / "inside").write_bytes(b"x")
        with pytest.raises(UsageError, match="name a file in a folder you can write to"):
            write_file(folder, b"one")
        assert {each.name for each in tmp_path.iterdir()} == {"taken"}
        assert (folder / "inside").read_bytes() == b"x"

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
    def test_its_permissions_are_the_usual_ones(self, tmp_path: Path) -> None:
        usual, written = tmp_path / "usual", tmp_path / "written"
        usual.write_bytes(b"")
        write_file(written, b"")
        assert stat.S_IMODE(written.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


@pytest.mark.parametrize(
    ("columns", "width"),
    [
        (None, PIPED_COLUMNS),
        ("", PIPED_COLUMNS),
        ("0", PIPED_COLUMNS),
        ("wide", PIPED_COLUMNS),
        ("-4", PIPED_COLUMNS),
        ("80", 80),
        ("200", 200),
    ],
)
def test_width_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, columns: str | None, width: int
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert console().width == width
