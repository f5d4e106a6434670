"""Life tables: populations whose expectation of life is known, and the width of the interval."""

from __future__ import annotations

import numpy as np
import pytest

from kommunalprofil.ages import OPEN, AgeGroup
from kommunalprofil.indicators.lifetable import FIRST_YEARS, Z95, expectation

FIVE = [*(AgeGroup(lo, lo + 5) for lo in range(0, 90, 5)), AgeGroup(90, OPEN)]


def column(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, 1)


def test_where_everybody_dies_at_the_same_rate() -> None:
    """An exponential life: one death in fifty years lived leaves fifty years, at birth and at 65."""
    lived = np.full(19, 1e6)
    for start in (0, 65):
        left, _ = expectation(FIVE, column(lived / 50), column(lived), start)
        assert left[0] == pytest.approx(50, rel=0.01)


def test_a_stationary_population_gives_its_own_life_table_back() -> None:
    """Gompertz: deaths and years lived of a life table, put into groups, give the expectation of life of the table."""
    ages = np.arange(0, 110.001, 0.01)
    force = 3e-5 * np.exp(0.095 * ages)
    alive = np.exp(-np.cumsum(force) * 0.01)
    lived, died = alive * 0.01, alive * force * 0.01
    groups = [(g.lo, min(g.hi, 111)) for g in FIVE]
    n = np.array([lived[(ages >= lo) & (ages < hi)].sum() for lo, hi in groups]) * 1e6
    d = np.array([died[(ages >= lo) & (ages < hi)].sum() for lo, hi in groups]) * 1e6
    for start in (0, 65):
        exact = lived[ages >= start].sum() / alive[ages >= start][0]
        left, _ = expectation(FIVE, column(d), column(n), start)
        assert left[0] == pytest.approx(exact, abs=0.06)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    lived = np.linspace(20_000, 2_000, 19)
    rate = 1e-4 * np.exp(0.09 * np.arange(0, 95, 5))
    true, _ = expectation(FIVE, column(lived * rate), column(lived), 0)
    drawn = rng.poisson(np.repeat(column(lived * rate), 2_000, axis=1)).astype(float)
    left, variance = expectation(FIVE, np.maximum(drawn, 0.0), np.repeat(column(lived), 2_000, axis=1), 0)
    inside = np.abs(left - true) <= Z95 * np.sqrt(variance)
    assert 0.93 < inside.mean() < 0.97


def test_children_die_early_in_their_first_five_years() -> None:
    groups = [AgeGroup(0, 5), AgeGroup(5, OPEN)]
    deaths, lived = np.array([[100.0], [50.0]]), np.array([[1_000.0], [4_000.0]])
    left, _ = expectation(groups, deaths, lived, 0)
    dying = 5 * 0.1 / (1 + (1 - FIRST_YEARS) * 5 * 0.1)
    assert left[0] == pytest.approx(5 * (1 - dying + FIRST_YEARS * dying) + (1 - dying) * 80)


def test_nobody_left_gives_no_number() -> None:
    deaths, lived = np.zeros((19, 1)), np.zeros((19, 1))
    left, _ = expectation(FIVE, deaths, lived, 0)
    assert not np.isfinite(left[0])
    left, _ = expectation(FIVE, deaths, np.ones((19, 1)), 65)  # nobody dies: no end to life
    assert not np.isfinite(left[0])


def test_where_everybody_of_a_group_dies_nobody_is_left() -> None:
    lived, rate = np.full((19, 1), 1_000.0), np.full((19, 1), 0.01)
    rate[10] = 0.5
    left, variance = expectation(FIVE, lived * rate, lived, 0)
    assert 30 < left[0] < 55
    assert np.isfinite(variance[0])


def test_more_deaths_mean_a_shorter_life_and_more_people_a_surer_one() -> None:
    lived = np.full((19, 1), 10_000.0)
    rate = column(1e-4 * np.exp(0.09 * np.arange(0, 95, 5)))
    one, first = expectation(FIVE, lived * rate, lived, 0)
    two, _ = expectation(FIVE, lived * rate * 1.1, lived, 0)
    _, second = expectation(FIVE, lived * rate * 4, lived * 4, 0)
    assert two[0] < one[0]
    assert second[0] == pytest.approx(first[0] / 4)


def test_an_open_group_that_grows_is_younger_than_a_life_table() -> None:
    """Gompertz from 90 on in a population that grows by 3 % a year: its death rate alone promises too long a life."""
    ages = np.arange(0, 40, 0.01)
    force = 0.17 * np.exp(0.09 * ages)
    alive = np.exp(-np.cumsum(force) * 0.01)
    people = alive * np.exp(-0.03 * ages)
    groups = [AgeGroup(85, 90), AgeGroup(90, OPEN)]
    deaths, lived = np.array([[0.0], [(people * force).sum()]]), np.array([[5.0], [people.sum()]])
    plain, known = (expectation(groups, deaths, lived, 90, growth)[0][0] for growth in (0.0, 0.03))
    true = alive.sum() * 0.01
    assert plain > true + 0.08
    assert known == pytest.approx(true, abs=0.03)


def test_a_life_table_step_by_step() -> None:
    """One table worked out with the numbers of the literature, age group by age group."""
    groups = [AgeGroup(0, 5), AgeGroup(5, 65), AgeGroup(65, OPEN)]
    deaths, lived, growth = [30.0, 200.0, 900.0], [10_000.0, 90_000.0, 15_000.0], 0.02
    alive, total, share = 1.0, 0.0, [0.1, 0.5]
    for group, a, died, years in zip(groups[:-1], share, deaths, lived, strict=False):
        n, rate = group.hi - group.lo, died / years
        dying = n * rate / (1 + (1 - a) * n * rate)
        total += n * alive * (1 - dying) + a * n * alive * dying
        alive *= 1 - dying
    rate = deaths[-1] / lived[-1]
    total += alive / rate * np.exp(-0.0951 * growth * rate**-1.4)
    found, _ = expectation(groups, np.array(deaths), np.array(lived), 0, growth)
    assert float(found) == pytest.approx(total)
