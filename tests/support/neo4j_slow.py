"""A query that is slow by itself; run as a program, `lineage` whose only saved query it is."""

from __future__ import annotations

from lineage.graphdb import library
from lineage.graphdb.library import Parameter, Query

STATEMENT = "UNWIND range(1, 1000000000) AS slow WITH slow WHERE slow % 7 = 8 RETURN count(slow)"
SLOW = Query(
    "slow",
    "Slow",
    "Hunt",
    1,
    "Does it end?",
    "the clock",
    "one row",
    (Parameter(library.CASE, "default", "the case"), Parameter("depth", 1, "how far")),
    STATEMENT,
    STATEMENT,
)

if __name__ == "__main__":
    from lineage.__main__ import main

    library.load = lambda *_: {"slow": SLOW}
    main()
