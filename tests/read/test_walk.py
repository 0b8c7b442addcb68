from __future__ import annotations

import gzip
import io
import os
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.read import stream as stream_module
from lineage.read import walk as walk_module
from lineage.read.budget import MAX_DEPTH, MAX_RATIO
from lineage.read.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _zip(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return buffer.getvalue()


def _contents(*paths: Path) -> dict[str, tuple[bytes, str | None]]:
    """Each stream's content, and why it ended early; names relative to the first path's folder."""
    found: dict[str, tuple[bytes, str | None]] = {}
    root = paths[0] if paths[0].is_dir() else paths[0].parent
    for stream in walk(paths):
        data = b""
        while piece := stream.read(1000):
            data += piece
        name = stream.name.removeprefix(str(root)).lstrip(os.sep).replace(os.sep, "/")
        found[name] = (data, stream.problem.reason if stream.problem else None)
    return found


def test_a_folder_is_walked_in_order_of_names(tmp_path: Path) -> None:
    for name in ("b/2.json", "b/10.json", "a.json", "c.json", "b/.hidden"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    assert list(_contents(tmp_path)) == ["a.json", "b/.hidden", "b/10.json", "b/2.json", "c.json"]


def test_what_file_managers_leave_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "__MACOSX").mkdir()
    for name in ("__MACOSX/x.json", "._a.json", ".DS_Store", "a.json"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "z.zip").write_bytes(_zip({"__MACOSX/._a.json": b"x", "d/._b": b"x", "b": b"y"}))
    assert list(_contents(tmp_path)) == ["a.json", "z.zip!b"]


def test_archives_are_known_by_their_content(tmp_path: Path) -> None:
    inner = _zip({"deep.json": b"deep"})
    (tmp_path / "a.log").write_bytes(gzip.compress(b"one") + gzip.compress(b" two"))
    (tmp_path / "b.bin").write_bytes(
        _zip({"z": b"last", "d/": b"", "d/x.gz": gzip.compress(b"packed"), "i.zip": inner})
    )
    (tmp_path / "c.zip").write_bytes(b"not a zip")
    (tmp_path / "d.gz").write_bytes(gzip.compress(inner))
    assert _contents(tmp_path) == {
        "a.log": (b"one two", None),
        "b.bin!d/x.gz": (b"packed", None),
        "b.bin!i.zip!deep.json": (b"deep", None),
        "b.bin!z": (b"last", None),
        "c.zip": (b"not a zip", None),
        "d.gz!deep.json": (b"deep", None),
    }


@pytest.mark.parametrize("wrap", [gzip.compress, lambda data: _zip({"x": data})], ids=["gz", "zip"])
def test_archives_inside_each_other_are_opened_to_a_bound(
    tmp_path: Path, wrap: Callable[[bytes], bytes]
) -> None:
    data = b"content"
    for _ in range(MAX_DEPTH):
        data = wrap(data)
    (tmp_path / "deep").write_bytes(data)
    ((content, problem),) = _contents(tmp_path).values()
    assert (content, problem) == (b"content", None)
    (tmp_path / "deep").write_bytes(wrap(data))
    ((content, problem),) = _contents(tmp_path).values()
    assert content == b""
    assert problem is not None
    assert "archives inside each other" in problem


@pytest.mark.parametrize("kind", ["gz", "zip", "zip in zip"])
def test_a_bomb_is_stopped_and_the_rest_is_read(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "FREE_BYTES", 100_000)
    bomb = bytes(3_000_000)
    data = {
        "gz": gzip.compress(bomb),
        "zip": _zip({"a": bomb, "b": b"fine"}),
        "zip in zip": _zip({"a.zip": _zip({"a": bomb, "b": b"fine"})}),
    }[kind]
    assert len(bomb) > MAX_RATIO * len(data)
    (tmp_path / "a").write_bytes(data)
    (tmp_path / "z").write_bytes(b"also fine")
    (first, problem), *others = _contents(tmp_path).values()
    assert len(first) < 1_000_000
    assert problem is not None
    assert "zip bomb" in problem
    assert [content for content, _ in others] == [b"fine", b"also fine"][kind == "gz" :]


def test_an_inner_archive_is_copied_to_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk_module, "MAX_SPOOL_BYTES", 10_000)
    inner = _zip({"x": os.urandom(50_000)})
    (tmp_path / "a.zip").write_bytes(_zip({"i.zip": inner, "j": b"fine"}))
    found = _contents(tmp_path)
    assert "unpack it" in str(found["a.zip!i.zip"][1])
    assert found["a.zip!j"] == (b"fine", None)


LINES = b"".join(
    b"line %d %s\n" % (number, os.urandom(20).hex().encode()) for number in range(9000)
)


def test_a_cut_gzip_gives_what_is_before_the_cut(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(LINES)[:-5000])
    ((content, problem),) = _contents(tmp_path).values()
    assert len(LINES) * 0.9 < len(content) < len(LINES)
    assert LINES.startswith(content)
    assert problem is not None
    assert "cut short" in problem


