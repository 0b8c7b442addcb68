from __future__ import annotations

import pytest

from lineage.export.instant import instant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-10-21T08:02:11.1234567Z", "2024-10-21T08:02:11.123456+00:00"),
        ("2024-10-21T08:02:11Z", "2024-10-21T08:02:11+00:00"),
        ("2024-10-21T10:02:11.5+02:00", "2024-10-21T08:02:11.500000+00:00"),
    ],
)
def test_times_are_utc_and_cut_to_microseconds(text: str, expected: str) -> None:
    assert instant(text).isoformat() == expected
