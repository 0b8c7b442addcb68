"""Files on a file system that only Spark reaches: `s3a://`, `hdfs://` and others."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lineage.errors import InputError
from lineage.read.inputs import inputs_of_content

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage.read import Input
    from lineage.read.budget import Budget

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):/+(.*)", re.IGNORECASE)


class RemoteFile(NamedTuple):
    """A file.

    Attributes:
        url: where it is.
        bytes: its size.
    """

    url: str
    bytes: int
    continues: int = 0


def address(path: Path) -> str | None:
    """The address that was meant by a path with a scheme; None for one on this machine.

    A path on Windows begins with one letter, which is no scheme; a path loses its second slash.

    >>> address(Path("s3a://bucket/week")), address(Path("hdfs://nn:8020/week"))
    ('s3a://bucket/week', 'hdfs://nn:8020/week')
    >>> address(Path("C:/week")), address(Path("file:///tmp/week"))
    (None, None)
    """
    found = _ADDRESS.fullmatch(path.as_posix())
    if found is None or found[1].lower() == "file":
        return None
    return f"{found[1]}://{found[2]}"


def on_this_machine(path: Path) -> Path:
    """The path that a `file:` address means.

    >>> on_this_machine(Path("file:///tmp/week")).as_posix()
    '/tmp/week'
    """
    found = _ADDRESS.fullmatch(path.as_posix())
    return Path(f"/{found[2]}") if found and found[1].lower() == "file" else path


def listed(context: Any, urls: Sequence[str]) -> list[RemoteFile]:
    """The files at and below addresses, in the order in which folders are read elsewhere.

    Args:
        context: Spark's.
        urls: of files and folders.

    Raises:
        InputError: there is nothing at an address.
    """
    jvm = context._jvm
    conf = context._jsc.hadoopConfiguration()
    found: list[RemoteFile] = []
    for url in urls:
        path = jvm.org.apache.hadoop.fs.Path(url)
        system = path.getFileSystem(conf)
        if not system.exists(path):
            raise InputError(f"{url}: no such file or folder; check the path")
        files = system.listFiles(path, True)
        of_url: list[RemoteFile] = []
        while files.hasNext():
            status = files.next()
            of_url.append(RemoteFile(status.getPath().toString(), status.getLen()))
        found += sorted(of_url, key=lambda file: file.url.split("/"))
    return found


def of_content(url: str, content: bytes, budget: Budget) -> Iterator[Input]:
    """The inputs that a file is or holds."""
    return inputs_of_content(url, io.BytesIO(content), budget)