def test_a_gzip_with_a_wrong_checksum_gives_its_content(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(LINES))
    data[-6] ^= 0xFF
    (tmp_path / "a.gz").write_bytes(data)
    ((content, problem),) = _contents(tmp_path).values()
    assert content == LINES
    assert problem is not None
    assert "CRC" in problem


def test_a_zip_member_with_a_wrong_checksum_gives_its_content(tmp_path: Path) -> None:
    data = bytearray(_zip({"a": b"stored content", "b": b"fine"}, zipfile.ZIP_STORED))
    data[data.index(b"stored")] ^= 0x01
    (tmp_path / "a.zip").write_bytes(data)
    found = _contents(tmp_path)
    assert found["a.zip!a"][0] == b"rtored content"
    assert "checksum" in str(found["a.zip!a"][1])
    assert found["a.zip!b"] == (b"fine", None)


def test_a_damaged_zip_member_gives_what_is_before_the_damage(tmp_path: Path) -> None:
    data = bytearray(_zip({"a": LINES, "b": b"fine"}))
    middle = len(data) // 2
    data[middle : middle + 2000] = b"\xff" * 2000
    (tmp_path / "a.zip").write_bytes(data)
    found = _contents(tmp_path)
    content, problem = found["a.zip!a"]
    assert LINES.startswith(content[:100_000])
    assert len(content) > 100_000
    assert problem is not None
    assert found["a.zip!b"] == (b"fine", None)


def test_an_encrypted_member_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    data = bytearray(_zip({"a": b"secret", "b": b"fine"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    found = _contents(tmp_path)
    assert "password" in str(found["a.zip!a"][1])
    assert found["a.zip!b"] == (b"fine", None)


def test_an_unknown_compression_is_named(tmp_path: Path) -> None:
    data = bytearray(_zip({"a": b"x"}, zipfile.ZIP_STORED))
    data[8] = data[data.index(b"PK\x01\x02") + 10] = 97
    (tmp_path / "a.zip").write_bytes(data)
    assert "unpack it first" in str(_contents(tmp_path)["a.zip!a"][1])


def test_a_member_without_a_name_costs_no_other(tmp_path: Path) -> None:
    """A name ends at its first NUL."""
    packed = _zip({"QQ": b"nameless", "b": b"x"}, zipfile.ZIP_STORED)
    (tmp_path / "a.zip").write_bytes(packed.replace(b"QQ", b"\0Q"))
    assert _contents(tmp_path)["a.zip!b"] == (b"x", None)


def test_a_zip_without_its_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(_zip({"a": LINES})[:-100])
    assert "a zip without its end" in str(_contents(tmp_path)["a.zip"][1])


def test_a_member_that_is_longer_than_its_header_says_ends(tmp_path: Path) -> None:
    """Without the directory nothing but the member's own header tells its size."""
    data = bytearray(_zip({"a": LINES})[:-100])
    data[18:22] = (5).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(data)
    assert _contents(tmp_path)["a.zip!a"][1]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads anything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "a").chmod(0)
    (tmp_path / "b").write_bytes(b"fine")
    found = _contents(tmp_path)
    assert found["a"] == (b"", "cannot be read: Permission denied")
    assert found["b"] == (b"fine", None)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_that_loop_or_lead_nowhere_end(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "x").write_bytes(b"x")
    (tmp_path / "d" / "up").symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    found = _contents(tmp_path)
    assert found["d/x"] == (b"x", None)
    assert "leads nowhere" in str(found["gone"][1])
    assert len(found) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in str(_contents(tmp_path)["pipe"][1])


def test_progress_tells_the_bytes_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LINES)
    (tmp_path / "b.gz").write_bytes(gzip.compress(LINES))
    told: list[int] = []
    for stream in walk([tmp_path], told.append):
        while stream.read(4096):
            pass
    assert sum(told) == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_a_peek_leaves_everything_to_be_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abcdef")
    for stream in walk([tmp_path / "a"]):
        assert stream.peek(3) == b"abc"
        assert stream.peek(100) == b"abcdef"
        assert stream.read(4) + stream.read(100) == b"abcdef"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["zip", "gz"]),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6),
    st.floats(0.1, 1),
)
def test_a_damaged_archive_never_raises(
    tmp_path: Path, kind: str, changes: list[tuple[float, bytes]], kept: float
) -> None:
    content = LINES[:3000]
    whole = _zip({"a": content, "b": b"fine"}) if kind == "zip" else gzip.compress(content)
    data = bytearray(whole)
    for place, change in changes:
        start = int(place * len(data))
        data[start : start + len(change)] = change
    (tmp_path / "x").write_bytes(data[: int(kept * len(data))])
    for stream in walk([tmp_path / "x"]):
        while stream.read(1000):
            pass
