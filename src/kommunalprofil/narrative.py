"""What the chapters say in words: each function gives the sentences of one paragraph, from the values there are.

A sentence whose value is missing is left out; figures and the last chapter say what is missing and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kommunalprofil import boundaries
from kommunalprofil import formatting as fmt
from kommunalprofil.sentences import (
    both_sexes,
    breaks,
    capital,
    counted,
    development,
    developments,
    few,
    households,
    lone_count,
    look_back,
    noise,
    on,
    order,
    people,
    places,
    segments,
    share,
    shown,
    since,
    trend,
    versus,
)

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value

__all__ = [
    "age_lead", "age_reading", "ageing_reading", "ageing_terms", "borders", "breaks", "developments", "foreign_reading",
    "history_reading", "household_lead", "household_reading", "lone_count", "lone_parents", "migration_lead",
    "overview", "place", "population_lead", "women_and_men",
]  # fmt: skip

WERE, HAD = ("war", "waren"), ("hatte", "hatten")
NEAR = 2
"""Years that ages by sex may be older than the newest ages and still be read together."""


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
    more = "mehr" if difference > 0 else "weniger"
    if abs(difference) == 1:
        return f"Das ist ein Mensch {more} als {then}."
    return f"Das sind {fmt.number(abs(difference))} {more} als {then}."


def _begin(value: Value, whole: str, counted: str, verbs: tuple[str, str], said: str = "") -> str:
    """'Ende 2021 waren 26,2 % der Bevölkerung', or '26,2 % … waren' where the date `said` has just been named."""
    if value.date == said:
        return share(value, whole, counted, verbs)
    subject, verb = share(value, whole, counted), share(value, whole, counted, verbs).rpartition(" ")[2]
    return f"{capital(on(value.date))} {verb} {subject}"


def _old_share(p: Evidence, said: str = "") -> str:
    old = p.get("age_share", age="65+")
    if old.missing:
        return ""
    more = _compared(p, "age_share", "mehr", "weniger", "genauso viele", age="65+")
    return f"{_begin(old, 'der Bevölkerung', 'Menschen', WERE, said)} 65 Jahre oder älter{more}."


def _foreign(p: Evidence, said: str = "") -> str:
    foreign = p.get("foreign_share")
    if foreign.missing:
        return ""
    more = _compared(p, "foreign_share", "mehr", "weniger", "genauso viele")
    begin = _begin(foreign, "der Bevölkerung", "Menschen", HAD, said)
    return f"{begin} keine deutsche Staatsangehörigkeit{more}."


def overview(p: Evidence) -> list[str]:
    """The first page in short: inhabitants, the share of the old, the share of foreigners."""
    now, old = p.get("population").date, p.get("age_share", age="65+").date
    return [_inhabitants(p), _old_share(p, said=now), _foreign(p, said=old)]


def place(p: Evidence) -> list[str]:
    """Where the place lies and how large it is."""
    region = p.region
    above = [parent.dative_in for parent in p.around if parent.level in ("kreis", "land")]
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


def borders(p: Evidence) -> list[str]:
    """What older values were added up from; when the borders of the place moved, over which nothing compares."""
    moved = boundaries.told(p.reforms())
    sums: list[str] = p.sums()
    if not moved:
        return sums
    apart = "Zahlen von davor und danach gelten für verschiedene Gebiete und sind nicht vergleichbar."
    return [*sums, moved, apart]


def women_and_men(p: Evidence) -> list[str]:
    """How many women there are for 100 men, beside Land and Bund."""
    ratio = p.get("women_per_100_men")
    if ratio.missing:
        return []
    more = _compared(p, "women_per_100_men", "mehr", "weniger", "genauso viele")
    if few(ratio):
        return []  # the lead of the chapter has both numbers
    return [f"{capital(on(ratio.date))} kamen {p.region.dative_in} {shown(ratio)} Frauen auf 100 Männer{more}."]


def age_lead(p: Evidence) -> list[str]:
    """Mean age beside Land and Bund, its change, and the two ratios."""
    mean, old, young = p.get("mean_age"), p.get("old_age_ratio"), p.get("youth_ratio")
    said = []
    if not mean.missing and not few(mean):
        more = _compared(p, "mean_age", "höher", "niedriger", "genauso hoch")
        years = shown(mean, unit=False)
        said.append(f"Das Durchschnittsalter lag {p.region.dative_in} {on(mean.date)} bei {years} Jahren{more}.")
        said.append(_mean_age_change(p))
    if few(mean):
        said.append(_old_share(p))
    if not old.missing and not few(old) and not young.missing and old.date == young.date:
        when = "Dabei kamen" if old.date == mean.date else f"{capital(on(old.date))} kamen"
        said.append(f"{when} auf 100 Menschen von 20 bis 64 Jahren {shown(young)} Jüngere und {shown(old)} Ältere.")
    return said


def _mean_age_change(p: Evidence) -> str:
    series = [v for v in p.series("mean_age") if not v.missing]
    before = look_back(series)
    if before is None or before.value is None or series[-1].value is None or not order(series[-1], before):
        return ""
    change = fmt.number(abs(series[-1].value - before.value), places(series[-1]) or 0)
    if not change.strip("0,"):  # two values on either side of a rounding limit
        return f"{capital(since(before.date))} hat es sich kaum verändert."
    years = "ein Jahr" if change == "1" else f"{change} Jahre"
    return f"{capital(since(before.date))} ist es um {years} {trend(before, series[-1])}."


def _reading_date(p: Evidence) -> str:
    """The newest day with ages by sex up to 80 and more, unless that lies years back: then the newest with ages."""
    newest, whole = p.get("age_share", age="65+").date, p.get("age_share", age="80+", sex="F")
    near = not whole.missing and fmt.year(newest) - fmt.year(whole.date) <= NEAR
    near = near and not any(whole.date < reform.after <= newest for reform in p.reforms())
    return whole.date if near else newest


def age_reading(p: Evidence) -> list[str]:
    """The shares of the young and the old, and how women and men of 80 and more differ, all at one date."""
    date = _reading_date(p)
    if not date:
        return []
    young, old = p.get("age_share", age="0-17", date=date), p.get("age_share", age="65+", date=date)
    women, men = (p.get("age_share", age="80+", sex=sex, date=date) for sex in "FM")
    said = []
    if not old.missing and not young.missing:
        verb = WERE[0] if few(young) and young.numerator == 1 else WERE[1]
        begin = f"{capital(on(date))} {verb} {p.region.dative_in} {share(young, 'der Menschen', 'Menschen')}"
        said.append(f"{begin} unter 18 Jahre alt, {share(old, '', '', WERE)} 65 Jahre oder älter.")
    if not women.missing and not men.missing and not few(women) and not few(men):
        said.append(f"{shown(women)} der Frauen und {shown(men)} der Männer waren 80 Jahre oder älter.")
    return said


def ageing_terms(p: Evidence) -> list[str]:
    """What the two ratios mean, before they are used."""
    old = p.get("old_age_ratio")
    if old.missing or few(old):
        return []
    return [
        "Der Jugendquotient sagt, wie viele unter 20-Jährige auf 100 Menschen von 20 bis 64 Jahren kommen.",
        "Der Altenquotient sagt dasselbe für die Menschen ab 65 Jahren.",
    ]


def _two_ages(first: Value, second: Value, names: tuple[str, str]) -> str:
    if first.missing or second.missing or few(first) or few(second):
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
    more = _compared(p, "immigration_history_share", "mehr", "weniger", "genauso viele", migration="with")
    begin = _begin(history, "", "Menschen", HAD, p.get("foreign_share").date)
    return [_foreign(p), f"{begin} eine Einwanderungsgeschichte{more}."]


def foreign_reading(p: Evidence) -> list[str]:
    """The share among women and among men."""
    women, men = p.get("foreign_share", sex="F"), p.get("foreign_share", sex="M")
    if women.missing or men.missing or women.date != men.date or few(women) or few(men):
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
    if few(immigrated) or (not immigrated.missing and not immigrated.value):
        return []
    if not immigrated.missing and not descendants.missing:
        begin = f"Selbst eingewandert waren {on(immigrated.date)} {shown(immigrated)} der Bevölkerung"
        said.append(f"{begin}, Nachkommen von zwei eingewanderten Eltern waren {shown(descendants)}.")
    if not one_sided.missing and one_sided.value:
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
        more = _compared(p, "household_share", "mehr", "weniger", "genauso viele", household="one_person")
        said.append(f"In {share(single, 'der Haushalte', 'Haushalten')} lebte ein Mensch allein{more}.")
    if not families.missing:
        more = _compared(p, "families_share", "mehr", "weniger", "genauso viele")
        said.append(f"{share(families, '', '', WERE)} Haushalte mit Kindern{more}.")
    return said


def household_reading(p: Evidence) -> list[str]:
    """The large types beside each other."""
    keys = ("couple_without_child", "couple_with_child", "lone_parent", "shared")
    couples, parents, lone, others = (p.get("household_share", household=key) for key in keys)
    said = []
    if not couples.missing and not parents.missing and not lone.missing:
        of = ("der Haushalte", "Haushalten")
        said.append(f"In {share(couples, *of)} lebte ein Paar ohne Kinder, in {shown(parents)} ein Paar mit Kindern.")
        if lone.value:
            said.append(f"In {shown(lone)} lebte eine Mutter oder ein Vater allein mit Kindern.")
        said.append("Als Kinder zählen Töchter und Söhne jeden Alters, die im Haushalt ihrer Eltern leben.")
    if not others.missing and others.value and not few(others):
        begin = f"Die übrigen {shown(others)} sind Haushalte mehrerer Menschen ohne Paar und ohne Elternteil mit Kind"
        said.append(f"{begin}, zum Beispiel Wohngemeinschaften.")
    return said


def lone_parents(p: Evidence) -> list[str]:
    """How many lone parents there are, their share of families, mothers and fathers."""
    count, share_of = p.get("households", household="lone_parent"), p.get("lone_parent_family_share")
    if count.missing:
        return []
    where = f"{capital(on(count.date))} lebten {p.region.dative_in}"
    if not count.value:
        return [f"{where} nach dem Zensus keine Mütter oder Väter allein mit ihren Kindern."]
    said = [f"{where} {shown(count)} Mütter und Väter allein mit ihren Kindern."]
    if not share_of.missing:
        more = _compared(p, "lone_parent_family_share", "mehr", "weniger", "genauso viele")
        of = f"{shown(share_of)} {'' if few(share_of) else 'aller '}Haushalte{'n' if few(share_of) else ''} mit Kindern"
        said.append(f"Das sind {of}{more}.")
    mothers, fathers = (p.get("households", household=key, date=count.date) for key in ("lone_mother", "lone_father"))
    if not mothers.missing and not fathers.missing:
        said.append(f"Gezählt wurden {counted(mothers, 'Mutter', 'Mütter')} und {counted(fathers, 'Vater', 'Väter')}.")
        said.append(noise(count, (mothers, fathers)))
    return said
