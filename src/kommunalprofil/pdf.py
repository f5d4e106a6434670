"""PDF/UA-1 and PDF/A-2a: typst makes the file, a pass of pikepdf adds the row headers it cannot make and packs it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from kommunalprofil.errors import RenderError
from kommunalprofil.resources import fonts_dir


def _typeset(source: str, svgs: Mapping[str, str], inputs: Mapping[str, str], **options: Any) -> Any:
    """What typst makes of a source: one file, or a list of pages for pictures. Raises RenderError."""
    import typst

    given = {f"svg:{name}": svg for name, svg in svgs.items()} | dict(inputs)

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts_dir())])
    # A file where typst expects folders: nothing lies below it, so no source reads a file or package of this machine.
    nothing = str(fonts_dir() / "OFL.txt")
    compiler = typst.Compiler(
        source.encode(), nothing, fonts, sys_inputs=given, package_path=nothing, package_cache_path=nothing
    )
    try:
        made, warnings = compiler.compile_with_warnings(**options)
    except typst.TypstError as error:
        raise RenderError(f"Das PDF konnte nicht gesetzt werden: {error.diagnostic or error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's way to end, which is no Exception
            raise
        raise RenderError(f"Das PDF konnte nicht gesetzt werden: typst ist abgebrochen ({error}).") from error
    if warnings:
        raise RenderError("Das PDF konnte nicht sauber gesetzt werden: " + "; ".join(str(w.message) for w in warnings))
    return made


def compile_typst(source: str, svgs: Mapping[str, str], day: str, inputs: Mapping[str, str] | None = None) -> bytes:
    """The tagged PDF of a typst source; figures are reached as `sys.inputs.at("svg:<id>")`, `day` is its ISO date.

    `inputs` are further texts for `sys.inputs`, like colours.

    Raises RenderError with the compiler's message; missing glyphs and other warnings are errors, too.
    """
    stamp = datetime.fromisoformat(day).replace(tzinfo=UTC)
    pdf = _typeset(source, svgs, inputs or {}, format="pdf", pdf_standards=["ua-1", "a-2a"], timestamp=stamp)
    if not isinstance(pdf, bytes):
        raise RenderError("Das PDF konnte nicht gesetzt werden: typst hat keine Datei geliefert.")
    return pdf


def pages(source: str, svgs: Mapping[str, str], form: str, ppi: float | None = None) -> list[bytes]:
    """Every page of a typst source as a picture, `form` svg or png. Raises RenderError as `compile_typst`."""
    made = _typeset(source, svgs, {}, format=form, ppi=ppi)
    return [made] if isinstance(made, bytes) else list(made)


def elements(node: Any, kind: str | None = None) -> Iterator[Any]:
    """Every structure element below a node in reading order: all, or those of one kind ('/Table') outermost."""
    import pikepdf

    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child, kind)
    elif isinstance(node, pikepdf.Dictionary):
        found = "/S" in node and (kind is None or kind == node.S)
        if found:
            yield node
        if "/K" in node and not (found and kind):
            yield from elements(node.K, kind)


def _row_header(cell: Any) -> None:
    """Turn the first cell of a body row into a header of its row."""
    import pikepdf

    cell.S = pikepdf.Name.TH
    attributes = cell.get("/A", pikepdf.Array())
    for entry in attributes if isinstance(attributes, pikepdf.Array) else [attributes]:
        if entry.get("/O") == "/Table":
            entry.Scope = pikepdf.Name.Row


def load() -> None:
    """Load what `finish` needs; otherwise it would when typst is done, while others wait."""
    import pikepdf  # noqa: F401


def finish(pdf: bytes) -> bytes:
    """The document with row headers (TH, Scope Row) in every table and packed objects; same input, same bytes."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        for table in elements(document.Root.StructTreeRoot.K, "/Table"):
            for body in (part for part in table.K if part.S == "/TBody"):
                for row in body.K:
                    _row_header(row.K[0])
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
        return out.getvalue()


def build(source: str, svgs: Mapping[str, str], day: str, inputs: Mapping[str, str] | None = None) -> bytes:
    """Typst source to finished PDF. Raises RenderError."""
    return finish(compile_typst(source, svgs, day, inputs))
