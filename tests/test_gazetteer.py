"""index.html: every profile in a folder, listed, searched and on a map, by mouse, keyboard and without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kommunalprofil import cli, gazetteer, german_cli, many, render, templating
from kommunalprofil.own import NOTHING
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.states import OUTLINES, State
from test_html import Page, browse, violations
from test_pdf import HOSTILE

FILES = ("kommunalprofil.html", "kommunalprofil.pdf", "daten.csv", "daten.xlsx")
PLACES = ("DE", "01", "01051", "01001", "01051001", "01051044", "09162", "09184", "03159", "03159016", "14625")
"""Germany, a Land, Kreise with and without a profile of their own and with and without Gemeinden."""


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.load(data_dir())


@pytest.fixture(scope="module")
def state() -> State:
    return State.of(data_dir())


@pytest.fixture(scope="module")
def render_page(register: Register, state: State) -> Callable[..., str]:
    def made(places: tuple[str, ...] = PLACES, files: tuple[str, ...] = FILES) -> str:
        return gazetteer.page(dict.fromkeys(places, files), register, state, render.html_style(NOTHING))

    return made


@pytest.fixture(scope="module")
def text(render_page: Callable[..., str]) -> str:
    return render_page()


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def put(folder: Path, names: tuple[str, ...] = FILES) -> None:
    """A profile of three bytes a file."""
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(b"abc")
    told = {"inputs": "x", "resources": [{"path": name, "bytes": 3} for name in names]}
    (folder / "datapackage.json").write_text(json.dumps(told))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Profiles of three bytes a file, made by the real command."""

    def document(profile: Any, *_: Any, inputs: str = "", **__: Any) -> render.Document:
        about = {"inputs": inputs, "resources": [{"path": name, "bytes": 3} for name in FILES]}
        files = dict.fromkeys(FILES, b"abc") | {"datapackage.json": json.dumps(about).encode()}
        return render.Document("", files, None)  # type: ignore[arg-type]

    monkeypatch.setattr(render, "document", document)


def call(*args: str | Path) -> int:
    return german_cli.run(cli.app, [str(arg) for arg in args])


def listed(text: str) -> list[str]:
    return re.findall(r'<li id="ort-(\w+)"', text)


# What is listed


def test_whole_profiles_are_found_and_nothing_else(tmp_path: Path, register: Register) -> None:
    put(tmp_path / "vrees")
    put(tmp_path / "dithmarschen")
    put(tmp_path / "flensburg")
    (tmp_path / "flensburg" / "kommunalprofil.pdf").unlink()
    put(tmp_path / "groede")
    (tmp_path / "groede" / "daten.csv").write_bytes(b"ab")
    put(tmp_path / "stormarn", ("daten.csv",))
    put(tmp_path / "kein-ort")
    put(tmp_path / next(region.slug for region in register if region.valid_to))
    (tmp_path / "riesa").mkdir()
    (tmp_path / "berlin").write_text("eine Datei")
    assert gazetteer.profiles(tmp_path, register) == {"01051": FILES, "03454055": FILES}
    assert gazetteer.profiles(tmp_path / "fort", register) == {}


def test_what_a_run_knows_is_not_looked_at_again(tmp_path: Path, register: Register) -> None:
    put(tmp_path / "vrees")
    known = many.Outcome("01051", (tmp_path / "dithmarschen" / "kommunalprofil.html",))
    assert gazetteer.profiles(tmp_path, register, [known]) == {"01051": ("kommunalprofil.html",), "03454055": FILES}


def test_sorted_by_name_with_gemeinden_below_their_kreis(text: str) -> None:
    """Deutschland and Länder first, then Länder by name; Kreise by name; Göttingen for its Gemeinde, too."""
    assert listed(text) == [
        "DE", "01",
        "09162", "09184",
        "03159", "03159016",
        "14625",
        "01051", "01051001", "01051044", "01001",
    ]  # fmt: skip
    assert re.findall(r"<h3[^>]*>([^<]+)", text) == [
        "Deutschland und Länder", "Bayern", "Niedersachsen", "Sachsen", "Schleswig-Holstein",
    ]  # fmt: skip


