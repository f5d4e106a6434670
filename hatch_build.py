"""Puts templates, fonts and the embedded data set into the wheel; an editable install reads them from the checkout."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

EMBEDDED = {"templates": "kommunalprofil/templates", "data/processed": "kommunalprofil/data"}


class EmbeddedFiles(BuildHookInterface):  # type: ignore[type-arg]
    """A static force-include would also copy the files into editable installs, where they would grow stale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folders for `standard` wheels only."""
        if version == "standard":
            build_data["force_include"].update(EMBEDDED)
