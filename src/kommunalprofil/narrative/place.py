"""Where the place lies, how large it is, what lies around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.narrative.common import compared
from kommunalprofil.sentences import capital, located, shown

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence


def lead(p: Evidence) -> list[str]:
    """Where the place lies and how large it is."""
    region = p.region
    above = [parent.dative_in for parent in p.around if parent.level in ("kreis", "land")]
    area = f"umfasst {fmt.quantity(region.area_km2, 'km²', 1)}" if region.area_km2 else ""
    facts = [f"liegt {' '.join(above)}" if above else "", area]
    name = located(region.nominative, p.around) if above else region.nominative
    first = f"{capital(name)} {fmt.list_and(fact for fact in facts if fact)}." if any(facts) else ""
    member = f"Der Ort gehört {_association(region.association)}." if region.association else ""
    density = p.get("population_density")
    if density.missing:
        return [first, member]
    more = compared(p, "population_density", "mehr", "weniger", "genauso viele")
    return [first, member, f"Auf einem Quadratkilometer leben dort {shown(density)} Menschen{more}."]


def _association(name: str) -> str:
    """'zur Samtgemeinde Werlte', 'zum Amt Treptower Tollensewinkel'; a name of another kind in quotes."""
    kind = name.split()[0]
    if kind == "Amt" or kind.endswith(("verband", "bezirk")):
        return f"zum {name}"
    return f"zur {name}" if kind.endswith(("gemeinde", "gemeinschaft")) else f"zu: {name}"


def neighbours(p: Evidence) -> list[str]:
    """The areas of the same level that share a border with it."""
    around = [region for region in p.neighbours() if region.inhabited]
    if not around:
        return []
    names = sorted({region.name if region.level == "gemeinde" else region.accusative for region in around})
    return [f"Innerhalb Deutschlands grenzt {p.region.nominative} an {fmt.list_and(names)}."]
