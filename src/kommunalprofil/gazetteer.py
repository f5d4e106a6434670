"""The gazetteer: index.html beside the folders of the profiles, a list of all that are there and a map.

What is listed is what lies in the folder, whoever built it and when; names and numbers of people come from the
register of the data set.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup, escape

from kommunalprofil import __version__, datapackage, render, templating
from kommunalprofil import formatting as fmt
from kommunalprofil.errors import RenderError
from kommunalprofil.figures import maps
from kommunalprofil.figures.place import GEOMETRY
from kommunalprofil.figures.sheet import Link
from kommunalprofil.many import Outcome, What
from kommunalprofil.names import fold
from kommunalprofil.references import LICENCES
from kommunalprofil.regions import GERMANY, Region, Register
from kommunalprofil.states import OUTLINES, State
from kommunalprofil.store import Store

NAME = "index.html"
PAGE = "kommunalprofil.html"
FILES = {"kommunalprofil.pdf": "PDF", "daten.xlsx": "Excel", "daten.csv": "CSV"}
"""What is linked beside the page, and as what."""
SCRIPT = "gazetteer/page.js"
MARK = '<meta name="generator" content="kommunalprofil '
"""What tells our page from one that somebody else put there."""
LEVELS = {
    "bund": ("Deutschland", "Deutschland"),
    "land": ("Land", "Länder"),
    "kreis": ("Kreis oder kreisfreie Stadt", "Kreise und kreisfreie Städte"),
    "gemeinde": ("Gemeinde", "Gemeinden"),
}
"""One and several places of a level, in the words of the page."""
Profiles = Mapping[str, tuple[str, ...]]
"""The files of each profile that is there, by the key of its place."""


class Place(NamedTuple):
    """A place of the list: how it is called and what it offers; without a page it only holds those below it.

    The template unpacks it, which is quicker than reading attributes of eleven thousand places.
    """

    anchor: str
    ags: str
    level: str
    name: str
    kind: str
    title: str
    facts: str
    page: str
    files: tuple[tuple[str, str], ...]
    below: tuple[Place, ...]


class Section(NamedTuple):
    """The places of a Land, or those above all Länder."""

    title: str
    anchor: str
    places: tuple[Place, ...]


def profiles(folder: Path, register: Register, known: Iterable[Outcome] = ()) -> Profiles:
    """The profiles that lie whole in a folder, in no order; those `known` to this run are not looked at again.

    Left are places the register no longer has: the dissolved Gemeinde may have lain in a Kreis that is gone, too.
    """
    there = {one.ags: tuple(path.name for path in one.files) for one in known}
    columns = (register.column(name) for name in ("slug", "ags", "valid_to"))
    slugs = {slug: ags for slug, ags, gone in zip(*columns, strict=True) if not gone}
    try:
        with os.scandir(folder) as entries:
            others = [entry.name for entry in entries if entry.name in slugs and slugs[entry.name] not in there]
    except FileNotFoundError:
        return {}
    for name in others:
        if one := datapackage.found(folder / name):
            there[slugs[name]] = one.files
    return {ags: files for ags, files in there.items() if PAGE in files}


def page(found: Profiles, register: Register, state: State, style: Markup) -> str:
    """The page that lists these profiles; the same ones give the same text. Raises DataError for bad outlines."""
    regions = [register.get(ags) for ags in found]
    levels = {level: n for level in LEVELS if (n := sum(region.level == level for region in regions))}
    counted = [f"{fmt.number(n)} {LEVELS[level][n > 1]}" for level, n in levels.items()]
    lands = _sorted(register.get(ags[:2]) for ags in {ags[:2] for ags in found} - {GERMANY})
    return templating.html_environment().get_template("gazetteer/page.jinja").render(
        title="Verzeichnis der Kommunalprofile",
        counted=fmt.list_and(counted).replace("1 Deutschland", "Deutschland"),
        number=len(found),
        sections=[one for one in _sections(found, lands, register) if one.places],
        levels={level: LEVELS[level][1] for level in levels},
        lands=lands,
        drawn=_map(found, regions, register, state),
        credit=_credit(state),
        style=style + Markup(templating.text_of("gazetteer/style.css")),
        policy=render.policy(SCRIPT),
        script=render.inline_script(SCRIPT),
        version=__version__,
    )  # fmt: skip


def write(what: What, register: Register, known: Iterable[Outcome] = ()) -> tuple[Path, int]:
    """Write the page about everything in the folder of the results; answers where it is and how many it lists.

    `known` are the profiles of this run that are there.

    Raises RenderError if there is an index.html that somebody else made, DataError for bad outlines, OSError if it
    cannot be written.
    """
    path = what.output / NAME
    if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace"):
        raise RenderError(
            f"„{path}“ stammt nicht von kommunalprofil und bleibt, wie es ist. Das Verzeichnis der Profile entsteht, "
            "sobald die Datei anders heißt oder ein anderer Ordner angegeben ist (--output)."
        )
    found = profiles(what.output, register, known)
    text = page(found, register, State.of(what.data), render.html_style(what.own))
    for left in what.output.glob(f".{NAME}.*.tmp"):  # by a run that was killed just here
        left.unlink(missing_ok=True)
    render.write({NAME: text.encode()}, what.output)
    return path, len(found)


def _sorted(regions: Iterable[Region]) -> list[Region]:
    """By name as in a German telephone book (ä as ae), namesakes by their keys."""
    return sorted(regions, key=lambda region: (fold(region.name), region.ags))


def _sections(found: Profiles, lands: list[Region], register: Register) -> list[Section]:
    """Germany and the Länder together, then each Land with its Kreise, those with their Gemeinden."""
    inside: dict[str, set[str]] = {}
    for ags in found:
        if len(ags) > 2:
            inside.setdefault(ags[:2], set()).add(ags[:5])
        if len(ags) > 5:
            inside.setdefault(ags[:5], set()).add(ags)

    def places(keys: Iterable[str]) -> tuple[Place, ...]:
        return tuple(_place(region, found, places(inside.get(region.ags, ()) if len(region.ags) == 5 else ()))
                     for region in _sorted(map(register.get, keys)))  # fmt: skip

    top = [land.ags for land in lands if land.ags in found]
    title = fmt.list_and(["Deutschland"] * (GERMANY in found) + ["Länder"] * bool(top))
    above = places([GERMANY] * (GERMANY in found)) + places(top)
    return [Section(title, "laender", above)] + [
        Section(land.name, f"land-{land.ags}", places(inside.get(land.ags, ()))) for land in lands
    ]


def _place(region: Region, found: Profiles, below: tuple[Place, ...]) -> Place:
    people = "" if region.population is None else f"{fmt.number(region.population)} Menschen"
    dated = f"{people} ({fmt.date(region.population_date)})" if people and region.population_date else people
    facts = " · ".join(filter(None, (dated, region.ags * (region.ags != GERMANY))))
    there = found.get(region.ags, ())
    files = tuple((label, _address(region, name)) for name, label in FILES.items() if name in there)
    page = _address(region, PAGE) if there else ""
    return Place(_anchor(region.ags), region.ags, region.level, region.name, region.kind, region.title, facts, page,
                 files, below)  # fmt: skip


def _anchor(ags: str) -> str:
    return f"ort-{ags}"


def _address(region: Region, file: str) -> str:
    """The address of a file from the page, which lies beside the folders."""
    return f"{quote(region.slug)}/{quote(file)}"


def _map(found: Profiles, regions: list[Region], register: Register, state: State) -> Markup:
    """Germany with its Kreise, or its Länder if there are profiles of nothing smaller; nothing without outlines."""
    size, level = (5, "kreise") if any(len(ags) > 2 for ags in found) else (2, "laender")
    if f"{OUTLINES}/{level}" not in state.entries:
        return Markup()
    below: dict[str, int] = {}
    for region in regions:
        if region.level == "gemeinde":
            below[region.ags[:5]] = below.get(region.ags[:5], 0) + 1
    keys = {ags[:size] for ags in found if len(ags) >= size and ags != GERMANY}
    areas = _sorted(map(register.get, keys))
    links = {area.ags: _link(area, area.ags in found, below.get(area.ags, 0)) for area in areas}
    drawn = maps.germany(state, level, links)
    return Markup(drawn.replace("<svg ", '<svg role="group" aria-labelledby="karte-titel" ', 1))


def _link(area: Region, own: bool, below: int) -> Link:
    """An area without Gemeinden leads to its profile, others to their place in the list."""
    one, several = "1 Gemeinde", f"{fmt.number(below)} Gemeinden"
    told = ["Profil"] * own + [one if below == 1 else several] * bool(below)
    name = " ".join(templating.printable(area.title).split())
    return Link(f"#{_anchor(area.ags)}" if below else _address(area, PAGE), f"{name}: {fmt.list_and(told)}")


def _credit(state: State) -> Markup:
    """Whose borders the map shows, under which licence: it asks for both, with its address."""
    origins = [one for one in Store(state).origins if (one.table, one.level) == (GEOMETRY, "kreis")]
    if not origins:
        return Markup()
    newest = max(origins, key=lambda one: one.gebietsstand)
    licence = LICENCES[newest.licence]
    text = f"Grenzen vom {fmt.date(newest.gebietsstand)}: {newest.citation}"
    return escape(text) + Markup(' (<a href="{}">{}</a>)').format(licence.url, licence.title)