def test_umlauts_are_sorted_as_in_a_telephone_book(render_page: Callable[..., str]) -> None:
    """Kämpfelbach (as Kaempfelbach), Keltern, Kieselbronn: neither by key nor with ä behind z."""
    found = listed(render_page(("08236031", "08236070", "08236074")))
    assert found == ["08236", "08236074", "08236070", "08236031"]


def test_a_kreis_without_profile_only_holds_its_gemeinden(render_page: Callable[..., str]) -> None:
    text = render_page(("03454055",))
    assert '<strong class="name">Emsland <span>Landkreis</span></strong>' in text
    assert 'href="emsland' not in text
    assert text.count("data-level=") == 1
    assert '<p class="count" role="status" data-all="1">1 Ort</p>' in text


def test_name_type_people_with_date_key_and_files(text: str) -> None:
    row = text.partition('<li id="ort-01051"')[2].partition("<ul>")[0]
    assert '<a class="name" href="dithmarschen/kommunalprofil.html">Dithmarschen <span>Kreis</span></a>' in row
    assert '<span class="facts">133.460 Menschen (31.12.2024) · 01051</span>' in row
    assert re.findall(r'<a href="([^"]+)" aria-label="([^"]+)">(\w+)<', row) == [
        ("dithmarschen/kommunalprofil.pdf", "PDF: Kreis Dithmarschen", "PDF"),
        ("dithmarschen/daten.xlsx", "Excel: Kreis Dithmarschen", "Excel"),
        ("dithmarschen/daten.csv", "CSV: Kreis Dithmarschen", "CSV"),
    ]


def test_only_files_that_are_there_are_linked(render_page: Callable[..., str]) -> None:
    text = render_page(("01051",), ("kommunalprofil.html", "daten.csv"))
    assert re.findall(r'href="(dithmarschen[^"]+)"', text.partition('class="list"')[2]) == [
        "dithmarschen/kommunalprofil.html", "dithmarschen/daten.csv",
    ]  # fmt: skip


def test_the_first_lines_say_what_there_is(text: str, render_page: Callable[..., str]) -> None:
    assert '<p class="subtitle">Deutschland, 1 Land, 6 Kreise und kreisfreie Städte und 3 Gemeinden</p>' in text
    assert "Hier liegt noch kein Kommunalprofil." in render_page(())


def test_the_order_of_finding_does_not_matter(render_page: Callable[..., str], text: str) -> None:
    assert render_page(PLACES[::-1]) == text


# The map


def areas(text: str) -> dict[str, str]:
    drawn = text.partition('<svg role="group"')[2].partition("</svg>")[0]
    return {title: href for href, title in re.findall(r'<a href="([^"]+)">\s*<title>([^<]+)</title>', drawn)}


def test_areas_lead_to_the_profile_or_to_the_gemeinden_in_the_list(text: str) -> None:
    assert areas(text) == {
        "Landkreis Bautzen: Profil": "bautzen-landkreis/kommunalprofil.html",
        "Kreis Dithmarschen: Profil und 2 Gemeinden": "#ort-01051",
        "Flensburg: Profil": "flensburg/kommunalprofil.html",
        "Landkreis Göttingen: Profil und 1 Gemeinde": "#ort-03159",
        "München: Profil": "muenchen-stadt/kommunalprofil.html",
        "Landkreis München: Profil": "muenchen-landkreis/kommunalprofil.html",
    }


def test_länder_are_areas_where_there_is_nothing_smaller(render_page: Callable[..., str]) -> None:
    assert areas(render_page(("DE", "01", "10"))) == {
        "Saarland: Profil": "saarland/kommunalprofil.html",
        "Schleswig-Holstein: Profil": "schleswig-holstein/kommunalprofil.html",
    }


def test_the_map_of_all_kreise_is_small_and_whole(render_page: Callable[..., str], register: Register) -> None:
    kreise = tuple(region.ags for region in register.search(level="kreis"))
    text = render_page(kreise)
    assert len(areas(text)) == 400
    drawn = text.partition('<svg role="group"')[2].partition("</svg>")[0]
    assert 100_000 < len(drawn) < 600_000


