"""Demographic profiles of German municipalities and districts from official statistics.

Importing the package is cheap on purpose: nothing heavy is loaded before a command or a function needs it.
"""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__"]
