"""Where places stand: the file of the data set against the indicators themselves, ranks, quartiles, damage."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from kommunalprofil import comparison
from kommunalprofil.cells import Point
from kommunalprofil.comparison import MEASURES, Comparison, Measure, Standing
from kommunalprofil.errors import DataError
from kommunalprofil.evidence import Evidence
from kommunalprofil.indicators.series import Value
from kommunalprofil.narrative import standing as narrative
from kommunalprofil.profile import Profile
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.states import COMPARISON, State
from kommunalprofil.workers import Workers

OLD = next(m for m in MEASURES if m.indicator == "old_age_ratio")
KEYS = [f"01{n:03}" for n in range(1, 8)]


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.load(data_dir())


def loaded(level: str, register: Register) -> Comparison:
    found = Comparison.load(State.of(data_dir()), level, register)
    assert found is not None
    return found


def made(values: list[float | None], register: Any = None) -> Comparison:
    """The Kreise 01001 to 01007 with these values of the old-age ratio."""
    rows = {"region": KEYS[: len(values)]} | {m.id: values if m is OLD else [None] * len(values) for m in MEASURES}
    points = '{"kreis": {"old_age_ratio": ["2021-12-31", "zensus_2011"]}}'
    return Comparison(pa.table(rows).replace_schema_metadata({"points": points}), "kreis", register)


def test_the_file_is_what_the_indicators_say(register: Register) -> None:
    """Some measures of all Kreise of the Saarland, and of the Land, computed anew."""
    state = State.of(data_dir())
    keys = [region.ags for region in register.search(level="kreis")]
    with Workers(1) as alone:
        table = comparison.build(state, {"kreis": [key for key in keys if key.startswith("10")]}, alone)
    assert table is not None
    here = loaded("kreis", register)
    known = {column: here.values(measure) for column, measure in ((m.id, m) for m in MEASURES)}
    same = [m for m in MEASURES if f'"{m.id}": ["{here.date(m)}"' in str(table.schema.metadata)]
    assert len(same) > 15
    for measure in same:
        for region, value in zip(table["region"].to_pylist(), table[measure.id].to_pylist(), strict=True):
            assert known[measure.id].get(region) == value, (measure.id, region)


@pytest.mark.parametrize(("level", "number"), [("land", 16), ("kreis", 400), ("gemeinde", 10_000)])
def test_nearly_all_places_can_be_compared(level: str, number: int, register: Register) -> None:
    here = loaded(level, register)
    assert len(here.values(MEASURES[0])) >= number
    assert len(here.values(OLD)) >= number * 0.9


def test_ranks_and_quartiles() -> None:
    region: Any = type("Region", (), {"ags": "01003", "kreistyp": ""})
    found = made([1.0, 2.0, 3.0, 3.0, 5.0, None]).standing(region, OLD)
    assert found is not None
    assert (found.low, found.lower, found.median, found.upper, found.high) == (1, 2, 3, 3, 5)
    assert (found.rank, found.below, found.above, found.count, found.others) == (2, 2, 1, 5, 4)
    assert found.date == "2021-12-31"
    assert not found.outer
    assert made([9.0, 2.0, 9.5, 3.0, 5.0]).standing(region, OLD).outer  # type: ignore[union-attr]


def test_no_rank_without_a_value_or_among_few() -> None:
    region: Any = type("Region", (), {"ags": "01006", "kreistyp": ""})
    assert made([1.0, 2.0, 3.0, 3.0, 5.0, None]).standing(region, OLD) is None
    assert made([None, 1.0, 2.0, 3.0, None, 5.0]).standing(region, OLD) is None


def test_equal_values_count_half() -> None:
    here = made([1.0, 2.0, 2.0, 4.0])
    assert here.percentile(OLD, 2.0) == 50
    assert here.percentile(OLD, 0.0) == 0
    assert here.percentile(OLD, 5.0) == 100


def test_peers_are_of_one_type(register: Register) -> None:
    here = loaded("kreis", register)
    peers = here.peers(register.get("01051"))
    assert {register.get(ags).kreistyp for ags in peers} == {"Dünn besiedelte ländliche Kreise"}
    assert "01051" in peers
    assert len(peers) == 98


def test_the_newest_day_for_nearly_all() -> None:
    old, new = Point("2020-12-31", "zensus_2011"), Point("2021-12-31", "zensus_2011")
    whole, half = np.ones(10), np.array([1.0] * 8 + [np.nan] * 2)
    assert comparison._newest([{old: whole, new: whole}]) == new
    assert comparison._newest([{old: whole, new: half}]) == old
    assert comparison._newest([]) is None


def test_a_value_of_another_base_has_no_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile("01051", data_dir())
    assert Evidence(profile).standing(OLD) is not None
    real = Comparison.standing

    def shifted(self: Comparison, *args: Any) -> Any:
        found = real(self, *args)
        return found and replace(found, value=found.value + 0.1)

    monkeypatch.setattr(Comparison, "standing", shifted)
    assert Evidence(profile).standing(OLD) is None


def test_damage_is_told(tmp_path: Path, register: Register) -> None:
    state = State.of(data_dir())
    entry = state.entries[COMPARISON]
    data = bytearray((data_dir() / entry.file).read_bytes())
    data[len(data) // 2] ^= 255
    (tmp_path / entry.file).write_bytes(bytes(data))
    broken = State(tmp_path, {COMPARISON: entry}, tmp_path)
    with pytest.raises(DataError, match=r"ist beschädigt\. Der Datenbestand lässt sich"):
        [Comparison.load(broken, level, register) for level in comparison.LEVELS]


def test_a_set_without_a_comparison_has_none(register: Register) -> None:
    state = State.of(data_dir())
    entries = {name: entry for name, entry in state.entries.items() if name != COMPARISON}
    assert Comparison.load(State(state.root, entries, state.where), "kreis", register) is None


def test_every_measure_that_can_stand_out_has_a_sentence() -> None:
    told = {measure.id for measure in MEASURES if measure.indicator != "population"}
    assert told == set(narrative.SAYINGS)


@dataclass
class Measured:
    """As much of the evidence as the sentences on standing ask for: one value among ten of a level."""

    measure: Measure
    number: float
    unit: str = "je 1.000"
    region: Any = field(default_factory=lambda: SimpleNamespace(level="kreis"))

    def measured(self, _measure: Measure, date: str) -> Any:
        return value("01051", date, self.number, self.unit)

    def ranked(self, _measures: object = None) -> list[tuple[Measure, Standing]]:
        ends = (self.number, 50.0, 60.0, 70.0, 80.0) if self.number < 50 else (1.0, 2.0, 3.0, 4.0, self.number)
        below = 0 if self.number < 50 else 9
        return [(self.measure, Standing("2016/2019", self.number, *ends, below, 9 - below, 10))]


def value(region: str, date: str, number: float, unit: str) -> Value:
    return Value(region, date, "x", "", "T", "T", "T", "T", "T", number, unit, None, None, "", (), "none")


FAMILIES = next(measure for measure in MEASURES if measure.indicator == "family_migration")


@pytest.mark.parametrize(
    ("number", "told", "asked"),
    [
        (
            -0.1,
            "etwa so viele her wie fort (−0,1); in allen 9 anderen Kreisen war dieser Saldo höher.",
            "Wer kommt und",
        ),
        (-5.0, "5,0 mehr fort als her; in allen 9 anderen Kreisen war dieser Saldo höher.", "Wer geht, wohin"),
        (5.0, "5,0 mehr her als fort; in allen 9 anderen Kreisen war dieser Saldo höher.", "Wer kommt, warum"),
        (90.0, "90,0 mehr her als fort; in allen 9 anderen Kreisen war dieser Saldo niedriger.", "Wer kommt, warum"),
    ],
)
def test_a_balance_is_told_and_asked_about_by_its_sign(number: float, told: str, asked: str) -> None:
    p: Any = Measured(FAMILIES, number)
    (said,) = narrative.findings(p)
    assert said.startswith("In den Jahren 2016–2019 zogen auf 1.000 Menschen ")
    assert said.endswith(told)
    (question,) = narrative.questions(p)
    assert f": {asked}" in question
    assert said not in question


def test_every_measure_is_of_a_declared_indicator() -> None:
    from kommunalprofil.indicators import declared

    for measure in MEASURES:
        indicator = declared()[measure.indicator]
        assert measure.variant in ("", *indicator.variants)
        assert all(name in indicator.by for name, _ in measure.members)
    assert len({m.id for m in MEASURES}) == len({m.label for m in MEASURES}) == len(MEASURES)
    assert Measure.of("x", "t", "age_share", age="80+").id == "age_share:age=80+"


def test_numbers_are_the_values_in_the_order_of_the_places(register: Register) -> None:
    here = loaded("gemeinde", register)
    for measure in MEASURES:
        numbers = dict(zip(here.regions, here.numbers(measure).tolist(), strict=True))
        assert {place: n for place, n in numbers.items() if n == n} == here.values(measure)
    assert np.isnan(made([None, None]).numbers(OLD)).all()