def test_the_map_names_whose_borders_it_shows(text: str) -> None:
    note = text.partition('<p class="source">')[2].partition("</p>")[0]
    assert note == (
        "Grenzen vom 31.12.2023: © GeoBasis-DE / BKG (2023), dl-de/by-2-0, VG5000, Daten verändert (vereinfacht) "
        '(<a href="https://www.govdata.de/dl-de/by-2-0">Datenlizenz Deutschland – Namensnennung – Version 2.0</a>)'
    )


def test_without_outlines_there_is_a_list(register: Register, state: State) -> None:
    bare = replace(state, entries={k: v for k, v in state.entries.items() if not k.startswith(OUTLINES)})
    text = gazetteer.page({"01051": FILES}, register, bare, render.html_style(NOTHING))
    assert listed(text) == ["01051"]
    assert "<svg" not in text
    assert "Karte" not in text.partition("<script>")[0]


# The page


def test_one_file_that_fetches_nothing(text: str, page: Page) -> None:
    assert page.stack == []
    assert text.startswith("<!DOCTYPE html>\n")
    assert not re.search(r"url\((?!#|data:)", text)
    assert not re.search(r'src="', text)
    assert text.count("<script") == text.count("<script>") == 1
    assert text.count("data:font/woff2;base64,d09GMg") == 2
    assert page.all("html")[0]["lang"] == "de"
    assert [len(page.all(tag)) for tag in ("main", "header", "footer", "h1")] == [1, 1, 1, 1]
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    inside = {link["href"][1:] for link in page.all("a") if link["href"].startswith("#")}
    assert inside <= set(ids)


