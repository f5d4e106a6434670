"""What the documents promise is true: commands run, options, files and links exist, generated pages are up to date."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.core import TyperGroup

from kommunalprofil import __version__, cli, errors, german_cli, observations
from kommunalprofil.german_texts import german_command
from kommunalprofil.states import State

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "benchmarks" / "README.md",
    *(ROOT / "docs").glob("*.md"),
]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = re.compile(r"(?:\.venv[/\\](?:bin|Scripts)[/\\])?kommunalprofil ")
OFFICIAL = "regionalstatistik/rdb-csv-2021/12411-01-01-4.csv"


def blocks(text: str) -> list[list[str]]:
    """The lines of every fenced block."""
    return [block.strip().splitlines() for block in re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)]


def said(path: Path) -> list[str]:
    """Everything a document shows as code: lines of blocks and spans inside sentences."""
    text = path.read_text(encoding="utf-8")
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    return [line for block in blocks(text) for line in block] + spans


def calls() -> list[tuple[str, str]]:
    found = [
        (path.name, code[match.end() :]) for path in DOCUMENTS for code in said(path) if (match := PROGRAM.match(code))
    ]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(("document", "call"), calls())
def test_every_command_shown_exists_with_its_options(document: str, call: str) -> None:
    command, words = german_command(cli.app), shlex.split(call)
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        command, words = command.commands[words[0]], words[1:]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    assert {word for word in words if word.startswith("-")} <= known, (document, call)


def test_the_readme_shows_every_command() -> None:
    shown = {call.split()[0] for document, call in calls() if document == "README.md"}
    assert shown >= set(german_command(cli.app).commands)


def readme_blocks() -> list[list[str]]:
    return [block for block in blocks(README) if re.match(r"kommunalprofil |cp ", block[0])]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the shell lines are for POSIX")
@pytest.mark.parametrize("block", readme_blocks(), ids=lambda block: block[-1].split()[1])
def test_every_command_of_the_readme_runs(block: list[str], tmp_path: Path, request: pytest.FixtureRequest) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    if any("downloads" in line for line in block):
        shared: Path = request.getfixturevalue("shared")
        (tmp_path / "downloads").mkdir()
        shutil.copy(shared / "data" / OFFICIAL, tmp_path / "downloads" / "ohne Namen")
    for line in block:
        words = shlex.split(line)
        if words[0] == "kommunalprofil":
            words[:1] = [sys.executable, "-m", "kommunalprofil"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120)
        assert (done.returncode, done.stderr) == (0, ""), line
        if "-o" in words:
            assert (tmp_path / words[words.index("-o") + 1]).stat().st_size > 1000


def test_make_knows_every_target_shown() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split())
    shown = {match[1] for path in DOCUMENTS for code in said(path) if (match := re.match(r"make (\w+)", code))}
    assert {"profil", "test", "data", "lock"} <= shown <= targets
    assert targets - {"help"} <= set(re.findall(r"\bmake (\w+)", makefile)) | {"hilfe", "fonts"}


def test_both_systems_get_the_same_lines() -> None:
    posix, windows = (next(b for b in blocks(README) if b[0].startswith(start)) for start in ("python3 -m", "py -m"))
    same = [line.replace(".venv\\Scripts\\", ".venv/bin/").replace("py -m", "python3 -m") for line in windows]
    assert same == posix
    assert all((ROOT / name).is_file() for name in re.findall(r"-r (\S+)", "\n".join(posix)))


def test_links_lead_somewhere() -> None:
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        headings = set(re.findall(r"^#+ (.+)$", text, re.MULTILINE))
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            assert link[1:] in headings if link.startswith("#") else (path.parent / link).is_file(), (path.name, link)


def test_the_picture_is_small_and_described() -> None:
    ((words, target),) = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", README)
    assert len(words.split()) > 20
    assert (ROOT / target).stat().st_size <= 250_000
    with Image.open(ROOT / target) as image:
        assert image.width >= 1000


def test_every_exit_code_is_documented() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")]
    codes = {value for name, value in vars(german_cli).items() if name.startswith("EXIT_")}
    table = README.partition("| Rückgabewert ")[2].partition("\n\n")[0]
    cells = re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
    assert {int(code) for cell in cells for code in cell.split(",")} == {0} | codes | {k.exit_code for k in kinds}


def test_the_page_of_indicators_is_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "docs.py"))["text"]()
    assert (ROOT / "docs" / "indikatoren.md").read_text(encoding="utf-8") == made, "make docs"


def test_modules_and_names_in_the_documents_exist() -> None:
    package = ROOT / "src" / "kommunalprofil"
    modules = {path.stem: path for path in package.rglob("*.py")}
    for path in DOCUMENTS:
        for code in said(path):
            if re.fullmatch(r"[\w/]+(\.py|/)", code) and not code.startswith("reports/"):
                assert any((folder / code).exists() for folder in (package, ROOT, path.parent)), (path.name, code)
            elif (name := re.fullmatch(r"(\w+)\.(\w+)", code)) and name[1] in modules:
                assert re.search(rf"\b{name[2]}\b", modules[name[1]].read_text(encoding="utf-8")), (path.name, code)


def test_columns_and_files_of_the_data_set_are_as_documented() -> None:
    text = (ROOT / "docs" / "daten.md").read_text(encoding="utf-8")
    table = text.partition("## Spalten der Beobachtungen")[2].partition("\n\n## ")[0]
    cells = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    assert re.findall(r"`(\w+)`", " ".join(cells)) == list(observations.COLUMNS)
    for name in State.of(ROOT / "data" / "processed").entries:
        assert f"| `{name.partition('/')[0]}" in text, name


def test_the_changelog_knows_the_version() -> None:
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def abgleich() -> dict[str, str]:
    made: dict[str, str] = runpy.run_path(str(ROOT / "tools" / "abgleich.py"))["files"]()
    return made


def test_the_comparison_with_the_offices_is_up_to_date(abgleich: dict[str, str]) -> None:
    for name, text in abgleich.items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, "make docs"


def test_every_exception_is_listed_with_its_cause(abgleich: dict[str, str]) -> None:
    """In each series as many rows (here or in the list of the Gemeinden) as values that are not exact."""
    page, listed = abgleich["abgleich.md"], abgleich["abgleich-gemeinden.csv"].count("\n") - 1
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("|")]
    inexact: dict[tuple[str, str], int] = {}
    for table, name, _, there, exact, *_ in (row for row in rows if len(row) == 7 and row[5].endswith("%")):
        key = (table, name.removesuffix(", geschätzt"))
        off = int(there.replace(".", "")) - int(exact.replace(".", ""))
        inexact[key] = inexact.get(key, 0) + off
    assert len(inexact) >= 18
    for (table, name), number in inexact.items():
        section = page.partition(f"### {table}: {name}\n")[2].partition("\n#")[0]
        told = len(re.findall(r"^\| (?:DE|\d{2}|\d{5}) \|", section, re.MULTILINE))
        if again := re.search(r"^(\d+) Werte, dieselben", section, re.MULTILINE):
            told = int(again[1])
        assert told + listed * table.endswith("-5") == number, (table, name)
        causes = set(re.findall(r"\| (\d+) \|$", section, re.MULTILINE))
        assert all(f"\n{cause}. " in section for cause in causes)
    assert "keine erklärte Ursache" not in page
