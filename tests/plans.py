"""Plans to work in of real places, made once in a process, and the workbook filled as a person would."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from kommunalprofil.evidence import Evidence
from kommunalprofil.plan import word_form, workbook_form
from kommunalprofil.plan.facts import Facts, facts
from kommunalprofil.plan.reading import Plan, parse
from kommunalprofil.plan.wording import FIELDS
from kommunalprofil.profile import Profile
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir

LABELS = {field.key: field.label for field in FIELDS}


@cache
def register() -> Register:
    return Register.load(data_dir())


@cache
def known(place: str = "dithmarschen") -> Facts:
    evidence = Evidence(Profile(place, data_dir(), register()))
    return facts(evidence, evidence.comparison)


@cache
def workbook(place: str = "dithmarschen") -> bytes:
    return workbook_form.workbook(known(place))


@cache
def text_file(place: str = "dithmarschen") -> bytes:
    return word_form.document(known(place))


def opened(data: bytes | None = None) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook() if data is None else data))


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def column(sheet: Worksheet, key: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == LABELS[key])


def fill(sheet: Worksheet, row: int, entries: Mapping[str, Any]) -> None:
    for key, value in entries.items():
        sheet.cell(row, column(sheet, key)).value = value


def filled(*rows: Mapping[str, Any], place: str = "dithmarschen") -> Plan:
    """What is read of a plan with these rows from row 2 on."""
    book = opened(workbook(place))
    for number, entries in enumerate(rows, 2):
        fill(book["Plan"], number, entries)
    return parse(saved(book), "plan.xlsx")
