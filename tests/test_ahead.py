"""What a second process makes of a document is what the first would have made: whole, in part, or not at all."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

import documents
from kommunalprofil import ahead, figures, render
from kommunalprofil.ahead import Ahead, Batch
from kommunalprofil.indicators import Results
from kommunalprofil.indicators.compute import Made, declared
from kommunalprofil.profile import Profile, Together
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir

VREES = "03454055"


def of_vrees() -> Iterator[Batch]:
    register = Register.load(data_dir())
    return ahead.work(data_dir(), register, [register.get(VREES)])


@pytest.fixture(scope="module")
def sent() -> bytes:
    return pickle.dumps(list(of_vrees()))


@pytest.fixture
def batches(sent: bytes) -> list[Batch]:
    found: list[Batch] = pickle.loads(sent)
    return found


def together(take: Callable[[bool], Sequence[Batch]]) -> Together:
    register = Register.load(data_dir())
    return Together(data_dir(), register, [register.get(VREES)], Ahead(take))


class Coming:
    """Gives the batches one by one; told to wait, all that are left."""

    def __init__(self, batches: list[Batch]) -> None:
        self.left = list(batches)

    def __call__(self, wait: bool) -> list[Batch]:
        number = len(self.left) if wait else 1
        given, self.left = self.left[:number], self.left[number:]
        return given


def test_its_figures_are_there() -> None:
    assert set(ahead.FIGURES) <= set(figures.collected())


@pytest.mark.parametrize("number", [0, 1, 3, 99])
def test_a_document_has_the_same_bytes(number: int, batches: list[Batch], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, Any]] = []
    make = Results._make
    monkeypatch.setattr(
        Results, "_make", lambda s, one, m, v, *c: (asked.append((one.id, v, m)), make(s, one, m, v, *c))[1]
    )
    shared = together(Coming(batches[:number]))
    alone = documents.built("vrees").files
    profile = Profile(VREES, data_dir(), shared.register, shared)
    asked.clear()
    made = render.document(profile).files
    for name, content in alone.items():
        if name != "datapackage.json":  # it tells the fingerprint
            assert made[name] == content, name
    first = {key for batch in batches[: min(number, 1)] for key in batch.made.every_base}  # there from the beginning
    assert bool(first) == bool(number)
    assert not first & set(asked)


def test_a_series_is_the_same_after_it_was_sent(batches: list[Batch]) -> None:
    own = together(lambda _: ()).results
    compared = 0
    for batch in batches:
        for (indicator, variant, members), series in batch.made.every_base.items():
            assert series.indicator is declared()[indicator]
            mine = own.on_every_base(indicator, members, variant)
            for region in mine.regions:
                assert list(series.row(region)) == list(mine.row(region))
                compared += 1
        for (indicator, variant, members), group in batch.made.by_age.items():
            for series, mine in zip(group, own.by_age(indicator, members, variant), strict=True):
                assert [list(series.row(r)) for r in series.regions] == [list(mine.row(r)) for r in mine.regions]
    assert compared > 100


def test_what_was_made_here_stays(batches: list[Batch]) -> None:
    late: list[Batch] = []
    shared = together(lambda _: late)
    mine = shared.results.series("population")
    again = pickle.loads(pickle.dumps(mine))
    late.append(Batch(Made({("population", "", mine.selection): again}, {})))
    shared.results.series("births")
    assert shared.results.series("population") is mine
    assert shared.results.on_every_base("population") is not again


def test_lines_wait_and_series_do_not(batches: list[Batch]) -> None:
    coming = Coming(batches)
    given = Ahead(coming)
    assert len(given.series()) == 1
    lines = given.lines("DE")
    assert lines == next(batch.lines["DE"] for batch in batches if "DE" in batch.lines)
    assert coming.left == []
    assert len(given.series()) == len(batches) - 1, "what came with the lines is not lost"
    assert given.lines("01") == {}


def test_a_figure_that_fails_is_left_to_the_first_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Any) -> Any:
        raise ValueError("nein")

    drawings = {**figures.collected(), ahead.FIGURES[0]: fails}
    monkeypatch.setattr(figures, "collected", lambda: drawings)
    found = list(of_vrees())
    assert [set(batch.lines) for batch in found if batch.lines] == [{place} for batch in found for place in batch.lines]
    assert {place for batch in found for place in batch.lines} == {VREES, "03454", "03", "DE"}
