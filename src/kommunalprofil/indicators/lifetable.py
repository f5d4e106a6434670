"""Abridged life tables after Chiang: expectation of life with its variance, for many populations at once.

C. L. Chiang, The Life Table and its Applications (1984). Of a year lived in a group of n years those who die in it
live the fraction a; in the open group everybody dies, and lives 1 ÷ death rate on average, as long as the group does
not grow. Where it grows, the people in it are younger and die more rarely than those of a life table: S. Horiuchi and
A. J. Coale, A Simple Equation for Estimating the Expectation of Life at Old Ages (Population Studies 36, 1982). The
variance adds that of the open group (by the delta method, deaths taken as a Poisson count), which Chiang leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kommunalprofil.ages import AgeGroup
from kommunalprofil.cells import Values

FIRST_YEARS = 0.1
"""Share of five years that children who die before five have lived: most of them die in their first weeks."""
MIDDLE = 0.5
GROWTH_SHARE, GROWTH_POWER = 0.0951, 1.4
"""Horiuchi and Coale: e = exp(−0.0951 · r · M^−1.4) ÷ M for open groups from 65 on, r the growth in a year."""
Z95 = 1.959963984540054
"""A normal variable lies with a probability of 95 percent within so many standard deviations."""


def expectation(
    groups: Sequence[AgeGroup], deaths: Values, lived: Values, start: int, growth: Values | float = 0.0
) -> tuple[Values, Values]:
    """Expectation of life at the age `start` and its variance.

    `deaths` and `lived` (person-years) have the groups as their first axis; the last group is open, and `growth` is its
    rate of growth in a year. A group in which nobody lived gives a missing number.
    """
    first = [g.lo for g in groups].index(start)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = deaths / lived
        years = np.array([g.hi - g.lo for g in groups[:-1]], dtype=float).reshape(-1, *([1] * (deaths.ndim - 1)))
        share = np.array([FIRST_YEARS if g.lo == 0 else MIDDLE for g in groups[:-1]]).reshape(years.shape)
        dying = np.minimum(years * rate[:-1] / (1 + (1 - share) * years * rate[:-1]), 1.0)
        alive = np.ones_like(rate)
        alive[first + 1 :] = np.cumprod(1 - dying[first:], axis=0)
        stay = years * (alive[1:] + share * (alive[:-1] - alive[1:]))
        above = np.zeros_like(rate)
        damping = GROWTH_SHARE * growth * rate[-1] ** -GROWTH_POWER
        above[-1] = alive[-1] * np.exp(-damping) / rate[-1]
        above[:-1] = np.cumsum(stay[::-1], axis=0)[::-1] + above[-1]
        left = np.where(alive > 0, above / alive, np.where(np.isnan(alive), np.nan, 0.0))
        spread = np.where(deaths[:-1] > 0, dying**2 * (1 - dying) / deaths[:-1], 0.0)
        terms = alive[:-1] ** 2 * (left[1:] + (1 - share) * years) ** 2 * spread
        last = (above[-1] * (1 - GROWTH_POWER * damping)) ** 2 / deaths[-1]
    return left[first], terms[first:].sum(axis=0) + last
