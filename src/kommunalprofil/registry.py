"""Finding declarations: one walk over a package, no lists to keep in sync, no global mutable state."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def collect(package: ModuleType | str, kind: type[T]) -> dict[str, T]:
    """All module-level objects of type `kind` below `package`, by their `id`, in order of module name and definition.

    Of a module that is no package, those in it. Raises ValueError if two declarations share an id.
    """
    if isinstance(package, str):
        package = importlib.import_module(package)
    modules = [package]
    for info in sorted(pkgutil.iter_modules(getattr(package, "__path__", [])), key=lambda i: i.name):
        modules.append(importlib.import_module(f"{package.__name__}.{info.name}"))
    return declared_in(modules, kind)


def declared_in(modules: Iterable[ModuleType], kind: type[T]) -> dict[str, T]:
    """All objects of type `kind` at the top level of the modules, by their `id`, in order.

    Raises ValueError if two declarations share an id.
    """
    found: dict[str, T] = {}
    for module in modules:
        for value in vars(module).values():
            for item in value if isinstance(value, (list, tuple)) else [value]:
                if not isinstance(item, kind):
                    continue
                key = item.id  # type: ignore[attr-defined]
                if found.get(key, item) is not item:
                    raise ValueError(f"{kind.__name__} {key!r} is declared twice, the second time in {module.__name__}")
                found[key] = item
    return found
