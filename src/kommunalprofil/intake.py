"""One official file taken in: read, its sums checked, Länder and Germany added up where it prints Kreise only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kommunalprofil import checks, raw, sources, territory
from kommunalprofil.accounts import Account
from kommunalprofil.errors import KommunalprofilError, SourceError
from kommunalprofil.formatting import date as printed
from kommunalprofil.formatting import number
from kommunalprofil.observations import KEY, flag_bits
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.reading import Reading
from kommunalprofil.vocabulary import TOTAL, flag_names

if TYPE_CHECKING:
    import pandas as pd


def take(path: Path) -> Reading | KommunalprofilError:
    """The reading of a file, or why it is refused: whole either way, so that it can come from another process."""
    try:
        if not path.exists():
            raise SourceError(path.name, f"Es gibt keine Datei „{path}“.")
        sidecar = raw.sidecar_of(path)
        reading = sources.read(path)
        if sidecar is not None:
            _attest(reading, sidecar)
        table = sources.declared().get(reading.report.table)
        if table is not None:
            checks.check(reading, table)
            _leave_out_of_time(reading, table)
            _sum_up(reading, table)
        account_of(reading)
    except KommunalprofilError as error:
        return error
    return reading


def _attest(reading: Reading, sidecar: raw.Sidecar) -> None:
    """What the raw store knows of the file, to its origins. Raises SourceError if it is not the table asked for."""
    if reading.report.table != sidecar.table:
        reason = f"Abgerufen wurde die Tabelle {sidecar.table}, die Datei enthält {reading.report.table}."
        raise SourceError(reading.report.file, reason)
    reading.origins = [
        replace(
            o,
            retrieved=sidecar.retrieved,
            stand=o.stand or sidecar.stand,
            url=o.url or sidecar.url,
            licence=sidecar.licence or o.licence,
        )
        for o in reading.origins
    ]


def account_of(reading: Reading) -> Account | None:
    """The account of a reading; None for formats whose values are no cells of a grid.

    Raises SourceError if cells are missing: a fault of the program, and no reason to lose numbers.
    """
    report = reading.report
    if not report.cells or not reading.origins:
        return None
    now = 0 if reading.observations is None else len(reading.observations)
    counts = (report.cells, report.repeated, report.kept, now - report.kept)
    account = Account(reading.origins[0].sha256, report.table, *counts, dict(sorted(report.left.items())))
    if account.missing:
        reason = f"Von {report.cells} Werten der Datei sind {account.missing} ohne Grund verschwunden."
        raise SourceError(report.file, f"{reason} Das ist ein Fehler im Programm und sollte gemeldet werden.")
    return account


def _leave_out_of_time(reading: Reading, table: Table) -> None:
    """Kreise recalculated to days before they began stay outside: the Kreise of those days are listed by others.

    Only after the sums, of which they are part.
    """
    frame = reading.observations
    if frame is None or not table.gebietsstand:
        return
    spots = frame[["region", "date"]].drop_duplicates()
    why = [territory.out_of_time(r, d) for r, d in zip(spots["region"], spots["date"], strict=True)]
    spots = spots.assign(why=why)[[bool(text) for text in why]]
    for reason, some in spots.groupby("why"):
        keys = frame.set_index(["region", "date"]).index.isin(some.set_index(["region", "date"]).index)
        number_of = int(keys.sum())
        frame = frame[~keys]
        reading.report.left[str(reason)] = reading.report.left.get(str(reason), 0) + number_of
        reading.report.dropped[str(reason)] = reading.report.dropped.get(str(reason), 0) + len(some)
        reading.report.kept -= number_of
    reading.observations = frame.reset_index(drop=True)


def _sum_up(reading: Reading, table: Table) -> None:
    """Land and Germany as sums of their Kreise, where a table of exact counts prints every Kreis but no Land."""
    import pandas as pd

    frame = reading.observations
    if frame is None or not table.sum_up:
        return
    parts = [frame]
    summed: list[str] = []
    rest = [c for c in KEY if c not in ("region", "gebietsstand")]
    key: Any
    for key, at in frame.groupby(["date", "base"], sort=True):
        day = key[0]
        kreise = at[at["region"].str.len() == 5]
        if "DE" in set(at["region"]) or kreise["region"].nunique() != territory.number_of_kreise(day):
            continue
        there = set(at["region"])
        for parent in (kreise["region"].str[:2], "DE"):
            sums = _sums(kreise.assign(region=parent), ["region", *rest])
            parts.append(sums[~sums["region"].isin(there)].assign(gebietsstand=day))
        whole = sums[(sums["age_from"] == 0) & (sums["age_to"] == 200) & (sums["sex"] == TOTAL)]["value"].sum()
        people = f", {number(whole)} Personen" if whole else ""
        summed.append(f"{printed(day.isoformat())} {number(kreise['region'].nunique())} Kreise{people}")
    if not summed:
        return
    reading.observations = pd.concat(parts, ignore_index=True)
    said = f"Länder und Deutschland als Summe der Kreise gebildet: {'; '.join(summed)}"
    reading.report.note = "; ".join(filter(None, [reading.report.note, said]))
    note = "Länder und Deutschland als Summe der Kreise gebildet"
    reading.origins = [replace(o, note="; ".join(filter(None, [o.note, note]))) for o in reading.origins]


def _sums(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Counts added up by the columns of `by`, with the facts about their parts; none where a part is missing."""
    groups = frame.assign(bits=flag_bits(frame), missing=frame["value"].isna()).groupby(
        by, as_index=False, observed=True
    )
    sums = groups.agg(value=("value", "sum"), bits=("bits", np.bitwise_or.reduce), missing=("missing", "any"))
    sums["flag"] = ["|".join(flag_names(int(b))) or "normal" for b in sums["bits"]]
    return sums[~sums["missing"]].drop(columns=["bits", "missing"])
