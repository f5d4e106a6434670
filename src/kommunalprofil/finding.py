"""What people type, taken for what they mean: keys in all official widths, names with and without type, typos."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from kommunalprofil import names

if TYPE_CHECKING:
    from kommunalprofil.regions import Register

CITY = frozenset({"Kreisfreie Stadt", "Stadtkreis"})
Fits = Callable[[str, str], bool]
"""Whether a place of this level and official type is meant."""
TYPES: dict[str, Fits] = {
    **dict.fromkeys(("kreis", "landkreis", "lk", "lkr", "region"), lambda level, kind: kind in names.RURAL),
    "regionalverband": lambda level, kind: kind == "Regionalverband",
    **dict.fromkeys(("kreisfreie-stadt", "stadtkreis"), lambda level, kind: kind in CITY),
    **dict.fromkeys(
        ("stadt", "hansestadt", "landeshauptstadt", "universitaetsstadt", "kreisstadt", "grosse-kreisstadt",
         "freie-und-hansestadt", "freie-hansestadt", "lutherstadt", "bundesstadt", "st", "gkst"),
        lambda level, kind: kind in CITY or kind == "Stadt",
    ),
    **dict.fromkeys(("gemeinde", "ortsgemeinde"), lambda level, kind: level == "gemeinde"),
    **dict.fromkeys(("markt", "marktgemeinde"), lambda level, kind: kind.startswith("Markt")),
    **dict.fromkeys(("flecken", "marktflecken"), lambda level, kind: kind.lower().endswith("flecken")),
    **dict.fromkeys(("land", "bundesland", "freistaat"), lambda level, kind: level == "land"),
    **dict.fromkeys(
        ("gemeindefrei", "gemeindefreies-gebiet", "gemeindefreier-bezirk"),
        lambda level, kind: kind.startswith("Gemeindefrei"),
    ),
}  # fmt: skip
"""Type words before or after a name, and which places they fit."""

GERMAN_KEYS = frozenset({"de", "dg", "0", "00"})
WIDTHS = (2, 5, 8, 12)
MAX_SUGGESTIONS = 6


def by_key(register: Register, query: str) -> list[str]:
    """Keys meant by digits: AGS of 2, 5 or 8 digits, ARS of 12 (9: the Gemeinden of an association).

    Also with the spaces of official lists (`01 0 51`), without the leading zero that spreadsheets eat, and a Kreis
    written with 000 (`01051000`).
    """
    key = "".join(query.split())
    if key.lower() in GERMAN_KEYS:
        return ["DE"]
    if not (key.isascii() and key.isdecimal()):
        return []
    spellings = [key] if len(key) in (*WIDTHS, 9) else []
    if len(key) + 1 in (*WIDTHS, 9) and len(key) not in WIDTHS:
        spellings.append(f"0{key}")
    for text in spellings:
        if len(text) == 12:
            text = text[:5] + text[9:]
        if text in register:
            return [text]
        if len(text) == 8 and text.endswith("000") and text[:5] in register:
            return [text[:5]]
        if len(text) == 9:
            gone = register.column("valid_to")
            rows = enumerate(register.column("ars"))
            found = [n for n, ars in rows if len(ars) == 12 and ars.startswith(text) and not gone[n]]
            if found:
                return [register.column("ags")[n] for n in found]
    return []


def find(register: Register, query: str) -> list[str]:
    """Keys of all places the query may mean: one, several that are equally good, or none."""
    if len(query) > names.MAX_QUERY:
        return []
    if found := by_key(register, query):
        return found
    wanted = names.fold(query)
    if not wanted:
        return []
    slugs = register.column("slug")
    if wanted in slugs:
        return [register.column("ags")[slugs.index(wanted)]]
    index = _Index(register)
    return index.named(wanted) or index.typed(wanted) or index.nearly(wanted)


def untyped(wanted: str) -> Iterator[tuple[str, Fits]]:
    """What is left of a folded text without a type before or after it, and which places are of that type."""
    for words, fits in sorted(TYPES.items(), key=lambda item: -len(item[0])):
        if wanted.startswith(f"{words}-"):
            yield wanted[len(words) + 1 :], fits
        elif wanted.endswith(f"-{words}"):
            yield wanted[: -len(words) - 1], fits


def rank(wanted: str, ags: str, slug: str, keys: str) -> int | None:
    """How well a place fits a searched text: 0 whole name, 1 beginning, 2 beginning of a word, 3 inside; None not."""
    answers = (*keys.split("|"), slug, ags)
    if wanted in answers:
        return 0
    if not wanted:
        return None
    if any(a.startswith(wanted) for a in answers):
        return 1
    if any(f"-{wanted}" in a for a in answers):
        return 2
    return 3 if any(wanted in a for a in answers) else None


class _Index:
    """Folded names to rows, for one question."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.exact: dict[str, list[int]] = defaultdict(list)
        self.base: dict[str, list[int]] = defaultdict(list)
        self.spare: dict[str, list[int]] = defaultdict(list)
        columns = ("keys", "base", "same_as", "valid_to", "kind")
        rows = zip(*(register.column(c) for c in columns), strict=True)
        for number, (keys, base, same_as, valid_to, kind) in enumerate(rows):
            if same_as:
                continue
            there = not valid_to and kind != "Gemeindefreies Gebiet"
            for key in keys.split("|"):
                (self.exact if there else self.spare)[key].append(number)
            (self.base if there else self.spare)[base].append(number)
        kinds = zip(register.column("ags"), register.column("kind"), strict=True)
        self._rural = {ags for ags, kind in kinds if kind in names.RURAL}

    def _keys(self, rows: Iterable[int]) -> list[str]:
        ags = self.register.column("ags")
        return [ags[n] for n in rows]

    def _best(self, exact: Iterable[int], base: Iterable[int]) -> list[str]:
        ags, people = self.register.column("ags"), self.register.column("population")
        return names.winners([(ags[n], people[n]) for n in exact], [(ags[n], people[n]) for n in base], self._rural)

    def named(self, wanted: str) -> list[str]:
        """Places of exactly this name, or of this name with an addition; else dissolved and uninhabited ones."""
        found = self._best(self.exact.get(wanted, []), self.base.get(wanted, []))
        return found or self._keys(dict.fromkeys(self.spare.get(wanted, [])))

    def typed(self, wanted: str) -> list[str]:
        """Places named with their type before or after: „Kreis Düren“, „Riesa, Stadt“, „dueren-kreis“."""
        kinds, levels = self.register.column("kind"), self.register.column("level")
        for rest, fits in untyped(wanted):
            exact, base, spare = (
                [n for n in table.get(rest, []) if fits(levels[n], kinds[n])]
                for table in (self.exact, self.base, self.spare)
            )
            if found := self._best(exact, base) or self._keys(spare):
                return found
        return []

    def nearly(self, wanted: str) -> list[str]:
        """Places by a name that is nearly right, the nearest way first.

        Other separators („Ilmkreis“), another order („Klingenstadt Solingen“), other connecting words („Weiden
        Oberpfalz“), only the first words.
        """
        squashed, loosened, words = names.squash(wanted), names.loose(wanted), sorted(wanted.split("-"))
        tests: tuple[Callable[[str], bool], ...] = (
            lambda key: names.squash(key) == squashed,
            lambda key: sorted(key.split("-")) == words,
            lambda key: bool(loosened) and names.loose(key) == loosened,
            lambda key: key.startswith(f"{wanted}-"),
            lambda key: bool(loosened) and names.loose(key).startswith(f"{loosened}-"),
        )
        for test in tests:
            rows = dict.fromkeys(n for key, numbers in self.exact.items() if test(key) for n in numbers)
            if rows:
                return self._best(rows, [])
        return []


