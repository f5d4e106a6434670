"""The PDF: tags, standards, hostile text, same bytes – made from invented profiles."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_profile import FIGURES, GEMEINDE, KREIS, FakeFigure, FakeProfile
from kommunalprofil import pdf, pdf_checks, render, templating
from kommunalprofil.errors import RenderError

HOSTILE = [
    "31. Dezember", "#let x = 1", "#", "<script>alert(1)</script>", "Köln & Bonn", "@quelle", "]", "[", "a_b_c",
    "*fett*", "$x$", "C:\\neu", "\\", '"Anführung"', "= Titel", "- Punkt", "+ Punkt", "/ Begriff: x", "`code`", "~",
    "--", "// weg", "/* weg */", "<label>", "{{ p }}", "{% raw %}", "&amp;", "http://x.de", "1) eins", "…", "'",
    "#\"; #panic()", "#}",
]  # fmt: skip


@pytest.fixture(scope="module")
def made() -> render.Document:
    return render.document(FakeProfile(), FIGURES)


def printed(source: str) -> bytes:
    head = '#set document(title: "T")\n#set text(font: "Source Sans 3", lang: "de", hyphenate: false)\n'
    return pdf.compile_typst(f"{head}#set smartquote(enabled: false)\n{source}", {}, "2025-01-31")


def test_nothing_is_wrong_with_the_tags(made: render.Document) -> None:
    content = made.files["kommunalprofil.pdf"]
    assert pdf_checks.findings(content, made.outline, "Kommunalprofil Musterkreis", "Musterkreis") == []


def test_the_checks_find_what_is_wrong(made: render.Document) -> None:
    """A check that can never fail proves nothing: another outline, a table before its rows got headers."""
    other = render.document(FakeProfile(GEMEINDE, gaps=("mean_age",)), FIGURES)
    found = pdf_checks.findings(made.files["kommunalprofil.pdf"], other.outline, "Anders", "Woanders")
    assert {text.split()[0] for text in found} >= {"dc:title", "headings", "alternative"}
    bare = printed('#heading("A")\n#table(columns: 2, table.header("a", "b"), "c", "d")')
    table = replace(other.outline.tables[0], item=FakeFigure("x")(FakeProfile()).table)  # type: ignore[union-attr]
    outline = replace(other.outline, headings=[], figures=[], tables=[table])
    assert any("table 1" in text for text in pdf_checks.findings(bare, outline, "T", "A"))


def test_outloud_finds_no_error(made: render.Document, tmp_path: Path) -> None:
    file = tmp_path / "kommunalprofil.pdf"
    file.write_bytes(made.files["kommunalprofil.pdf"])
    command = [sys.executable, "-c", "from outloud.cli import main; main()", "--layer", "conformance", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 error(s)" in run.stdout


def test_two_builds_give_the_same_bytes(made: render.Document) -> None:
    again = render.document(FakeProfile(), FIGURES)
    assert {name: hash(data) for name, data in again.files.items()} == {n: hash(d) for n, d in made.files.items()}


def words_by_page(source: str, tmp_path: Path, tool: str) -> list[list[str]]:
    """The words in capitals on each page of a document in the house style."""
    head = f'{templating.text_of("typst/style.typ")}\n#set document(title: "T")\n#show: kp-document\n'
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="6"><path d="M0 0h10v6H0z"/></svg>'
    (tmp_path / "a.pdf").write_bytes(pdf.compile_typst(head + source, {"a": svg}, "2025-01-31"))
    text = subprocess.run([tool, tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True).stdout
    return [[word for word in page.split() if word.isupper()] for page in text.split("\f")[:-1]]


FIGURE = '#kp-figure(title: "FIGUR", svg: "a", alt: "a")\n'


def chapter(text: str, figure: str = FIGURE) -> str:
    alone = str(not figure).lower()
    return f'#kp-start(alone: {alone})[#heading(level: 1, "KAPITEL")\n{text}\n\n{figure}]\n'


@pytest.mark.parametrize(
    ("above", "chapters", "pages"),
    [
        (60, chapter("TEXT"), [["VORN", "KAPITEL", "TEXT", "FIGUR"]]),
        (150, chapter("TEXT"), [["VORN"], ["KAPITEL", "TEXT", "FIGUR"]]),
        (150, chapter("#list([TEXT])"), [["VORN"], ["KAPITEL", "TEXT", "FIGUR"]]),
        (150, chapter("#kp-lead[TEXT] #kp-note[MEHR]"), [["VORN"], ["KAPITEL", "TEXT", "MEHR", "FIGUR"]]),
        (150, chapter("TEXT", ""), [["VORN", "KAPITEL", "TEXT"]]),
        (225, chapter("TEXT\n\n#v(6mm)\n\nMEHR", ""), [["VORN"], ["KAPITEL", "TEXT", "MEHR"]]),
        (195, chapter("TEXT", "") + chapter("TEXT"), [["VORN", "KAPITEL", "TEXT"], ["KAPITEL", "TEXT", "FIGUR"]]),
        (100, chapter("TEXT " * 3000), [["VORN"], ["KAPITEL"] + ["TEXT"] * 3000 + ["FIGUR"]]),
    ],
)  # fmt: skip
def test_a_chapter_begins_on_the_page_of_its_first_figure(
    above: int, chapters: str, pages: list[list[str]], require_tool: Callable[..., str], tmp_path: Path
) -> None:
    """`above` are the millimetres taken; a start longer than a page begins on a new one and goes on."""
    found = words_by_page(f"VORN\n\n#v({above}mm)\n\n{chapters}", tmp_path, require_tool("pdftotext"))
    assert [found[0], list(chain(*found[1:]))] == [pages[0], list(chain(*pages[1:]))]


def test_dates_come_from_the_data(made: render.Document) -> None:
    with pikepdf.open(io.BytesIO(made.files["kommunalprofil.pdf"])) as document:
        assert str(document.docinfo["/CreationDate"]).startswith("D:20250630")


def test_hostile_text_stays_text(require_tool: Callable[..., str], tmp_path: Path) -> None:
    source = "\n\n".join(str(templating.typst_text(text)) for text in HOSTILE)
    (tmp_path / "a.pdf").write_bytes(printed(source))
    command = [require_tool("pdftotext"), "-layout", str(tmp_path / "a.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines == HOSTILE


def test_hostile_text_makes_no_structure() -> None:
    source = "\n\n".join(str(templating.typst_text(text)) for text in HOSTILE)
    with pikepdf.open(io.BytesIO(printed(source))) as document:
        kinds = {str(element.S) for element in pdf.elements(document.Root.StructTreeRoot.K)}
    assert kinds == {"/Document", "/P"}


@given(st.lists(st.text(max_size=12), min_size=1, max_size=60))
@settings(max_examples=15, deadline=None)
def test_any_text_compiles(texts: list[str]) -> None:
    known = [text.encode("latin-1", "replace").decode("latin-1") for text in texts]  # letters the font has
    assert printed(" ".join(str(templating.typst_text(text)) for text in known)).startswith(b"%PDF")


def test_errors_of_the_compiler_are_named() -> None:
    with pytest.raises(RenderError, match="alt"):
        printed('#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"9\\" height=\\"9\\"/>"))')


@pytest.mark.parametrize(
    "call",
    [
        'read("/etc/passwd")', 'read("geheim.svg")', 'read("../geheim.svg")', 'image("geheim.svg", alt: "a")',
        'include "a.typ"', 'include "/a.typ"', 'import "a.typ"', 'import "@local/a:0.1.0"',
    ],
)  # fmt: skip
def test_a_source_reads_no_files(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the working directory is; packages of the user's are files, too."""
    package = tmp_path / "typst" / "packages" / "local" / "a" / "0.1.0"
    package.mkdir(parents=True)
    (package / "typst.toml").write_text('[package]\nname = "a"\nversion = "0.1.0"\nentrypoint = "a.typ"\n')
    for file in (package / "a.typ", tmp_path / "a.typ"):
        file.write_text("geheim")
    (tmp_path / "geheim.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RenderError, match=r"load file|escape|package not found"):
        printed(f"a\n\n#{call}")


def test_row_headers_only_in_the_body() -> None:
    content = pdf.finish(printed('#table(columns: 2, table.header("a", "b"), "c", "d", "e", "f")'))
    with pikepdf.open(io.BytesIO(content)) as document:
        cells: list[Any] = [c for c in pdf.elements(document.Root.StructTreeRoot.K) if str(c.S) in ("/TH", "/TD")]
        kinds = [str(cell.S) for cell in cells]
    assert kinds == ["/TH", "/TH", "/TH", "/TD", "/TH", "/TD"]


def test_text_in_figures_uses_the_embedded_font(made: render.Document) -> None:
    with pikepdf.open(io.BytesIO(made.files["kommunalprofil.pdf"])) as document:
        names = {str(font.BaseFont).split("+")[1] for page in document.pages for font in page.Resources.Font.values()}
    assert names <= {"SourceSans3-Regular", "SourceSans3-SemiBold", "SourceSans3-Bold", "SourceSans3-Italic"}


@pytest.mark.parametrize("region", [KREIS, GEMEINDE])
def test_every_level_has_valid_tags(region: Any) -> None:
    content = render.document(FakeProfile(region, gaps=("mean_age", "foreign_share")), FIGURES)
    title = f"Kommunalprofil {region.title}"
    assert pdf_checks.findings(content.files["kommunalprofil.pdf"], content.outline, title, region.name) == []
