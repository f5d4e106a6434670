"""Nationality, migration background and immigration history: different questions, never one series."""

from __future__ import annotations

from kommunalprofil.ages import ALL, AgeGroup
from kommunalprofil.cells import Cells, Quantity
from kommunalprofil.errors import NotOfferedError, TilingError
from kommunalprofil.indicators.declare import SAME_DAY, At, Cause, Indicator, Oracle, Parts
from kommunalprofil.indicators.terms import counted, per

BRIDGE = (
    "Migrationshintergrund (Zensus 2011) und Einwanderungsgeschichte (Zensus 2022) sind zwei Begriffe und bilden keine"
    " Reihe: Einen Migrationshintergrund hat auch, wer nur einen eingewanderten Elternteil hat oder ohne deutsche"
    " Staatsangehörigkeit geboren ist; eine Einwanderungsgeschichte hat nur, wer selbst oder wessen beide Eltern"
    " eingewandert sind. Nach dem Mikrozensus 2021 ist der Kreis der Personen dadurch deutlich kleiner, bei Kindern"
    " unter sechs Jahren um 38 Prozent."
)
"""The printed bridge between the two."""


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
    denominator=SAME_DAY,
    symbol="P(Ausländer) / P × 100",
)


def _with_background(cells: Cells, group: AgeGroup) -> Quantity:
    """Persons with a migration background: everybody but those without one.

    By its definition every foreigner has one, so that those without are Germans; they are many, and the sample tells
    their number where it does not dare to tell that of the others.
    """
    if cells.member.nationality == "AUS":
        return cells.group(group)
    try:
        without = cells.of(nationality="DE", migration="without")
    except NotOfferedError:
        without = cells.of(migration="without")
    return cells.group(group) - without.group(group)


def _migration_background(cells: Cells, at: At) -> Parts:
    group = at.age or ALL
    part, everybody = _with_background(cells, group), cells.group(group)
    return Parts(part / everybody * 100, part, everybody)


migration_background_share = Indicator(
    "migration_background_share",
    "Anteil mit Migrationshintergrund (Zensus 2011)",
    "Share with migration background (census 2011)",
    "%",
    "Personen mit Migrationshintergrund in Prozent der Bevölkerung in privaten Haushalten: Ausländerinnen und"
    " Ausländer sowie Deutsche, die nach 1955 zugewandert sind oder einen solchen Elternteil haben.",
    "Zensus 2011, Regionalatlas AI-Z04",
    formula=_migration_background,
    measure="population_private_households",
    by=frozenset({"sex", "age", "nationality"}),
    oracle=(
        Oracle(
            "AI-Z1-2011",
            "official_migration_background_share",
            bound=0.2,
            inexact=None,
            usual=0.1,
            causes=(Cause("Stichprobe; die Tabellen nennen auf 10 Personen gerundete Zahlen"),),
        ),
    ),
    denominator="Bevölkerung in privaten Haushalten am 9.5.2011 (Haushaltsstichprobe)",
    symbol="P(mit Migrationshintergrund) / P(in privaten Haushalten) × 100",
    note=f"Ergebnis einer Stichprobe, auf 10 gerundet. {BRIDGE}",
)

ADULT = 20
"""From this age on the registers know no parents: the census prints descendants as `-`, which is not zero."""
NO_PARENTS = "der Zensus kennt die Eltern nur von unter 20-Jährigen"


def _immigration_history(cells: Cells, at: At) -> Parts:
    code, group = "with" if at.migration == "T" else at.migration, at.age or ALL
    if code in ("descendant", "one_sided") and not group.is_total and group.hi > ADULT:
        raise TilingError(NO_PARENTS)
    part, everybody = cells.of(migration=code).group(group), cells.group(group)
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
    denominator=SAME_DAY,
    symbol="P(mit Einwanderungsgeschichte) / P × 100",
    note="Nachkommen und einseitige Einwanderungsgeschichte erfasst der Zensus nur bei unter 20-Jährigen; ihre Zahl ist"
    f" deshalb untererfasst, und ein „-“ ab 20 Jahren ist keine Null. {BRIDGE}",
)

naturalisation_rate = Indicator(
    "naturalisation_rate",
    "Einbürgerungen je 1.000 Ausländer",
    "Naturalisations per 1,000 foreign nationals",
    "je 1.000",
    "Einbürgerungen eines Jahres je 1.000 Ausländerinnen und Ausländer am 31.12. desselben Jahres.",
    "Einbürgerungsstatistik (12511)",
    derived=per(
        counted("Einbürgerungen", "naturalisations"), counted("P(Ausländer)", "population", nationality="AUS"), 1000
    ),
    measure="naturalisations",
    against="population",
    period="year",
    by=frozenset({"sex"}),
    denominator="Ausländerinnen und Ausländer am 31.12. des Jahres (12411), nicht die ausländische Bevölkerung des"
    " Ausländerzentralregisters",
    symbol="Einbürgerungen / P(Ausländer) × 1.000",
)