def test_without_javascript_nothing_to_press_does_nothing(text: str) -> None:
    assert '<form role="search" hidden>' in text
    assert 'tabindex="0"' not in text
    assert "<button" not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_stay_text(
    hostile: str, register: Register, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Register.get
    monkeypatch.setattr(Register, "get", lambda self, ags: replace(whole(self, ags), name=hostile))
    text = gazetteer.page({"01051": FILES, "01051001": FILES}, register, state, render.html_style(NOTHING))
    page = Page(text)
    assert page.stack == []
    assert len(page.all("script")) == 1
    assert page.texts.count("alert(1)") == 0
    assert not [attrs for _, attrs in page.elements if any(name.startswith("on") for name in attrs)]


def test_the_templates_are_nobodys_own() -> None:
    assert not [name for name in templating.replaceable() if "gazetteer" in name]


# In the browser

SEARCH = """
const field = document.getElementById('suche'), form = field.form;
const shown = () => [...document.querySelectorAll('.place')].filter(p => p.offsetParent && !p.matches('.context'))
  .map(p => p.dataset.key);
const said = () => document.querySelector('.count').textContent;
const look = (text, set = {}) => {
  for (const [id, value] of Object.entries({ebene: '', land: '', ...set})) document.getElementById(id).value = value;
  field.value = text;
  form.dispatchEvent(new Event('submit', {cancelable: true}));
  return [shown(), said()];
};
"""


@pytest.mark.parametrize(
    ("query", "kept", "said"),
    [
        ("münchen", ["09162", "09184"], "2 von 11 Orten"),
        ("muenchen", ["09162", "09184"], "2 von 11 Orten"),
        ("MU\u0308NCHEN", ["09162", "09184"], "2 von 11 Orten"),
        ("Landkreis München", ["09184"], "1 von 11 Orten"),
        ("goettingen stadt", ["03159016"], "1 von 11 Orten"),
        ("01 0 51", ["01051", "01051001", "01051044"], "3 von 11 Orten"),
        ("schleswigholstein", ["01"], "1 von 11 Orten"),
        ("Preußen", [], "0 von 11 Orten"),
        ("<i>x", [], "0 von 11 Orten"),
        ("  ", None, "11 Orte"),
    ],
)
def test_search(chromium: str, tmp_path: Path, text: str, query: str, kept: list[str] | None, said: str) -> None:
    script = f"{SEARCH} done(look({json.dumps(query)}));"
    expected = listed(text) if kept is None else kept
    assert browse(chromium, tmp_path, text, 1280, script) == [expected, said]


def test_filters_by_level_and_land(chromium: str, tmp_path: Path, text: str) -> None:
    script = f"""{SEARCH} done([look('', {{ebene: 'gemeinde'}}), look('', {{land: '09'}}),
      look('göttingen', {{ebene: 'kreis', land: '03'}}), [...document.querySelectorAll('.list > section')]
      .filter(s => !s.hidden).map(s => s.id), look('')[1], [...document.querySelectorAll('#land option')].length]);"""
    assert browse(chromium, tmp_path, text, 1280, script) == [
        [["03159016", "01051001", "01051044"], "3 von 11 Orten"],
        [["09162", "09184"], "2 von 11 Orten"],
        [["03159"], "1 von 11 Orten"],
        ["land-03"],
        "11 Orte",
        5,
    ]


def test_typing_filters_after_a_moment_and_enter_leads_to_the_first(chromium: str, tmp_path: Path, text: str) -> None:
    script = f"""{SEARCH} field.value = 'flens'; field.dispatchEvent(new Event('input', {{bubbles: true}}));
      setTimeout(() => {{ const found = [shown(), said()]; look('flens');
      done([...found, document.activeElement.getAttribute('href')]); }}, 1000);"""
    assert browse(chromium, tmp_path, text, 1280, script) == [
        ["01001"], "1 von 11 Orten", "flensburg/kommunalprofil.html",
    ]  # fmt: skip


def test_the_page_folds_names_as_the_program_does(
    chromium: str, tmp_path: Path, render_page: Callable[..., str]
) -> None:
    """Whatever is typed as it is printed is found, every Kreis by its name."""
    register = Register.load(data_dir())
    kreise = register.search(level="kreis")
    text = render_page(tuple(region.ags for region in kreise))
    script = """const field = document.getElementById('suche');
      const lost = [...document.querySelectorAll('.place')].filter(p => {
        field.value = p.querySelector('.name').textContent;
        field.form.dispatchEvent(new Event('submit', {cancelable: true}));
        return p.hidden || p.matches('.context'); }).map(p => p.dataset.key);
      done(lost);"""
    assert browse(chromium, tmp_path, text, 1280, script) == []


KEYS = """
const press = key => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
const at = () => document.activeElement.querySelector('title').textContent;
const stops = () => document.querySelectorAll('.map svg [tabindex="0"]').length;
"""


def test_the_map_is_one_stop_and_arrows_lead_on(chromium: str, tmp_path: Path, text: str) -> None:
    script = f"""{KEYS} const before = stops(); document.querySelector('.map svg a[tabindex="0"]').focus();
      const way = [at()]; for (const key of ['End', 'Home', 'ArrowLeft', 'ArrowUp', 'ArrowUp', 'x']) {{
        press(key); way.push(at()); }}
      done([before, stops(), way, document.querySelector('.pointed').textContent,
        document.querySelectorAll('.map svg a').length, document.querySelector('.map svg').tabIndex]);"""
    before, after, way, pointed, number, own = browse(chromium, tmp_path, text, 1280, script)
    assert (before, after, number, own) == (1, 1, 6, -1)
    assert way == [
        "Landkreis Bautzen: Profil",
        "Landkreis München: Profil",
        "Landkreis Bautzen: Profil",
        "Landkreis Göttingen: Profil und 1 Gemeinde",
        "Kreis Dithmarschen: Profil und 2 Gemeinden",
        "Flensburg: Profil",
        "Flensburg: Profil",
    ]
    assert pointed == "Flensburg: Profil"


def test_an_area_leads_to_its_place_even_while_that_is_hidden(chromium: str, tmp_path: Path, text: str) -> None:
    script = f"""{SEARCH} look('münchen'); location.hash = '#ort-01051';
      setTimeout(() => done([shown().length, field.value]), 1000);"""
    assert browse(chromium, tmp_path, text, 1280, script) == [11, ""]


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, False), (1280, True)])
def test_axe_finds_nothing(chromium: str, axe: str, tmp_path: Path, text: str, width: int, dark: bool) -> None:
    assert violations(chromium, tmp_path, text, axe, width, dark) == []


