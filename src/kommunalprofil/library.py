"""The indicators for programs and notebooks: load a data set, compute a tidy table.

>>> from kommunalprofil import load, compute
>>> data = load()
>>> table = compute(data, "old_age_ratio", "dithmarschen", date="2015", by="sex")
>>> print(table[["name", "sex", "value"]].round(1).to_string(index=False))
        name sex  value
Dithmarschen   T   42.0
Dithmarschen   M   37.7
Dithmarschen   F   46.5
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kommunalprofil import asking, resources, states
from kommunalprofil.indicators import declared
from kommunalprofil.indicators.tabulate import tabulate
from kommunalprofil.regions import Region, Register
from kommunalprofil.store import Store

if TYPE_CHECKING:
    import pandas as pd

ORDERED = ("region", "date")
"""Columns people compare by their order; the other texts are categories."""


@dataclass(frozen=True)
class Data:
    """One state of the data set with the places it knows, see `load`."""

    store: Store
    register: Register

    def place(self, text: str) -> Region:
        """The place a name, a short name or an official key (AGS, ARS) means.

        Raises UnknownRegionError with the nearest names, AmbiguousRegionError with all that could be meant.

        >>> load().place("Kreis Düren").ags
        '05358'
        """
        return self.register.find(text)

    @cached_property
    def places(self) -> pd.DataFrame:
        """All existing places: `region` (AGS), `name`, `level`, `population`, `slug`.

        >>> load().places["level"].value_counts()["kreis"].item()
        400
        """
        import pandas as pd

        rows = [(r.ags, r.title, r.level, r.population, r.slug) for r in self.register.search()]
        return pd.DataFrame(rows, columns=["region", "name", "level", "population", "slug"])

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """All indicators: `indicator` (id), `label`, `unit`, `definition`, `reference`, `by`, `variants`.

        >>> load().indicators.set_index("indicator").loc["old_age_ratio", "label"]
        'Altenquotient'
        """
        import pandas as pd

        rows = [
            (i.id, i.de, i.unit, i.definition, i.reference, tuple(sorted(i.by)), tuple(i.variants))
            for i in declared().values()
        ]
        names = ["indicator", "label", "unit", "definition", "reference", "by", "variants"]
        return pd.DataFrame(rows, columns=names)


def load(where: str | os.PathLike[str] | None = None) -> Data:
    """The data set to compute from: the embedded one, that of a folder, or a frozen state of it.

    Raises DataError if there is none or it is damaged, UsageError for an unknown state.

    >>> load().register.get("01051").title
    'Kreis Dithmarschen'
    """
    embedded = resources.data_dir()
    store = Store(embedded if where is None else states.locate(Path(where), embedded))
    return Data(store, Register.load(store.state))


def compute(
    data: Data,
    indicators: str | Iterable[str] = (),
    regions: str | Iterable[str] = (),
    *,
    by: str | Iterable[str] = (),
    date: str = "",
    variant: str = "",
    territory: str = "",
    processes: int = 1,
) -> pd.DataFrame:
    """A tidy table, one row a value, with the columns of `kommunalprofil indicators`.

    `indicators` are ids (none: all), `regions` places or levels (none: Germany, Länder and Kreise), `by` the dimensions
    to split by (sex, nationality, age, migration, household), `date` a day, a year, a period `2011:2021` or `latest`,
    `variant` another way to define the indicators, `territory` the Gebietsstand to carry counts over to (`heute` or a
    day). `value`, `numerator` and `denominator` are unrounded floats in the unit of the row; a gap is NaN and `flag`
    says why. Texts are categories, `region` and `date` plain text. More than one of `processes` helps from about 500
    regions on; a program that asks for several needs the usual `if __name__ == "__main__":`. Raises UsageError for a
    word that means nothing, DataError for damage.

    >>> table = compute(load(), ["births", "deaths"], "05913", date="2013:2015")
    >>> table.pivot(index="date", columns="indicator", values="value").astype(int).loc["2015"].to_dict()
    {'births': 5481, 'deaths': 7204}
    """
    request = asking.request(
        data.store, data.register, indicators=_several(indicators), regions=_several(regions), by=_several(by),
        dates=date, variant=variant, territory=territory,
    )  # fmt: skip
    frame: pd.DataFrame = tabulate(data.store, request, processes).unify_dictionaries().to_pandas()
    return frame.astype(dict.fromkeys(ORDERED, "str"))


def _several(words: str | Iterable[str]) -> tuple[str, ...]:
    """One word, several joined by commas, or a list of them."""
    return tuple(w.strip() for w in words.split(",") if w.strip()) if isinstance(words, str) else tuple(words)
