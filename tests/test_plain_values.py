"""Values taken without pydantic are those that pydantic would have made, and wrong ones fail as before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
from typer._click.exceptions import BadParameter
from typer.core import TyperOption
from typer.main import get_command

from kommunalprofil.plain_values import Plain, take_plain
from test_cli_manners import loaded

app = typer.Typer()


@app.command()
def one(
    text: str = "x",
    words: list[str] | None = None,
    path: Path | None = None,
    there: Path = typer.Option(Path(), exists=True, file_okay=False),  # noqa: B008
    number: int = typer.Option(1, min=1),
    paths: list[Path] | None = None,
) -> None:
    """Every kind of parameter the program has."""


def option(name: str) -> TyperOption:
    (found,) = (p for p in get_command(app).params if p.name == name)
    assert isinstance(found, TyperOption)
    return found


def outcome(param: TyperOption, value: Any) -> Any:
    context = get_command(app).make_context("one", [])
    try:
        return param.process_value(context, value)
    except BadParameter as error:
        return error.message


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("text", ["", "a", "ä\udcff", " x ", b"x", 3, None]),
        ("words", [(), ("a", "b"), ["a"], None]),
        ("path", ["", ".", "a/../b", "/", "-", "~/x", Path("c"), None]),
        ("there", [".", "/nowhere", __file__, Path()]),
        ("number", ["3", "0", "x", 2, None]),
        ("paths", [("a", "b"), None]),
    ],
)
def test_values_are_those_of_the_library(name: str, values: list[Any]) -> None:
    theirs, ours = option(name), option(name)
    take_plain(ours)
    assert isinstance(ours.get_runtime_param(), Plain)
    for value in values:
        assert outcome(ours, value) == outcome(theirs, value)
        assert type(outcome(ours, value)) is type(outcome(theirs, value))


def test_a_usual_call_does_not_load_the_library(tmp_path: Path) -> None:
    assert not loaded(tmp_path, ["build", "vrees", "--output", "x", "--dry-run"], ["list", "vrees"]) & {"pydantic"}