def suggest(register: Register, query: str) -> list[str]:
    """Keys of the places whose names or keys are nearest to a query nobody answers to, larger ones first on ties."""
    if len(query) > names.MAX_QUERY:
        return []
    wanted = names.squash(names.fold(query))
    if not wanted:
        return []
    people, ags = register.column("population"), register.column("ags")
    if wanted.isdecimal():
        near = [n for n, key in enumerate(ags) if len(key) == len(wanted) and names.distance(key, wanted, 1) <= 1]
        return [ags[n] for n in sorted(near, key=lambda n: -(people[n] or 0))[:MAX_SUGGESTIONS]]
    limit = names.tolerance(wanted)
    letters = set(wanted)
    best: list[tuple[int, int, int]] = []
    skip = zip(register.column("same_as"), register.column("valid_to"), register.column("base"), strict=True)
    cache: dict[str, int] = {}
    for n, (keys, (same_as, gone, base)) in enumerate(zip(register.column("keys"), skip, strict=True)):
        if same_as or gone:
            continue
        away = limit + 1
        for key in {keys.partition("|")[0], base}:
            name = names.squash(key)
            if abs(len(name) - len(wanted)) > limit or len(letters.difference(name)) > limit:
                continue
            if name not in cache:
                cache[name] = names.distance(name, wanted, limit)
            away = min(away, cache[name])
        if away <= limit:
            best.append((away, -(people[n] or 0), n))
    if not best:
        best = [(0, -(people[n] or 0), n) for n in _inside(register, query)]
    return [ags[n] for _, _, n in sorted(best)[:MAX_SUGGESTIONS]]


def _inside(register: Register, query: str) -> set[int]:
    """Rows whose names hold the text, or else its longest word as a whole name."""
    key = names.fold(query)
    rows = [(n, keys.split("|")) for n, keys in enumerate(register.column("keys"))
            if not register.column("valid_to")[n] and not register.column("same_as")[n]]  # fmt: skip
    found = {n for n, answers in rows if len(key) > 3 and any(key in a for a in answers)}
    if found:
        return found
    longest = max(key.split("-"), key=len)
    return {n for n, answers in rows if len(longest) > 3 and longest in answers}
