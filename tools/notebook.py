"""Run the example notebook and keep what its cells show.

Run from the root of a checkout: `python tools/notebook.py`. A test holds the notebook to what this finds.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

TARGET = Path(__file__).resolve().parent.parent / "docs" / "beispiel.ipynb"


def shown(source: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """What a cell prints, its last value and its figures, in the form of a notebook."""
    import matplotlib.pyplot as plt

    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None  # type: ignore[attr-defined]
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(True)})
    if value is not None and not plt.get_fignums():
        data = {"text/plain": repr(value).splitlines(True)}
        if hasattr(value, "_repr_html_"):
            data["text/html"] = value._repr_html_().splitlines(True)
        outputs.append({"output_type": "display_data", "data": data, "metadata": {}})
    for number in plt.get_fignums():
        png = io.BytesIO()
        plt.figure(number).savefig(png, dpi=110, metadata={"Software": None})
        image = base64.b64encode(png.getvalue()).decode()
        outputs.append({"output_type": "display_data", "data": {"image/png": image}, "metadata": {}})
    plt.close("all")
    return outputs


def run(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with the outputs of its cells, run from the first to the last."""
    names: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            cell["outputs"], cell["execution_count"] = shown("".join(cell["source"]), names), count
    return notebook


def main() -> None:
    """Run the notebook, write it and say so."""
    notebook = run(json.loads(TARGET.read_text(encoding="utf-8")))
    TARGET.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"docs/{TARGET.name}: {len(notebook['cells'])} Zellen")


if __name__ == "__main__":
    main()
