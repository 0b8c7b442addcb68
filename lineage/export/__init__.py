"""Report -> files that other tools read.

Every exporter is a pure function of a `lineage.report.model.Report`, so that any output can be made
later from the JSON report. `EXPORTERS` is the one table of them; the command line derives its
options from it and imports a format's module only when that format is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from lineage.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.report.model import Report

__all__ = ["EXPORTERS", "Exporter"]


@dataclass(frozen=True, slots=True)
class Exporter:
    """An exchange format.

    Attributes:
        name: option (``--name``) and module (`lineage.export.name`).
        help: the option's line in ``--help``.
        files: names of the files where it writes a folder of them; empty where it writes one file.
        needs: modules that it needs beyond what every installation has; the extra of the format's
            name brings them.
    """

    name: str
    help: str
    files: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def folder(self) -> bool:
        """Whether it writes a folder of files rather than one file."""
        return bool(self.files)

    def require(self) -> None:
        """Makes sure that what the format needs is installed, before anything is read.

        Raises:
            UsageError: it isn't.
        """
        missing = [module for module in self.needs if find_spec(module) is None]
        if missing:
            raise UsageError(
                f"--{self.name}: {' and '.join(missing)} isn't installed; "
                f"pip install 'lineage-ir[{self.name}]'"
            )

    def contents(self, report: Report) -> dict[str, bytes]:
        """What to write, by path below the one that the user gave (``""``: that path itself).

        Raises:
            InputError: a time of the report isn't ISO 8601.
            UsageError: what the format needs isn't installed.
        """
        self.require()
        render: Callable[[Report], str | bytes | dict[str, str]]
        render = import_module(f"lineage.export.{self.name.replace('-', '_')}").render
        rendered = render(report)
        if isinstance(rendered, bytes):
            return {"": rendered}
        texts = {"": rendered} if isinstance(rendered, str) else rendered
        return {name: text.encode() for name, text in texts.items()}


EXPORTERS: tuple[Exporter, ...] = (
    Exporter("markdown", "Write a case report as Markdown."),
    Exporter(
        "docx",
        "Write a case report as a Word document (needs the extra docx).",
        needs=("docx", "PIL"),
    ),
    Exporter(
        "xlsx", "Write all tables as an Excel workbook (needs the extra xlsx).", needs=("openpyxl",)
    ),
    Exporter("graphml", "Write the chains' graph as GraphML (Gephi, yEd, Cytoscape, networkx)."),
    Exporter("dot", "Write the chains' graph as Graphviz DOT."),
    Exporter(
        "csv",
        "Write nodes, edges, timeline and evidence as CSV files.",
        ("nodes.csv", "edges.csv", "timeline.csv", "evidence.csv", "long-texts.jsonl"),
    ),
    Exporter("navigator", "Write an ATT&CK Navigator layer, techniques scored by chain."),
    Exporter("stix", "Write a STIX 2.1 bundle."),
    Exporter("iocs", "Write the attack's own files, names, addresses and keys as a CSV list."),
    Exporter("misp", "Write the same as a MISP event (JSON)."),
    Exporter("attack-flow", "Write the chains as an Attack Flow 2 bundle."),
    Exporter("timesketch", "Write the timeline as JSONL for Timesketch."),
    Exporter("mermaid", "Write each chain's process tree as Mermaid in Markdown, for a ticket."),
)
"""All formats, in the order of ``--help``."""
