"""Templates kept compiled: the next process takes them, unless anything they follow from has changed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from jinja2 import Environment, UndefinedError

from kommunalprofil import compiled, many, resources, templating
from kommunalprofil.errors import RenderError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one template, and Python keeping what it compiles."""
    there = tmp_path / "templates"
    (there / "chapters").mkdir(parents=True)
    (there / "chapters" / "one.jinja").write_text("{{ 1500|number }} & {{ x }}")
    monkeypatch.setattr(templating, "templates_dir", lambda: there)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    return there


def made(monkeypatch: pytest.MonkeyPatch, form: str = "html") -> tuple[str, bool]:
    """The filled template as a new process fills it, and whether it had to be compiled."""
    compiled._program.cache_clear()
    compiling: list[str | None] = []
    compile_one = Environment.compile

    def compile_(self: Environment, source: str, name: str | None = None, filename: str | None = None) -> object:
        compiling.append(name)
        return compile_one(self, source, name, filename)

    with monkeypatch.context() as patch:
        patch.setattr(Environment, "compile", compile_)
        environment = {"html": templating.html_environment, "typst": templating.typst_environment}[form].__wrapped__()
        return environment.get_template("chapters/one.jinja").render(x="<x>"), bool(compiling)


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.parent.name == "__pycache__")


def test_the_next_process_takes_what_is_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = "1.500 &amp; &lt;x&gt;"
    first = made(monkeypatch), made(monkeypatch, "typst")
    second = made(monkeypatch), made(monkeypatch, "typst")
    assert first[0] == (html, True)
    assert second[0] == (html, False)
    assert (first[1][1], second[1][1]) == (True, False)
    assert first[1][0] == second[1][0] != html
    assert len(kept(folder)) == 2
    assert all(path.suffix == ".pyc" for path in kept(folder))


@pytest.mark.parametrize("damage", [b"", b"\0" * 10, b"\0" * 5000, None])
def test_a_damaged_file_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None) -> None:
    whole = made(monkeypatch)[0]
    (path,) = kept(folder)
    data = path.read_bytes()
    path.write_bytes(data[:-20] + b"\xff" * 20 if damage is None else damage)
    assert made(monkeypatch) == (whole, True)
    assert path.read_bytes() == data
    assert made(monkeypatch) == (whole, False)


def test_a_changed_template_or_program_is_compiled_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(monkeypatch)
    template = folder / "chapters" / "one.jinja"
    template.write_text("{{ 2500|number }}")
    assert made(monkeypatch) == ("2.500", True)
    assert made(monkeypatch) == ("2.500", False)
    monkeypatch.setattr(compiled.jinja2, "__version__", "99")
    assert made(monkeypatch) == ("2.500", True)
    monkeypatch.setattr(compiled, "MAGIC_NUMBER", b"99")
    assert made(monkeypatch) == ("2.500", True)
    package = folder.parent / "package"
    package.mkdir()
    monkeypatch.setattr(compiled, "__file__", str(package / "compiled.py"))
    (package / "formatting.py").write_text("1")
    assert made(monkeypatch)[1]
    assert not made(monkeypatch)[1]
    (package / "formatting.py").write_text("12")
    assert made(monkeypatch)[1]


def test_a_folder_that_moved_names_its_new_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(monkeypatch)
    moved = folder.with_name("moved")
    shutil.move(folder, moved)
    monkeypatch.setattr(templating, "templates_dir", lambda: moved)
    assert made(monkeypatch)[1]


@pytest.mark.parametrize("why", ["told not to", "no rights", "a file in the way"])
def test_nothing_breaks_where_nothing_can_be_kept(folder: Path, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    if why == "told not to":
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
    elif why == "no rights":

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "write_bytes", refuse)
    else:
        (folder / "chapters" / "__pycache__").write_text("")
    assert made(monkeypatch) == made(monkeypatch) == ("1.500 &amp; &lt;x&gt;", True)
    assert kept(folder) == []


def test_templates_of_the_kommune_are_never_kept(folder: Path) -> None:
    own = (templating.Template("chapters/one.jinja", "meine.jinja", "{{ 'eigen' }}"),)
    environment = templating.html_environment.__wrapped__(own)
    assert environment.get_template("chapters/one.jinja").render() == "eigen"
    assert kept(folder) == []


def test_what_is_kept_changes_no_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    what = many.What(resources.data_dir(), tmp_path)
    monkeypatch.setattr(many, "templates_dir", lambda: tmp_path)
    (tmp_path / "one.jinja").write_text("x")
    before = many.fingerprint(what)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "one.cpython-311.opt-html.pyc").write_text("x")
    (tmp_path / "__pycache__" / ".one.cpython-311.opt-html.pyc.1.tmp").write_text("x")
    assert many.fingerprint(what) == before


@pytest.mark.parametrize(
    ("source", "error", "told"),
    [
        ("\n{% if %}", RenderError, r"one\.jinja, Zeile 2: Die Vorlage lässt sich nicht ausfüllen \("),
        ("\n\n{{ nothing.there }}", UndefinedError, r"'nothing' is undefined"),
    ],
)
def test_a_fault_in_a_template_of_the_program_names_its_line(
    source: str, error: type[Exception], told: str, folder: Path
) -> None:
    (folder / "chapters" / "one.jinja").write_text(source)
    environment = templating.html_environment.__wrapped__()
    with pytest.raises(error, match=told) as caught, templating.blaming((), environment):
        environment.get_template("chapters/one.jinja").render()
    if error is UndefinedError:
        (note,) = caught.value.__notes__
        assert note.endswith("one.jinja, Zeile 3")
