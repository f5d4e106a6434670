"""Demographic profiles of German municipalities and districts from official statistics.

`load` and `compute` are for programs and notebooks (library.py). Importing the package is cheap on purpose: nothing
heavy is loaded before a command or a function needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kommunalprofil.library import Data, compute, load

__version__ = "0.1.0"

__all__ = ["Data", "__version__", "compute", "load"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from kommunalprofil import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
