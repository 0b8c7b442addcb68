"""The process tree as pictures."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sample_intrusion import remcos_chain
from sample_report import hostile_report, large_report

from lineage.export.picture import HEIGHT, MOST, WIDTH, left_out, pictures


@pytest.mark.parametrize("make", [lambda: [remcos_chain()], lambda: hostile_report().chains])
def test_pictures_fit_a_page_and_are_the_same_each_time(make: object) -> None:
    assert callable(make)
    (chain,) = make()
    drawn = pictures(chain)
    assert drawn == pictures(chain)
    for content in drawn:
        image = Image.open(io.BytesIO(content))
        assert (image.format, image.width) == ("PNG", WIDTH)
        assert image.height <= HEIGHT + 100
        assert len(set(image.convert("L").tobytes())) > 3  # something is drawn


def test_a_large_chain_says_what_is_not_drawn() -> None:
    (chain,) = large_report(MOST + 20).chains
    assert left_out(chain) == "20 processes more are not drawn."
    assert left_out(remcos_chain()) == ""
    assert len(pictures(chain)) < 40


def test_a_chain_without_processes_has_none() -> None:
    assert pictures(remcos_chain().model_copy(update={"processes": []})) == []
