"""Small made-up twins of the official files: their shape and their oddities, none of their numbers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kommunalprofil import sources
from kommunalprofil.sources.reading import Reading

AGES = (
    "unter 3 Jahre",
    "3 bis unter 20 Jahre",
    "20 bis unter 65 Jahre",
    "65 bis unter 75 Jahre",
    "75 Jahre und mehr",
)
NOTE = (
    '"zu  ""gesamter Tabelle"":\nab dem Berichtsjahr 2011: nach dem Zensus 2011\n \n'
    'Baden-Württemberg (Berichtsjahr 2008-2010): Gebietsstand\n01.01.2009\n2011"\n'
)
FOOT = "__________\n" + NOTE + '"© Statistische Ämter des Bundes und der Länder, Deutschland, {year}.\n'
FOOT += 'Dieses Werk ist lizensiert."\nStand: {stand}'


def sheet(
    table: str,
    headers: Sequence[Sequence[str]],
    rows: Iterable[Sequence[object]],
    *,
    first: str = "GENESIS-Tabelle: ",
    year_line: str = "",
    stand: str = "10.10.2024 / 11:57:53",
) -> str:
    """A Datencsv: title lines, an optional line with the Stichtag, headings, rows, foot."""
    pad = ";" * (len(headers[0]) - 1)
    lines = [f"{first}{table}", f"Bevölkerungsstand: Bevölkerung{pad}", f"regionale Tiefe: Kreise{pad}"]
    lines += [year_line + pad] if year_line else []
    lines += [";".join(h) for h in headers] + [";".join(map(str, row)) for row in rows]
    return "\n".join(lines) + "\n" + FOOT.format(stand=stand, year=stand[6:10])


def by_sex(
    regions: Mapping[str, Sequence[object]],
    days: Sequence[str] = ("31.12.2015",),
    table: str = "12411-01-01-4",
    **more: Any,
) -> str:
    """12411-01-01-4 with Stichtage in the heading: total, men, women of each day in the row of a region."""
    labels = ["Insgesamt", "männlich", "weiblich"]
    headers = [["", "", *[d for d in days for _ in labels]], ["", "", *labels * len(days)]]
    return sheet(table, headers, [[key, f"  Ort {key}", *cells] for key, cells in regions.items()], **more)


def by_age(
    regions: Mapping[str, Sequence[Sequence[object]]],
    day: str = "31.12.2015",
    table: str = "12411-02-03-4",
    ages: Sequence[str] = (*AGES, "Insgesamt"),
    **more: Any,
) -> str:
    """12411-02-03-4: a row for each age group, with the Stichtag in front; cells are total, men, women."""
    headers = [["", "", "", "", "Insgesamt", "männlich", "weiblich"]]
    rows = [[day, k, f"Ort {k}", age, *cells] for k, of in regions.items() for age, cells in zip(ages, of, strict=True)]
    return sheet(table, headers, rows, **more)


def aged(men: Sequence[int], women: Sequence[int]) -> list[list[int]]:
    """The rows of one region of `by_age`: the groups, then the total; sums are right."""
    rows = [[m + w, m, w] for m, w in zip(men, women, strict=True)]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def wide_ages(
    regions: Mapping[str, Sequence[object]], year_line: str = "31.12.2015", table: str = "12411-02-03-5", **more: Any
) -> str:
    """12411-02-03-5: sexes and ages side by side, the Stichtag in a line of its own (or, if empty, in the heading)."""
    sexes = [s for s in ("Insgesamt", "männlich", "weiblich") for _ in (*AGES, "Insgesamt")]
    ages = [*AGES, "Insgesamt"] * 3
    headers = [["", "", *sexes], ["", "", *["Altersgruppen"] * len(ages)], ["", "", *ages]]
    if not year_line:
        headers.insert(0, ["", "", *["31.12.2015"] * len(ages)])
    rows = [[k, f"Ort {k}", *cells] for k, cells in regions.items()]
    return sheet(table, headers, rows, year_line=year_line, **more)


NEW_HEAD = (
    "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;"
    "1_variable_attribute_code;1_variable_attribute_label;2_variable_code;2_variable_label;2_variable_attribute_code;"
    "2_variable_attribute_label;value;value_unit;value_variable_code;value_variable_label"
)
OLD_HEAD = {
    "de": "Statistik_Code;Statistik_Label;Zeit_Code;Zeit_Label;Zeit;1_Merkmal_Code;1_Merkmal_Label;1_Auspraegung_Code;"
    "1_Auspraegung_Label;2_Merkmal_Code;2_Merkmal_Label;2_Auspraegung_Code;2_Auspraegung_Label;"
    "BEVSTD__Bevoelkerungsstand__Anzahl",
    "en": "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;1_variable_code;"
    "1_variable_code;2_variable_code;2_variable_label;2_variable_code;2_variable_code;BEVSTD__Bevoelkerungsstand__Anzahl",
}


def flat(
    regions: Mapping[str, Sequence[object]], layout: str = "neu", lang: str = "de", day: str = "2023-12-31"
) -> str:
    """A flat file of 12411-01-01-4; the total has an empty attribute code, labels depend on the language."""
    label = {"de": ("Insgesamt", "männlich", "weiblich"), "en": ("Total", "male", "female")}[lang]
    lines = [NEW_HEAD if layout == "neu" else OLD_HEAD[lang]]
    when = "31.12.2023" if (layout, lang) == ("alt", "de") else day
    for key, cells in regions.items():
        for code, name, value in zip(("", "GESM", "GESW"), label, cells, strict=True):
            place = f"KREISE;Kreise;{key};{lang} {key}"
            start = f"12411;Fortschreibung;STAG;Stichtag;{when};{place};GES;Geschlecht;{code};{name}"
            lines.append(f"{start};{value}" + (";Anzahl;BEVSTD;Bevölkerungsstand" if layout == "neu" else ""))
    return "\n".join(lines) + "\n"


def zipped(text: str, name: str = "12411-01-01-4_de_flat.csv", day: tuple[int, int, int] = (2026, 3, 10)) -> bytes:
    """A zip answer of the API with one CSV in it."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (*day, 0, 0, 0)), text.encode("utf-8-sig"))
    return sink.getvalue()


def census(table: str, regions: Mapping[str, Sequence[object]], level: str = "Reg_Ebene") -> str:
    """A Regionaltabelle of the Zensus 2022 with all declared headings."""
    head = ["Berichtszeitpunkt", "_RS", "Name", level, *sources.declared()[table].columns]
    rows = [["20220515", key, f"Ort {key}", "Ebene", *cells] for key, cells in regions.items()]
    return "\n".join(";".join(map(str, row)) for row in [head, *rows]) + "\n"


def read(folder: Path, content: str | bytes, name: str = "datei.csv", encoding: str = "utf-8") -> Reading:
    """The content through the front door, as a file of any name."""
    path = folder / name
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return sources.read(path)


def cells(reading: Reading, region: str, **codes: object) -> dict[tuple[Any, ...], float]:
    """(date, sex, age_from, age_to) → value of one region's observations."""
    frame = reading.observations
    assert frame is not None
    frame = frame[frame["region"] == region]
    for column, code in codes.items():
        frame = frame[frame[column] == code]
    keys = zip(frame["date"].astype(str), frame["sex"], frame["age_from"], frame["age_to"], strict=True)
    return dict(zip(keys, frame["value"], strict=True))
