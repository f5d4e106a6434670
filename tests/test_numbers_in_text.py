"""Every number a reader sees, in sentences, titles, key figures and tables, is a rounded value of profil.json."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from html import unescape
from itertools import pairwise
from typing import Any

import pytest

import documents
from kommunalprofil import formatting as fmt
from kommunalprofil.figures import maps

PLACES = ["01051", "03454055", "14627230", "05913", "10", "02000", "16063", "groede", "wettlingen", "14522275", "DE"]
NUMBER = re.compile(r"[+±−]?\d+(?:\.\d{3})*(?:,\d+)?")
DATES = re.compile(
    r"\d{1,2}\.\d{1,2}\.(?:\d{4})?|\d{1,2}\.\s(?:Januar|Mai|Dezember|März|April)\s\d{4}|\b(?:19|20)\d\d\b"
)
DEFINED = re.compile(  # age bounds, bases of rates, names of tables and of statistics
    r"je 100\b|je 10?\.000|[Aa]uf (?:100|10?\.000) (?:Menschen|Männer)|von 100 (?:Menschen|Haushalten)"
    r"|\d+[-–]? bis \d+-Jährige\w*"
    r"|\d+ bis (?:unter )?\d+(?: Jahren)?|\d+[-–]Jährige\w*|\b\d+–\d+\b|(?:unter|ab|von) \d+ Jahren?|(?:ab|unter) \d+\b"
    r"|\d+ Jahre oder älter|\d+ und älter|unter-?\d+-?Jährige\w*|\d+ und mehr|\d+ Person(?:en)?\b"
    r"|auf 10 gerundet|\b\d{5}-[\w-]+|\bAI[\w-]+"
    r"|Abbildung \d+|weniger als 20\b|100 % ergeben|95-Prozent|Tabelle \d+|unter 18"
    r"|mit [\d.]+ bis unter [\d.]+ Menschen"  # of a size class
    r"|der \d+ Jahren? mit|(?:in|den|allen) (?:\d+ der )?\d+ Jahren? mit|Wachstum in \d+"
)


@cache
def built(place: str) -> tuple[dict[str, Any], str]:
    document = documents.built(place)
    page = document.files["kommunalprofil.html"].decode()
    return json.loads(document.files["profil.json"]), page.partition("<main")[2].partition("Quellen und Methoden</h2>")[
        0
    ]


def blocks(page: str) -> Iterator[str]:
    """The texts of a page: paragraphs, captions and cells, pictures left out."""
    page = re.sub(r"<svg.*?</svg>|<summary>.*?</summary>|<(nav|header).*?</\1>", " ", page, flags=re.DOTALL)
    for text in re.split(r"</?(?:p|t[rhd]|h\d|caption|figcaption|strong|li|div|span class=\"subtitle\")\b[^>]*>", page):
        plain = unescape(re.sub(r"<[^>]+>", "", text)).replace("\u00a0", " ").replace("\u202f", " ")
        if plain.strip() and not plain.strip().startswith("Quelle:"):
            yield " ".join(plain.split())


def numbers(text: str) -> list[str]:
    return NUMBER.findall(DEFINED.sub(" ", DATES.sub(" ", text)))


def spellings(value: float) -> set[str]:
    """How a value may be printed: with one decimal or none, as a change with its sign too."""
    texts = {fmt.number(abs(value), places) for places in (0, 1)}
    return texts | {fmt.change(value, places) for places in (0, 1)}


def series_of(values: Iterable[dict[str, Any]]) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    keys = ("region", "indicator", "variant", "sex", "age", "nationality", "migration", "household")
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for value in values:
        if value["value"] is not None:
            found.setdefault(tuple(value[key] for key in keys), []).append(value)
    return found


def allowed(profile: dict[str, Any]) -> set[str]:
    """Every spelling of a value and its parts, and for totals of the place of its change within one base."""
    known: set[str] = set()
    for rows in series_of(profile["values"]).values():
        for row in rows:
            for part in ("value", "numerator", "denominator"):
                if row[part] is not None:
                    known |= spellings(row[part])
            if row["unit"] == "Kinder je Frau":
                known.add(fmt.number(row["value"], 2))
        total = all(rows[0][d] == "T" for d in ("sex", "age", "nationality", "migration", "household"))
        if rows[0]["region"] != profile["region"]["ags"] or not total:
            continue
        for base in {row["base"] for row in rows}:
            same = [row for row in rows if row["base"] == base]
            for first in same:
                for last in same:
                    if first["date"] < last["date"]:
                        known |= spellings(last["value"] - first["value"])
                        if first["value"]:
                            known |= spellings((last["value"] / first["value"] - 1) * 100)
    for row in profile["official"]:
        known |= {fmt.number(row[name], row["decimals"]) for name in ("official", "ours")}
    counts = Counter((row["indicator"], row["table"]) for row in profile["official"])
    exact = Counter((row["indicator"], row["table"]) for row in profile["official"] if row["exact"])
    known |= {fmt.number(n) for n in (*counts.values(), *exact.values(), counts.total(), exact.total(), 0)}
    for row in profile["others"]:
        known |= {text for number in row["values"].values() for text in spellings(number)}
        known |= {str(len(one.areas)) for one in maps.value_classes(row["values"], decimals=1)}
    for row in profile["standings"]:
        counts = (row["count"], row["above"] + 1, row["above"], row["below"], row["count"] - 1)
        known |= {fmt.number(n) for n in counts} | spellings(row["median"])
    known.add(str(sum(not row["lower"] <= row["value"] <= row["upper"] for row in levels(profile))))
    known.add(str(len(levels(profile))))
    if alike := profile["similar"]:
        known |= {fmt.number(alike[name]) for name in ("low", "high", "others") if alike[name] is not None}
        known |= {fmt.number(place["distance"], 2) for place in alike["places"]}
    for region in (profile["region"], *profile["parents"]):
        known.add(fmt.number(region["area_km2"], 1))
    return known


def levels(profile: dict[str, Any]) -> list[dict[str, Any]]:
    """The standings among all places of the level."""
    return [row for row in profile["standings"] if row["among"] == "level"]


def pyramid_sums(profile: dict[str, Any]) -> set[str]:
    """Sums of neighbouring age groups of the place, by sex and together, at each date."""
    own = profile["region"]["ags"]
    counts: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in profile["values"]:
        plain = row["nationality"] == "T" and row["region"] == own and row["indicator"] == "population"
        if plain and row["age"] != "T" and row["sex"] != "T":
            counts.setdefault((row["date"], row["sex"]), []).append((fmt.age_bounds(row["age"])[0], row["value"]))
    known: set[str] = set()
    for date in {date for date, _ in counts}:
        men, women = (dict(counts.get((date, sex), [])) for sex in "MF")
        lows = sorted(set(men) & set(women))
        for i, _ in enumerate(lows):
            for j in range(i + 1, len(lows) + 1):
                sums = [sum(part[low] for low in lows[i:j]) for part in (men, women)]
                known |= {fmt.number(n) for n in (*sums, sum(sums))}
    return known


def combined(profile: dict[str, Any]) -> set[str]:
    """The few sums that titles print: households of one or two people, with older people; larger households."""
    own = [
        v for v in profile["values"] if v["region"] == profile["region"]["ags"] and v["indicator"] == "household_share"
    ]
    shares = {v["household"]: v for v in own if v["value"] is not None}
    pairs = (("size_1", "size_2"), ("seniors_only", "seniors_and_younger"))
    return {fmt.number(sum(shares[k]["value"] for k in pair)) for pair in pairs if set(pair) <= set(shares)}


@pytest.mark.parametrize("place", PLACES)
def test_every_number_is_a_value(place: str) -> None:
    profile, page = built(place)
    known = allowed(profile) | pyramid_sums(profile) | combined(profile)
    causes = {" ".join(row["cause"].split()).rstrip(".") for row in profile["official"] if row["cause"]}
    told = [text for text in blocks(page) if not any(cause in text for cause in causes)]
    wrong = [(n, text) for text in told for n in numbers(text) if n.lstrip("+") not in known and n not in known]
    assert not wrong, wrong[:12]


@pytest.mark.parametrize("place", PLACES)
def test_there_are_many_numbers_to_check(place: str) -> None:
    _, page = built(place)
    assert sum(len(numbers(text)) for text in blocks(page)) > (40 if place in ("groede", "14522275") else 150)


def test_a_wrong_number_is_noticed() -> None:
    profile, _ = built("03454055")
    known = allowed(profile) | pyramid_sums(profile) | combined(profile)
    assert "1.916" in known
    assert not {"1.917", "19.160", "94,6"} & known
    assert numbers("Ende 2023 lebten 1.916 Menschen, −32 seit Ende 2022; 15. Mai 2022: 12,4 %") == [
        "1.916",
        "−32",
        "12,4",
    ]


@pytest.mark.parametrize("place", PLACES)
def test_values_are_what_their_parts_make(place: str) -> None:
    profile, _ = built(place)
    for v in profile["values"]:
        if v["unit"] in ("%", "je 100") and None not in (v["value"], v["numerator"], v["denominator"]):
            assert v["value"] == pytest.approx(v["numerator"] / v["denominator"] * 100, rel=1e-9), v


@pytest.mark.parametrize("place", PLACES)
def test_no_printed_change_crosses_a_census(place: str) -> None:
    """'von … auf …' names two values of one base."""
    profile, page = built(place)
    own = [v for v in profile["values"] if v["region"] == profile["region"]["ags"] and v["indicator"] == "population"]
    whole = [v for v in own if all(v[d] == "T" for d in ("sex", "age", "nationality", "migration", "household"))]
    base = {(fmt.date_words(v["date"]), fmt.number(v["value"])): v["base"] for v in whole if v["value"] is not None}
    pattern = r"Von (Ende \d{4}) bis (Ende \d{4}) ist (?:die Einwohnerzahl|sie) von ([\d.]+) auf ([\d.]+) "
    said = [match for text in blocks(page) for match in re.findall(pattern, text)]
    assert said or len(whole) < 3
    for begin, end, first, last in said:
        assert base[begin, first] == base[end, last], (begin, end)


def test_csv_and_json_agree() -> None:
    import csv
    import io

    document = documents.built("03454055")
    rows = list(csv.DictReader(io.StringIO(document.files["daten.csv"].decode())))
    keys = ("region", "indicator", "variant", "date", "sex", "age", "nationality", "migration", "household")
    table = {tuple(row[key] for key in keys): row for row in rows}
    assert len(table) == len(rows)
    for value in json.loads(document.files["profil.json"])["values"]:
        row = table[tuple(value[key] for key in keys)]
        assert row["value"] == ("" if value["value"] is None else str(value["value"]))


def test_dates_of_a_series_ascend() -> None:
    profile, _ = built("01051")
    for rows in series_of(profile["values"]).values():
        assert all(a["date"] <= b["date"] for a, b in pairwise(rows))
