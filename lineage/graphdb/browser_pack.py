"""What Neo4j Browser takes by drop: the saved queries as folders of favourites, and the style.

Browser makes a favourite of each `.cypher` in a dropped `.zip`, named by its first line and sorted
by that, in a folder named by its directory; it takes a `.grass` as its style, one file a drop, and
never out of a zip. The zip carries the style and a note all the same, for who gets only that file.
"""

from __future__ import annotations

import io
import zipfile
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from lineage.graph.schema import EDGE_SCHEMAS, NODE_SCHEMAS
from lineage.graphdb.library import USES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage.graph.description import Arrow
    from lineage.graph.schema import NodeSchema
    from lineage.graphdb.library import Query

FOLDERS = {use: f"lineage {number} {use}" for number, use in enumerate(USES, 1)}
"""Use of a query -> its folder of favourites in Browser, which sorts folders by name."""
STYLE = "lineage.grass"
NOTE = "README.txt"

_WHEN = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip can hold: the same queries give the same bytes."""
_NOTE = f"""Saved queries and style for Neo4j Browser, made by lineage neo4j browser-pack

1. Open Neo4j Browser and log in.
2. Drop this .zip, whole, on its page. {len(FOLDERS)} folders are now under Favorites (the star).
3. Drop {STYLE} on the page, by itself. Answers drawn from now on have its colours.
4. Open the folder "{FOLDERS[USES[0]]}", and run its favourites from top to bottom by the arrow
   beside each: what is in the case, its chains, the best one drawn, its timeline.
5. Click a favourite's name to change it: the first lines hold its parameters; case_name is the case
   that was pushed.
"""


def pack(queries: Mapping[str, Query], case: str) -> bytes:
    """The zip to be dropped on Browser's page.

    Args:
        queries: the saved queries by name.
        case: the case that they ask where nothing is changed.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, NOTE, _NOTE)
        _write(archive, STYLE, style())
        for name, query in queries.items():
            text = query.with_case(case).replace("// ", f"// {query.place} ", 1)
            _write(archive, f"{FOLDERS[query.use]}/{name}.cypher", text)
    return buffer.getvalue()


def style() -> str:
    """The GraSS style sheet that tells node kinds, tags and chains apart."""
    template = files("lineage.graphdb").joinpath("style.grass").read_text("utf-8")
    return Template(template).substitute(
        nodes="\n\n".join(map(_node_style, NODE_SCHEMAS)),
        relationships="\n\n".join(
            _arrow_style(schema.type, schema.arrow) for schema in EDGE_SCHEMAS if schema.arrow
        ),
    )


def _node_style(schema: NodeSchema) -> str:
    disc = schema.disc
    return f"""node.{schema.label} {{
  color: {disc.color};
  border-color: {disc.border};
  text-color-internal: {disc.ink};
  diameter: {disc.diameter}px;
  caption: '{{drawn}}';
}}"""


def _arrow_style(name: str, arrow: Arrow) -> str:
    return f"""relationship.{name} {{
  color: {arrow.color};
  shaft-width: {arrow.width}px;
  caption: '<type>';
}}"""


def _write(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, text.encode())
