"""The direction of imports (docs/architektur): what a module may know, and where the heavy libraries may come in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = "kommunalprofil"
LAYERS = [
    {"errors", "registry", "resources", "states", "workers", "xml_text"},
    {"vocabulary", "ages", "provenance", "nuts"},
    {"regions", "observations", "names", "finding", "grammar", "document"},
    {"cells", "trail", "territory", "crosswalk", "conversion", "continuity"},
    {"store", "commit", "raw", "indicators", "formatting", "snapshots"},
    {"sources"},
    {"checks"},
    {"intake", "difference"},
    {"asking"},
    {"library", "profile", "comparison", "similar", "effects", "availability", "status", "verdicts"},
    {"difference_text", "calculation"},
    {"invariants", "explain"},
    {"check_text", "explain_text", "similar_text", "folding"},
    {"merging", "explain_json"},
    {"importer"},
    {"update"},
    {"figures"},
    {"own"},
    {"plan"},
    {"render"},
    {"import_text"},
    {"cli_options", "cli_data"},
    {"many"},
    {"gazetteer"},
    {"cli_states", "cli_explain", "cli_similar", "cli_build", "cli_werkstattplan"},
    {"cli"},
]
RANK = {name: i for i, layer in enumerate(LAYERS) for name in layer}
WITHIN = ("sources.watched", "plan.word_form", "plan.controls")
"""Modules whose classes need a heavy library, which therefore load only where they are used."""
COMMAND_LINE = (
    "cli",
    "cli_build",
    "cli_data",
    "cli_compare",
    "cli_explain",
    "cli_melderegister",
    "cli_review",
    "cli_options",
    "cli_similar",
    "cli_states",
    "cli_werkstattplan",
    "german_cli",
)
"""Modules that talk to people at a terminal."""
HEAVY = {
    "requests": ("sources.transfer", "sources.watched"),
    "geopandas": ("sources.geometry",),
    "pyogrio": ("sources.geometry",),
    "openpyxl": ("sources", "plan"),
    "docx": ("plan",),
    "lxml": ("plan",),
    "matplotlib": ("figures",),
    "typer": (*COMMAND_LINE, "german_texts"),
    "jinja2": ("compiled", "render", "sandbox", "templating", "templates", "sentences", "markup"),
    "markdown_it": ("own.markdown",),
    "PIL": ("own.pictures",),
    "typst": ("pdf", "render"),
    "pikepdf": ("pdf", "pdf_checks", "render"),
    "pandas": (
        "sources",
        "intake",
        "merging",
        "folding",
        "difference",
        "invariants",
        "checks",
        "observations",
        "store",
        "indicators.export",
        "library",
    ),
}


def _imports(tree: ast.AST, typing_only: bool = False) -> Iterator[tuple[str, bool]]:
    """Names of imported modules, and whether at import of the module; what is for type checkers only is left out."""
    top = set(ast.iter_child_nodes(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for inner in ast.walk(node):
                inner.hidden = True  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if getattr(node, "hidden", False):
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node in top
            yield from ((f"{node.module}.{alias.name}", node in top) for alias in node.names)


@cache
def _modules(root: Path) -> dict[str, ast.AST]:
    folder = root / "src" / PACKAGE
    return {
        ".".join(p.relative_to(folder).with_suffix("").parts).removesuffix(".__init__") or "__init__": ast.parse(
            p.read_text()
        )
        for p in sorted(folder.rglob("*.py"))
    }


@cache
def _imported(root: Path) -> dict[str, list[tuple[str, bool]]]:
    """Of every module what it imports, see `_imports`."""
    return {module: list(_imports(tree)) for module, tree in _modules(root).items()}


def test_imports_run_one_way(root: Path) -> None:
    wrong = []
    for module, names in _imported(root).items():
        rank = RANK.get(module.split(".")[0])
        if rank is None:
            continue
        for name, _ in names:
            target = name.removeprefix(f"{PACKAGE}.").split(".")[0]
            if name.startswith(f"{PACKAGE}.") and RANK.get(target, -1) > rank:
                wrong.append(f"{module} imports {name}")
    assert sorted(set(wrong) - ALLOWED) == []


ALLOWED = {
    # The declarations of tables, which hold no reader: which table answers is a question of the indicators too.
    "indicators.compute imports kommunalprofil.sources",
    "indicators.compute imports kommunalprofil.sources.declared",
    "indicators.tabulate imports kommunalprofil.sources",
    "indicators.tabulate imports kommunalprofil.sources.declared",
}


@pytest.mark.parametrize("library", HEAVY)
def test_heavy_libraries_come_in_at_few_doors(root: Path, library: str) -> None:
    wrong = []
    for module, names in _imported(root).items():
        for name, _ in names:
            allowed = any(module == door or module.startswith(f"{door}.") for door in HEAVY[library])
            if name.split(".")[0] == library and not allowed:
                wrong.append(module)
    assert sorted(set(wrong)) == []


@pytest.mark.parametrize(
    "library", ["pandas", "geopandas", "requests", "openpyxl", "pyogrio", "matplotlib", "pyarrow", "PIL", "docx"]
)
def test_nothing_heavy_loads_at_import_of_the_core(root: Path, library: str) -> None:
    at_import = [
        module
        for module, names in _imported(root).items()
        if not module.startswith("figures") and module not in WITHIN
        for name, top in names
        if top and name.split(".")[0] == library
    ]
    assert at_import == []


@pytest.mark.parametrize("module", WITHIN)
def test_what_loads_heavy_libraries_is_loaded_within_functions(root: Path, module: str) -> None:
    at_import = [m for m, names in _imported(root).items() for name, top in names if top and module in name]
    assert at_import == []


def test_only_the_command_line_prints_or_exits(root: Path) -> None:
    wrong = []
    for module, tree in _modules(root).items():
        if module in (*COMMAND_LINE, "__main__"):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("print", "exit", "input")
            ):
                wrong.append(f"{module}:{node.lineno}")
            if isinstance(node, ast.Attribute) and node.attr == "exit" and getattr(node.value, "id", "") == "sys":
                wrong.append(f"{module}:{node.lineno}")
    assert wrong == []


def test_no_error_is_swallowed_whole(root: Path) -> None:
    wrong = [
        f"{module}:{node.lineno}"
        for module, tree in _modules(root).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
        and not any(isinstance(x, ast.Raise) for x in ast.walk(node))
    ]
    # the command line and a portion of many profiles end with a report of the bug, not with silence
    assert [w for w in wrong if not w.startswith(("german_cli", "many"))] == []