def test_axe_would_find_something(chromium: str, axe: str, tmp_path: Path, text: str) -> None:
    spoilt = text.replace('<label for="suche">', "<label>")
    assert "label" in dict(violations(chromium, tmp_path, spoilt, axe, 1280))


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_never_scrolls_sideways(chromium: str, tmp_path: Path, text: str, width: int) -> None:
    content, window = browse(
        chromium, tmp_path, text, width, "done([document.documentElement.scrollWidth, window.innerWidth])"
    )
    assert content <= window


# The command


@pytest.mark.parametrize(
    ("options", "there"),
    [
        (["--land", "04"], True),
        (["--level", "kreis", "--land", "10"], True),
        (["--from", "orte.txt"], True),
        (["vrees"], False),
        (["01001", "01002", "01003", "01004", "01051", "01053", "01054", "01055", "01056", "01057"], False),
        (["01001", "01002", "01003", "01004", "01051", "01053", "01054", "01055", "01056", "01057", "01058"], True),
        (["--land", "04", "--dry-run"], False),
    ],
)
def test_many_places_make_an_index(
    options: list[str], there: bool, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("orte.txt").write_text("vrees\n")
    assert call("build", *options, "--jobs", "1", "-q", "-o", tmp_path / "r") == 0
    assert (tmp_path / "r" / "index.html").is_file() == there


def test_a_later_run_adds_its_places(tmp_path: Path, quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("build", "--land", "04", "--jobs", "1", "-o", tmp_path) == 0
    assert f"Verzeichnis: {tmp_path / 'index.html'} (3 Profile)" in capsys.readouterr().out
    first = (tmp_path / "index.html").read_bytes()
    assert call("build", "--land", "04", "--jobs", "1", "-q", "-o", tmp_path) == 0
    assert (tmp_path / "index.html").read_bytes() == first
    put(tmp_path / "vrees")
    assert call("build", "--land", "04", "--jobs", "1", "-q", "-o", tmp_path) == 0
    assert listed((tmp_path / "index.html").read_text(encoding="utf-8")) == [
        "04", "04011", "04012", "03454", "03454055",
    ]  # fmt: skip
    assert not list(tmp_path.glob(".*"))


def test_somebody_elses_index_stays(tmp_path: Path, quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "index.html").write_bytes(b"<title>Rathaus</title>\xff")
    assert call("build", "--land", "04", "--jobs", "1", "-o", tmp_path) == 1
    out, err = capsys.readouterr()
    assert err == (
        f"Fehler: Verzeichnis der Profile: „{tmp_path / 'index.html'}“ stammt nicht von kommunalprofil und bleibt, wie "
        "es ist. Das Verzeichnis der Profile entsteht, sobald die Datei anders heißt oder ein anderer Ordner angegeben "
        "ist (--output).\n"
    )
    assert "Verzeichnis" not in out
    assert len(list(tmp_path.glob("*/kommunalprofil.html"))) == 3
    assert (tmp_path / "index.html").read_bytes() == b"<title>Rathaus</title>\xff"


def test_an_index_that_cannot_be_written_is_told(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = render.write

    def write(files: Any, folder: Path) -> list[Path]:
        if "index.html" in files:
            raise OSError(28, "No space left on device", str(folder / "index.html"))
        return whole(files, folder)

    monkeypatch.setattr(render, "write", write)
    assert call("build", "--land", "04", "--jobs", "1", "-q", "-o", tmp_path) == german_cli.EXIT_IO
    said = f"Fehler: Verzeichnis der Profile: Der Datenträger ist voll: {tmp_path / 'index.html'}\n"
    assert capsys.readouterr().err == said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bremen-land", "bremen-stadt", "bremerhaven"]
