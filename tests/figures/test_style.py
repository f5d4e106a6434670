"""The palette is readable: contrast with the ground and between neighbours, as WCAG computes it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from kommunalprofil.figures import style
from kommunalprofil.figures.style import LOOKS, WHITE, contrast, text_on


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast(WHITE, WHITE) == 1


@pytest.mark.parametrize("colour", [style.INK, style.MUTED, *(look.text for look in LOOKS.values())])
def test_text_reaches_aa(colour: str) -> None:
    assert contrast(colour, WHITE) >= 4.5


@pytest.mark.parametrize("role", list(LOOKS))
def test_lines_and_marks_reach_three_to_one(role: str) -> None:
    assert contrast(LOOKS[role].colour, WHITE) >= 3


def test_values_printed_in_the_house_style() -> None:
    """The ratios LOOK.md prints, to half of their last digit."""
    printed = {style.INK: 14.7, style.WOMEN: 4.4, style.MEN: 7.6, style.PLACE: 6.1, style.COMPARED: 4.6,
               style.FOREIGN: 5.1, style.GERMAN: 7.5}  # fmt: skip
    for colour, ratio in printed.items():
        assert contrast(colour, WHITE) == pytest.approx(ratio, abs=0.06)


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        (style.MEN, style.WOMEN, 1.5),
        (style.MEN, style.MEN_SURPLUS, 1.6),
        (style.WOMEN, style.WOMEN_SURPLUS, 1.6),
        (style.MEN, style.MEN_PALE, 3),
        (style.WOMEN, style.WOMEN_PALE, 3),
        (style.FOREIGN, style.GERMAN, 1.35),
        (style.PLACE, style.MAP_LAND, 3),
        (style.PLACE, style.PLACE_PALE, 3),
    ],
)
def test_neighbours_differ_in_lightness(one: str, other: str, least: float) -> None:
    assert contrast(one, other) >= least


def test_neighbouring_map_classes_differ() -> None:
    assert all(contrast(one, other) >= 1.35 for one, other in pairwise(style.MAP_CLASSES))


@pytest.mark.parametrize("ground", [*style.MAP_CLASSES, style.MEN, style.WOMEN, style.GERMAN, style.FOREIGN])
def test_text_on_a_fill_is_readable(ground: str) -> None:
    assert contrast(text_on(ground), ground) >= 4.5


def test_no_two_looks_differ_by_colour_alone() -> None:
    """Comparators of one figure share lines and dots: each pair differs in width, dash or marker, and in its dot."""
    for group in (["place", "kreis", "land", "bund"], ["men", "women"], ["german", "foreign"]):
        looks = [LOOKS[role] for role in group]
        lines = {(look.width, look.dash, look.marker) for look in looks}
        assert len(lines) == len(looks)
        assert len({look.dot for look in looks}) == len(looks)


def test_widths_are_those_of_the_page() -> None:
    assert style.WIDTHS["full"] / 72 * 25.4 == pytest.approx(162)
    assert style.WIDTHS["half"] / 72 * 25.4 == pytest.approx(78)
