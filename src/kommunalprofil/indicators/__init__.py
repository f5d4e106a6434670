"""Indicators: declared formulas over observations, computed for many regions and dates at once."""

from __future__ import annotations

from kommunalprofil.indicators.compute import Results, compute, declared
from kommunalprofil.indicators.declare import Indicator
from kommunalprofil.indicators.series import Selection, Series, Value

__all__ = ["Indicator", "Results", "Selection", "Series", "Value", "compute", "declared"]
