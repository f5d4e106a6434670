"""The sheet of the indicators read back: the place, the edition, and the baseline of what a measure is judged by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

from kommunalprofil.comparison import MEASURES, Measure
from kommunalprofil.formatting import DASH, list_and
from kommunalprofil.names import fold
from kommunalprofil.plan.moments import span
from kommunalprofil.plan.wording import EDITION, FOLLOWING, KEY, KNOWN, PLACE, STATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kommunalprofil.plan.entries import Grid, Row


@dataclass(frozen=True, slots=True)
class Baseline:
    """Where a measure starts from: value (None for a gap or an unreadable one) and unit, day and source as written.

    `base` is the census behind a number of people.
    """

    value: float | None = None
    unit: str = ""
    day: str = ""
    source: str = ""
    base: str = ""

    @property
    def date(self) -> str:
        """The day as the data know it: '2024-12-31', '2021', '2016/2019', of a month its last; '' if unreadable."""
        if match := re.fullmatch(rf"(\d{{4}})(?: ?[{DASH}/-] ?(\d{{4}}))?", self.day.strip(), re.ASCII):
            return "/".join(filter(None, match.groups()))
        written = span(self.day)
        return written.last.isoformat() if written else ""


def _names() -> dict[str, Measure]:
    """The measures by what they may be called, folded: id, label, with its unit, the indicator of only one measure."""
    names = {fold(name): m for m in MEASURES for name in (m.id, m.label, m.labelled(m.unit))}
    indicators = [m.indicator for m in MEASURES]
    alone = [m for m in MEASURES if indicators.count(m.indicator) == 1]
    return {fold(m.indicator): m for m in alone} | names


class Indicators:
    """What the workbook holds of the indicators."""

    COLUMNS: ClassVar[dict[str, str]] = {
        "id": "Kennung", "label": "Kennzahl", "value": "Wert", "unit": "Einheit", "day": "Stichtag",
        "base": "Grundlage", "source": "Quelle",
    }  # fmt: skip

    def __init__(self) -> None:
        self.ags = self.place = self.stand = self.state = ""
        self.problems: list[str] = []
        self._baselines: dict[Measure, Baseline] = {}
        self._measures = _names()

    @classmethod
    def of(cls, grid: Grid | None, grids: Iterable[Grid]) -> Indicators:
        """What the sheet of the indicators says; the place also from any other sheet that names it."""
        made = cls()
        told: dict[str, str] = {}
        for one in (*grids, *([] if grid is None else [grid])):  # the last one, the sheet of the indicators, counts
            told |= {fold(name): text for name, text in one.above}
        made.ags, made.place = told.get(fold(KEY), ""), told.get(fold(PLACE), "")
        made.stand, made.state = told.get(fold(EDITION), ""), told.get(fold(STATE), "")
        if made.ags.isdigit() and len(made.ags) in (1, 4, 7):  # a spreadsheet took the key for a number
            made.ags = f"0{made.ags}"
        if grid is None:
            made.problems.append(f"{KNOWN}: Das Blatt fehlt; Ausgangswerte werden nur gelesen, wo sie im Plan stehen.")
            return made
        for row in grid.rows:
            measure = made._measures.get(fold(row.text("id"))) or made._measures.get(fold(row.text("label")))
            if measure is not None:
                made._baselines[measure] = Baseline(
                    row.number_of("value", "", quiet=True), row.text("unit"), row.text("day"), row.text("source"),
                    row.text("base"),
                )  # fmt: skip
        return made

    def chosen(self, row: Row) -> tuple[Measure | None, Baseline]:
        """The measure of a row and its baseline: what people wrote over the formulas first, then what was filled in."""
        text = row.text("indicator")
        measure = self._measures.get(fold(text)) if text else None
        if text and measure is None:
            row.told("indicator", f"„{text}“ ist keine Kennzahl des Profils{self._near(text)}. {OWN}")
        known = self._baselines.get(measure) if measure is not None else None
        written = {key: row.entry(key) for key in FOLLOWING if row.entry(key) and not row.entry(key).formula}
        if known is not None and "value" not in written:
            return measure, known
        unit = row.text("unit") or (measure.unit if measure is not None else "")
        value = row.number_of("value", unit, measure) if measure is None or "value" in written else None
        base = known.base if known is not None and not written else ""
        made = Baseline(value, unit, row.text("day"), row.text("source"), base)
        if made.day and not made.date:
            row.told("day", f"„{made.day}“ ist kein Stichtag. {DAYS}.")
        return measure, made

    def _near(self, text: str) -> str:
        labels = {fold(measure.label): measure.label for measure in MEASURES}
        near = get_close_matches(fold(text[:80]), labels, n=3, cutoff=0.6)
        return f"; ähnlich heißt: {list_and((labels[name] for name in near), 'oder')}" if near else ""


DAYS = "Erlaubt ist zum Beispiel 31.12.2015, 2015 oder 2012–2015"
OWN = "Der Stand zur Halbzeit lässt sich dazu nicht nachschlagen."
