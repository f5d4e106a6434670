"""Sums are checked at the door: what cannot be true is refused, what offices leave out is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from kommunalprofil import checks, sources
from kommunalprofil.errors import SourceError
from kommunalprofil.sources.reading import Reading
from twins import AGES, aged, by_age, by_sex, read


def checked(folder: Path, text: str) -> Reading:
    reading = read(folder, text)
    checks.check(reading, sources.declared()[reading.report.table])
    return reading


def verdicts(reading: Reading) -> dict[str, bool]:
    return {name: ok for name, ok, _ in reading.report.checks}


def test_men_and_women_must_be_the_total(tmp_path: Path) -> None:
    good = {"DG": [30, 10, 20], "01": [30, 10, 20]}
    assert verdicts(checked(tmp_path, by_sex(good)))["männlich + weiblich = insgesamt"]
    with pytest.raises(
        SourceError,
        match=r"männlich \+ weiblich = insgesamt stimmt nicht: .* bei 01 am 31\.12\.2015: 31 statt 30 \(erlaubt 0",
    ):
        checked(tmp_path, by_sex(good | {"01": [30, 10, 21]}))


def test_ages_must_be_the_total(tmp_path: Path) -> None:
    rows = aged([1, 2, 3, 4, 5], [2, 3, 4, 5, 6])
    assert verdicts(checked(tmp_path, by_age({"DG": rows})))["Altersgruppen = insgesamt"]
    rows[2] = [x + y for x, y in zip(rows[2], [2, 1, 1], strict=True)]
    with pytest.raises(SourceError, match=r"Altersgruppen = insgesamt stimmt nicht: .* bei DE am 31\.12\.2015"):
        checked(tmp_path, by_age({"DG": rows}))


def test_ages_with_a_hole_are_refused(tmp_path: Path) -> None:
    rows = aged([1, 2, 3, 4], [2, 3, 4, 5])
    ages = (AGES[0], *AGES[2:], "Insgesamt")
    with pytest.raises(SourceError, match="Altersgruppen sind unvollständig"):
        checked(tmp_path, by_age({"DG": rows}, ages=ages))


def test_a_missing_part_is_no_deviation(tmp_path: Path) -> None:
    assert "männlich + weiblich = insgesamt" not in verdicts(checked(tmp_path, by_sex({"DG": [30, ".", 20]})))


LAENDER = {f"{n:02d}": [3, 1, 2] for n in range(1, 17)}


def test_laender_and_kreise(tmp_path: Path) -> None:
    kreise = {"01001": [1, 0, 1], "01051": [2, 1, 1]}
    reading = checked(tmp_path, by_sex({"DG": [48, 16, 32]} | LAENDER | kreise))
    assert verdicts(reading)["Länder = Deutschland"]
    assert verdicts(reading)["Kreise = Länder"]  # Länder whose Kreise are not in the file do not count
    with pytest.raises(SourceError, match=r"Länder = Deutschland stimmt nicht: .* bei DE am 31\.12\.2015: 48 statt 49"):
        checked(tmp_path, by_sex({"DG": [49, 17, 32]} | LAENDER))


def test_what_the_office_leaves_out_is_reported(tmp_path: Path) -> None:
    """12411-01-01-5 at 31.12.2008 leaves out the town of Hannover: declared, so it is a remark, not damage."""
    gemeinden = {"03241": [9, 4, 5], "03241002": [3, 1, 2]}
    said = checked(tmp_path, by_sex(gemeinden, ["31.12.2008"], "12411-01-01-5")).report.checks
    text = "Abweichungen: 3, die größte bei 03241 am 31.12.2008: 3 statt 9 (erlaubt 0, bekannte Lücken der Tabelle)"
    assert ("Gemeinden = Kreise", False, text) in said
    with pytest.raises(SourceError, match="Gemeinden = Kreise stimmt nicht"):
        checked(tmp_path, by_sex(gemeinden, ["31.12.2009"], "12411-01-01-5"))


def test_a_stichtag_after_the_stand_is_damage(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="liegt nach dem Stand der Datei"):
        checked(tmp_path, by_sex({"DG": [3, 1, 2]}, ["31.12.2035"]))


def test_kreise_listed_twice_do_not_spoil_the_sum(tmp_path: Path) -> None:
    """Sachsen-Anhalt before 2007: old Kreise as reported are complete, recalculated ones are not."""
    land = {"15": [90, 30, 60], "15101": [45, 15, 30], "15370": [45, 15, 30], "15081": [29, 9, 20]}
    reading = checked(tmp_path, by_sex(land, ["31.12.2005"]))
    assert verdicts(reading)["Kreise = Länder"]


def test_members_add_up_over_regions_too(tmp_path: Path) -> None:
    """Totals may be right where a number has slipped from men to women."""
    with pytest.raises(SourceError, match=r"Kreise = Länder stimmt nicht: Abweichungen: 2, .* \(erlaubt 0\)"):
        checked(tmp_path, by_sex({"01": [3, 1, 2], "01001": [1, 1, 0], "01051": [2, 1, 1]}))


def test_a_part_without_value_makes_no_sum_of_regions(tmp_path: Path) -> None:
    found = verdicts(checked(tmp_path, by_sex({"01": [9, 4, 5], "01001": [3, 1, "."], "01051": [6, 3, 3]})))
    assert found["Kreise = Länder"]
