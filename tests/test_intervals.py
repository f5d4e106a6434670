"""Intervals of small numbers: published examples, and what must hold of any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil.intervals import Interval, difference, rate, share


def test_the_example_of_newcombe() -> None:
    """Newcombe 1998, example (a): 56/70 and 48/80, method 10: 0.0524 to 0.3339."""
    found = difference(share(48, 80), share(56, 70))
    assert found.value == pytest.approx(0.2)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_wilson_of_none_and_all() -> None:
    """0 of 10: Wilson's upper bound is 0.2775 (Brown, Cai, DasGupta 2001)."""
    assert share(0, 10).low == 0
    assert round(share(0, 10).high, 4) == 0.2775
    assert share(10, 10).high == 1


def test_byar_is_near_the_exact_bounds_of_poisson() -> None:
    """Exact bounds (Garwood 1936) of 10 events: 4.80 to 18.39; of none: 0 to 3.69."""
    ten = rate(10, 1)
    assert (ten.low, ten.high) == (pytest.approx(4.80, abs=0.02), pytest.approx(18.39, abs=0.02))
    assert rate(0, 1).low == 0
    assert rate(0, 1).high == pytest.approx(3.69, abs=0.06)


@given(part=st.integers(0, 400), more=st.integers(0, 400))
def test_a_share_lies_within_its_bounds(part: int, more: int) -> None:
    if part + more:
        found = share(part, part + more)
        assert 0 <= found.low <= found.value <= found.high <= 1


@given(*[st.integers(1, 500)] * 2)
def test_no_change_may_always_be_none(part: int, more: int) -> None:
    one = share(part, part + more)
    assert difference(one, one).has_zero
    back, forth = difference(one, share(part, 2 * part + more)), difference(share(part, 2 * part + more), one)
    assert (back.low, back.high) == (pytest.approx(-forth.high), pytest.approx(-forth.low))


@pytest.mark.parametrize(("part", "whole"), [(3, 2), (-1, 5), (0, 0)])
def test_what_is_no_share(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        share(part, whole)


def test_another_unit() -> None:
    assert Interval(0.1, 0.2, 0.3).times(100) == (10, 20, 30)
