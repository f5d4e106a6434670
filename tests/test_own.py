"""What a Kommune adds: in both formats, accessible, marked as its own; everything unfit refused with a sentence."""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest
from jinja2.exceptions import SecurityError
from PIL import Image

from fake_profile import FIGURES, FakeProfile
from kommunalprofil import cli, german_cli, own, pdf, pdf_checks, render, sandbox, templating
from kommunalprofil.errors import RenderError, TemplateError, UsageError
from kommunalprofil.figures import lines, style
from kommunalprofil.own import colours, drawing, markdown, numbers, reading
from kommunalprofil.own.model import Block, Span
from kommunalprofil.own.reading import OwnError, clean
from test_html import Page, browse, violations
from test_pdf import HOSTILE

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "beispiel-profil"
NAMES = ["datapackage.json", "daten.csv", "daten.xlsx", "kommunalprofil.html", "kommunalprofil.pdf", "profil.json"]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 6 4">{}</svg>'
CHART = """
[[abbildung]]
id = "{0}"
datei = "{0}.csv"
art = "{1}"
titel = "Befund zu {0}"
untertitel = "Anzahl von {0}, 2020–2022"
einheit = "Stück"
quelle = "Amt für {0}"
alt = "{0} steigt von 1 auf 3."
"""


def portrait(size: tuple[int, int] = (30, 40), kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#345678").save(out, kind, **options)
    return out.getvalue()


def write(folder: Path, toml: str, **files: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name.replace("__", ".")).write_bytes(data)
    (folder / "profil.toml").write_text(toml, encoding="utf-8")
    return folder / "profil.toml"


def refusal(path: Path) -> str:
    with pytest.raises(OwnError) as caught:
        own.load(path)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> own.Own:
    """A profil.toml in which every key is used, every kind of chart and every block of Markdown."""
    toml = (EXAMPLE / "profil.toml").read_text(encoding="utf-8")
    toml = toml.replace('name = "Erika', 'portraet = "bild.jpg"\nportraet_alt = "Porträt von vorn"\nname = "Erika')
    toml += (
        '\n[[kapitel]]\ntitel = "Am Anfang"\nnach = "anfang"\ntext = "Eins  \\nzwei."\nabbildungen = ["busse", "höfe"]'
    )
    toml = toml.replace("höfe", "hoefe") + CHART.format("busse", "saeulen") + CHART.format("hoefe", "balken")
    steps = "\n\n1. *kursiv*\n2. **fett** und [Mail](mailto:a@b.de)\n"
    files: dict[str, str | bytes] = {
        "logo__svg": (EXAMPLE / "logo.svg").read_bytes(),
        "wohnen__md": (EXAMPLE / "wohnen.md").read_text(encoding="utf-8") + steps,
        "wohnungen__csv": (EXAMPLE / "wohnungen.csv").read_bytes(),
        "busse__csv": "Jahr,Busse\n2020,1\n2021,.\n2022,3.5\n",
        "hoefe__csv": "Ort;Höfe\nHier;1.234\nDort;–\n".encode("cp1252"),
        "bild__jpg": portrait(),
    }
    return own.load(write(tmp_path_factory.mktemp("alles"), toml, **files))


@pytest.fixture(scope="module")
def made(everything: own.Own) -> render.Document:
    return render.document(FakeProfile(), FIGURES, everything)


@pytest.fixture(scope="module")
def text(made: render.Document) -> str:
    return made.files["kommunalprofil.html"].decode()


def test_the_pdf_stays_accessible(made: render.Document, everything: own.Own, tmp_path: Path) -> None:
    content = made.files["kommunalprofil.pdf"]
    assert pdf_checks.findings(content, made.outline, "Kommunalprofil Musterkreis", "Musterkreis") == []
    assert [picture.alt for picture in everything.pictures] == made.outline.alts[:2]
    (tmp_path / "a.pdf").write_bytes(content)
    command = [sys.executable, "-c", "from outloud.cli import main; main()", "--layer", "conformance"]
    run = subprocess.run([*command, str(tmp_path / "a.pdf")], capture_output=True, text=True, check=False)
    assert " 0 error(s)" in run.stdout


def test_headings_stay_in_order_and_chapters_where_they_belong(made: render.Document) -> None:
    levels = [heading.level for heading in made.outline.headings]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert 3 in levels
    chapters = [heading.text for heading in made.outline.chapters]
    assert chapters[:3] == ["Vorwort", "Am Anfang", "Auf einen Blick"]
    assert chapters[chapters.index("Haushalte und Lebensformen") + 1] == "Wohnen und Bauen"


def test_own_things_say_that_they_are_own(made: render.Document, text: str) -> None:
    figures = [n for n in made.outline.figures if n.item.credit]
    assert [n.item.id for n in figures] == ["eigene-busse", "eigene-hoefe", "eigene-wohnungen"]
    for numbered in figures:
        assert numbered.item.credit.endswith("; eigene Angaben der Kommune")
        assert f"Quelle: {numbered.item.credit}</p>" in text
        assert numbered.item.table.credit == numbered.item.credit
        assert re.match(r"(Linien|Säulen|Balken)diagramm, Musterkreis: .* Werte in Tabelle \d+\.$", numbered.alt)
    assert (
        text.count("eigene Angaben der Kommune") == 7
    )  # three figures, one table, two chapters, the chapter of sources
    assert "Von der Kommune selbst: „Vorwort“, „Am Anfang“ und „Wohnen und Bauen“." in text
    assert '"credit": "Amt für busse; eigene Angaben der Kommune"' in made.files["profil.json"].decode()


def test_numbers_are_printed_as_given(made: render.Document) -> None:
    tables = {n.item.id: n.item.table.rows for n in made.outline.figures}
    assert tables["eigene-busse"] == (("2020", "1,0"), ("2021", "."), ("2022", "3,5"))
    assert tables["eigene-hoefe"] == (("Hier", "1.234"), ("Dort", "–"))


def test_the_page_is_whole_and_fetches_nothing(text: str, made: render.Document) -> None:
    page = Page(text)
    assert page.stack == []
    assert all(image["alt"] and image["src"].startswith("data:image/") for image in page.all("img"))
    assert len(page.all("img")) == 2
    assert not re.search(r'src="(?!data:image/(?:jpeg|svg\+xml);base64,)', text)
    assert [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)][2:] == [
        heading.level + 1 for heading in made.outline.headings
    ]


