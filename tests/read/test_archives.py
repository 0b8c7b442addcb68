from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.errors import InputError
from lineage.problems import Problem
from lineage.read import budget as budget_module
from lineage.read import read, seven_zip
from lineage.read.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = b"".join(b"line %d %s\n" % (n, os.urandom(20).hex().encode()) for n in range(9000))
MEMBERS = {f"logs/{number}.json": b'{"number": %d}\n' % number * 40 for number in range(8)}


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def _tar(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _seven_zip(members: dict[str, bytes], password: str | None = None) -> bytes:
    py7zr = pytest.importorskip("py7zr")
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password) as archive:
        for name, data in members.items():
            archive.writestr(data, name)
    return buffer.getvalue()


def _zstd(data: bytes) -> bytes:
    zstd = pytest.importorskip("backports.zstd")
    return bytes(zstd.compress(data))


def _read(path: Path, data: bytes, name: str = "a.bin") -> tuple[dict[str, bytes], list[str]]:
    """Members' contents by name without the file's, and the problems."""
    (path / name).write_bytes(data)
    contents: dict[str, bytes] = {}
    problems: list[str] = []
    for stream in walk([path / name]):
        content = b"".join(iter(lambda stream=stream: stream.read(5000), b""))  # type: ignore[misc]
        member = stream.name.removeprefix(str(path / name)).lstrip("!")
        if content or stream.problem is None:
            contents[member] = content
        if stream.problem is not None:
            problems.append(stream.problem.reason)
    return contents, problems


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": _zstd,
}


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_a_compressed_stream_is_read(tmp_path: Path, name: str) -> None:
    compress = COMPRESSIONS[name]
    assert _read(tmp_path, compress(LINES)) == ({"": LINES}, [])
    assert _read(tmp_path, compress(b"one ") + compress(b"two")) == ({"": b"one two"}, [])
    assert _read(tmp_path, compress(_tar(MEMBERS))) == (MEMBERS, [])


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_a_compressed_stream_that_is_cut_gives_what_is_before_the_cut(
    tmp_path: Path, name: str
) -> None:
    packed = COMPRESSIONS[name](LINES)
    contents, problems = _read(tmp_path, packed[: len(packed) * 9 // 10])
    assert LINES.startswith(contents.get("", b""))
    assert name == "bzip2" or len(contents[""]) > len(LINES) // 3  # its blocks are larger
    assert ["cut short" in problem for problem in problems] == [True]


@pytest.mark.parametrize("name", COMPRESSIONS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 0.99), noise=st.binary(min_size=1, max_size=20))
def test_a_damaged_compressed_stream_never_raises(
    tmp_path: Path, name: str, place: float, noise: bytes
) -> None:
    data = bytearray(COMPRESSIONS[name](LINES[:20_000]))
    start = int(place * len(data))
    data[start : start + len(noise)] = noise
    _read(tmp_path, bytes(data))


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_a_tar_is_read_whatever_wrote_it(tmp_path: Path, form: int) -> None:
    members = {**MEMBERS, "ü" * 40: b"x", "empty": b"", "blocks": b"y" * 1024}
    if form != tarfile.USTAR_FORMAT:
        members["long/" * 60 + "name"] = b"z"
    assert _read(tmp_path, _tar(members, form)) == (members, [])


def test_links_and_folders_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind in (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo("x")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("../../y")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"y"))
    assert _read(tmp_path, buffer.getvalue()) == ({"../../y": b"y"}, [])


@pytest.mark.parametrize("wrap", [lambda data: data, gzip.compress], ids=["tar", "tar.gz"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda tar, at: tar[: at + 10] + b"\xff" * 20 + tar[at + 30 :],
        lambda tar, at: tar[: at + 130] + b"77777777" + tar[at + 138 :],
        lambda tar, at: tar[: at + 150] + tar[at + 157 :],
        lambda tar, at: tar[: at + 5] + b"more" + tar[at + 5 :],
        lambda tar, at: tar[:at] + tar[at + 512 :],
        lambda tar, at: tar[: at - 300] + tar[at - 298 :],
    ],
    ids=["name", "size", "bytes lost", "bytes added", "header lost", "content lost"],
)
def test_damage_in_a_tar_costs_its_own_member(
    tmp_path: Path, damage: Callable[[bytes, int], bytes], wrap: Callable[[bytes], bytes]
) -> None:
    tar = _tar(MEMBERS, tarfile.USTAR_FORMAT)
    at = tar.index(b"logs/4.json")
    contents, problems = _read(tmp_path, wrap(damage(tar, at)))
    lost = [name for name, data in MEMBERS.items() if contents.get(name) != data]
    assert len(lost) <= 1
    assert problems


