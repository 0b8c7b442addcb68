"""What a folder of recordings yields, file by file: a table of `docs/accuracy.md`.

Usage: python bench/recordings.py FOLDER [--write]
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pages import Table

from lineage.correlate.registry import correlators
from lineage.errors import LineageError
from lineage.pipeline import Request, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.report.model import Report

TABLE = Table("accuracy.md", "<!-- table: bench/recordings.py -->", "<!-- end of recordings -->")
DETECTIONS = 3
ENDINGS = {".evtx", ".gz", ".json", ".jsonl", ".ndjson", ".xml", ".zip"}


def reports(folder: Path) -> Iterator[tuple[str, Report]]:
    """Every file of a folder's folders that holds telemetry, with its report."""
    for path in sorted(folder.glob("*/**/*")):
        if path.suffix not in ENDINGS or not path.is_file():
            continue
        try:
            report = run(Request([path], correlators=correlators())).report
        except LineageError as error:
            print(error)
            continue
        yield path.relative_to(folder).as_posix(), report


def row(name: str, report: Report) -> str:
    chains = ", ".join(f"{chain.verdict} {chain.score:g}" for chain in report.chains) or "none"
    stages = {stage.tactic: None for chain in report.chains for stage in chain.stages}
    counts = Counter(hit.detection for hit in report.detections)
    shown = [f"{title} ({count})" for title, count in counts.most_common(DETECTIONS)]
    if len(counts) > DETECTIONS:
        shown.append(f"{len(counts) - DETECTIONS} more")
    return f"| `{name}` | {chains} | {', '.join(stages) or '-'} | {', '.join(shown)} |"


def table(found: list[tuple[str, Report]]) -> str:
    hit = [pair for pair in found if pair[1].detections]
    verdicts = Counter(chain.verdict for _, report in found for chain in report.chains)
    told = ", ".join(f"{verdicts[each]} {each}" for each in ("confirmed", "probable", "suspicious"))
    return (
        f"{len(found)} recordings; in {len(found) - len(hit)} no detection fires. Chains: {told}.\n"
        "\n| recording | chains | stages | detections (hits) |\n|---|---|---|---|\n"
        + "".join(f"{row(*pair)}\n" for pair in hit)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="put the table into docs/accuracy.md")
    arguments = parser.parse_args()
    text = table(list(reports(arguments.folder)))
    print(text)
    if arguments.write:
        TABLE.write(text)


if __name__ == "__main__":
    main()
