"""The schema is the one place that knows edge kinds by name, beside who makes and follows them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lineage.graph.description import Noun, Words
from lineage.graph.ids import NodeId, kind_of, parsed
from lineage.graph.nodes import caption, known_by_id
from lineage.graph.schema import EDGE, EDGE_SCHEMAS, NODE, NODE_SCHEMAS, EdgeSchema, NodeSchema

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parents[2] / "lineage"
ROOMS = ("report", "export", "graphdb")
ALLOWED = {
    ("export/stix_objects.py", "set"): "STIX tells a value from a key; what is set is a value",
    ("export/attack_flow.py", "created"): "a property of every STIX object",
    ("export/stix.py", "created"): "a property of every STIX object",
}


def _python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _script(path: Path) -> Iterator[str]:
    for double, single in re.findall(
        r'"([^"\n]*)"|\'([^\'\n]*)\'', path.read_text(encoding="utf-8")
    ):
        yield double or single


def test_no_edge_kind_is_a_literal_where_things_are_shown() -> None:
    named = set()
    for room in ROOMS:
        for path in (PACKAGE / room).rglob("*"):
            if path.suffix not in {".py", ".js"} or "vendor" in path.parts:
                continue
            literals = _python(path) if path.suffix == ".py" else _script(path)
            place = path.relative_to(PACKAGE).as_posix()
            named |= {(place, literal) for literal in literals if literal in EDGE}
    assert named == set(ALLOWED)


@pytest.mark.parametrize("schema", NODE_SCHEMAS, ids=lambda schema: schema.kind)
def test_a_node_is_restored_from_its_id(schema: NodeSchema) -> None:
    node_id = NodeId(schema.kind, "ws01" if schema.is_local else "", "a.example")
    assert parsed(str(node_id)) == node_id
    node = known_by_id(str(node_id))
    assert (node.kind, node.id) == (schema.kind, str(node_id))
    assert caption(node).startswith(schema.unknown or "a.example")
    assert (getattr(node, "host", "") == "ws01") is schema.is_local


def test_an_id_of_no_kind_is_none_of_ours() -> None:
    assert parsed("planet:earth") is None
    assert kind_of("planet:earth") is None
    with pytest.raises(ValueError, match="planet:earth"):
        known_by_id("planet:earth")


@pytest.mark.parametrize("schema", EDGE_SCHEMAS, ids=lambda schema: schema.kind)
def test_ends_of_edges_are_kinds_of_nodes(schema: EdgeSchema) -> None:
    assert {*schema.source, *schema.target} <= set(NODE)


def test_no_two_kinds_of_nodes_have_one_name() -> None:
    nouns = [noun for schema in NODE_SCHEMAS for noun in schema.noun]
    assert len(set(nouns)) == len(nouns)


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (Words("wrote", "written by"), "wrote"),
        (Words("asked for", "asked for by", says_object=True), "asked for the domain"),
        (Words("set", "set by", ("value", "values"), says_object=True), "set the value"),
    ],
)
def test_a_sentence_says_what_the_target_is_where_that_helps(words: Words, phrase: str) -> None:
    noun: Noun = ("domain", "domains")
    assert words.phrase(noun) == phrase
