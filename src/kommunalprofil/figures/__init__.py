"""Figures of the profile: declared with @figure, found by collect(), drawn as SVG for HTML and PDF alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kommunalprofil.document import Figure, Gap
from kommunalprofil.registry import collect

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence

Draw = Callable[[Any], Figure | Gap]
"""Takes a Profile, or the Evidence that keeps what was asked of one."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A figure a template can name: calling it with a profile draws it, or says in a Gap why it cannot be drawn."""

    id: str
    draw: Draw

    def __call__(self, profile: Evidence) -> Figure | Gap:
        """Draw for one place. Raises ValueError if the function answers for another id."""
        drawn = self.draw(profile)
        if drawn.id != self.id:
            raise ValueError(f"figure {self.id!r} returned one called {drawn.id!r}")
        return drawn


def figure(figure_id: str) -> Callable[[Draw], Declaration]:
    """Declare a function as the figure `figure_id`; one function is all there is to add."""
    return lambda draw: Declaration(figure_id, draw)


def collected() -> dict[str, Declaration]:
    """Every declared figure by its id. Raises ValueError if two declarations share an id."""
    return collect(__name__, Declaration)