def test_both_formats_say_the_same(made: render.Document, require_tool: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(made.files["kommunalprofil.pdf"])
    command = [require_tool("pdftotext"), "-nopgbrk", str(tmp_path / "a.pdf"), "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for words in ("Erika Beispiel", "abgenommen", "Vorhaben bis 2030", "1. kursiv", "fett und Mail", "Alte Schule"):
        assert words in printed.replace("\n", " "), words


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_axe_finds_nothing(chromium: str, axe: str, tmp_path: Path, text: str, width: int, dark: bool) -> None:
    assert violations(chromium, tmp_path, text, axe, width, dark) == []


def test_the_page_never_scrolls_sideways(chromium: str, tmp_path: Path) -> None:
    path = write(
        tmp_path / "o", f'[[kapitel]]\ntitel = "Lang"\ntext = "{"x" * 3000} [{"y" * 300}](https://{"z" * 300}.de)"'
    )
    content = render.html(FakeProfile(), FIGURES, own.load(path))
    script = "done([document.documentElement.scrollWidth, window.innerWidth])"
    wide, window = browse(chromium, tmp_path, content, 390, script)
    assert wide <= window


def test_same_input_same_bytes(made: render.Document, everything: own.Own) -> None:
    assert render.document(FakeProfile(), FIGURES, everything).files == made.files


def test_nothing_own_changes_nothing() -> None:
    page = render.html(FakeProfile(), FIGURES)
    assert page == render.html(FakeProfile(), FIGURES, own.Own())
    assert "eigene Angaben" not in page
    assert "<img" not in page


# ---- the example of the documentation ----------------------------------------------------------------------------


def test_the_example_is_the_one_in_the_document() -> None:
    document = (ROOT / "docs" / "eigene-angaben.md").read_text(encoding="utf-8")
    block = re.findall(r"^```toml\n(.*?)^```", document, re.DOTALL | re.MULTILINE)[0]
    assert block == (EXAMPLE / "profil.toml").read_text(encoding="utf-8")
    for name in templating.chapters():
        assert f"`{name}`" in document


def test_the_example_builds(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["build", "vrees", "--profil", str(EXAMPLE / "profil.toml"), "-q", "-o", str(tmp_path)]
    assert german_cli.run(cli.app, words) == 0
    assert capfd.readouterr().err == ""
    assert sorted(path.name for path in (tmp_path / "vrees").iterdir()) == NAMES
    assert "Wohnungsmarktbericht" in (tmp_path / "vrees" / "kommunalprofil.html").read_text(encoding="utf-8")


def test_a_wrong_file_leaves_nothing_behind(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "eigen", "[gestaltung]\nfarb = 1\n")
    assert german_cli.run(cli.app, ["build", "vrees", "--profil", str(path), "-o", str(tmp_path / "o")]) == 2
    out, err = capfd.readouterr()
    assert err.startswith("Fehler: profil.toml, Zeile 2: [gestaltung]: Die Angabe „farb“ gibt es nicht.")
    assert "Gemeint sein könnte: „farbe“. Erlaubt: farbe, logo, logo_alt." in err
    assert out == ""
    assert not (tmp_path / "o").exists()


# ---- profil.toml -------------------------------------------------------------------------------------------------

LOOK = '[gestaltung]\nlogo_alt = "Wappen"\nlogo = "{}"\n'
CHAPTER = '[[kapitel]]\ntitel = "Titel"\n'


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[gestaltung\n", "Zeile 1: Das ist kein gültiges TOML. Gefunden wurde „[gestaltung“."),
        ("a = 1\n[x]\nfarbe #0", "Zeile 3: Das ist kein gültiges TOML. Gefunden wurde „farbe #0“."),
        ('[gestaltung]\nfarbe = "#00', "Zeile 2: Das ist kein gültiges TOML."),
        ("[x]\na = [1, 2", "Zeile 2: Das ist kein gültiges TOML. Gefunden wurde „a = [1, 2“. Rechts vom Gleichheitsz"),
        ("[gestaltung]\nfarbe = rot", 'Rechts vom Gleichheitszeichen steht ein Text in "…"'),
        ('[gestaltung]\nlogo = "C:\\neu\\q"', "Ein \\ in einem Text wird doppelt geschrieben"),
        ('[vorwort]\nname = "a"\nname = "b"', "Das steht schon weiter oben."),
        ("[gestaltun]\n", "Zeile 1: Den Abschnitt „gestaltun“ gibt es nicht. Gemeint sein könnte: „gestaltung“."),
        ("gestaltung = 1", "ist ein Abschnitt"),
        ("[kapitel]\ntitel = 'x'", "beginnt mit [[kapitel]]"),
        ("[gestaltung]\nfarbe = 5", "Zeile 2: [gestaltung] farbe: Erwartet wird ein Text in \"…\", gefunden wurde"),
        ('[gestaltung]\nfarbe = "rot"', "„rot“ ist keine Farbe."),
        ('[gestaltung]\nfarbe = "#FFD700"', "ist auf Weiß zu blass: Der Kontrast ist 1,4 : 1, nötig sind 4,5 : 1."),
        ('[gestaltung]\nlogo = "a.svg"', "logo_alt: Diese Angabe fehlt. Ein Bild braucht einen Text für Menschen"),
        ('[gestaltung]\nlogo_alt = "a"', "fehlt das Bild"),
        ('[vorwort]\ntext = "a"', "[vorwort] name: Diese Angabe fehlt."),
        ('[vorwort]\nname = "a"', "genau eine der Angaben „text“ und „datei“"),
        (f'[vorwort]\ntext = "a"\nname = "Eva {"W" * 90}"', "Zeile 3: Das Wort „WWW"),
        (f'[vorwort]\ntext = "a"\nname = "a"\nfunktion = "{"W" * 41}"', "Zeile 4: Das Wort „WWW"),
        ('[vorwort]\nname = "😀"\ntext = "a"', "Das Zeichen „😀“ (U+1F600) fehlt in der Schrift"),
        (f'{CHAPTER}text = "a"\nnach = "altersaufbu"', "Gemeint sein könnte: „altersaufbau“."),
        (f'{CHAPTER}text = "a"\nabbildungen = ["x"]', "Die Abbildung „x“ ist nicht beschrieben."),
        (f'{CHAPTER}text = "a"\nabbildungen = "x"', "Erwartet wird eine Liste von Texten"),
        ('[[kapitel]]\ntext = "a"', "[kapitel] titel: Diese Angabe fehlt."),
        (f'[[kapitel]]\ntitel = "{"W" * 41}"\ntext = "a"', "ist für eine Überschrift zu lang"),
        (f'[[kapitel]]\ntitel = "{"W " * 80}"\ntext = "a"', "Zeichen, erlaubt sind 120"),
        ("[vorlagen]\n", "ordner: Diese Angabe fehlt."),
        ('[vorlagen]\nordner = "nirgends"', "Den Ordner „nirgends“ gibt es nicht."),
        ("[[abbildung]]\nid = 'A B'\nart = 'linien'", "ist kein Kurzname"),
        ("[[abbildung]]\nid = 'a'\nart = 'kuchen'", "„kuchen“ gibt es nicht. Erlaubt: linien, saeulen, balken."),
        (CHART.format("a", "linien").replace('quelle = "Amt für a"', ""), "quelle: Diese Angabe fehlt."),
        (CHART.format("a", "linien").replace('alt = "a steigt von 1 auf 3."', ""), "alt: Diese Angabe fehlt."),
        (CHART.format("a", "linien"), "Die Abbildung „a“ steht in keinem Kapitel"),
        (CHART.format("a", "linien") * 2, "ist doppelt beschrieben"),
        (f"{CHAPTER}text = 'x'\nabbildungen = ['a', 'a']\n{CHART.format('a', 'linien')}", "mehr als einmal"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_said(toml: str, said: str, tmp_path: Path) -> None:
    assert said in refusal(write(tmp_path, toml, a__csv="Jahr;Zahl\n2020;1\n", a__svg=SVG))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "profil.toml").write_bytes(b"[vorwort]\nname = '\xff'")
    assert refusal(tmp_path / "profil.toml").startswith("profil.toml, Zeile 2: Die Datei ist kein UTF-8.")
    assert "Diese Datei gibt es nicht. Gemeint sein könnte: „profil.toml“." in refusal(tmp_path / "profil.tmol")
    assert "Das ist ein Ordner" in refusal(tmp_path)
    (tmp_path / "profil.toml").write_bytes(b"x = " + b"[" * 100_000)
    assert "profil.toml" in refusal(tmp_path / "profil.toml")


# ---- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../geheim.svg", "/etc/passwd", "a/../../geheim.svg", "..\\\\geheim.svg", "C:\\\\a.svg"]
)
def test_no_way_out_of_the_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "geheim.svg").write_text(SVG)
    assert "muss im Ordner von profil.toml liegen" in refusal(write(tmp_path / "o", LOOK.format(name)))


@pytest.mark.parametrize("name", ["", ".", "a\\u0000b", "a\\u202eb.svg"])
def test_names_that_are_none(name: str, tmp_path: Path) -> None:
    assert re.search("Das ist kein Name|Das ist ein Ordner|fehlt das Bild", refusal(write(tmp_path, LOOK.format(name))))


@pytest.mark.skipif(os.name == "nt", reason="symbolic links and pipes need POSIX")
def test_links_pipes_folders_and_large_files(tmp_path: Path) -> None:
    path = write(tmp_path, LOOK.format("a.svg"))
    logo = tmp_path / "a.svg"
    (tmp_path / "wahr.svg").write_text(SVG)
    logo.symlink_to(tmp_path / "wahr.svg")
    assert "Das ist eine Verknüpfung" in refusal(path)
    logo.unlink()
    assert "Diese Datei gibt es nicht. Gemeint sein könnte: „wahr.svg“." in refusal(path)
    logo.mkdir()
    assert "Das ist ein Ordner" in refusal(path)
    logo.rmdir()
    os.mkfifo(logo)
    assert "keine gewöhnliche Datei" in refusal(path)
    logo.unlink()
    with logo.open("wb") as stream:
        stream.truncate(100_000_000)
    assert "größer als 5 MB" in refusal(path)
    logo.write_bytes(b"")
    assert "Die Datei ist leer." in refusal(path)


DOUBLING = '<g id="a0"><path/></g>' + "".join(
    f'<g id="a{n}">' + f'<use href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"kein Bild", "beschädigt oder kein PNG, JPEG oder SVG"),
        (portrait()[:200], "beschädigt"),
        (portrait(kind="GIF"), "beschädigt oder kein PNG"),
        (portrait((8000, 7000), "PNG", compress_level=1), "mehr als 50 Millionen Bildpunkte"),
        (SVG.format("<script>alert(1)</script>"), "Zeile 1: Die Zeichnung enthält ein Skript."),
        (SVG.format('<path onload="x()"/>'), "ein Skript (onload)"),
        (SVG.format('<image href="https://x.de/a.png"/>'), "außerhalb der Datei („https://x.de/a.png“)"),
        (SVG.format('<use xmlns:l="http://www.w3.org/1999/xlink" l:href="b.svg#c"/>'), "(„b.svg#c“)"),
        (SVG.format('<image href="data:image/svg+xml;base64,AA"/>'), "außerhalb der Datei"),
        (SVG.format('<a href="javascript:x()"/>'), "außerhalb der Datei"),
        (SVG.format('<path fill="url(http://x.de#a)"/>'), "außerhalb der Datei"),
        (SVG.format("<style>@import 'x.css';</style>"), "ein „@“ in Angaben zum Aussehen"),
        (SVG.format("<foreignObject/>"), "fremde Inhalte"),
        (SVG.format("<text>Amt</text>"), "Schrift; Text in Pfade umwandeln"),
        (SVG.format("<path>"), "kein gültiges SVG"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;"), "eigene Abkürzungen (ENTITY)"),
        (SVG.format("<style><![CDATA[ ]]<!--x-->> <script>1</script> ]]></style>"), "ein „<“ in Angaben"),
        (SVG.format('<filter id="f">\n<feTurbulence numOctaves="99999"/></filter>'), "Zeile 1: Die Zeichnung "
         "enthält das Element „filter“; erlaubt sind circle, clipPath"),
        (SVG.format('\n<path><set attributeName="href" to="javascript:x()"/></path>'), "Zeile 2: Die "
         "Zeichnung enthält das Element „set“"),
        (SVG.format('<animate attributeName="d"/>'), "das Element „animate“"),
        (SVG.format('<a href="#b"/>'), "das Element „a“"),
        (SVG.format('<path style="fill:\\75rl(http://x.de)"/>'), "ein „\\“ in Angaben zum Aussehen"),
        (SVG.format("<style>.a{fill:\\75rl(http://x.de)}</style>"), "ein „\\“ in Angaben zum Aussehen"),
        (SVG.format("<style>.a{fill:image-set('http://x.de/a.png' 1x)}</style>"), "„image-set(…)“; erlaubt sind hsl"),
        (SVG.format('<path style="filter:blur(999px)"/>'), "„blur(…)“"),
        (SVG.format('<path fill="url(data:image/png;base64,AA)"/>'), "außerhalb der Datei"),
        (SVG.format("<style>.a{fill:url('http://x.de')}</style>"), "außerhalb der Datei"),
        (SVG.format('<image href="data:image/png;base64,AAAA"/>'), "ein Bild (image), das beschädigt oder zu groß ist"),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>',
         'Größe, mit der sie niemand sieht (width="0", height="0"); erlaubt sind 0.01 bis 1000000'),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 -1 4"/>', "Größe, mit der sie niemand sieht"),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4"/>', "Größe, mit der sie niemand sieht"),
        (SVG.format("<g>" * 15_000 + "</g>" * 15_000), "mehr als 100 Ebenen ineinander"),
        (SVG.format(DOUBLING), "Verweise, die zusammen mehr als 100000 Elemente zeichnen"),
        (SVG.format(DOUBLING.replace("<use href", "<path clip-path").replace("#", "url(#").replace('"/>', ')"/>')),
         "Verweise, die zusammen"),
        (SVG.format('<g id="a"><use href="#a"/></g>'), "Verweise, die sich im Kreis drehen"),
        (SVG.format('<style>.a,.b{mask:url(#c)}</style><clipPath id="c"><path class="b"/></clipPath>'), "im Kreis"),
        (SVG.format("".join(f'<g id="a{n}"><use href="#a{n - 1}"/></g>' for n in range(5000))), "Verweise, die"),
        ('<?xml version="1.0" encoding="x-unbekannt"?>' + SVG.format("<path>"), "kein gültiges SVG"),
        ("<html/>", "Das ist kein SVG"),
        (SVG.encode("utf-16"), "kein"),
    ],
)  # fmt: skip
def test_unfit_pictures_are_refused(content: bytes | str, said: str, tmp_path: Path) -> None:
    assert said in refusal(write(tmp_path, LOOK.format("a.svg" if isinstance(content, str) else "a.png"),
                                 a__svg=content, a__png=content))  # fmt: skip


INKSCAPE = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape (http://www.inkscape.org/) -->
<svg width="60mm" height="40mm" viewBox="0 0 60 40" version="1.1" id="svg5" sodipodi:docname="wappen.svg"
   inkscape:export-filename="C:\\Users\\Amt\\wappen.png"
   xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:xlink="http://www.w3.org/1999/xlink"
   xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" xmlns="http://www.w3.org/2000/svg"
   xmlns:svg="http://www.w3.org/2000/svg">
  <sodipodi:namedview id="namedview7" pagecolor="#ffffff" inkscape:zoom="0.7"><inkscape:grid/></sodipodi:namedview>
  <title id="t">Wappen</title>
  <metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:li>x</rdf:li></rdf:RDF></metadata>
  <defs id="defs2">
    <linearGradient id="a"><stop style="stop-color:#0b4f8a" offset="0"/><stop offset="1"/></linearGradient>
    <linearGradient xlink:href="#a" id="b" x1="0" x2="9" gradientUnits="userSpaceOnUse"/>
  </defs>
  <g inkscape:label="Ebene 1" inkscape:groupmode="layer" id="layer1" transform="translate(1,2) rotate(5)">
    <path style="fill:url(#b);fill-opacity:1;stroke:#000;-inkscape-stroke:none" d="m 0,0 h 40 v 24 z" id="p"/>
    <use xlink:href="#p" x="3"/>
  </g>
</svg>"""
ILLUSTRATOR = """<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 27.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
<svg version="1.1" id="Ebene_1" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" x="0px"
   y="0px" viewBox="0 0 60 40" style="enable-background:new 0 0 60 40;" xml:space="preserve" data-name="Ebene 1">
<style type="text/css">
	.st0{fill:#0B4F8A;} .st1,.st2{clip-path:url(#SVGID_2_);}
	.st2{fill:url('#SVGID_1_');}
</style>
<g><defs><rect id="SVGID_3_" width="40" height="30"/></defs>
<clipPath id="SVGID_2_"><use xlink:href="#SVGID_3_" style="overflow:visible;"/></clipPath>
<radialGradient id="SVGID_1_" cx="9" cy="9" r="5" gradientTransform="matrix(1 0 0 -1 0 9)">
<stop offset="0"/></radialGradient>
<g class="st1"><polygon class="st2" points="0,0 40,0 20,30"/></g>
<symbol id="s"><path class="st0" d="M0,0h4v4z"/></symbol>
<use href="#s" width="9" height="9"/></g></svg>"""


@pytest.mark.parametrize("source", [INKSCAPE, ILLUSTRATOR])
def test_drawings_of_usual_programs_go_on_without_what_those_keep_in_them(source: str, tmp_path: Path) -> None:
    logo = own.load(write(tmp_path, LOOK.format("a.svg"), a__svg=source)).logo
    assert logo is not None
    for strange in (
        "<!--",
        "<?",
        "inkscape:",
        "sodipodi",
        "rdf",
        "Users",
        "xlink",
        "data-name",
        "enable-background=",
        "\\",
    ):
        assert strange not in logo.svg
    wanted = Image.open(io.BytesIO(drawn(source.partition("?>")[2].strip()))).convert("RGB")
    found = Image.open(io.BytesIO(drawn(logo.svg))).convert("RGB")
    assert found.tobytes() == wanted.tobytes()
    assert len(found.getcolors(99_999) or []) > 5, "something is drawn"


def drawn(svg: str) -> bytes:
    source = '#set page(width: 60mm, height: 40mm, margin: 0mm)\n#image(bytes(sys.inputs.at("svg:a")), format: "svg")'
    return pdf.pages(source, {"a": svg}, "png")[0]


def test_a_picture_carries_nothing_but_the_picture(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # taken upright
    exif[0x013B] = "Geheime Fotografin"
    path = write(tmp_path, LOOK.format("a.jpg"), a__jpg=portrait((30, 40), exif=exif))
    logo = own.load(path).logo
    assert logo is not None
    assert 'width="40" height="30"' in logo.svg
    assert b"Geheime" not in base64.b64decode(logo.uri.partition(",")[2])


def test_clear_parts_stay_clear_and_large_pictures_shrink(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (2000, 100), (0, 0, 0, 0)).save(out, "PNG")
    logo = own.load(write(tmp_path, LOOK.format("a.png"), a__png=out.getvalue())).logo
    assert logo is not None
    assert 'width="1600" height="80"' in logo.svg
    with Image.open(io.BytesIO(base64.b64decode(logo.uri.partition(",")[2]))) as image:
        assert image.mode == "RGBA"


# ---- Markdown ----------------------------------------------------------------------------------------------------


def parsed(source: str) -> tuple[Block, ...]:
    return markdown.parse(source, "t.md", "Q").blocks


def test_spans_in_their_looks() -> None:
    (block,) = parsed("a **b *c*** [d](https://e.de)\nf  \ng `".replace("`", ""))
    assert block.content == (
        Span("a "), Span("b ", strong=True), Span("c", strong=True, emphasis=True), Span(" "),
        Span("d", href="https://e.de"), Span(" f"), Span("\n"), Span("g"),
    )  # fmt: skip


def test_numbers_stand_at_the_right_and_names_at_the_left() -> None:
    (block,) = parsed("Tabelle: T\n\n| A | B | C |\n|---|---|:--|\n| x | 1.234,5 | 5 |\n| y | – | 6 |")
    assert [column.align for column in block.content.columns] == ["left", "right", "left"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a\n\n# b", "Zeile 3: Überschriften im Text beginnen mit ##"),
        ("### a\n\nb", "steht unter einer mit ##"),
        ("## a\n\n#### b", "Tiefer als ###"),
        ("## a", "Unter der Überschrift „a“ steht nichts."),
        ("##\n\na", "Die Überschrift ist leer."),
        ("## " + "W" * 50 + "\n\na", "zu lang"),
        ("a\n\n> b", "Zeile 3: Der Text enthält ein Zitat (>)"),
        ("```\nb\n```", "Programmtext"),
        ("a `b`", "Programmtext"),
        ("    b", "vier Leerzeichen"),
        ("a\n\n***", "Trennlinie"),
        ("![a](b.png)", "Abbildungen stehen unter [[abbildung]]"),
        ("- a\n  - b", "genau ein Absatz"),
        ("- a\n\n  b", "genau ein Absatz"),
        ("3. a", "beginnt mit 1"),
        ("a\nb [c](javascript:x)", "Zeile 2: Der Link „javascript:x“ ist nicht erlaubt"),
        ("[c](seite.html)", "ist nicht erlaubt"),
        ("[c](//x.de)", "ist nicht erlaubt"),
        ("[](https://x.de)", "Ein Link braucht einen Text"),
        ("a {{abbildung:x}}", "allein in seinem Absatz"),
        ("| A | B |\n|---|---|\n| 1 | 2 |", "Über der Tabelle fehlt ihr Titel"),
        ("Tabelle: x\n\na", "muss die Tabelle folgen"),
        ("Tabelle: x", "muss die Tabelle folgen"),
        ("Tabelle: x\n\n| A | B |\n|---|---|\n|  | 2 |", "darf kein Feld leer sein"),
        ("Tabelle: x\n\n" + "|A" * 9 + "|\n" + "|-" * 9 + "|\n" + "|1" * 9 + "|", "9 Spalten"),
    ],
)
def test_what_is_not_part_of_the_subset_is_refused(source: str, said: str) -> None:
    with pytest.raises(OwnError, match=re.escape(said)):
        parsed(source)


@pytest.mark.parametrize("hostile", [h for h in HOSTILE if not re.match(r"[-+`]|1\)", h)])
def test_hostile_text_stays_text_in_html(hostile: str, tmp_path: Path) -> None:
    name, text, title = quoted(hostile), quoted(f"x {escaped(hostile)}"), quoted(f"T {hostile}")
    toml = f"[vorwort]\nname = {name}\ntext = {text}\ntitel = {title}"
    page = Page(render.html(FakeProfile(), FIGURES, own.load(write(tmp_path, toml))))
    shown = "".join(page.texts)
    assert f"x {hostile}" in shown
    assert shown.count(f"T {hostile}") >= 2
    assert len(page.all("script")) == 1


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def escaped(text: str) -> str:
    return re.sub(r"([\\*_`\[\]<&|])", r"\\\1", text)


def test_hostile_text_stays_text_in_the_pdf(require_tool: Callable[..., str], tmp_path: Path) -> None:
    body = "\\n\\n".join(quoted("x " + escaped(text))[1:-1] for text in HOSTILE)
    hostile = quoted(" ".join(HOSTILE[:4]))
    toml = (
        f'{CHAPTER}quelle = {hostile}\ntext = "{body}"\n[vorwort]\ntext = "a"\nname = {hostile}\nfunktion = {hostile}'
    )
    made = render.document(FakeProfile(), FIGURES, own.load(write(tmp_path / "o", toml)))
    (tmp_path / "a.pdf").write_bytes(made.files["kommunalprofil.pdf"])
    command = [require_tool("pdftotext"), "-layout", str(tmp_path / "a.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = {"".join(line.split()) for line in text.splitlines()}
    assert [h for h in HOSTILE if "".join(f"x{h}".split()) not in lines] == []


def test_invisible_signs_are_left_out() -> None:
    assert clean("a\u202eb\u200fc\u0000d\u200be\ufeff\u0308", "x") == "abcdë"


def test_very_long_words_break_in_the_pdf(tmp_path: Path) -> None:
    made = render.document(FakeProfile(), FIGURES, own.load(write(tmp_path, f'{CHAPTER}text = "{"x" * 600}"')))
    with pikepdf.open(io.BytesIO(made.files["kommunalprofil.pdf"])) as document:
        assert len(document.pages) > 3
    (tmp_path / "a.pdf").write_bytes(made.files["kommunalprofil.pdf"])
    run = subprocess.run(["pdftotext", "-layout", str(tmp_path / "a.pdf"), "-"], capture_output=True, text=True)
    assert max(line.count("x") for line in run.stdout.splitlines()) < 130


def test_the_longest_words_of_a_signature_fit(tmp_path: Path) -> None:
    word = "W" * reading.LONGEST_WORD
    toml = f'[vorwort]\ntext = "a"\nname = "{word}"\nfunktion = "{word}"\nportraet = "a.jpg"\nportraet_alt = "b"'
    made = render.document(FakeProfile(), FIGURES, own.load(write(tmp_path, toml, a__jpg=portrait())))
    (tmp_path / "a.pdf").write_bytes(made.files["kommunalprofil.pdf"])
    command = ["pdftotext", "-bbox", str(tmp_path / "a.pdf"), "-"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    right = [float(x) for x in re.findall(rf'xMax="([\d.]+)" yMax="[\d.]+">{word}<', run.stdout)]
    assert len(right) == 2
    assert max(right) < 595 - 50


# ---- numbers and charts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        ("Jahr;Zahl\n2020;1\n2020;2\n", "linien", "Zeile 3: Auf das Jahr 2020 folgt 2020"),
        ("Jahr;Zahl\nHeide;1\n", "saeulen", "Zeile 2: „Heide“ ist kein Jahr"),
        ("Jahr;Zahl\n2020;12.5\n", "linien", "Zeile 2: „12.5“ ist keine Zahl. Erlaubt ist eine Zahl wie 1.234,5"),
        ('Jahr,Zahl\n2020,"1.234,5"\n', "linien", "eine Zahl wie 1234.5"),
        ("Jahr;Zahl\n2020;1e5\n", "linien", "ist keine Zahl"),
        ("Jahr;Zahl\n2020;5 %\n", "linien", "ist keine Zahl"),
        ("Jahr;Zahl\n2020;1,23456\n", "linien", "mehr als 3 Nachkommastellen"),
        ("Jahr;Zahl\n2020;1;2\n", "linien", "Zeile 2: Die Zeile hat 3 Felder, die Kopfzeile 2."),
        ("Jahr;Zahl\n2020;.\n", "linien", "In der Spalte „Zahl“ steht keine Zahl."),
        ("Jahr;A;A\n2020;1;1\n", "linien", "leer oder doppelt"),
        ("Jahr;A;B;C;D;E;F\n", "linien", "1 bis 5 Spalten"),
        ("Jahr;A;B\n2020;1;2\n", "saeulen", "eine Spalte mit Zahlen"),
        ("Jahr;A\n", "linien", "0 Zeilen mit Zahlen"),
        ("Ort;A\n" + "x;1\n" * 21, "balken", "21 Zeilen mit Zahlen, erlaubt sind 1 bis 20"),
        ("\n\n", "balken", "leer"),
        (f"Ort;A\n{'W' * 61};1\n", "balken", "zu lang"),
        ('Ort;A\n"x;1\n', "balken", "nicht zu lesen"),
    ],
)
def test_unfit_numbers_are_refused(content: str, kind: str, said: str, tmp_path: Path) -> None:
    toml = CHART.format("a", kind) + CHAPTER + 'text = "{{abbildung:a}}"'
    assert said in refusal(write(tmp_path, toml, a__csv=content))


def test_limits_are_those_of_the_charts() -> None:
    assert numbers.MOST_COLUMNS["linien"] == lines.MOST_LINES == len(drawing.ROLES)
    assert len({(style.LOOKS[r].colour, style.LOOKS[r].dash) for r in drawing.ROLES}) == lines.MOST_LINES


@pytest.mark.parametrize("colour", ["#0B6E6E", "#767676", "#C00000", "#000000", "#005CA9", "#7A3E00"])
def test_every_shade_can_be_read(colour: str) -> None:
    assert colours.accent(colour, "x", None) == colour
    assert style.contrast(colour, colours.tint(colour)) >= 4.5
    for ground in ("#11181C", colours.DARK_PANEL):
        assert style.contrast(colours.light(colour), ground) >= 4.5


# ---- templates ---------------------------------------------------------------------------------------------------


def templates(folder: Path, **files: str) -> own.Own:
    path = write(folder, '[vorlagen]\nordner = "vorlagen"\n')
    for name, content in files.items():
        file = folder / "vorlagen" / name.replace("__", "/").replace("_dot_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return own.load(path)


NEW = "chapters__35_verkehr_dot_jinja"
OLD = "chapters__30_altersaufbau_dot_jinja"


def test_a_new_chapter_comes_in_order_and_one_of_the_same_name_replaces(tmp_path: Path) -> None:
    chapter = "{{% call chapter('{}') %}}{{% call paragraph() %}}Köln & <b>Bonn</b>{{% endcall %}}{{% endcall %}}"
    made = templates(tmp_path, **{NEW: chapter.format("Verkehr"), OLD: chapter.format("Alter neu")})
    page = render.html(FakeProfile(), FIGURES, made)
    chapters = re.findall(r"<h2[^>]*>(.*?)</h2>", page)[1:]
    assert chapters[3:7] == ["Bevölkerungsentwicklung", "Alter neu", "Geburten und Sterbefälle", "Verkehr"]
    assert "Köln &amp; &lt;b&gt;Bonn&lt;/b&gt;" in page


def test_style_sheets_can_be_replaced(tmp_path: Path) -> None:
    page = render.html(FakeProfile(), FIGURES, templates(tmp_path, html__style_dot_css="p { color: #123456 }"))
    assert "p { color: #123456 }" in page
    assert ".keyfigures li" not in page


@pytest.mark.parametrize(
    ("css", "said"),
    [
        ("p {}\n</Style><script>alert(1)</script>", "Zeile 2: Gefunden wurde „</Style“, das gehört in kein Stilblatt."),
        ("\n\n@import 'https://x.de/a.css';", "Zeile 3: Gefunden wurde „@import“. Die Seite lädt nichts nach; erlaubt"),
        ("p { background: url( 'https://x.de/a.png') }", "Zeile 1: Gefunden wurde „url( 'https://x.de/a.png'“"),
        ("p { background: url(a.png) }", "„url(a.png“"),
        ("p {\n background: \\75 r\\l(//x.de) }", "Zeile 2: Gefunden wurde „url(//x.de“"),
        ("@\\69mport '//x.de';", "„@import“"),
        ("p { background: image-set('//x.de/a.png' 1x) }", "„image-set(“"),
    ],
)
def test_a_style_sheet_stays_one_and_fetches_nothing(css: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        templates(tmp_path, html__style_dot_css=css)
    assert str(caught.value).startswith("vorlagen/html/style.css, ")
    assert said in str(caught.value)


def test_a_style_sheet_may_carry_its_pictures(tmp_path: Path) -> None:
    css = "li::before { content: '\\2192'; background: url(\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\") }\n"
    css += "svg { fill: url( #a ) }\n" + templating.text_of("html/style.css")
    assert css in render.html(FakeProfile(), FIGURES, templates(tmp_path, html__style_dot_css=css))


@pytest.mark.parametrize("call", ['read("geheim.svg")', 'image("geheim.svg")', 'include "/a.typ"'])
def test_a_style_sheet_of_the_pdf_reads_no_files(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "geheim.svg").write_text(SVG)
    (tmp_path / "a.typ").write_text("geheim")
    style = templating.text_of("typst/style.typ")
    made = templates(tmp_path / "o", typst__style_dot_typ=f"#let x = [#{call}]\n{style}")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TemplateError) as caught:
        render.document(FakeProfile(), FIGURES, made)
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith("vorlagen/typst/style.typ: Das PDF konnte nicht gesetzt werden: ")
    assert "1 │ #let x" in str(caught.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a\n{% if x %}", "Zeile 2: Das ist keine gültige Vorlage"),
        ("{{ x | nichts }}", "Zeile 1: Das ist keine gültige Vorlage"),
        (
            "a\n" + "{% for a in [1] %}" * 30 + "b" + "{% endfor %}" * 30,
            "Zeile 2: Die Vorlage ist zu tief geschachtelt",
        ),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "Zeile 1: Die Vorlage ist zu tief geschachtelt"),
        ("{{ 1" + " + 1" * 20_000 + " }}", "Zeile 1: Die Vorlage ist zu tief geschachtelt"),
        ("{{ 'a'|center(9999999999) }}", "Das ist keine gültige Vorlage"),
        ("{{ 'a'|safe }}", "Das ist keine gültige Vorlage"),  # HTML in a chapter would be nonsense in the PDF
    ],
)
def test_a_template_that_is_none_is_refused_at_once(source: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="35_verkehr") as caught:
        templates(tmp_path, **{NEW: source})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a\n{{ nirgends }}", "Zeile 2: Diesen Namen gibt es nicht"),
        ("a\n\n{{ 1 / 0 }}", "Zeile 3: Die Vorlage lässt sich nicht ausfüllen"),
        ("{{ p.__class__ }}", "nicht erlaubt"),
        ("{{ ''.__class__.__mro__ }}", "nicht erlaubt"),
        ("{{ references.re.compile('a') }}", "nicht erlaubt"),
        ("{{ say.population.fmt.math.pi }}", "nicht erlaubt"),
        ("{{ references.Column('a') }}", "nicht erlaubt"),
        ("{% include '../../geheim' %}", "Diese Vorlage gibt es nicht"),
        ("{% for i in range(10**9) %}{% endfor %}", "Die Vorlage lässt sich nicht ausfüllen"),
        ("a\n{{ 'a' * 5000000000 }}", "Zeile 2: Die Vorlage rechnet zu lange oder zu viel"),
        ("{{ [1] * 10**9 }}", "rechnet zu lange"),
        ("{{ 10**(10**9) }}", "rechnet zu lange"),
        ("{{ 9.0**9999 }}", "Die Vorlage lässt sich nicht ausfüllen"),
        ("{{ '%9999999999d' % 1 }}", "nicht erlaubt"),
        ("{{ '{:9999999999}'.format(1) }}", "nicht erlaubt"),
        ("{{ 'a'.ljust(9999999999) }}", "nicht erlaubt"),
        ("{{ ('a' * 99999).replace('a', 'b' * 99999) }}", "rechnet zu lange"),
        ("{{ range(99999)|join('b' * 99999) }}", "rechnet zu lange"),
        (
            "{% set n = namespace(x='a') %}{% for i in range(99) %}\n{% set n.x = n.x ~ n.x %}{% endfor %}",
            "Zeile 2: Die Vorlage rechnet zu lange",
        ),
        ("{% set x = 'a' * 99999 %}{% for i in range(99999) %}{{ x }}{% endfor %}", "rechnet zu lange"),
        (
            "a\n{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
            "Zeile 2: Die Vor",
        ),
        ("{% for i in range(9999) %}{% for j in range(99999) if false %}{% endfor %}{% endfor %}", "rechnet zu lange"),
        (
            "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
            "rechnet zu lange",
        ),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "Die Vorlage lässt sich nicht ausfüllen"),
        ("{{ figure(1, 2, 3) }}", "Die Vorlage lässt sich nicht ausfüllen"),
        ("{{ fig('nirgends') }}", "„nirgends“"),
    ],
)
def test_a_template_that_fails_names_its_line(source: str, said: str, tmp_path: Path) -> None:
    made = templates(tmp_path, **{NEW: source})
    with pytest.raises(RenderError) as caught:
        render.html(FakeProfile(), FIGURES, made)
    assert said in str(caught.value)
    assert "vorlagen/chapters/35_verkehr.jinja" in str(caught.value) or "nirgends" in source


@pytest.mark.parametrize("source", ["{{ p.store }}", "{{ p.results }}", "{{ p.where }}", "{{ p.kind }}"])
def test_templates_reach_no_files(source: str) -> None:
    p = SimpleNamespace(store=1, results=2, where=Path("x"), kind=Path)
    with pytest.raises(SecurityError):
        templating.html_environment((templating.Template(NEW, NEW, source),)).from_string(source).render(p=p)


def test_templates_have_time_but_not_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account is that of one document; the built-in templates have none."""
    loop = "{% for i in range(30000) %}{% for j in range(9) %}{% endfor %}{% endfor %}"
    loop += "{{ 'Ende ' ~ 2 * 3 ~ [1, 2]|join('–') }}"
    made = templates(tmp_path, **{NEW: f"{{% call chapter('a') %}}{loop}{{% endcall %}}"})
    for _ in range(4):
        assert "Ende 61–2" in render.html(FakeProfile(), FIGURES, made)
    monkeypatch.setattr(sandbox, "MOST_SECONDS", -1)
    render.html(FakeProfile(), FIGURES)
    with pytest.raises(TemplateError, match="rechnet zu lange"):
        render.html(FakeProfile(), FIGURES, made)


def test_macros_must_be_complete(tmp_path: Path) -> None:
    made = templates(tmp_path, html__macros_dot_jinja="{% macro chapter(text) %}{% endmacro %}")
    with pytest.raises(RenderError, match="fehlt das Makro „section“"):
        render.html(FakeProfile(), FIGURES, made)


def test_our_own_faults_are_not_blamed_on_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> Any:
        raise ZeroDivisionError

    made = templates(tmp_path, **{NEW: "{% call chapter('a') %}b{% endcall %}"})
    with pytest.raises(ZeroDivisionError):
        render.html(FakeProfile(), {**FIGURES, "pyramid": broken}, made)


@pytest.mark.parametrize("name", ["html__makros_dot_jinja", "chapters__35 a_dot_jinja", "fonts__a_dot_ttf"])
def test_a_template_nobody_asks_for_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(OwnError, match="Eine solche Vorlage gibt es nicht"):
        templates(tmp_path, **{name: "x"})


def test_an_empty_folder_and_links_in_it_are_refused(tmp_path: Path) -> None:
    (tmp_path / "vorlagen" / "chapters").mkdir(parents=True)
    with pytest.raises(OwnError, match="liegt keine Vorlage"):
        templates(tmp_path)
    if os.name != "nt":
        (tmp_path / "vorlagen" / "chapters" / "35_x.jinja").symlink_to("/etc/passwd")
        with pytest.raises(OwnError, match="Verknüpfung"):
            templates(tmp_path)


def test_a_failing_template_writes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    templates(tmp_path / "o", **{NEW: "{{ nirgends }}"})
    words = ["build", "vrees", "--profil", str(tmp_path / "o" / "profil.toml"), "-o", str(tmp_path / "r")]
    assert german_cli.run(cli.app, words) == 2
    assert "Traceback" not in (err := capfd.readouterr().err)
    assert "vorlagen/chapters/35_verkehr.jinja, Zeile 1: Diesen Namen gibt es nicht" in err
    assert not (tmp_path / "r").exists()
