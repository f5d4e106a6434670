"""The first page in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil.narrative.common import foreign_share, inhabitants, old_share
from kommunalprofil.sentences import counted_since

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence


def lead(p: Evidence) -> list[str]:
    """The first page in short: inhabitants, the share of the old, the share of foreigners."""
    now, old = p.get("population").date, p.get("age_share", age="65+").date
    return [inhabitants(p), counted_since(p.series("population")), old_share(p, said=now), foreign_share(p, said=old)]
