"""Ages are half-open intervals: labels, tilings, and what must not be tiled."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil.ages import ALL, OPEN, AgeGroup, parse_label, partition, tile
from kommunalprofil.errors import NotOfferedError, TilingError

groups = st.builds(
    lambda lo, n, open_: AgeGroup(lo, OPEN if open_ else lo + n), st.integers(0, 110), st.integers(1, 80), st.booleans()
)
cuts = st.sets(st.integers(1, 110), min_size=1, max_size=40).map(lambda s: [0, *sorted(s), OPEN])


def _of(bounds: list[int]) -> list[AgeGroup]:
    return [AgeGroup(lo, hi) for lo, hi in pairwise(bounds)]


@given(groups)
def test_what_is_printed_can_be_parsed(group: AgeGroup) -> None:
    assert AgeGroup.parse(str(group)) == group


@pytest.mark.parametrize(
    ("label", "lo", "hi"),
    [
        ("unter 3 Jahre", 0, 3),
        ("unter 1 Jahr", 0, 1),
        ("3 bis unter 6 Jahre", 3, 6),
        ("18 bis unter 20 Jahre", 18, 20),
        ("75 Jahre und mehr", 75, OPEN),
        ("90 Jahre und älter", 90, OPEN),
        ("17-Jährige", 17, 18),
        ("1 Jahr", 1, 2),
        ("  65  bis unter 75  Jahre ", 65, 75),
    ],
)
def test_official_labels(label: str, lo: int, hi: int) -> None:
    assert parse_label(label) == AgeGroup(lo, hi)


@pytest.mark.parametrize(
    "label", ["", "Insgesamt", "65", "65 bis 75 Jahre", "6 bis unter 3 Jahre", "Jahre", "unter Jahren"]
)
def test_no_age_is_guessed(label: str) -> None:
    assert parse_label(label) is None


@given(st.integers(0, 120), st.integers(1, 60))
def test_labels_say_half_open_intervals(lo: int, years: int) -> None:
    assert parse_label(f"{lo} bis unter {lo + years} Jahre") == AgeGroup(lo, lo + years)
    assert str(AgeGroup(lo, lo + years)) == f"{lo}-{lo + years - 1}"


@given(cuts, st.data())
def test_a_tiling_covers_every_year_exactly_once(bounds: list[int], data: st.DataObject) -> None:
    parts = _of(bounds)
    mixed = data.draw(st.permutations([*parts, ALL, *data.draw(st.lists(groups, max_size=5))]))
    lo = data.draw(st.sampled_from(bounds[:-1]))
    hi = data.draw(st.sampled_from([b for b in bounds if b > lo]))
    chosen = sorted(mixed[i] for i in tile(mixed, lo, hi))
    assert chosen[0].lo == lo
    assert chosen[-1].hi == hi
    assert all(a.hi == b.lo for a, b in pairwise(chosen))


@given(cuts, st.integers(1, 109))
def test_a_bound_that_is_missing_is_named(bounds: list[int], age: int) -> None:
    if age in bounds or len(bounds) < 3:
        return
    with pytest.raises(TilingError, match=rf"keine Grenze bei {age}\b"):
        tile(_of(bounds), 0, age)


def test_the_infrastructure_groups_of_the_census_have_no_65() -> None:
    bounds = [0, 3, 6, 10, 16, 19, 25, 40, 60, 67, 75, OPEN]
    with pytest.raises(TilingError, match="65\\+ nicht bildbar: die Altersgruppen haben keine Grenze bei 65"):
        tile(_of(bounds), 65, OPEN)
    assert len(tile(_of(bounds), 67, OPEN)) == 2


def test_the_total_is_no_part_of_itself() -> None:
    parts = [AgeGroup(0, 20), ALL, AgeGroup(20, OPEN)]
    assert [parts[i] for i in partition(parts)] == [AgeGroup(0, 20), AgeGroup(20, OPEN)]


def test_no_ages_at_all_is_another_fact_than_ages_that_do_not_fit() -> None:
    for call in (lambda: partition([ALL]), lambda: tile([ALL], 65, OPEN)):
        with pytest.raises(NotOfferedError):
            call()
    with pytest.raises(TilingError) as failed:
        partition([AgeGroup(0, 20), AgeGroup(25, OPEN)])
    assert not isinstance(failed.value, NotOfferedError)


@pytest.mark.parametrize(("lo", "hi"), [(-1, 3), (3, 3), (5, 3), (0, 201)])
def test_impossible_intervals_are_refused(lo: int, hi: int) -> None:
    with pytest.raises(ValueError, match="no age interval"):
        AgeGroup(lo, hi)
