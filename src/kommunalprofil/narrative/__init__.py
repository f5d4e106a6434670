"""What the chapters say in words, a module for each chapter: every function gives the sentences of one paragraph.

A sentence whose value is missing is left out; figures and the last chapter say what is missing and why. Templates find
a module by its name: `say.ageing.lead(p)`.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def chapters() -> dict[str, ModuleType]:
    """The modules by their names; one more file is all a new chapter needs."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}
