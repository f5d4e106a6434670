"""Groups apart: what differs between women and men, old and young, Germans and foreigners, forms of living."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil.sentences import capital, few, on, shown

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value


def _usable(*values: Value) -> bool:
    return not any(value.missing or few(value) for value in values) and len({value.date for value in values}) == 1


def lead(p: Evidence) -> list[str]:
    """The ages of the four groups, and who brings up children alone."""
    date = p.get("mean_age", sex="F", nationality="AUS").date
    german, foreign = (p.get("mean_age", date=date, nationality=code) for code in ("DE", "AUS"))
    women, men = (p.get("age_share", age="80+", sex=sex) for sex in "FM")
    fathers = p.get("lone_father_share")
    said = []
    if _usable(german, foreign):
        said.append(
            f"{capital(on(german.date))} waren Deutsche {p.region.dative_in} im Durchschnitt "
            f"{shown(german, unit=False)} Jahre alt, Ausländerinnen und Ausländer {shown(foreign, unit=False)}."
        )
    if _usable(women, men):
        begin = f"{capital(on(women.date))} waren {shown(women)} der Frauen und {shown(men)} der Männer"
        said.append(f"{begin} 80 Jahre oder älter.")
    if _usable(fathers):
        begin = f"Von den Alleinerziehenden waren {on(fathers.date)}"
        said.append(f"{begin} {shown(fathers)} Väter, die übrigen Mütter.")
    return said


def limits(p: Evidence) -> list[str]:
    """Which groups the official tables do not tell apart."""
    said = [
        "Einwanderungsgeschichte und Formen des Zusammenlebens zählen die vorliegenden Tabellen nur für alle zusammen.",
        "Wie Frauen und Männer oder Alte und Junge mit Einwanderungsgeschichte hier leben, sagen diese Zahlen nicht.",
    ]
    return said if not p.get("immigration_history_share", migration="with").missing else []
