from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.graph import nodes
from lineage.graph.schema import NODE_SCHEMAS
from lineage.graphdb import rows

NODE_CLASSES = {
    each.kind: each
    for each in vars(nodes).values()
    if isinstance(each, type) and hasattr(each, "kind")
}


@pytest.mark.parametrize("schema", NODE_SCHEMAS, ids=lambda schema: schema.kind)
def test_every_property_of_the_schema_is_the_node_s(schema):
    assert all(hasattr(NODE_CLASSES[schema.kind], entry.name) for entry in schema.properties)


anything = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF, exclude_categories=()))


@settings(max_examples=60)
@given(anything)
def test_text_can_always_be_sent_and_is_else_unchanged(value):
    sent = rows.text(value)
    sent.encode()
    if not any("\ud800" <= character <= "\udfff" for character in value):
        assert sent == value


@settings(max_examples=60)
@given(st.text(max_size=50), st.text(max_size=50), st.integers(0, 3000), st.integers(0, 3000))
def test_keys_are_short_and_differ_where_ids_do(one, other, first, second):
    one, other = one * first, other * second
    assert len(rows.key(one)) <= rows.KEY_CHARACTERS
    assert (rows.key(one) == rows.key(other)) == (rows.text(one) == rows.text(other))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (nodes.ProcessNode("p", "h", image="C:\\Windows\\System32\\cmd.exe"), "cmd.exe"),
        (nodes.ProcessNode("p", "h"), "(unknown program)"),
        (nodes.FileNode("f", "h", "C:\\Windows\\"), "C:\\Windows\\"),
        (nodes.UserNode("u", "CORP\\dana"), "dana"),
        (nodes.RegistryNode("r", "h", "HKLM\\Software\\Run\\Updater"), "Run\\Updater"),
        (nodes.ScriptNode("s", "h", "dir C:\\x |\r\n  Out-Null"), "dir C:\\x | Out-Null"),
        (nodes.ScriptNode("s", "h", "dir", "C:\\a.ps1"), "a.ps1"),
        (nodes.DnsNode("d", "x" * 100), "x" * 59 + "…"),
    ],
)
def test_captions_are_short(node, expected):
    assert rows.caption(node) == expected
