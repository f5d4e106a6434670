"""Layout arithmetic: ticks are round and cover the data, labels never overlap, names never exceed their room."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil.figures.scales import Scale, fits, spread, ticks, ticks_within, wrap, year_ticks

VALUES = st.floats(-1e9, 1e9, allow_nan=False).map(lambda v: round(v, 3))


def test_scale_maps_ends_and_middle() -> None:
    scale = Scale(0, 10, 100, 0)
    assert (scale(0), scale(5), scale(10)) == (100, 50, 0)


def test_ticks_are_round() -> None:
    assert ticks(126300, 136100).values == (126000, 128000, 130000, 132000, 134000, 136000, 138000)
    assert ticks(0, 1).decimals == 1
    assert ticks(0.2, 0.29, 4).decimals == 3 or ticks(0.2, 0.29, 4).decimals == 2
    assert ticks(0, 3, 5, whole=True).values == (0, 1, 2, 3)
    assert ticks(7, 7, 4).values[0] <= 7 <= ticks(7, 7, 4).values[-1]
    with pytest.raises(ValueError, match="no axis"):
        ticks(1, 0)
    with pytest.raises(ValueError, match="no axis"):
        ticks(0, float("inf"))


@given(VALUES, VALUES, st.integers(2, 8))
def test_ticks_cover_the_data_in_equal_steps(one: float, other: float, count: int) -> None:
    low, high = sorted((one, other))
    found = ticks(low, high, count)
    margin = 1e-6 * max(1.0, abs(low), abs(high))
    assert found.low <= low + margin
    assert found.high >= high - margin
    assert 2 <= len(found.values) <= 2 * count + 3
    steps = [b - a for a, b in pairwise(found.values)]
    assert max(steps) - min(steps) <= 1e-6 * max(abs(found.low), abs(found.high), 1)


@given(st.floats(-1e6, 1e6), st.floats(0.01, 1e6), st.integers(2, 6))
def test_ticks_within_stay_inside(low: float, extent: float, count: int) -> None:
    found = ticks_within(low, low + extent, count)
    assert len(found.values) >= 1
    assert found.values[-1] <= low + extent + 1e-6 * max(1, abs(low), extent)


@given(st.integers(1950, 2050), st.integers(0, 80), st.floats(60, 400))
def test_year_labels_do_not_touch(first: int, years: int, room: float) -> None:
    shown = year_ticks(first, first + years, room, 22)
    assert shown == sorted(set(shown))
    assert shown[-1] == first + years
    assert all((b - a) * room / years >= 22 - 1e-6 for a, b in pairwise(shown))


@given(st.lists(st.tuples(st.floats(-50, 250), st.floats(5, 30)), min_size=1, max_size=6))
def test_spread_labels_keep_clear(labels: list[tuple[float, float]]) -> None:
    wanted, sizes = zip(*labels, strict=True)
    placed = spread(wanted, sizes, 0, 200)
    boxes = sorted((c - s / 2, c + s / 2) for c, s in zip(placed, sizes, strict=True))
    assert all(upper[0] >= lower[1] - 1e-6 for lower, upper in pairwise(boxes))
    assert fits(sizes, 0, 200)
    assert boxes[0][0] >= -1e-6
    assert boxes[-1][1] <= 200 + 1e-6
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    assert [placed[i] for i in order] == sorted(placed)


@given(st.lists(st.floats(20, 180), min_size=1, max_size=4, unique=True))
def test_labels_with_room_stay_where_they_are(wanted: list[float]) -> None:
    gaps = [b - a for a, b in pairwise(sorted(wanted))]
    size = min([10.0, *gaps]) * 0.9
    assert spread(wanted, [size] * len(wanted), 0, 200) == pytest.approx(wanted)


NAMES = st.text(alphabet="ABCDEfghijklmnopqrstuvwxyzäöüß -/().", min_size=1, max_size=60)


@given(NAMES, st.floats(30, 150))
def test_wrapped_names_fit_and_lose_nothing(name: str, room: float) -> None:
    def measure(text: str) -> float:
        return 5.0 * len(text)

    lines = wrap(name, room, measure)
    assert all(measure(line) <= room or len(line) <= 5 for line in lines)
    letters = "".join(lines).replace("-", "").replace(" ", "")
    assert letters == name.replace("-", "").replace(" ", "")


def test_wrap_breaks_at_spaces_and_hyphens() -> None:
    def measure(text: str) -> float:
        return float(len(text))

    assert wrap("Landkreis Ludwigslust-Parchim 38,9", 14, measure) == ["Landkreis", "Ludwigslust-", "Parchim 38,9"]
    assert wrap("Adorf/Vogtl.", 8, measure) == ["Adorf/", "Vogtl."]
    assert wrap("Dortmund", 20, measure) == ["Dortmund"]
    assert wrap("", 20, measure) == [""]
