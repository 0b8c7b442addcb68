"""Office files are zip archives: made anew without the time at which they were made.

So the same report gives the same bytes. Needs nothing but the standard library.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip archive can tell (APPNOTE.TXT, 4.4.6)."""
_CHANGED: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def without_times(content: bytes) -> bytes:
    """The archive, with all its files of one time, and its properties of none of the day."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "docProps/core.xml":
                data = _CHANGED.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", data)
            new.writestr(zipfile.ZipInfo(entry.filename, EARLIEST), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()
