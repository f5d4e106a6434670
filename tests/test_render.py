"""Rendering: both formats say the same, nothing is empty, nothing is half-written."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateSyntaxError, UndefinedError
from markupsafe import Markup

from fake_profile import BUND, FIGURES, GEMEINDE, KREIS, LAND, UNITS, FakeFigure, FakeProfile
from kommunalprofil import render, templating
from kommunalprofil.errors import RenderError, TargetError
from kommunalprofil.german_cli import told
from kommunalprofil.outline import Outline
from kommunalprofil.resources import templates_dir

ALL = tuple(name for name in UNITS if name != "population")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.replace("\u00ad", "").replace("-\n", ""))


@pytest.fixture(scope="module")
def made() -> render.Document:
    return render.document(FakeProfile(), FIGURES)


def test_all_files_are_made(made: render.Document) -> None:
    assert sorted(made.files) == [
        "datapackage.json",
        "daten.csv",
        "daten.xlsx",
        "kommunalprofil.html",
        "kommunalprofil.pdf",
        "profil.json",
    ]
    assert made.title == "Kommunalprofil Musterkreis"


@pytest.mark.parametrize("region", [KREIS, GEMEINDE, LAND, BUND])
@pytest.mark.parametrize("gaps", [(), ALL])
def test_no_heading_without_text_and_no_gap_twice(region: Any, gaps: tuple[str, ...]) -> None:
    page = render.html(FakeProfile(region, gaps=gaps), FIGURES)
    body = page[page.index("<main") : page.index("</main>")]
    assert not re.search(r"</h[23]>\s*</section>|</h3>\s*<(section|h[23])", body)
    assert "None" not in body
    assert "Undefined" not in body
    gaps_said = re.findall(r'<p class="gap">(.*?)</p>', body)
    assert len(gaps_said) == len(set(gaps_said))


def test_a_gap_is_said_once_where_the_figure_would_stand() -> None:
    page = render.html(FakeProfile(gaps=("mean_age",)), FIGURES)
    sentence = "Für Musterkreis ist mean_age nicht veröffentlicht, weil Daten fehlen."
    assert page.count(sentence) == 1
    assert page.index(sentence) < page.index("Quellen und Methoden</h2>")


def test_both_formats_say_the_same(made: render.Document, require_tool: Callable[..., str], tmp_path: Path) -> None:
    """Every paragraph of the HTML page stands in the PDF, word by word."""
    (tmp_path / "a.pdf").write_bytes(made.files["kommunalprofil.pdf"])
    command = [require_tool("pdftotext"), "-nopgbrk", str(tmp_path / "a.pdf"), "-"]
    printed = "".join(words(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    body = made.files["kommunalprofil.html"].decode().partition("<main")[2]
    paragraphs = [unescape(text) for text in re.findall(r"<(?:p|h2|h3|caption)[^>]*>([^<]+)</", body)]
    assert len(paragraphs) > 40
    missing = [text for text in paragraphs if "".join(words(text)) not in printed]
    assert [text for text in missing if not text.startswith(("Stand", "Quelle"))] == []


def test_a_chapter_may_only_name_figures_that_exist() -> None:
    few = {name: figure for name, figure in FIGURES.items() if name != "pyramid"}
    with pytest.raises(RenderError, match="pyramid"):
        render.html(FakeProfile(), few)


def test_a_bug_report_names_the_figure() -> None:
    def broken(_: Any) -> Any:
        raise ValueError("no value to draw")

    with pytest.raises(ValueError, match="no value to draw") as caught:
        render.html(FakeProfile(), {**FIGURES, "pyramid": broken})
    report = told(caught.value)[0]
    assert "\n  ValueError: no value to draw\n  Abbildung „pyramid“\n  Vorlage " in report
    assert re.search(r"chapters/\w+\.jinja, Zeile \d+\n  kommunalprofil ", report)


def test_what_chapters_say_is_worked_out_once() -> None:
    calls: list[Any] = []
    tell = render.once(lambda about, more="": calls.append((about, more)) or len(calls))
    assert [tell("a"), tell("a"), tell("a", more="b"), tell(["a"]), tell(["a"])] == [1, 1, 2, 3, 4]
    assert calls == [("a", ""), ("a", "b"), (["a"], ""), (["a"], "")]


def test_figures_are_drawn_once_for_both_formats() -> None:
    calls: list[str] = []

    class Counting(FakeFigure):
        def __call__(self, p: Any) -> Any:
            calls.append(self.id)
            return super().__call__(p)

    render.document(FakeProfile(), {name: Counting(name) for name in FIGURES})
    assert sorted(calls) == sorted(FIGURES)


def test_chapters_are_plain_text_and_know_no_format() -> None:
    for path in (templates_dir() / "chapters").glob("*.jinja"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"</?[a-z]+[ >]", source), path.name
        assert "|safe" not in source.replace(" ", "")
        assert "{% import" not in source


def test_both_libraries_have_all_words() -> None:
    for environment, folder in ((templating.html_environment(), "html"), (templating.typst_environment(), "typst")):
        module = environment.get_template(f"{folder}/macros.jinja").make_module({"d": Outline()})
        assert set(render.MACROS) <= set(dir(module))


def test_html_filters_do_not_exist_in_typst() -> None:
    with pytest.raises(TemplateSyntaxError):
        templating.typst_environment().from_string("{{ 'x'|safe }}")


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        templating.html_environment().from_string("{{ nowhere }}").render()


def test_only_numbers_become_typst_code() -> None:
    assert templating.code(True) == "true"
    assert templating.code(3) == "3"
    with pytest.raises(TypeError):
        templating.code("#panic()")  # type: ignore[arg-type]


def test_literals_escape_only_what_must_be() -> None:
    assert templating.literal('a\\b"c\nd\x00') == Markup('"a\\\\b\\"c d"')


def test_files_appear_whole(tmp_path: Path) -> None:
    written = render.write({"a.txt": b"1", "b.txt": b"2"}, tmp_path / "neu" / "ort")
    assert [path.read_bytes() for path in written] == [b"1", b"2"]
    assert sorted(path.name for path in (tmp_path / "neu" / "ort").iterdir()) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError("voll")])
def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Any) -> None:
    render.write({"a.txt": b"old", "b.txt": b"old"}, tmp_path)
    real = Path.chmod

    def break_off(path: Path, mode: int) -> None:
        if "b.txt" in path.name:
            raise failure
        real(path, mode)

    monkeypatch.setattr(Path, "chmod", break_off)
    with pytest.raises((KeyboardInterrupt, OSError)):
        render.write({"a.txt": b"new", "b.txt": b"new"}, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.txt": b"old", "b.txt": b"old"}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "datei").write_text("x")
    with pytest.raises(TargetError, match=r"datei“ ist eine Datei, gebraucht wird ein Ordner\."):
        render.write({"a.txt": b"1"}, tmp_path / "datei")


def test_a_chapters_heading_stays_with_all_to_the_end_of_its_first_figure() -> None:
    body = Markup('#kp-lead("Kurz")\n#kp-figure(svg: "a")\n// so far\n#kp-table()\n// so far\n')
    start, rest = Outline.begun(body)
    assert (start, rest) == ('#kp-lead("Kurz")\n#kp-figure(svg: "a")', "#kp-table()\n// so far\n")
    assert (type(start), type(rest)) == (Markup, Markup), "else typst's environment prints them as words"
    assert Outline.begun(Markup("#list()\n")) == ("#list()\n", "")
