"""Figures as files: complete pictures whose letters need no font, in printed size, with a table programs can read."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from PIL import Image

from fake_profile import FIGURES, SVG, FakeFigure, FakeProfile
from kommunalprofil import pictures, render
from kommunalprofil.document import Column, Table
from kommunalprofil.errors import RenderError
from kommunalprofil.figures.lettering import drawing
from kommunalprofil.outline import NumberedFigure


@pytest.fixture(scope="module")
def made() -> render.Document:
    return render.document(FakeProfile(), FIGURES, single=True)


def of(document: render.Document, ending: str) -> dict[str, bytes]:
    return {
        path: content for path, content in document.files.items() if path.startswith("abb") and path.endswith(ending)
    }


def test_three_files_a_figure_by_number_and_id(made: render.Document) -> None:
    for ending in (".svg", ".png", ".csv"):
        expected = [f"abbildungen/{n.number:02d}-{n.item.id}{ending}" for n in made.outline.figures]
        assert [path for path in of(made, ending) if pictures.DRAWN not in path] == expected
    drawn = [f"abbildungen/{n.number:02d}-{n.item.id}-gezeichnet.csv" for n in made.outline.figures]
    assert list(of(made, "-gezeichnet.csv")) == drawn
    assert "abbildungen/05-pyramid.svg" in made.files


def test_every_drawn_value_goes_along() -> None:
    """A table in print names chosen years, the file beside the picture all of them."""
    spots = """<svg><g class="spots" data-name="Männer &amp; &quot;Jungen&quot;" data-unit=" Personen" data-spots='[[1,2,"31.12.2011","1.234"],[3,4,5,6,"31.12.2012","−2,5"]]'/>
<g class="spots" data-spots="[[1,2,&quot;unter 18&quot;,&quot;3 von 17&quot;]]"/></svg>"""  # noqa: E501
    assert pictures.drawn_csv(spots).decode().split("\r\n") == [
        "Reihe,Stelle,Wert,Einheit",
        '"Männer & ""Jungen""",31.12.2011,1234,Personen',
        '"Männer & ""Jungen""",31.12.2012,-2.5,Personen',
        ",unter 18,3 von 17,",
        "",
    ]


def test_an_id_never_leads_out_of_the_folder() -> None:
    hostile = NumberedFigure(3, FakeFigure("../../Böse Datei")(FakeProfile()), "")  # type: ignore[arg-type]
    assert pictures.name(hostile) == "abbildungen/03--b-se-datei"


def test_no_figures_without_being_asked() -> None:
    assert not of(render.document(FakeProfile(), FIGURES), "")


def test_a_drawing_is_complete(made: render.Document) -> None:
    """White ground, words for people who cannot see it, letters as outlines, nothing taken from elsewhere."""
    for numbered, content in zip(made.outline.figures, of(made, ".svg").values(), strict=True):
        text = content.decode()
        root = ET.fromstring(text)
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not tags & {"text", "image", "style", "foreignObject", "script"}
        assert "font-family" not in text
        assert not re.search(r'href="(?!#)', text)
        first = root.find("{*}path")
        assert first is not None
        assert first.get("fill") == "#ffffff"
        assert root.get("role") == "img"
        assert root.findtext("{*}title") == numbered.item.title
        assert root.findtext("{*}desc") == numbered.item.alt
        used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
        assert used <= {element.get("id") for element in root.iter()}


def test_a_picture_has_the_size_it_is_printed_in(made: render.Document) -> None:
    for content in of(made, ".png").values():
        image = Image.open(io.BytesIO(content))
        image.load()
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert image.width == pytest.approx(176 / 25.4 * 300, abs=2)
        assert image.convert("RGB").getpixel((3, 3)) == (255, 255, 255)


def test_title_and_source_are_in_the_picture() -> None:
    """A longer title or another source changes the picture; the figure alone does not."""

    def png(**words: str) -> bytes:
        figures: dict[str, Any] = FIGURES | {"pyramid": FakeFigure("pyramid", words=words)}
        return render.document(FakeProfile(), figures, single=True).files["abbildungen/05-pyramid.png"]

    assert png(title="Ein Befund") == png(title="Ein Befund")
    assert png(title="Ein Befund") != png(title="Ein anderer Befund")


def test_same_bytes(made: render.Document) -> None:
    assert render.document(FakeProfile(), FIGURES, single=True).files == made.files


def test_letters_stand_where_the_text_stood() -> None:
    for anchor, left in (("start", 100), ("middle", 87), ("end", 74)):
        text = f'<text x="100" y="50" font-size="10" text-anchor="{anchor}">Größe</text>'
        width, group = drawing(f'<svg xmlns="http://www.w3.org/2000/svg" width="200pt">{text}</svg>')
        path = ET.fromstring(group)[0].attrib["d"]
        points = [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]
        assert width == 200
        assert min(x for x, _ in points) == pytest.approx(left, abs=2)
        assert max(x for x, _ in points) == pytest.approx(left + 26, abs=3)
        assert max(y for _, y in points) == pytest.approx(50, abs=0.3)
        assert min(y for _, y in points) == pytest.approx(43, abs=1)


def test_bold_letters_are_bold_and_colours_stay() -> None:
    def path(more: str) -> dict[str, str]:
        text = f'<text x="0" y="9" fill="#1B2A33" {more}>A</text>'
        return dict(
            ET.fromstring(drawing(f'<svg xmlns="http://www.w3.org/2000/svg" width="9pt">{text}</svg>')[1])[0].attrib
        )

    plain, bold = path(""), path('font-weight="600" transform="rotate(90 0 9)"')
    assert plain["fill"] == bold["fill"] == "#1B2A33"
    assert plain["d"] != bold["d"]
    assert bold["transform"] == "rotate(90 0 9)"


def test_a_lost_drawing_is_an_error(made: render.Document) -> None:
    with pytest.raises(RenderError, match="pyramid"):
        pictures._svg("<svg></svg>", FakeFigure("pyramid")(FakeProfile()))  # type: ignore[arg-type]
    assert drawing(SVG)[0] == 459.21


def test_a_table_programs_can_read() -> None:
    columns = (Column("Jahr", align="left"), Column("Männer", "Personen"), Column("Grund", align="left"))
    cells = ["133.460", "−66,6", "+1.499", "±0", "–", ".", "3 von 17", "(12,3)", "31.12.2015", "1,0"]
    table = Table("T", columns, tuple(("2024", cell, "–") for cell in cells))
    head, *body = csv.reader(io.StringIO(pictures.table_csv(table).decode(), newline=""))
    assert head == ["Jahr", "Männer (Personen)", "Grund"]
    read = ["133460", "-66.6", "1499", "0", "0", ".", "3 von 17", "(12,3)", "31.12.2015", "1.0"]
    assert [row[1] for row in body] == read
    assert {(row[0], row[2]) for row in body} == {("2024", "–")}
