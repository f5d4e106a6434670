"""What the page's script adds: tables that sort, marks that say their value, by pointer, finger and keyboard."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import documents
from fake_profile import FIGURES, FakeProfile
from kommunalprofil import formatting as fmt
from kommunalprofil import render
from test_html import browse, violations

ERRORS = """<script>window.faults = []; addEventListener('error', e => faults.push(e.message));
addEventListener('securitypolicyviolation', e => faults.push(e.effectiveDirective));
console.error = console.warn = (...words) => faults.push(words.join(' '));</script>"""


@pytest.fixture(scope="module")
def text() -> str:
    """The page of an invented place that also keeps its errors."""
    return render.html(FakeProfile(), FIGURES).replace("<head>", f"<head>{ERRORS}")


# Tables

COLUMNS = {
    "Zahl": (["133.460", "42,0", "−66,6", "+1,3", "±0", "9"], ["−66,6", "±0", "+1,3", "9", "42,0", "133.460"]),
    "Lücke": ([".", "12", "/", "–", "x", "(3)"], ["–", "(3)", "12", ".", "/", "x"]),
    "Rang": (["1.234 von 10.781", "3 von 17", "20 von 400", ".", "100 von 400", "4 von 17"],
             ["3 von 17", "4 von 17", "20 von 400", "100 von 400", "1.234 von 10.781", "."]),
    "Alter": (["65 und älter", "unter 18", "18–24", "80 und älter", "45–64", "25–44"],
              ["unter 18", "18–24", "25–44", "45–64", "65 und älter", "80 und älter"]),
    "Tag": (["31.12.2015", "09.05.2011", "15.05.2022", "31.12.2011", "01.01.2023", "31.12.2014"],
            ["09.05.2011", "31.12.2011", "31.12.2014", "31.12.2015", "15.05.2022", "01.01.2023"]),
    "Tag in Worten": (["Ende 2015", "9. Mai 2011", "15. Mai 2022", "Ende 2011", "2013", "Ende 2014"],
                      ["9. Mai 2011", "Ende 2011", "2013", "Ende 2014", "Ende 2015", "15. Mai 2022"]),
    "Name": (["Zwickau", "Öhringen", "Oldenburg", "—", "ähnlich", "Aachen"],
             ["Aachen", "ähnlich", "Öhringen", "Oldenburg", "Zwickau", "—"]),
    "Größe": (["10 Personen", "2 Personen", "1 Person", "6 und mehr", "3 Personen", "x"],
              ["1 Person", "2 Personen", "3 Personen", "6 und mehr", "10 Personen", "x"]),
    "Tabelle": (["12411-02", "AI-N-03", "12411-01", "AI014-2", "12612-01", "."],
                ["12411-01", "12411-02", "12612-01", "AI-N-03", "AI014-2", "."]),
}  # fmt: skip
"""Cells as they stand, and as they stand in rising order."""

SORTING = """
const table = document.querySelector('table'), heads = [...table.tHead.rows[0].cells];
const live = document.querySelector('[aria-live]');
const cells = i => [...table.tBodies[0].rows].map(row => row.cells[i].textContent);
done(heads.map((head, i) => {
  const found = [];
  for (let n = 0; n < 3; n++) {
    head.firstElementChild.click();
    found.push([heads.map(h => h.getAttribute('aria-sort')), cells(i), live.textContent]);
  }
  return [head.innerHTML, found];
}));
"""


def small_table() -> str:
    """A page with nothing but a table of the columns above, its last row a total, and the script."""
    heads = "".join(f'<th scope="col">{name} <span class="unit">Personen</span></th>' for name in COLUMNS)
    rows = zip(*(given for given, _ in COLUMNS.values()), strict=True)
    body = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    body.append('<tr class="total">' + "<td>0</td>" * len(COLUMNS) + "</tr>")
    table = f'<caption><span class="number">Tabelle 3</span> Werte</caption><thead><tr>{heads}</tr></thead>'
    script = render.inline_script()
    return f"<body><main><table>{table}<tbody>{''.join(body)}</tbody></table></main><script>{script}</script></body>"


def test_tables_sort_as_germans_read_them(chromium: str, tmp_path: Path) -> None:
    told = browse(chromium, tmp_path, "<!DOCTYPE html><meta charset=utf-8>" + small_table(), 1280, SORTING)
    for i, ((name, (given, rising)), (head, steps)) in enumerate(zip(COLUMNS.items(), told, strict=True)):
        assert head == f'<button type="button">{name} <span class="unit">Personen</span></button>'
        up, down, back = steps
        for (sorts, _, said), direction, words in (
            (up, "ascending", f"sortiert nach {name}, aufsteigend"),
            (down, "descending", f"sortiert nach {name}, absteigend"),
            (back, "none", "wieder in der ursprünglichen Reihenfolge"),
        ):
            assert sorts == [direction if n == i else "none" for n in range(len(COLUMNS))]
            assert said == f"Tabelle 3 {words}"
        assert up[1] == [*rising, "0"], "the total stays last"
        signs = [cell for cell in rising if cell in (".", "/", "x", "—")]
        values = [cell for cell in rising if cell not in signs]
        assert down[1] == [*reversed(values), *signs, "0"], "what is missing stays behind all values"
        assert back[1] == [*given, "0"]


def test_equal_rows_keep_their_order_and_short_tables_have_no_buttons(chromium: str, tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>{value}</td><td>{n}</td></tr>" for n, value in enumerate("2121"))
    head = '<caption><span class="number">Tabelle 1</span></caption><thead><tr><th>A</th><th>B</th></tr></thead>'
    tables = f"<table>{head}<tbody>{rows}</tbody></table><table>{head}<tbody>{rows[:60]}</tbody></table>"
    page = f"<!DOCTYPE html><body><main>{tables}</main><script>{render.inline_script()}</script></body>"
    script = """
    const [table, short] = document.querySelectorAll('table'), button = table.querySelector('button');
    const order = () => [...table.tBodies[0].rows].map(row => row.cells[1].textContent).join('');
    button.click(); const up = order(); button.click();
    done([up, order(), short.tBodies[0].rows.length, short.querySelectorAll('button').length]);
    """
    assert browse(chromium, tmp_path, page, 1280, script) == ["1302", "0213", 2, 0]


# Figures

HELPERS = """
const figure = document.querySelector('figure.figure:has(.spots)'), panel = figure.querySelector('.panel');
const note = () => document.querySelector('.spot-note')?.textContent ?? '';
const live = () => document.querySelector('[aria-live]').textContent;
const key = name => {
  const event = new KeyboardEvent('keydown', {key: name, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(event);
  return [note(), event.defaultPrevented];
};
const at = (x, y) => {
  const m = figure.querySelector('.spots').getScreenCTM();
  return {clientX: m.a * x + m.e, clientY: m.d * y + m.f, bubbles: true, pointerType: 'mouse'};
};
const point = (x, y, target = panel) => {
  target.dispatchEvent(new PointerEvent('pointermove', at(x, y)));
  return note();
};
"""
FIRST, SECOND, THIRD = "1.000 PersonenFrauen, 1995", "2.0001996", "3 von 17Summe"


def test_values_by_keyboard(chromium: str, tmp_path: Path, text: str) -> None:
    script = """
    const hint = document.getElementById(panel.getAttribute('aria-describedby'));
    const before = [note(), panel.tabIndex, hint.textContent];
    panel.focus();
    const told = [[note(), live()], key('ArrowRight'), key('End'), key('ArrowRight'), key('ArrowLeft'), key('Home'),
      key('ArrowUp'), key('Escape'), key('ArrowRight')];
    const held = point(459, 119);
    panel.blur();
    done([before, told, held, note(), faults]);
    """
    before, told, held, after, faults = browse(chromium, tmp_path, text, 1280, HELPERS + script)
    assert before == ["", 0, "Pfeiltasten links und rechts zeigen die Werte, Escape blendet sie aus."]
    assert told == [
        [FIRST, "Frauen, 1995: 1.000 Personen"], [SECOND, True], [THIRD, True], [THIRD, True], [SECOND, True],
        [FIRST, True], [FIRST, False], ["", False], [SECOND, True],
    ]  # fmt: skip
    assert held == SECOND, "the pointer passing by closes nothing that has the focus"
    assert (after, faults) == ("", [])


@pytest.mark.parametrize(("width", "tables"), [(1280, 0), (390, 1)])
def test_stops_of_the_tab_key_scroll_or_answer(
    chromium: str, tmp_path: Path, text: str, width: int, tables: int
) -> None:
    """Nobody has to step over boxes in which nothing moves; a table wider than the screen is a stop."""
    script = """
    const boxes = [...document.querySelectorAll('.table, .panel')];
    done(boxes.map(b => [b.className, b.tabIndex === 0, b.scrollWidth > b.clientWidth + 1]));
    """
    found = browse(chromium, tmp_path, text, width, script)
    assert all(stop for name, stop, _ in found if "panel" in name)
    assert all(stop == moves for name, stop, moves in found if "table" in name)
    assert sum(stop for name, stop, _ in found if "table" in name) >= tables


def test_values_by_pointer_and_finger(chromium: str, tmp_path: Path, text: str) -> None:
    script = """
    const told = [point(14, 44), point(120, 62), point(459, 119), point(12, 40)];
    const box = document.querySelector('.spot-note').getBoundingClientRect();
    const mark = at(12, 40);
    told.push(point(459, 119, document.querySelector('.spot-note')));  // over the note itself: it stays
    told.push(key('Escape')[0], point(13, 40));
    figure.dispatchEvent(new PointerEvent('pointerleave', {pointerType: 'mouse'}));
    told.push(note());
    panel.dispatchEvent(new PointerEvent('pointermove', {...at(210, 30), pointerType: 'touch'}));
    told.push(note());
    panel.dispatchEvent(new MouseEvent('click', at(210, 30)));
    figure.dispatchEvent(new PointerEvent('pointerleave', {pointerType: 'touch'}));
    told.push(note());
    document.querySelector('h1').click();
    told.push(note());
    done([told, box.bottom, mark.clientY, faults]);
    """
    told, bottom, mark, faults = browse(chromium, tmp_path, text, 1280, HELPERS + script)
    assert told == [FIRST, THIRD, "", FIRST, FIRST, "", FIRST, "", "", SECOND, ""]
    assert 0 < abs(mark - bottom) < 60, "the note is near its mark"
    assert faults == []


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, False), (1280, True)])
def test_axe_finds_nothing_after_a_sort_with_a_note_open(
    chromium: str, axe: str, tmp_path: Path, text: str, width: int, dark: bool
) -> None:
    opened = HELPERS + "document.querySelector('thead button').click(); panel.focus(); key('End');"
    assert violations(chromium, tmp_path, text, axe, width, dark, opened) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_real_page_stays_in_its_window(chromium: str, tmp_path: Path, width: int) -> None:
    """Every spot is found, every note stays beside its mark within the window, every button can be hit."""
    script = """
    const wide = [], small = [];
    let spots = 0;
    for (const panel of document.querySelectorAll('.panel:has(.spots)')) {
      panel.focus({preventScroll: true});
      for (let last = null; last !== document.querySelector('[aria-live]').textContent; spots++) {
        last = document.querySelector('[aria-live]').textContent;
        const box = document.querySelector('.spot-note').getBoundingClientRect();
        if (box.left < 0 || box.right > innerWidth) wide.push(last);
        panel.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true, cancelable: true}));
      }
    }
    for (const one of document.querySelectorAll('details')) one.open = true;
    for (const button of document.querySelectorAll('thead button')) {
      const box = button.getBoundingClientRect();
      if (box.width < 24 || box.height < 24) small.push(button.textContent);
    }
    done([spots, wide, small, document.documentElement.scrollWidth, innerWidth, faults]);
    """
    document = documents.built("vrees")
    content = document.files["kommunalprofil.html"].decode().replace("<head>", f"<head>{ERRORS}")
    spots, wide, small, whole, window, faults = browse(chromium, tmp_path, content, width, script)
    assert spots == sum(len(rows) for numbered in document.outline.figures for rows in groups(numbered.item.svg))
    assert (wide, small, faults) == ([], [], [])
    assert whole <= window


# What is said is what is printed

NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")


def groups(svg: str) -> list[list[Any]]:
    """The spots of a drawing in their groups."""
    return [json.loads(html.unescape(text[1:-1])) for text in re.findall(r"""data-spots=('[^']*'|"[^"]*")""", svg)]


