"""Puts templates, fonts and the embedded data set into the wheel; an editable install reads them from the checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TEMPLATES = {"templates": "kommunalprofil/templates"}
DATA, TARGET = "data/processed", "kommunalprofil/data"


def embedded(root: Path) -> dict[str, str]:
    """The files of the current state, not those of states that local imports have replaced."""
    manifest = json.loads((root / DATA / "manifest.json").read_bytes())
    names = ["manifest.json", "README.md", *(row["file"] for row in manifest["files"])]
    return {f"{DATA}/{name}": f"{TARGET}/{name}" for name in names}


class EmbeddedFiles(BuildHookInterface):  # type: ignore[type-arg]
    """A static force-include would also copy the files into editable installs, where they would grow stale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folders for `standard` wheels only."""
        if version == "standard":
            build_data["force_include"].update(TEMPLATES | embedded(Path(self.root)))
