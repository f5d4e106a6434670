"""The fonts hold every sign a profile uses, under the names the templates call them by."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from kommunalprofil import resources

NEEDED = "AZaz09ÄÖÜäöüßẞ−–„“‚‘…²³≥≤·↑↓→%§€×±éščěńŁø" + "\u00a0\u2009\u202f\u00ad"
WEIGHTS = {"Regular": 400, "Italic": 400, "SemiBold": 600, "Bold": 700}


@pytest.mark.parametrize(
    "name", [*(f"SourceSans3-{s}.ttf" for s in WEIGHTS), "latin-regular.woff2", "latin-semibold.woff2"]
)
def test_every_font_has_the_signs_and_tabular_figures(name: str) -> None:
    font = TTFont(resources.fonts_dir() / name)
    glyphs = font.getBestCmap()
    assert [sign for sign in NEEDED if ord(sign) not in glyphs] == []
    widths = [font["hmtx"][glyphs[ord(digit)]][0] for digit in "0123456789"]
    assert max(widths) - min(widths) <= 1  # of 1000 units an em; the italic's digits differ by rounding


@pytest.mark.parametrize(("style", "weight"), WEIGHTS.items())
def test_family_and_weight(style: str, weight: int) -> None:
    font = TTFont(resources.fonts_dir() / f"SourceSans3-{style}.ttf")
    family = font["name"].getDebugName(16) or font["name"].getDebugName(1)
    assert (family, font["OS/2"].usWeightClass) == ("Source Sans 3", weight)


def test_subsets_are_small_and_named_as_the_licence_asks() -> None:
    for path in resources.fonts_dir().glob("*.woff2"):
        assert path.stat().st_size < 16 * 1024
        font = TTFont(path)
        assert all("Source" not in str(font["name"].getDebugName(number)) for number in (1, 3, 4, 6))
        assert "Open Font License" in font["name"].getDebugName(13)


def test_the_subsets_come_from_the_script(root: Path, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("fonts", root / "tools" / "fonts.py")
    assert spec is not None
    assert spec.loader is not None
    fonts = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fonts)
    for source, target in fonts.SUBSETS.items():
        fonts.subset(fonts.FONTS / source, tmp_path / target)
        assert (tmp_path / target).read_bytes() == (fonts.FONTS / target).read_bytes()
