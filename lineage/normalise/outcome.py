"""What a record can come to besides an event."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """What became of a record, or of a part of an event, that yielded no event of its own."""

    IGNORED = "none of the data sources that are read"
    AWAITING = "a part of an event whose other parts are awaited"
    DUPLICATE = "a part that was there already"
