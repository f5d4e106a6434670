"""Nationality and immigration history: two different questions, never one series."""

from __future__ import annotations

from kommunalprofil.ages import ALL
from kommunalprofil.cells import Cells
from kommunalprofil.indicators.declare import At, Indicator, Parts


def _foreign_share(cells: Cells, at: At) -> Parts:
    foreign, everybody = cells.of(nationality="AUS").group(at.age or ALL), cells.group(at.age or ALL)
    return Parts(foreign / everybody * 100, foreign, everybody)


foreign_share = Indicator(
    "foreign_share",
    "Ausländeranteil",
    "Share of foreign nationals",
    "%",
    "Personen ohne deutsche Staatsangehörigkeit in Prozent der Bevölkerung.",
    "Regionalatlas AI0208",
    formula=_foreign_share,
    by=frozenset({"sex", "age"}),
)


def _immigration_history(cells: Cells, at: At) -> Parts:
    code = "with" if at.migration == "T" else at.migration
    part, everybody = cells.of(migration=code).count(), cells.count()
    return Parts(part / everybody * 100, part, everybody)


immigration_history_share = Indicator(
    "immigration_history_share",
    "Anteil mit Einwanderungsgeschichte",
    "Share with immigration history",
    "%",
    "Personen, die selbst oder deren beide Elternteile seit 1950 eingewandert sind, in Prozent der Bevölkerung.",
    "Zensus 2022, Definition der Fachkommission Integrationsfähigkeit (2021)",
    formula=_immigration_history,
    by=frozenset({"migration"}),
    members={"migration": ("with", "immigrated", "descendant", "one_sided", "without")},
)
