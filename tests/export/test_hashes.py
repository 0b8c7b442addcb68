from __future__ import annotations

import pytest
from sample_report import full_report

from lineage.export.hashes import file_hashes, parse_hashes

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"MD5={MD5.upper()},SHA256={SHA256}", {"MD5": MD5, "SHA-256": SHA256}),
        (f" md5={MD5} ", {"MD5": MD5}),
        (f"IMPHASH={MD5}", {}),
        ("MD5=short", {}),
        ("MD5=" + "z" * 32, {}),
        ("SHA1='] OR [file:name = '", {}),
        ("", {}),
    ],
)
def test_only_well_formed_digests_are_taken(text: str, expected: dict[str, str]) -> None:
    assert parse_hashes(text) == expected


def test_hashes_of_the_evidence_belong_to_its_node() -> None:
    chain = full_report().chains[0]
    hit = chain.evidence[0].model_copy(update={"fields": {"Hashes": f"MD5={MD5}"}})
    assert file_hashes(chain.model_copy(update={"evidence": [hit]})) == {hit.node: {"MD5": MD5}}
