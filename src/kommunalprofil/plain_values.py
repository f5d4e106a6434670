"""Words of a call that need no check are taken as they are; the library that checks the others loads only for them.

typer hands every value to pydantic, which takes as long to load as everything else before a command begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer._click.core import Context, Parameter
from typer._coercion import RuntimeParam, TypeDescriptor, build_runtime_param
from typer._param_types import coerce_cli_path


@dataclass(frozen=True)
class Plain(RuntimeParam):
    """What a parameter makes of its value."""

    descriptor: TypeDescriptor

    def _coerce_value(self, value: Any, param: Any, ctx: Context) -> Any:
        kind = self.annotation if self.parameter_info.parser is None else None
        if kind is str and type(value) is str:
            return value
        if kind == list[str] and isinstance(value, (list, tuple)) and all(type(one) is str for one in value):
            return list(value)
        if kind is Path and self.parameter_info.path_type is None and isinstance(value, (str, Path)):
            return coerce_cli_path(Path(value), self.parameter_info, path_type=Path, param=param, ctx=ctx)
        return build_runtime_param(self.descriptor)._coerce_value(value, param=param, ctx=ctx)


def take_plain(param: Parameter) -> None:
    """Let a parameter take its value without pydantic where it can."""
    if (described := getattr(param, "type_descriptor", None)) is not None:
        param._runtime_param = Plain(described.parameter_info, described.annotation, described)  # type: ignore[attr-defined]
