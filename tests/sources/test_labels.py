"""What the offices' words mean, German and English, and what is no word of theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil.ages import OPEN
from kommunalprofil.sources import declared
from kommunalprofil.sources.labels import LEFT_OUT, NOTHING, attribute, day_of, iso_day, meaning, projection

TABLE = declared()["12411-02-03-4"]
TABLES = declared()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", {}),
        ("Insgesamt", {}),
        ("Total", {}),
        ("Anzahl", {}),
        ("männlich", {"sex": "M"}),
        ("Female", {"sex": "F"}),
        ("Ausländer/-innen", {"nationality": "AUS"}),
        ("Germans", {"nationality": "DE"}),
        ("unter 3 Jahre", {"age_from": 0, "age_to": 3}),
        ("under 3 years", {"age_from": 0, "age_to": 3}),
        ("65 bis unter 75 Jahre", {"age_from": 65, "age_to": 75}),
        ("17-Jährige", {"age_from": 17, "age_to": 18}),
        ("1 year", {"age_from": 1, "age_to": 2}),
        ("90 Jahre und mehr", {"age_from": 90, "age_to": OPEN}),
        ("90 years and over", {"age_from": 90, "age_to": OPEN}),
        ("31.12.2015", {"date": "2015-12-31"}),
        ("2015", {"year": 2015}),
        ("März", {"month": 3}),
        ("December", {"month": 12}),
        ("BEV-VARIANTE-02", {"variant": 2}),
        ("Zuzüge  aus dem Ausland", None),
        ("divers", None),
        ("fünfundsiebzig", None),
        ("300 Jahre", None),
        ("75 bis unter 65 Jahre", None),
        ("31.02.2015", None),
        ("1991/93", None),
        ("Bayern", None),
    ],
)
def test_words(text: str, said: dict[str, object] | None) -> None:
    assert meaning(text, TABLE) == said


def test_words_of_one_table_come_first() -> None:
    """Years of residence look like ages; in 12111-08 they are left out, in 12621 a pair of years is a period."""
    assert meaning("unter 5 Jahre", TABLES["12111-08-01-4"]) is LEFT_OUT
    assert meaning("Insgesamt", TABLES["12111-32-01-4"]) == {"household": "_T"}
    assert meaning("1991/93", TABLES["12621-0001"]) == {"year": 1993}
    assert meaning("1999/01", TABLES["12621-0001"]) == {"year": 2001}
    assert meaning("Bayern", TABLES["12411-0012"]) == {"key": "09"}
    assert meaning("Zuzüge aus dem   Ausland über die Gemeindegrenzen", TABLES["12711-02-02-4"]) == {
        "measure": "moves_in_abroad"
    }


def test_dates_of_periods() -> None:
    assert day_of({"year": 2015}, TABLE) == "2015-12-31"
    assert day_of({"year": 2015}, TABLES["12411-06-01-4"]) == "2015-06-30"
    assert day_of({"year": 2015, "month": 2}, TABLE) == "2015-02-28"
    assert day_of({"year": 2016, "month": 12}, TABLE) == "2016-12-31"
    assert day_of({}, TABLE) == ""
    assert projection(1, "2022-12-31") == "kbv_15_v01"
    assert projection(30, "2019-12-31") == "kbv_14_v30"
    assert projection(31, "2019-12-31") is None
    assert projection(1, "2030-12-31") is None


@pytest.mark.parametrize(
    ("variable", "code", "said"),
    [
        ("GES", "", NOTHING),
        ("GES", "GESW", {"sex": "F"}),
        ("GES", "GESX", None),
        ("NAT", "NATA", {"nationality": "AUS"}),
        ("ALT103", "ALT000", {"age_from": 0, "age_to": 1}),
        ("ALT103", "ALT075UM", {"age_from": 75, "age_to": OPEN}),
        ("ALTX20", "ALT003B06", {"age_from": 3, "age_to": 6}),
        ("ALTX20", "ALT006B03", None),
        ("ALT103", "75-Jährige", None),
        ("MONAT", "MONAT03", {"month": 3}),
        ("MONAT", "MONAT13", None),
        ("FAMSTD", "FAMLED", None),
    ],
)
def test_attribute_codes(variable: str, code: str, said: dict[str, object] | None) -> None:
    assert attribute(variable, code) == said


@given(st.text(st.sampled_from("0123456789 bisunterJahredmh-.,/ä"), max_size=24))
def test_no_text_is_a_crash(text: str) -> None:
    said = meaning(text, replace(TABLE, level="land", period="years"))
    if said and "age_from" in said:
        assert 0 <= said["age_from"] < said["age_to"] <= OPEN


@pytest.mark.parametrize("text", ["31.02.2015", "2015-13-01", "1.1.2015", "31.12.15", "", "20151231", "31/12/2015"])
def test_days_that_are_none(text: str) -> None:
    assert iso_day(text) is None
