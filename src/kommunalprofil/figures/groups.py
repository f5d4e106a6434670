"""Groups apart: women and men, young and old, German and foreign nationals in one grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure
from kommunalprofil.figures.charts import DotRow, dots
from kommunalprofil.figures.compared import cell, on, sources
from kommunalprofil.sentences import few

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value

NATIONALITIES = {"DE": "Deutsche", "AUS": "Ausländerinnen und Ausländer", "T": "zusammen"}
SEXES = {"F": "Frauen", "M": "Männer", "T": "zusammen"}
ROLES = {"F": "women", "M": "men"}
NAMES = {
    ("F", "DE"): "deutsche Frauen", ("M", "DE"): "deutsche Männer",
    ("F", "AUS"): "ausländische Frauen", ("M", "AUS"): "ausländische Männer",
    ("F", "T"): "Frauen zusammen", ("M", "T"): "Männer zusammen",
    ("T", "DE"): "Deutsche zusammen", ("T", "AUS"): "Ausländerinnen und Ausländer zusammen", ("T", "T"): "alle",
}  # fmt: skip
AGES = {"0-17": "unter 18", "18-24": "18–24", "25-44": "25–44", "45-64": "45–64", "65+": "65 und älter"}
Group = tuple[str, str]


@figure("groups")
def groups(p: Evidence) -> Figure | Gap:
    """The ages of women and men, of Germans and foreigners, all at the newest day that has all of them."""
    date = p.get("age_share", age="65+", sex="F", nationality="AUS").date
    shares = {
        (group, age): p.get("age_share", date=date, age=age, sex=group[0], nationality=group[1])
        for group in NAMES
        for age in AGES
    }
    if any(value.missing for value in shares.values()):
        why = "weil die amtlichen Tabellen Alter, Geschlecht und Staatsangehörigkeit hier nicht zusammen nennen"
        return Gap("groups", f"Die Gruppen sind für {p.region.accusative} nicht nebeneinander dargestellt, {why}.")
    small = next((v for v in shares.values() if few(v)), None)
    if small is not None:
        what = f"Die Gruppen sind für {p.region.accusative} nicht nebeneinander dargestellt"
        return Gap("groups", f"{what}, weil eine von ihnen weniger als 20 Menschen zählt.")
    old = {group: shares[group, "65+"] for group in NAMES}
    rows = [
        DotRow(f"{AGES[age]}, {NATIONALITIES[nationality]}",
               {ROLES[sex]: shares[(sex, nationality), age].value for sex in "FM"})
        for age in AGES
        for nationality in ("DE", "AUS")
    ]  # fmt: skip
    return Figure(
        id="groups",
        title=f"65 Jahre oder älter: {cell(old['T', 'DE'])} von 100 Deutschen, {cell(old['T', 'AUS'])} von 100 "
        "Ausländerinnen und Ausländern",
        subtitle=f"Anteil der Altersgruppe an der jeweiligen Gruppe in %, {p.region.title}, {fmt.date(date)}",
        svg=dots(rows, {"women": "Frauen", "men": "Männer"}, unit="Anteil in %"),
        alt=(
            f"Punktdiagramm, {p.region.title}, {fmt.date(date)}: 65 Jahre oder älter waren {cell(old['F', 'DE'])} % "
            f"der deutschen und {cell(old['F', 'AUS'])} % der ausländischen Frauen {on(date)}, bei den Männern "
            f"{cell(old['M', 'DE'])} % und {cell(old['M', 'AUS'])} %."
        ),
        table=_table(p, date, shares),
        sources=sources(shares.values()),
    )


def _table(p: Evidence, date: str, shares: dict[tuple[Group, str], Value]) -> Table:
    """One row a group: how many people, their shares by age, their mean age."""
    head = (Column("Gruppe", align="left"), Column("Menschen"), *(Column(name, "%") for name in AGES.values()),
            Column("mittleres Alter", "Jahre"))  # fmt: skip
    rows, every = [], list(shares.values())
    for group, name in NAMES.items():
        sex, nationality = group
        count = p.get("population", date=date, sex=sex, nationality=nationality)
        mean = p.get("mean_age", date=date, sex=sex, nationality=nationality)
        every += [count, mean]
        rows.append((name, cell(count), *(cell(shares[group, age]) for age in AGES), cell(mean)))
    caption = f"Frauen und Männer nach Alter und Staatsangehörigkeit am {fmt.date(date)}"
    return Table(caption, head, tuple(rows), sources(every), total_rows=(len(rows) - 1,))
