"""The report as one page that needs nothing else.

The page's Content Security Policy allows exactly the scripts and the style that it carries, by
their hashes, and no connection to anywhere: even a text that got into the markup could do nothing.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Final

from lineage.report import escape
from lineage.report.html.payload import payload
from lineage.report.html.vocabulary import colors

if TYPE_CHECKING:
    from lineage.report.model import Report

LIBRARIES: Final = ("cytoscape.min.js", "dagre.min.js")
"""Vendored, in `vendor/`, with their licences; `web/` says how."""
SCRIPTS: Final = (
    "dom.js",
    "format.js",
    "theme.js",
    "chain_model.js",
    "collapse.js",
    "layout.js",
    "graph_elements.js",
    "graph.js",
    "overview.js",
    "details.js",
    "timeline.js",
    "graph_panel.js",
    "records.js",
    "evidence.js",
    "indicators.js",
    "campaigns.js",
    "summary.js",
    "story.js",
    "chain.js",
    "chain_list.js",
    "routes.js",
    "main.js",
)
"""The page's own scripts, in `assets/`, in the order in which they run."""
STYLES: Final = ("theme.css", "page.css", "graph.css", "list.css", "print.css")

CYTOSCAPE_STYLE: Final = ".__________cytoscape_container { position: relative; }"
"""Cytoscape adds this style, which the policy would refuse, unless an element has its id."""

_UNSAFE_IN_SCRIPT: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def render(report: Report, timezone: str | None = None) -> str:
    """The page of a report, as UTF-8 text.

    Args:
        report: what to show. Its texts may be an attacker's: they are data in a JSON block, and
            become text nodes.
        timezone: IANA name of the zone in which times are shown first; None for UTC.
    """
    libraries = [_text("vendor", name) for name in LIBRARIES]
    scripts = [*libraries, _own_script()]
    own_style = "\n".join([*(_text("assets", name) for name in STYLES), colors()])
    styles = [CYTOSCAPE_STYLE, own_style]
    return Template(_text("assets", "page.html")).substitute(
        policy=_policy(scripts, styles),
        title=escape.html(_title(report)),
        library_style=styles[0],
        style=styles[1],
        data=script_json(payload(report, timezone)),
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )


def script_json(value: object) -> str:
    """JSON fit for a `<script>` element: no `<`, `>`, `&` or line separator is raw."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_UNSAFE_IN_SCRIPT)


def _own_script() -> str:
    """The page's scripts as one strict function, so that no name of theirs is global."""
    body = "\n".join(_text("assets", name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{body}\n}})();'


def _policy(scripts: list[str], styles: list[str]) -> str:
    """The Content Security Policy (W3C CSP Level 3: hashes of inline scripts and styles)."""
    directives = {
        "default-src": "'none'",
        "script-src": " ".join(map(_hash, scripts)),
        "style-src": " ".join(map(_hash, styles)),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _title(report: Report) -> str:
    if not report.chains:
        return "lineage report: no attack chain"
    best = report.chains[0]
    return f"lineage report: {best.verdict} chain on {', '.join(best.hosts[:3])}"


def _text(folder: str, name: str) -> str:
    return (files("lineage.report.html") / folder / name).read_text(encoding="utf-8")