def in_data(document: render.Document) -> set[str]:
    """Every number of daten.csv as it may be printed, and Germans and foreigners of the same age together."""
    found, parts = set(), {}
    for row in csv.DictReader(io.StringIO(document.files["daten.csv"].decode("utf-8-sig"))):
        for number in filter(None, (row["value"], row["numerator"])):
            found |= {fmt.number(abs(float(number)), digits) for digits in range(3)}
        if row["indicator"] == "population" and row["value"] and row["nationality"] in ("DE", "AUS"):
            key = tuple(row[name] for name in ("region", "date", "sex", "age"))
            parts[key] = parts.get(key, 0.0) + float(row["value"])
    return found | {fmt.number(number) for number in parts.values()}


@pytest.mark.parametrize("place", ["vrees", "dithmarschen"])
def test_every_value_that_is_said_is_in_the_table_or_in_the_data(place: str) -> None:
    document = documents.built(place)
    data = in_data(document)
    for numbered in document.outline.figures:
        table = numbered.item.table
        cells = {number for row in table.rows for cell in row for number in NUMBER.findall(cell)}
        said = [number for rows in groups(numbered.item.svg) for row in rows for number in NUMBER.findall(row[-1])]
        assert set(said) <= cells | data, numbered.item.id
        assert said or numbered.item.id == "locator_map"


def test_areas_of_the_map_say_a_value_of_their_class() -> None:
    document = documents.built("dithmarschen")
    (drawn,) = (numbered.item for numbered in document.outline.figures if numbered.item.id == "age_map")
    (rows,) = groups(drawn.svg)
    ages = {name.removeprefix("Kreis "): float(value.replace(",", ".")) for *_, name, value in rows}
    spans = [[float(end.replace(",", ".")) for end in span.split("–")] for span, _, _ in drawn.table.rows]
    for (low, high), (_, count, names) in zip(spans, drawn.table.rows, strict=True):
        assert len(names.split(", ")) == int(count)
        assert all(low <= ages[name] <= high for name in names.split(", "))
    assert all(one[1] <= two[0] for one, two in pairwise(spans))


def test_the_script_is_a_small_part_of_the_page() -> None:
    document = documents.built("vrees")
    spots = sum(len(n.item.svg) - len(n.item.printed) for n in document.outline.figures)
    assert spots + len(render.inline_script()) < 0.2 * len(document.files["kommunalprofil.html"])