def test_damage_in_a_tars_first_header_costs_its_first_member(tmp_path: Path) -> None:
    tar = _tar(MEMBERS, tarfile.USTAR_FORMAT)
    contents, problems = _read(tmp_path, b"XX" + tar[2:])
    assert contents == dict(list(MEMBERS.items())[1:])
    assert len(problems) == 1


def test_a_cut_tar_gives_what_is_there(tmp_path: Path) -> None:
    tar = _tar(MEMBERS, tarfile.USTAR_FORMAT)
    contents, problems = _read(tmp_path, tar[: tar.index(b"logs/5.json") + 512 + 100])
    assert [contents[f"logs/{n}.json"] for n in range(5)] == list(MEMBERS.values())[:5]
    assert len(contents["logs/5.json"]) == 100
    assert ["cut short" in problem for problem in problems] == [True]


def test_a_seven_zip_is_read_inside_others_too(tmp_path: Path) -> None:
    archive = _seven_zip(MEMBERS)
    assert _read(tmp_path, archive) == (MEMBERS, [])
    inside = {f"i.7z!{name}": data for name, data in MEMBERS.items()}
    assert _read(tmp_path, _zip({"i.7z": archive})) == (inside, [])
    nested = _seven_zip({"a.tar.xz": lzma.compress(_tar(MEMBERS))})
    assert _read(tmp_path, nested) == ({f"a.tar.xz!{n}": d for n, d in MEMBERS.items()}, [])


def test_a_seven_zip_with_a_password_is_named(tmp_path: Path) -> None:
    contents, (problem,) = _read(tmp_path, _seven_zip(MEMBERS, "x"))
    assert contents == {}
    assert "password" in problem


def test_a_seven_zip_without_its_reader_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "py7zr", None)
    _, (problem,) = _read(tmp_path, seven_zip.MAGIC + bytes(100))
    assert "lineage-ir[7z]" in problem
    assert "unpack it first" in problem


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 0.99), noise=st.binary(min_size=1, max_size=20))
def test_a_damaged_seven_zip_never_raises(tmp_path: Path, place: float, noise: bytes) -> None:
    data = bytearray(_seven_zip(MEMBERS))
    start = int(place * len(data))
    data[start : start + len(noise)] = noise
    contents, problems = _read(tmp_path, bytes(data))
    assert contents == MEMBERS or problems or start < len(seven_zip.MAGIC)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_without_its_directory_is_read_member_by_member(tmp_path: Path, method: int) -> None:
    data = _zip({**MEMBERS, "z": LINES}, method)
    contents, problems = _read(tmp_path, data[: data.index(b"PK\x01\x02") - 2000])
    assert {name: contents[name] for name in MEMBERS} == MEMBERS
    assert LINES.startswith(contents["z"])
    assert any("a zip without its end" in problem for problem in problems)
    assert any("cut short" in problem for problem in problems)


def test_parts_of_a_split_zip_are_named_as_such(tmp_path: Path) -> None:
    whole = _zip({"a": LINES})
    end = bytearray(whole[-22:])
    struct.pack_into("<H", end, 4, 2)
    for name, data in (
        ("x.z01", b"PK\x07\x08" + whole[:5000]),
        ("x.z02", whole[5000:9000]),
        ("x.zip", whole[9000:-22] + bytes(end)),
        ("x.zip.001", whole[:5000]),
        ("renamed", b"PK\x07\x08" + whole[:5000]),
    ):
        contents, (problem,) = _read(tmp_path, data, name)
        assert contents == {}
        assert "join the parts" in problem


def test_an_office_document_is_not_taken_apart(tmp_path: Path) -> None:
    data = _zip({"[Content_Types].xml": b"<x/>", "_rels/.rels": b"<x/>", "word/d.xml": b"<x/>"})
    (tmp_path / "a.docx").write_bytes(data)
    (stream,) = walk([tmp_path / "a.docx"])
    assert stream.kind == "Office document"


# -- bounds --------------------------------------------------------------------------------------


def _layers(levels: int) -> bytes:
    data = bytes(2_000_000)
    for level in range(levels):
        data = _zip({f"{level}.{number}": data for number in range(6)})
    return data


