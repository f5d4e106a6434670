"""From a `profil.toml` to an `Own`: every key known, every file read, everything refused before anything is built."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from kommunalprofil import templating
from kommunalprofil.own import colours
from kommunalprofil.own.drawing import PREFIX
from kommunalprofil.own.markdown import parse
from kommunalprofil.own.model import CREDIT, FIRST, Chapter, Chart, ChartKind, Own, Part, Picture, Signature
from kommunalprofil.own.numbers import numbers
from kommunalprofil.own.pictures import picture
from kommunalprofil.own.reading import Folder, OwnError, clean, content, heading, nearest, utf8
from kommunalprofil.templating import Template

KEYS: dict[str, tuple[str, ...]] = {
    "gestaltung": ("farbe", "logo", "logo_alt"),
    "vorwort": ("titel", "text", "datei", "name", "funktion", "portraet", "portraet_alt"),
    "kapitel": ("titel", "text", "datei", "nach", "quelle", "abbildungen"),
    "abbildung": ("id", "datei", "art", "titel", "untertitel", "einheit", "quelle", "alt"),
    "vorlagen": ("ordner",),
}
"""The sections of a `profil.toml` and their keys."""
REPEATED = ("kapitel", "abbildung")
MOST = {"titel": 120, "untertitel": 200, "alt": 600, "logo_alt": 200, "portraet_alt": 200, "quelle": 300,
        "name": 100, "funktion": 200, "einheit": 60, "id": 40, "text": 100_000}  # fmt: skip
"""Longest texts, in characters."""
_TYPES = {
    str: "ein Text", bool: "ja oder nein", int: "eine Zahl", float: "eine Zahl", list: "eine Liste",
    dict: "ein Abschnitt",
}  # fmt: skip
_SYNTAX = (
    (r"Invalid (?:statement|initial character)|Expected '='", 'Erwartet wird schluessel = "Text".'),
    (r"Cannot overwrite|Duplicate|Cannot declare|Cannot mutate", "Das steht schon weiter oben."),
    (r"Unterminated|Illegal character|Expected \"'\"", 'Ein Text steht in Anführungszeichen: "…".'),
    (r"Unescaped", "Ein \\ in einem Text wird doppelt geschrieben, oder der Text steht in einfachen Zeichen: '…'."),
    (r"", 'Rechts vom Gleichheitszeichen steht ein Text in "…" oder eine Liste in […].'),
)
"""What tomllib says, and what is allowed instead."""


def load(path: Path) -> Own:
    """Read a `profil.toml` and all it names. Raises OwnError (a UsageError), or OSError for what cannot be read."""
    where = path.name or str(path)
    text = utf8(content(path, where), where)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(str(error), text, where) from None
    except RecursionError:
        raise OwnError(where, "Die Datei ist zu tief geschachtelt.") from None
    return _File(where, text, Folder(path.resolve().parent)).own(found)


def _syntax(message: str, text: str, where: str) -> OwnError:
    place = re.search(r"at line (\d+)", message)
    number = int(place[1]) if place else text.count("\n") + 1
    lines = text.split("\n")
    found = lines[number - 1].strip() if number <= len(lines) else ""
    hint = next(hint for pattern, hint in _SYNTAX if re.match(pattern, message))
    what = f"„{found}“" if found else "das Ende der Zeile"
    return OwnError(where, f"Das ist kein gültiges TOML. Gefunden wurde {what}. {hint}", number)


@dataclass(frozen=True, slots=True)
class _Section:
    """One section: gives the values of its keys, each checked, and says where it stands."""

    where: str
    name: str
    values: dict[str, Any]
    lines: dict[str, int]
    line: int | None

    def fault(self, key: str, reason: str) -> OwnError:
        return OwnError(self.where, f"[{self.name}] {key}: {reason}", self.lines.get(key, self.line))

    def raw(self, key: str) -> str:
        """The text of a key as it stands, '' without one."""
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise self.fault(
                key, f'Erwartet wird ein Text in "…", gefunden wurde {_TYPES.get(type(value), "ein Datum")}.'
            )
        return value

    def text(self, key: str) -> str:
        """The printable text of a key, '' without one."""
        line = self.lines.get(key, self.line)
        text = clean(self.raw(key), f"{self.where}, [{self.name}] {key}", line).strip()
        if len(text) > MOST.get(key, 100):
            raise self.fault(key, f"Der Text hat {len(text)} Zeichen, erlaubt sind {MOST.get(key, 100)}.")
        return text if key == "text" else " ".join(text.split())

    def needed(self, key: str, why: str = "") -> str:
        if not (text := self.text(key)):
            raise self.fault(key, f"Diese Angabe fehlt.{f' {why}' if why else ''}")
        return text

    def title(self, key: str = "titel", default: str = "") -> str:
        return heading(self.text(key) or default or self.needed(key), self.where, self.lines.get(key, self.line))

    def signed(self, key: str, text: str) -> str:
        return heading(text, self.where, self.lines.get(key, self.line), "eine Unterschrift")

    def names(self, key: str) -> list[str]:
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            raise self.fault(key, 'Erwartet wird eine Liste von Texten wie ["a", "b"].')
        return values


@dataclass(frozen=True, slots=True)
class _File:
    """A parsed `profil.toml` on its way to an Own."""

    where: str
    text: str
    folder: Folder

    def own(self, found: dict[str, Any]) -> Own:
        for name in found:
            if name not in KEYS:
                raise self.unknown(name, tuple(KEYS), "Den Abschnitt", self.line_of(name))
        look, fore, files = (self.one(name, found) for name in ("gestaltung", "vorwort", "vorlagen"))
        templates = self.templates(files) if files else ()
        charts = tuple(self.chart(section) for section in self.many("abbildung", found))
        own = Own(
            accent=self.accent(look) if look else "",
            logo=self.picture(look, "logo") if look else None,
            foreword=self.foreword(fore) if fore else None,
            chapters=tuple(self.chapter(section, templates) for section in self.many("kapitel", found)),
            charts=charts,
            templates=templates,
        )
        self.check_charts(own)
        return own

    def unknown(self, name: str, allowed: tuple[str, ...], what: str, line: int | None) -> OwnError:
        listed = ", ".join(allowed)
        return OwnError(self.where, f"{what} „{name}“ gibt es nicht.{nearest(name, allowed)} Erlaubt: {listed}.", line)

    def line_of(self, name: str) -> int | None:
        """The line that first names a section or a key outside of any."""
        pattern = re.compile(rf"\s*(?:\[\[?\s*)?[\"']?{re.escape(name)}\b")
        return next((n for n, line in enumerate(self.text.split("\n"), 1) if pattern.match(line)), None)

    def one(self, name: str, found: dict[str, Any]) -> _Section | None:
        if name not in found:
            return None
        if not isinstance(found[name], dict):
            raise OwnError(
                self.where, f"„{name}“ ist ein Abschnitt: [{name}] in einer eigenen Zeile.", self.line_of(name)
            )
        return self.section(name, found[name], 0)

    def many(self, name: str, found: dict[str, Any]) -> list[_Section]:
        values = found.get(name, [])
        if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
            raise OwnError(
                self.where, f"Jedes „{name}“ beginnt mit [[{name}]] in einer eigenen Zeile.", self.line_of(name)
            )
        return [self.section(name, one, number) for number, one in enumerate(values)]

    def section(self, name: str, values: dict[str, Any], number: int) -> _Section:
        line, lines = self.lines(name, number)
        for key in values:
            if key not in KEYS[name]:
                raise self.unknown(key, KEYS[name], f"[{name}]: Die Angabe", lines.get(key, line))
        return _Section(self.where, name, values, lines, line)

    def lines(self, name: str, number: int) -> tuple[int | None, dict[str, int]]:
        """The line of a section and those of its keys, as far as they are written one a line."""
        start: int | None = None
        keys: dict[str, int] = {}
        seen = -1
        for at, line in enumerate(self.text.split("\n"), 1):
            if header := re.match(r"\s*\[\[?\s*([\w-]+)\s*\]", line):
                seen += header[1] == name
                inside = header[1] == name and seen == number
                start = at if inside else start
            elif start and seen == number and (key := re.match(r"\s*([\w-]+)\s*=", line)):
                keys.setdefault(key[1], at)
        return start, keys

    def accent(self, section: _Section) -> str:
        text = section.text("farbe")
        return colours.accent(text, f"{self.where}, [gestaltung] farbe", section.lines.get("farbe")) if text else ""

    def picture(self, section: _Section, key: str) -> Picture | None:
        file, alt = section.raw(key), section.text(f"{key}_alt")
        if not file:
            if alt:
                raise section.fault(key, f"Zu „{key}_alt“ fehlt das Bild.")
            return None
        why = "Ein Bild braucht einen Text für Menschen, die es nicht sehen."
        return picture(self.folder, file, key, section.needed(f"{key}_alt", why))

    def body(self, section: _Section, credit: str) -> Part:
        file = section.raw("datei")
        if bool(file) == bool(section.text("text")):
            raise section.fault("text", "Nötig ist genau eine der Angaben „text“ und „datei“.")
        if file:
            return parse(self.folder.text(file), file, credit)
        return parse(section.text("text"), f"{self.where}, [{section.name}] text", credit)

    def foreword(self, section: _Section) -> Chapter:
        title = section.title(default="Vorwort")
        portrait = self.picture(section, "portraet")
        name, role = section.needed("name"), section.text("funktion")
        signature = Signature(section.signed("name", name), section.signed("funktion", role), portrait)
        body = self.body(section, CREDIT)
        if used := next(_charts(body), ""):
            raise section.fault("text", f"Die Abbildung „{used}“ gehört in ein Kapitel, nicht in das Vorwort.")
        return Chapter(title, body, signature=signature)

    def chapter(self, section: _Section, templates: tuple[Template, ...]) -> Chapter:
        quelle = section.text("quelle")
        credit = f"{quelle}; {CREDIT}" if quelle else CREDIT
        known = templating.chapters(templates)
        after = section.text("nach")
        if after and after != FIRST and after not in known:
            raise section.fault(
                "nach",
                f"Das Kapitel „{after}“ gibt es nicht.{nearest(after, known)} Erlaubt: {', '.join((FIRST, *known))}.",
            )
        figures = tuple(section.names("abbildungen"))
        return Chapter(section.title(), self.body(section, credit), known.get(after, after), credit, figures)

    def chart(self, section: _Section) -> Chart:
        name, art = section.needed("id"), section.needed("art")
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
            raise section.fault("id", f"„{name}“ ist kein Kurzname; erlaubt sind a bis z, Ziffern und Bindestriche.")
        if art not in get_args(ChartKind):
            kinds = get_args(ChartKind)
            raise section.fault("art", f"„{art}“ gibt es nicht.{nearest(art, kinds)} Erlaubt: {', '.join(kinds)}.")
        file = section.raw("datei")
        if not file:
            raise section.fault("datei", "Diese Angabe fehlt.")
        kind = cast("ChartKind", art)
        return Chart(
            id=name,
            kind=kind,
            title=section.title(),
            subtitle=section.needed("untertitel"),
            unit=section.needed("einheit"),
            alt=section.needed("alt", "Eine Abbildung braucht einen Text für Menschen, die sie nicht sehen."),
            credit=f"{section.needed('quelle')}; {CREDIT}",
            numbers=numbers(self.folder, file, kind),
        )

    def check_charts(self, own: Own) -> None:
        """Raises OwnError unless every figure is there once, with a text of its own."""
        used = Counter(name for chapter in own.chapters for name in (*_charts(chapter.body), *chapter.figures))
        defined = Counter(chart.id for chart in own.charts)
        texts = Counter(chart.alt for chart in own.charts)
        for name in used:
            if name not in defined:
                raise OwnError(self.where, f"Die Abbildung „{name}“ ist nicht beschrieben.{nearest(name, defined)}")
        for chart in own.charts:
            line = self.line_of("abbildung")
            if defined[chart.id] > 1:
                raise OwnError(self.where, f"Die Abbildung „{chart.id}“ ist doppelt beschrieben.", line)
            in_templates = any(PREFIX + chart.id in one.source for one in own.templates)
            if used[chart.id] != 1 and not (in_templates and not used[chart.id]):
                count = "in keinem Kapitel" if not used[chart.id] else "mehr als einmal da"
                raise OwnError(
                    self.where, f"Die Abbildung „{chart.id}“ steht {count}; jede gehört an genau eine Stelle.", line
                )
            if texts[chart.alt] > 1:
                raise OwnError(self.where, f"Zwei Abbildungen haben denselben Text in „alt“: „{chart.alt}“", line)

    def templates(self, section: _Section) -> tuple[Template, ...]:
        """The templates in the folder, each one that may be replaced, and new chapters."""
        name = section.raw("ordner")
        if not name:
            raise section.fault("ordner", "Diese Angabe fehlt.")
        root = self.folder.path(name)
        if not root.is_dir():
            raise section.fault("ordner", f"Den Ordner „{name}“ gibt es nicht.")
        files = sorted(p for p in root.rglob("*") if p.is_symlink() or not p.is_dir())
        found = [self.template(name, path.relative_to(root).as_posix()) for path in files if path.name[0] != "."]
        if not found:
            raise section.fault("ordner", f"Im Ordner „{name}“ liegt keine Vorlage.")
        templating.check(found)
        return tuple(found)

    def template(self, folder: str, name: str) -> Template:
        file = f"{folder.rstrip('/')}/{name}"
        known = templating.replaceable()
        if name not in known and not re.fullmatch(r"chapters/[\w-]+\.jinja", name):
            raise OwnError(
                file,
                f"Eine solche Vorlage gibt es nicht.{nearest(name, known)} Erlaubt: {', '.join(known)} "
                "und neue Kapitel als chapters/NN_name.jinja.",
            )
        return Template(name, file, utf8(self.folder.read(file), file))


def _charts(part: Part) -> Iterator[str]:
    """The ids of the figures in a text, in order."""
    for block in part.blocks:
        if block.kind == "figure":
            yield str(block.content)
    for inner in part.parts:
        yield from _charts(inner)
