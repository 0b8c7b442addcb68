"""Every recording of the corpus is read whole: the same records as a bare decoding gives."""

from __future__ import annotations

import zipfile
from typing import cast

import orjson
import pytest
from evtx import PyEvtxParser
from evtx_logs import CORPUS

from lineage.read import read

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="needs the corpus of recordings beside the checkout"
)


def test_evtx_recordings_are_read_whole() -> None:
    for source in read([CORPUS / "evtx"]):
        assert source.format == "evtx"
        decoded = [
            int(
                orjson.loads(cast("dict[str, str]", record)["data"])["Event"]["System"][
                    "EventRecordID"
                ]
            )
            for record in PyEvtxParser(source.name, number_of_threads=1).records_json()
        ]
        assert [getattr(item, "record_id", item) for item in source.records] == decoded


def test_nxlog_recordings_are_read_whole() -> None:
    for source in read([CORPUS / "json"]):
        assert source.format == "flat-json"
        path, _, member = source.name.partition("!")
        with zipfile.ZipFile(path) as archive, archive.open(member) as lines:
            decoded = [orjson.loads(line)["EventID"] for line in lines if line.strip()]
        assert [getattr(item, "event_id", item) for item in source.records] == decoded