@pytest.mark.parametrize("kind", ["zip", "gzip", "7z"])
def test_layers_are_bounded_together_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(budget_module, "FREE_BYTES", 5_000_000)
    if kind == "zip":
        bomb = _layers(3)
    elif kind == "gzip":
        bomb = gzip.compress(gzip.compress(gzip.compress(bytes(100_000_000))))
    else:
        bomb = _seven_zip({"a": bytes(60_000_000)})
    (tmp_path / "a").write_bytes(bomb)
    (tmp_path / "z").write_bytes(b"fine")
    total = 0
    problems = []
    for stream in walk([tmp_path]):
        while piece := stream.read(65536):
            total += len(piece)
        if stream.problem is not None:
            problems.append(stream.problem.reason)
    assert total < 5_000_000 + budget_module.MAX_RATIO * len(bomb) + 5
    assert [problem for problem in problems if "in all its layers" in problem] == problems
    assert len(problems) == 1
    assert piece == b""
    assert stream.name.endswith("z")


def test_a_bound_is_told_where_it_is_reached_in_what_is_no_telemetry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget_module, "FREE_BYTES", 5_000_000)
    path = tmp_path / "a.zip"
    path.write_bytes(_layers(3))
    *others, last = read([path])
    assert {opened.kind for opened in others} == {"binary file"}
    problems = [item for item in last.records if isinstance(item, Problem)]
    assert "in all its layers" in problems[0].reason
    assert (last.kind, problems[0].lost) == (None, 1)


def test_members_that_share_their_bytes_are_not_unpacked_often(tmp_path: Path) -> None:
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = kernel.compress(bytes(1_000_000)) + kernel.flush()
    count = 200
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(body), 1_000_000, 1, 0)
    content = local + b"k" + body
    fine = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, zlib.crc32(b"fine"), 4, 4, 1, 0)
    content += fine + b"f" + b"fine"
    entry = struct.Struct("<4s6H3I5H2I")
    directory = b"".join(
        entry.pack(b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(body), 1_000_000, 3, 0, 0, 0, 0, 0, 0)
        + b"%03d" % number
        for number in range(count)
    )
    directory += (
        entry.pack(
            b"PK\x01\x02",
            20,
            20,
            0,
            0,
            0,
            0,
            zlib.crc32(b"fine"),
            4,
            4,
            1,
            0,
            0,
            0,
            0,
            0,
            len(local) + 1 + len(body),
        )
        + b"f"
    )
    end = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, count + 1, count + 1, len(directory), len(content), 0
    )
    contents, problems = _read(tmp_path, content + directory + end)
    assert contents["f"] == b"fine"
    assert sum(map(len, contents.values())) <= 1_000_004
    assert [problem for problem in problems if "199 members share their bytes" in problem]


def test_a_run_has_a_bound_of_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget_module, "MAX_MEMBERS", 10)
    (tmp_path / "a.zip").write_bytes(_zip(MEMBERS))
    (tmp_path / "b.tar").write_bytes(_tar(MEMBERS))
    (tmp_path / "c").write_bytes(b"fine")
    streams = [(stream.name, stream.read(5), stream.problem) for stream in walk([tmp_path])]
    assert sum(1 for _, data, _ in streams if data) == 11
    assert [problem.reason for _, _, problem in streams if problem] == [
        "more than 10 members in this run's archives; the rest of the file isn't read"
    ]


def test_a_run_has_a_bound_of_bytes_and_of_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(LINES))
    (tmp_path / "b").write_bytes(b"fine")
    for bound, value, reason in (
        ("MAX_BYTES", 100_000, "more than 100,000 bytes unpacked in this run"),
        ("MAX_SECONDS", 0.0, "more than 0 hours spent unpacking in this run"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(budget_module, bound, value)
            streams = []
            for stream in walk([tmp_path]):
                size = 0
                while piece := stream.read(10_000):
                    size += len(piece)
                streams.append((size, stream.problem and stream.problem.reason))
            (packed, problem), fine = streams
            assert packed <= 100_000
            assert problem == f"{reason}; the rest of the file isn't read"
            assert fine == (4, None)


# -- standard input ------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [LINES, gzip.compress(LINES)], ids=["plain", "gzip"])
def test_standard_input_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    (tmp_path / "in").write_bytes(data)
    with (tmp_path / "in").open() as source:
        monkeypatch.setattr("sys.stdin", source)
        ((content, name),) = [
            (b"".join(iter(lambda stream=stream: stream.read(5000), b"")), stream.name)  # type: ignore[misc]
            for stream in walk([Path("-")])
        ]
    assert (content, name) == (LINES, "standard input")


def test_a_terminal_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    with pytest.raises(InputError, match="pipe an export into it"):
        list(walk([Path("-")]))
