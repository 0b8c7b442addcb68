from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.correlate.groups import Groups

NAMES = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=20))
@settings(max_examples=60)
def test_groups_are_what_joins_make_of_them(joins: list[tuple[str, str]]) -> None:
    groups = Groups()
    sets = {name: {name} for name in "abcdefgh"}
    for one, other in joins:
        groups.join(one, other)
        merged = sets[one] | sets[other]
        for name in merged:
            sets[name] = merged
    for one in "abcdefgh":
        for other in "abcdefgh":
            assert (groups.find(one) == groups.find(other)) == (other in sets[one])
