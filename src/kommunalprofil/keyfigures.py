"""The key figures of the first page: which ones, in what words, and how each looks back and sideways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kommunalprofil import formatting as fmt
from kommunalprofil import sentences as say
from kommunalprofil.comparison import MEASURES
from kommunalprofil.document import Gap
from kommunalprofil.vocabulary import HOUSEHOLD

if TYPE_CHECKING:
    from kommunalprofil.comparison import Standing
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value


@dataclass(frozen=True, slots=True)
class Strip:
    """Places on a line from the lowest (0) to the highest value (1) of all places: quartiles, the place, Land, Bund."""

    lower: float
    median: float
    upper: float
    own: float
    around: tuple[float, ...]

    @property
    def points(self) -> tuple[float, ...]:
        """All of them in order."""
        return (self.lower, self.median, self.upper, self.own, *self.around)

    @classmethod
    def of(cls, standing: Standing, around: Iterable[float]) -> Strip | None:
        """None if all places have the same value."""
        whole = standing.high - standing.low
        if not whole:
            return None
        lower, median, upper, own, *others = (
            round(min(max((x - standing.low) / whole, 0.0), 1.0), 3)
            for x in (standing.lower, standing.median, standing.upper, standing.value, *around)
        )
        return cls(lower, median, upper, own, tuple(others))


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One key figure, ready to print: the change is empty where nothing comparable lies behind it."""

    label: str
    hint: str
    value: str
    unit: str
    date: str
    arrow: str
    change: str
    compared: tuple[tuple[str, str], ...]
    rank: str = ""
    strip: Strip | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key figure to show where there is a value: its indicator, its label, what it counts, its unit on the page."""

    indicator: str
    label: str
    hint: str = ""
    unit: str = ""
    dims: dict[str, str] = field(default_factory=dict)
    compare: bool = True


WANTED = (
    Wanted("population", "Bevölkerung", "alle Einwohnerinnen und Einwohner", "Menschen", compare=False),
    Wanted("population_density", "Bevölkerungsdichte", "Menschen auf einem Quadratkilometer"),
    Wanted("women_per_100_men", "Frauen und Männer", "Frauen je 100 Männer"),
    Wanted("mean_age", "Durchschnittsalter", "im Mittel aller Menschen", "Jahre"),
    Wanted("youth_ratio", "Jugendquotient", "unter 20-Jährige je 100 Menschen von 20 bis 64"),
    Wanted("old_age_ratio", "Altenquotient", "Menschen ab 65 je 100 Menschen von 20 bis 64"),
    Wanted("foreign_share", "Ausländerinnen und Ausländer", "Anteil an der Bevölkerung"),
    Wanted("immigration_history_share", "Menschen mit Einwanderungsgeschichte", "Anteil an der Bevölkerung",
           dims={"migration": "with"}),
    Wanted("household_share", HOUSEHOLD["one_person"].de, "Anteil an den Haushalten",
           dims={"household": "one_person"}),
    Wanted("lone_parent_family_share", "Alleinerziehende", "Anteil an den Haushalten mit Kindern"),
)  # fmt: skip
"""Ten, as many as fit on one page with the map."""


OLD_BASE = "fortgeschrieben vom Zensus 2011"
ARROWS = {"+": "↗", "±": "→", fmt.MINUS: "↘"}


def _bare(value: Value) -> str:
    """The number without its unit, which the page prints smaller; a per cent sign belongs to the number."""
    return say.shown(value, unit=False)


def _change(series: list[Value]) -> tuple[str, str]:
    """Arrow and words: ('↗', '+1,2 seit Ende 2011'); empty where there is nothing to compare with."""
    before = say.look_back(series)
    now = next((v for v in reversed(series) if not v.missing), None)
    if before is None or now is None or before.value is None or now.value is None:
        return "", ""
    digits = min(say.places(v) or 0 for v in (before, now))
    if digits < say.decimals(now.unit):
        return "", ""  # shares, ratios and means of few people jump about
    difference = fmt.change(now.value - before.value, digits)
    unit = " Prozentpunkte" if now.unit == "%" else ""
    return ARROWS[difference[0]], f"{difference}{unit} {say.since(before.date)}"


def _key_figure(profile: Evidence, wanted: Wanted) -> KeyFigure | None:
    dims: dict[str, Any] = wanted.dims
    value = profile.get(wanted.indicator, **dims)
    if value.missing or (say.few(value) and value.unit != "%"):
        return None  # a ratio or a mean of few people is no figure
    arrow, change = _change(profile.series(wanted.indicator, **dims))
    compared = tuple(
        (region.name, _bare(other))
        for region, other in (profile.compare(wanted.indicator, **dims)[1:] if wanted.compare else ())
        if not other.missing
    )
    rank, strip = _standing(profile, wanted)
    hint = OLD_BASE if wanted.indicator == "population" and say.outdated(value) else wanted.hint
    return KeyFigure(
        wanted.label, hint, _bare(value), wanted.unit, fmt.date(value.date), arrow, change, compared, rank, strip
    )


def _standing(profile: Evidence, wanted: Wanted) -> tuple[str, Strip | None]:
    """The rank among all places of the level and among those of the type, and the strip that shows it."""
    measure = next((m for m in MEASURES if m.indicator == wanted.indicator and dict(m.members) == wanted.dims), None)
    standing = profile.standing(measure) if measure else None
    if measure is None or standing is None:
        return "", None
    level = profile.region.level
    rank = f"Rang {fmt.number(standing.rank)} von {fmt.number(standing.count)} {say.LEVELS[level][1]}"
    if typed := profile.standing(measure, typed=True):
        rank += f", {fmt.number(typed.rank)} von {fmt.number(typed.count)} im Typ"
    if standing.date != profile.get(wanted.indicator, **wanted.dims).date:
        rank += f" ({fmt.date(standing.date)})"
    around = (
        profile.get(wanted.indicator, region=region.ags, date=standing.date, **wanted.dims)
        for region in profile.around
        if region.level in ("land", "bund") and wanted.compare
    )
    return rank, Strip.of(standing, [v.value for v in around if v.value is not None])


def left_out(profile: Evidence, figures: Iterable[KeyFigure]) -> Gap | None:
    """Which key figures are not among those shown, and why; None if all are."""
    values = {wanted.label: profile.get(wanted.indicator, **wanted.dims) for wanted in WANTED}
    shown = {one.label for one in figures}
    absent = [label for label, value in values.items() if value.missing]
    few = [label for label, value in values.items() if label not in shown and not value.missing]
    reasons = ((absent, "weil es dazu keine Zahlen gibt"), (few, "weil es dafür zu wenige Menschen sind"))
    said = [f"{_named(labels)} hier, {why}" for labels, why in reasons if labels]
    return Gap("key_figures", f"{say.capital('; '.join(said))}.") if said else None


def _named(labels: list[str]) -> str:
    """'die Kennzahl „Alleinerziehende“ fehlt', 'die Kennzahlen „Jugendquotient“ und „Altenquotient“ fehlen'."""
    quoted = fmt.list_and(f"„{label}“" for label in labels)
    return f"die Kennzahl {quoted} fehlt" if len(labels) == 1 else f"die Kennzahlen {quoted} fehlen"


def key_figures(profile: Evidence) -> list[KeyFigure]:
    """The key figures there are for the place, in fixed order."""
    return [figure for wanted in WANTED if (figure := _key_figure(profile, wanted)) is not None]
