"""Indicators: declared formulas over observations, computed for many regions and dates at once."""

from __future__ import annotations

from kommunalprofil.indicators.compute import Results, Selection, Series, compute, declared
from kommunalprofil.indicators.declare import Indicator

__all__ = ["Indicator", "Results", "Selection", "Series", "compute", "declared"]
