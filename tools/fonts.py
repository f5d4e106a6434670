"""Make the small WOFF2 fonts that a self-contained HTML profile carries, from the full fonts in templates/fonts.

SHA256SUMS beside them is what `build` knows a damaged font by.

Run from the root of a checkout: `python tools/fonts.py`. Needs fonttools[woff] (requirements-dev.txt). The result
depends only on the TTF files and the versions of fonttools and brotli.

The Open Font License reserves the name "Source" for unchanged fonts; a subset is a changed font. Inside, the subsets
are therefore named "Kommunalprofil Sans"; a style sheet may call an inlined font whatever it likes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "templates" / "fonts"
SUBSETS = {"SourceSans3-Regular.ttf": "latin-regular.woff2", "SourceSans3-SemiBold.ttf": "latin-semibold.woff2"}
SUBSET_FAMILY = "Kommunalprofil Sans"

# ASCII, German, Sorbian place names, the letters of Danish, French and Dutch neighbours that occur in names.
LETTERS = "ÄÖÜäöüßẞĆćČčĚěŁłŃńÓóŘřŔŕŚśŠšŹźŽžÅåÆæØøÀàÂâÉéÈèÊêËëÇçÎîÏïÔôÑñ"
# No-break, thin and narrow no-break space, soft hyphen, no-break hyphen, dashes, quotes, ellipsis, the true minus.
PUNCTUATION = "\u00a0\u2009\u202f\u00ad\u2010\u2011\u2012–—„“”‚‘’«»‹›…·•−×÷±≈≠≤≥†‡§©°€‰′″"
# Squares and cubes, fractions, superscript digits of notes, change arrows and the marks of legends.
SIGNS = "²³¹⁰⁴⁵⁶⁷⁸⁹½¼¾←↑→↓↗↘▲▼●○■□✓"


def characters() -> set[int]:
    """Code points every subset must hold as far as the full font has them."""
    return set(range(0x20, 0x7F)) | {ord(sign) for sign in LETTERS + PUNCTUATION + SIGNS}


def subset(source: Path, target: Path) -> None:
    """Write the subset of `source` to `target` as WOFF2; kerning, figure styles and fractions stay."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options()
    options.flavor = "woff2"
    options.hinting = False
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "pnum", "case"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    rename(font)
    font.flavor = "woff2"
    font.save(target)


def rename(font: TTFont) -> None:
    """Give the changed font a name of its own; copyright and licence records stay as they are."""
    style = "SemiBold" if font["OS/2"].usWeightClass == 600 else "Regular"
    full = f"{SUBSET_FAMILY} {style}"
    names = {1: SUBSET_FAMILY, 2: style, 3: full, 4: full, 6: full.replace(" ", "")}
    for record in list(font["name"].names):
        if record.nameID in names:
            font["name"].setName(
                names[record.nameID], record.nameID, record.platformID, record.platEncID, record.langID
            )


def sums() -> str:
    """The sha256 of every font, a line each, as sha256sum prints them."""
    paths = sorted(path for path in FONTS.iterdir() if path.suffix in (".ttf", ".woff2"))
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths)


def main() -> None:
    """Write every subset and say how large it became, then the sums of all fonts."""
    for source, target in SUBSETS.items():
        subset(FONTS / source, FONTS / target)
        print(f"{target}: {(FONTS / target).stat().st_size / 1024:.1f} KiB")
    (FONTS / "SHA256SUMS").write_text(sums(), encoding="ascii")


if __name__ == "__main__":
    main()
