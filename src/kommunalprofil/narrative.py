"""What the chapters say in words: each function gives the sentences of one paragraph, from the values there are.

A sentence whose value is missing is left out; figures and the last chapter say what is missing and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kommunalprofil import formatting as fmt
from kommunalprofil.sentences import (
    both_sexes,
    breaks,
    capital,
    development,
    developments,
    households,
    look_back,
    noise,
    on,
    order,
    people,
    segments,
    shown,
    since,
    trend,
    versus,
)

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value

__all__ = [
    "age_lead", "age_reading", "ageing_reading", "ageing_terms", "breaks", "developments", "foreign_reading",
    "history_reading", "household_lead", "household_reading", "lone_parents", "migration_lead", "overview", "place",
    "population_lead", "women_and_men",
]  # fmt: skip

LEVELS = {"kreis": "Kreise", "gemeinde": "Gemeinden", "land": "Länder"}


def _compared(p: Evidence, indicator: str, more: str, less: str, same: str, **dims: Any) -> str:
    words = versus(p.compare(indicator, **dims), more, less, same)
    return f", {words}" if words else ""


def _inhabitants(p: Evidence) -> str:
    """'Ende 2024 lebten im Kreis Dithmarschen 133.460 Menschen: 67.000 Frauen und 66.460 Männer.'"""
    now = p.get("population")
    if now.missing:
        return ""
    sexes = both_sexes(p.get("population", date=now.date, sex="F"), p.get("population", date=now.date, sex="M"))
    return f"{capital(on(now.date))} lebten {p.region.dative_in} {people(now)}{': ' + sexes if sexes else ''}."


def _last_year(p: Evidence) -> str:
    """How the newest number differs from the one a year before on the same base."""
    series = [v for v in p.series("population") if not v.missing]
    before = look_back(series, years=1)
    if before is None or before.value is None or series[-1].value is None:
        return ""
    difference, then = series[-1].value - before.value, fmt.date_words(before.date)
    if not difference:
        return f"Das sind genauso viele wie {then}."
    return f"Das sind {fmt.number(abs(difference))} {'mehr' if difference > 0 else 'weniger'} als {then}."


def _begin(value: Value, subject: str, verb: str, said: str) -> str:
    """'Ende 2021 waren 26,2 %', or '26,2 % waren' where the date `said` has just been named."""
    return f"{subject} {verb}" if value.date == said else f"{capital(on(value.date))} {verb} {subject}"


def _old_share(p: Evidence, said: str = "") -> str:
    share = p.get("age_share", age="65+")
    if share.missing:
        return ""
    more = _compared(p, "age_share", "mehr", "weniger", "genauso viel", age="65+")
    return f"{_begin(share, f'{shown(share)} der Bevölkerung', 'waren', said)} 65 Jahre oder älter{more}."


def _foreign(p: Evidence, said: str = "") -> str:
    share = p.get("foreign_share")
    if share.missing:
        return ""
    more = _compared(p, "foreign_share", "mehr", "weniger", "genauso viel")
    begin = _begin(share, f"{shown(share)} der Bevölkerung", "hatten", said)
    return f"{begin} keine deutsche Staatsangehörigkeit{more}."


def overview(p: Evidence) -> list[str]:
    """The first page in short: inhabitants, the share of the old, the share of foreigners."""
    now, old = p.get("population").date, p.get("age_share", age="65+").date
    return [_inhabitants(p), _old_share(p, said=now), _foreign(p, said=old)]


def place(p: Evidence) -> list[str]:
    """Where the place lies and how large it is."""
    region = p.region
    above = [parent.dative_in for parent in p.parents if parent.level in ("kreis", "land")]
    area = f"umfasst {fmt.quantity(region.area_km2, 'km²', 1)}" if region.area_km2 else ""
    facts = [f"liegt {' '.join(above)}" if above else "", area]
    first = f"{capital(region.nominative)} {fmt.list_and(fact for fact in facts if fact)}." if any(facts) else ""
    member = f"Der Ort gehört {_association(region.association)}." if region.association else ""
    density = p.get("population_density")
    if density.missing:
        return [first, member]
    more = _compared(p, "population_density", "mehr", "weniger", "genauso viele")
    return [first, member, f"Auf einem Quadratkilometer leben dort {shown(density)} Menschen{more}."]


def _association(name: str) -> str:
    """'zur Samtgemeinde Werlte', 'zum Amt Treptower Tollensewinkel'; a name of another kind in quotes."""
    kind = name.split()[0]
    if kind == "Amt" or kind.endswith(("verband", "bezirk")):
        return f"zum {name}"
    return f"zur {name}" if kind.endswith(("gemeinde", "gemeinschaft")) else f"zu: {name}"


def population_lead(p: Evidence) -> list[str]:
    """The newest number, the last year, the newest comparable stretch of some years before."""
    stretches = [s for s in segments(p.series("population")) if fmt.year(s[1].date) - fmt.year(s[0].date) > 3]
    return [_inhabitants(p), _last_year(p), *(development(*s) for s in stretches[-1:])]


def women_and_men(p: Evidence) -> list[str]:
    """How many women there are for 100 men, beside Land and Bund."""
    ratio = p.get("women_per_100_men")
    if ratio.missing:
        return []
    more = _compared(p, "women_per_100_men", "mehr", "weniger", "genauso viele")
    return [f"{capital(on(ratio.date))} kamen {p.region.dative_in} {shown(ratio)} Frauen auf 100 Männer{more}."]


def age_lead(p: Evidence) -> list[str]:
    """Mean age beside Land and Bund, its change, and the two ratios."""
    mean, old, young = p.get("mean_age"), p.get("old_age_ratio"), p.get("youth_ratio")
    said = []
    if not mean.missing:
        more = _compared(p, "mean_age", "höher", "niedriger", "genauso hoch")
        years = shown(mean, unit=False)
        said.append(f"Das Durchschnittsalter lag {p.region.dative_in} {on(mean.date)} bei {years} Jahren{more}.")
        said.append(_mean_age_change(p))
    if not old.missing and not young.missing and old.date == young.date:
        when = "Dabei kamen" if old.date == mean.date else f"{capital(on(old.date))} kamen"
        said.append(f"{when} auf 100 Menschen von 20 bis 64 Jahren {shown(young)} Jüngere und {shown(old)} Ältere.")
    return said


def _mean_age_change(p: Evidence) -> str:
    series = [v for v in p.series("mean_age") if not v.missing]
    before = look_back(series)
    if before is None or before.value is None or series[-1].value is None or not order(series[-1], before):
        return ""
    change = fmt.number(abs(series[-1].value - before.value), 1)
    return f"{capital(since(before.date))} ist es um {change} Jahre {trend(before, series[-1])}."


def age_reading(p: Evidence) -> list[str]:
    """The shares of the young and the old, and how women and men of 80 and more differ."""
    old = p.get("age_share", age="65+")
    young = p.get("age_share", age="0-17", date=old.date)
    women, men = p.get("age_share", age="80+", sex="F"), p.get("age_share", age="80+", sex="M")
    said = []
    if not old.missing and not young.missing:
        begin = f"{capital(on(old.date))} waren {p.region.dative_in} {shown(young)} der Menschen unter 18 Jahre alt"
        said.append(f"{begin}, {shown(old)} waren 65 Jahre oder älter.")
    if not women.missing and not men.missing and women.date == men.date:
        begin = _begin(women, f"{shown(women)} der Frauen und {shown(men)} der Männer", "waren", old.date)
        said.append(f"{begin} 80 Jahre oder älter.")
    return said


def ageing_terms(p: Evidence) -> list[str]:
    """What the two ratios mean, before they are used."""
    if p.get("old_age_ratio").missing:
        return []
    return [
        "Der Jugendquotient sagt, wie viele unter 20-Jährige auf 100 Menschen von 20 bis 64 Jahren kommen.",
        "Der Altenquotient sagt dasselbe für die Menschen ab 65 Jahren.",
    ]


def _two_ages(first: Value, second: Value, names: tuple[str, str]) -> str:
    if first.missing or second.missing:
        return ""
    return (
        f"{names[0]} waren {on(first.date)} im Durchschnitt {shown(first, unit=False)} Jahre alt, "
        f"{names[1]} {shown(second, unit=False)} Jahre."
    )


def ageing_reading(p: Evidence) -> list[str]:
    """Mean age of women and men, of Germans and foreigners."""
    women, men = p.get("mean_age", sex="F"), p.get("mean_age", sex="M")
    germans, foreigners = p.get("mean_age", nationality="DE"), p.get("mean_age", nationality="AUS")
    return [
        _two_ages(women, men, ("Frauen", "Männer")),
        _two_ages(germans, foreigners, ("Deutsche", "Ausländerinnen und Ausländer")),
    ]


def migration_lead(p: Evidence) -> list[str]:
    """The shares of foreigners and of people with immigration history."""
    history = p.get("immigration_history_share", migration="with")
    if history.missing:
        return [_foreign(p)]
    more = _compared(p, "immigration_history_share", "mehr", "weniger", "genauso viel", migration="with")
    begin = _begin(history, shown(history), "hatten", p.get("foreign_share").date)
    return [_foreign(p), f"{begin} eine Einwanderungsgeschichte{more}."]


def foreign_reading(p: Evidence) -> list[str]:
    """The share among women and among men."""
    women, men = p.get("foreign_share", sex="F"), p.get("foreign_share", sex="M")
    if women.missing or men.missing or women.date != men.date:
        return []
    return [
        f"{capital(on(women.date))} hatten {shown(women)} der Frauen und {shown(men)} der Männer "
        "eine ausländische Staatsangehörigkeit."
    ]


def history_reading(p: Evidence) -> list[str]:
    """Who belongs to the people with immigration history: immigrated themselves, descendants; who does not."""
    immigrated, descendants, one_sided = (
        p.get("immigration_history_share", migration=key) for key in ("immigrated", "descendant", "one_sided")
    )
    said = []
    if not immigrated.missing and not descendants.missing:
        begin = f"Selbst eingewandert waren {on(immigrated.date)} {shown(immigrated)} der Bevölkerung"
        said.append(f"{begin}, Nachkommen von zwei eingewanderten Eltern waren {shown(descendants)}.")
    if not one_sided.missing:
        said.append(f"Bei weiteren {shown(one_sided)} war nur ein Elternteil eingewandert.")
    return said


def household_lead(p: Evidence) -> list[str]:
    """Number of households, those of one person, those with children."""
    count, families = p.get("households"), p.get("families_share")
    single = p.get("household_share", household="one_person")
    said = []
    if not count.missing:
        said.append(f"{capital(on(count.date))} gab es {p.region.dative_in} {households(count)}.")
    if not single.missing:
        more = _compared(p, "household_share", "mehr", "weniger", "genauso viel", household="one_person")
        said.append(f"In {shown(single)} der Haushalte lebte ein Mensch allein{more}.")
    if not families.missing:
        more = _compared(p, "families_share", "mehr", "weniger", "genauso viel")
        said.append(f"{shown(families)} waren Haushalte mit Kindern{more}.")
    return said


def household_reading(p: Evidence) -> list[str]:
    """The large types beside each other."""
    keys = ("couple_without_child", "couple_with_child", "lone_parent", "shared")
    couples, parents, lone, others = (p.get("household_share", household=key) for key in keys)
    said = []
    if not couples.missing and not parents.missing and not lone.missing:
        said.append(
            f"In {shown(couples)} der Haushalte lebte ein Paar ohne Kinder, in {shown(parents)} ein Paar mit Kindern."
        )
        said.append(f"In {shown(lone)} lebte eine Mutter oder ein Vater allein mit Kindern.")
        said.append("Als Kinder zählen Töchter und Söhne jeden Alters, die im Haushalt ihrer Eltern leben.")
    if not others.missing:
        begin = f"Die übrigen {shown(others)} sind Haushalte mehrerer Menschen ohne Paar und ohne Elternteil mit Kind"
        said.append(f"{begin}, zum Beispiel Wohngemeinschaften.")
    return said


def lone_parents(p: Evidence) -> list[str]:
    """How many lone parents there are, their share of families, mothers and fathers."""
    count, share = p.get("households", household="lone_parent"), p.get("lone_parent_family_share")
    if count.missing:
        return []
    where = f"{capital(on(count.date))} lebten {p.region.dative_in}"
    said = [f"{where} {shown(count)} Mütter und Väter allein mit ihren Kindern."]
    if not share.missing:
        more = _compared(p, "lone_parent_family_share", "mehr", "weniger", "genauso viel")
        said.append(f"Das sind {shown(share)} aller Haushalte mit Kindern{more}.")
    mothers, fathers = (p.get("households", household=key, date=count.date) for key in ("lone_mother", "lone_father"))
    if not mothers.missing and not fathers.missing:
        said.append(f"Gezählt wurden {shown(mothers)} Mütter und {shown(fathers)} Väter.")
        said.append(noise(count, (mothers, fathers)))
    return said
