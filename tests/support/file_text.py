"""The text of written files, also of Office files."""

from __future__ import annotations

import io
import zipfile


def file_text(files: dict[str, bytes]) -> str:
    """The text of files by name; of an Office file, that of its parts."""
    parts = []
    for content in files.values():
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = [name for name in archive.namelist() if name.endswith(".xml")]
                parts += [archive.read(name) for name in names]
        else:
            parts.append(content)
    return b"".join(parts).decode("utf-8-sig")
