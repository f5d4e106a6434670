"""A few thousand hostile files, the same in every run; `make fuzz` tries others."""

from __future__ import annotations

from pathlib import Path

import harness
import pytest
import seeds


@pytest.mark.parametrize("name", seeds.BUILDERS)
def test_read_as_it_should_be_or_refused(tmp_path: Path, name: str) -> None:
    failed = []
    for case in harness.cases(name):
        if problem := harness.fault(case, tmp_path):
            failed.append(f"make fuzz SEED={case.dice} CASE={case.name}\n{problem}")
    assert not failed, "\n\n".join(failed)


def test_there_are_enough_of_them() -> None:
    assert len(harness.cases()) >= 2000
    assert {case.seed for case in harness.cases()} == set(seeds.BUILDERS)


@pytest.mark.parametrize("case", harness.cases("datencsv")[::40], ids=lambda case: case.name)
def test_a_case_is_the_same_bytes_each_time(case: harness.Case) -> None:
    assert case.data() == harness.Case(case.seed, case.damage, case.number).data()
