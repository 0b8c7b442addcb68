"""What the page's scripts and style know of node and edge kinds: the schema's words and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage.graph.schema import DESCENT, EDGE_SCHEMAS, NODE_SCHEMAS

if TYPE_CHECKING:
    from lineage.graph.schema import EdgeSchema, NodeSchema

_GROUNDS = {
    "light": ":root",
    "dark": ':root[data-theme="dark"]',
    "auto": ':root[data-theme="auto"]',
}


def vocabulary() -> dict[str, Any]:
    """The words, ready for `json.dumps`."""
    return {
        "descent": DESCENT,
        "nodes": {schema.kind: _node(schema) for schema in NODE_SCHEMAS},
        "edges": {schema.kind: _edge(schema) for schema in EDGE_SCHEMAS},
    }


def _node(schema: NodeSchema) -> dict[str, Any]:
    return {
        "noun": schema.noun,
        "shape": schema.mark.shape if schema.mark else None,
        "components": schema.naming[-1].components,
    }


def _edge(schema: EdgeSchema) -> dict[str, Any]:
    return {
        "verb": schema.words.verb,
        "passive": schema.words.passive,
        "backward": schema.flow == "backward",
        "leaves": schema.leaves,
    }


def colors() -> str:
    """The style sheet with the colours of the kinds that have a mark."""
    marks = {schema.kind: schema.mark for schema in NODE_SCHEMAS if schema.mark}
    light = " ".join(f"--kind-{kind}: {mark.light};" for kind, mark in marks.items())
    dark = " ".join(f"--kind-{kind}: {mark.dark};" for kind, mark in marks.items())
    glyphs = [f".glyph.{kind} {{ background: var(--kind-{kind}); }}" for kind in marks]
    return "\n".join(
        [
            f"{_GROUNDS['light']} {{ {light} }}",
            f"{_GROUNDS['dark']} {{ {dark} }}",
            f"@media (prefers-color-scheme: dark) {{ {_GROUNDS['auto']} {{ {dark} }} }}",
            *glyphs,
        ]
    )
