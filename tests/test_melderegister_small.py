"""The rule for small numbers: what is hidden cannot be had from any sum that is told."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import product, zip_longest
from operator import add

from hypothesis import given, settings
from hypothesis import strategies as st

from kommunalprofil.melderegister import small
from kommunalprofil.melderegister.districts import Districts, percent, printed
from kommunalprofil.melderegister.reading import parse
from kommunalprofil.melderegister.topics import SEX, TOTALS, Topic

TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(
            st.one_of(st.just(0), st.just(0), st.integers(0, 3), st.integers(0, 400)), min_size=width, max_size=width
        ),
        min_size=2, max_size=6,
    )
)  # fmt: skip
"""People by district (rows) and age."""
AGES = {3: ("0-17", "18-64", "65+"), 5: ("0-17", "18-24", "25-44", "45-64", "65+")}
"""By how many they are; of fewer columns the last is empty."""
Step = tuple[int, ...]


def steps(d: Districts, topic: Topic, name: str) -> list[Step]:
    """By how much the hidden numbers of a district may differ from the true ones, at most by one: its total and cells.

    If any whole numbers from zero up have the printed sums, some of them differ from the true ones by so little.
    """
    codes = d.members(topic)
    row = (d.numbers(topic) or {})[name]
    cells = [[0] if d.count(topic, name, c) is not None else [0, 1] if row[c] == 0 else [-1, 0, 1] for c in codes]
    totals = (0,) if d.total(topic, name) is not None else (-1, 0, 1)
    return [(sum(one), *one) for one in product(*cells) if sum(one) in totals]


def reached(start: set[tuple[Step, Step]], ways: Iterable[Step]) -> set[tuple[Step, Step]]:
    """Sums of columns and the totals so far, after one district more; one number up and one down in a line suffice."""
    return {
        (tuple(map(add, sums, way[1:])), (*totals, way[0]))
        for sums, totals in start
        for way in ways
        if max(map(abs, map(add, sums, way[1:]))) < 2
    }


def moves(d: Districts, topic: Topic, cell: small.Cell | None = None) -> set[Step]:
    """How the totals of all districts may differ with no printed number of a topic changed, but a cell of it."""
    now = {((0,) * len(d.members(topic)), ())}
    for name in d.names:
        ways = steps(d, topic, name)
        if cell is not None and cell[0] == name:
            ways = [way for way in ways if way[1 + d.members(topic).index(cell[1])]]
        now = reached(now, ways)
    return {totals for sums, totals in now if not any(sums) and not sum(totals)}


def protected(d: Districts, topic: Topic) -> Iterator[small.Cell]:
    for name, row in (d.numbers(topic) or {}).items():
        yield from ((name, code) for code, number in row.items() if 0 < number < 3)


def given_away(d: Districts) -> list[tuple[str, ...]]:
    """What is small and has one possible value, given every number of every table: totals of districts are in all."""
    found = [(topic.id, *c) for topic in d.topics for c in protected(d, topic) if d.count(topic, *c) is not None]
    every = {topic.id: moves(d, topic) for topic in d.topics}
    for topic in d.topics:
        others = [steps for one, steps in every.items() if one != topic.id]
        for cell in protected(d, topic):
            if not moves(d, topic, cell).intersection(*others):
                found.append((topic.id, *cell))
    joint = set.intersection(*every.values()) if every else set()
    for at, name in enumerate(d.names):
        total = sum((d.numbers(TOTALS) or {})[name].values())
        if 0 < total < 3 and (d.total(TOTALS, name) is not None or (every and not any(one[at] for one in joint))):
            found.append(("total", name))
    return found


def register(numbers: list[list[int]], seed: int = 0) -> Districts:
    """People by district and age, some of each men, women, divers, some foreign."""
    rows = ["Ortsteil;Alter;Geschlecht;Nationalität;Anzahl"]
    draw = random.Random(seed)
    for n, line in enumerate(numbers):
        for age, number in zip_longest(AGES[3 if len(line) < 4 else 5], line, fillvalue=0):
            women, other, foreign = (
                draw.randint(0, number),
                draw.choice((0, 0, 0, 1)),
                draw.choice((0, 0, 1, 2, number)),
            )
            parts = {"w": women, "d": min(other, number - women)}
            parts["m"] = number - sum(parts.values())
            for sex, part in parts.items():
                away = min(part, foreign) if sex == "m" else 0
                rows += [f"Ort {n};{age};{sex};D;{part - away}", f"Ort {n};{age};{sex};A;{away}"]
    return Districts(parse("\n".join(rows).encode(), "x.csv", "31.12.2021"))


@settings(max_examples=150, deadline=None)
@given(TABLES, st.integers(0, 99))
def test_no_small_count_follows_from_all_that_is_told(numbers: list[list[int]], seed: int) -> None:
    d = register(numbers, seed)
    assert given_away(d) == []
    assert len(d.topics) == 3 or sum(map(any, numbers)) < 2


def test_the_check_above_finds_what_follows() -> None:
    d = register([[500, 1300, 2], [0, 100, 0]])
    assert moves(d, d.ages, ("Ort 0", "65+"))
    d._hidden["age"] = {("Ort 0", "65+"), ("Ort 1", "65+"), ("Ort 0", "0-17"), ("Ort 1", "0-17")}
    assert moves(d, d.ages, ("Ort 0", "65+")) == set()


def test_zeros_alone_protect_nothing() -> None:
    """Neubau has people of one age only: its other ages follow from its total, and with them those of Moor."""
    table = {"Moor": {"0-17": 500.0, "18-64": 1300.0, "65+": 2.0}, "Neubau": {"0-17": 0.0, "18-64": 100.0, "65+": 0.0}}
    hidden = small.hidden(table, set())
    assert {("Moor", "18-64"), ("Neubau", "18-64"), ("Moor", "65+"), ("Neubau", "65+")} <= hidden
    assert small.told(table, hidden, set()) == set()
    seen = {("Moor", "65+"), ("Neubau", "65+"), ("Moor", "0-17"), ("Neubau", "0-17")}
    assert small.told(table, seen, set()) == {("Moor", "65+")}


def test_a_home_of_men_does_not_tell_the_divers_of_the_village() -> None:
    text = "Ortsteil;Geschlecht;Anzahl\nDorf;m;900\nDorf;w;850\nDorf;d;2\nHeim;m;160\n"
    d = Districts(parse(text.encode(), "x.csv", "31.12.2021"))
    assert [d.total(TOTALS, name) for name in d.names] == [1752, 160]
    assert [d.count(SEX, name, code) for name in d.names for code in ("M", "?")] == [None] * 4


def test_what_would_follow_however_much_is_hidden_is_not_told_at_all() -> None:
    """All live in one of two districts: its numbers are those of the Kommune."""
    text = "Ortsteil;Geschlecht;Anzahl\nDorf;m;900\nDorf;w;850\nDorf;d;2\nMoor;m;0\nMoor;w;0\n"
    d = Districts(parse(text.encode(), "x.csv", "31.12.2021"))
    assert d.topics == []
    assert d.untold(SEX) == "sich sonst kleine Zahlen aus den Summen errechnen ließen"
    assert d.hides


def test_nothing_is_hidden_without_small_counts() -> None:
    table = {"A": {"F": 3.0, "M": 0.0}, "B": {"F": 50.0, "M": 60.0}}
    assert small.hidden(table, set()) == set()
    assert small.hidden_totals({"A": 3.0, "B": 0.0}) == set()


def test_a_small_count_takes_its_row_and_column_along() -> None:
    table = {"A": {"F": 1.0, "M": 40.0}, "B": {"F": 50.0, "M": 60.0}, "C": {"F": 70.0, "M": 80.0}}
    assert small.hidden(table, set()) == {("A", "F"), ("A", "M"), ("B", "F"), ("B", "M")}


def test_two_hidden_counts_whose_sum_tells_them_take_a_third() -> None:
    assert small.hidden_totals({"A": 1.0, "B": 1.0, "C": 9.0, "D": 20.0}) == {"A", "B", "C"}


def test_a_tiny_district_is_told_nowhere() -> None:
    rows = {"Moor": (1, 0), "Nord": (500, 400), "Heide": (2, 30), "Süd": (450, 500)}
    text = "".join(
        f"31.12.2021;{name};{s};{n}\n" for name, both in rows.items() for s, n in zip("mw", both, strict=True)
    )
    d = Districts(parse(f"Stichtag;Ortsteil;Geschlecht;Anzahl\n{text}".encode(), "x.csv"))
    assert [d.total(TOTALS, name) for name in d.names] == [None, None, 900, 950]
    assert [d.count(SEX, name, "F") for name in d.names] == [None, None, 400, None]
    assert d.part(d.shares[0], "Süd") is None
    assert d.part(d.shares[0]) == (930, 1883)


def test_shares_of_few_people() -> None:
    assert (percent(3, 17), percent(3, 50), percent(30, 200), percent(0, 0)) == ("3 von 17", "6", "15,0", "–")
    assert (percent(None, 50), printed(None), printed(0), printed(1234)) == ("·", "·", "–", "1.234")


def test_what_the_file_keeps_secret_hides_others_with_it() -> None:
    """Of 1.916 people two districts would be left with 2: one secret, one of a single person."""
    found = Districts(parse(b"Ortsteil;Anzahl\n;1916\nAlt;*\nBerg;1\nCamp;1000\nDorf;914\n", "x.csv", "31.12.2021"))
    assert {name: found.total(TOTALS, name) for name in found.names} == {
        "Alt": None, "Berg": None, "Camp": 1000, "Dorf": None,
    }  # fmt: skip


def test_a_lone_secret_does_not_follow_from_the_whole() -> None:
    found = Districts(parse(b"Ortsteil;Anzahl\n;1916\nAlt;*\nCamp;1000\nDorf;914\n", "x.csv", "31.12.2021"))
    assert sum(found.total(TOTALS, name) is None for name in found.names) == 2
