"""Texts of cells become numbers and flags, by the signs a table declares; no sign is lost, none is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kommunalprofil import vocabulary as v
from kommunalprofil.errors import SourceError
from kommunalprofil.observations import FLAGS
from kommunalprofil.sources import declare
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Coded

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

NUMBER = re.compile(r"-?\d{1,15}(?:,\d{1,15})?", re.ASCII)
POINT_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
DRESSED = re.compile(r"(?P<open>\()? ?(?P<body>[^()]*?) ?(?P<inner>[prse]*) ?(?P<close>\))? ?(?P<outer>[prse]*)")
QUALITY: Mapping[str, int] = {"e": 0, "p": v.Flag.PROVISIONAL, "r": v.Flag.REVISED, "s": v.Flag.ESTIMATED}
"""`e` is final: nothing to say."""
BRACKETS = frozenset({"()", "( )"})
EMPTY = frozenset({"-", "–", "."})
"""Signs that, when a region carries nothing else at a date, mean that there is no such region."""
MEANING: Mapping[str, int] = {
    declare.ZERO: 0,
    declare.SECRET: v.Flag.SECRET,
    declare.LATER: v.Flag.LATER,
    declare.UNRELIABLE: v.Flag.UNRELIABLE,
    declare.BLOCKED: v.Flag.BLOCKED,
    declare.NOT_PUBLISHED: v.Flag.NOT_PUBLISHED,
}
LONGEST = 64
"""No official number or sign is longer, whatever dresses it."""
FLAG_CODE: dict[int, int] = {v.flag_bits(text): i for i, text in enumerate(FLAGS)}
NAN = float("nan")


class NotACellError(ValueError):
    """A text that is neither a number nor a declared sign."""


def cell(text: str, sign: str, table: Table, decimal: str = ",") -> tuple[float, int, bool]:
    """Value, flag bits, and whether the cell is a mere sign (true zero or gap), of a text and its quality sign.

    Numbers carry no thousands sign; `p r s e` and brackets may follow or surround them with any spacing. A gap says
    its reason alone. Raises NotACellError.
    """
    if len(text) > LONGEST:
        raise NotACellError
    bits = 0
    if sign in BRACKETS:
        bits = int(v.Flag.LOW_RELIABILITY)
    elif sign in table.signs or sign == "0":
        if text not in ("", "0", sign):
            raise NotACellError
        text = sign
    else:
        bits = _quality(sign)
    number = POINT_NUMBER if decimal == "." else NUMBER
    if number.fullmatch(text):
        return float(text.replace(",", ".")), bits, False
    dressed = DRESSED.fullmatch(" ".join(text.split()))
    body = dressed["body"] if dressed else text
    if dressed and number.fullmatch(body) and bool(dressed["open"]) == bool(dressed["close"]):
        bits |= int(v.Flag.LOW_RELIABILITY) if dressed["open"] else 0
        return float(body.replace(",", ".")), bits | _quality(dressed["inner"] + dressed["outer"]), False
    if body not in table.signs or (dressed and (dressed["open"] or dressed["close"])):
        raise NotACellError
    meaning = table.signs[body]
    if meaning == declare.ZERO:
        return 0.0, bits | _quality(dressed["inner"] + dressed["outer"] if dressed else ""), True
    return NAN, MEANING[meaning], True


def _quality(letters: str) -> int:
    bits = 0
    for letter in letters:
        if letter not in QUALITY:
            raise NotACellError
        bits |= int(QUALITY[letter])
    return bits


def _known(mark: str) -> int | None:
    """The flag bits of a quality sign that says nothing else; None for another sign."""
    try:
        return _quality(mark)
    except NotACellError:
        return None


def _is_plain(text: str) -> bool:
    """Whether a text is a whole number and nothing else."""
    return text.isdecimal() and text.isascii() and len(text) < 16


class Cells:
    """The meaning of every cell of a grid: arrays of values, flag bits, true where a sign stands alone, and empty."""

    def __init__(self, values: Coded, signs: Coded | None, table: Table, decimal: str) -> None:
        import numpy as np

        texts = [str(t).strip() for t in values.texts]
        codes: NDArray[Any] = values.codes
        marks = [""] * len(texts)
        if signs is not None:
            codes, texts, marks = _pairs(values, signs, texts)
        size = len(texts)
        alone, empty = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
        said = {mark: _known(mark) for mark in set(marks)}
        bits = np.fromiter((said[mark] or 0 for mark in marks), dtype=np.uint16, count=size)
        self._bad: list[tuple[int, str, str]] = []
        dressed = [i for i, text in enumerate(texts) if said[marks[i]] is None or not _is_plain(text)]
        plain: list[Any] = list(texts)
        for i in dressed:
            plain[i] = NAN
            text, sign = texts[i], marks[i]
            try:
                plain[i], bits[i], alone[i] = cell(text, sign, table, decimal)
            except NotACellError:
                self._bad.append((i, text, sign))
            empty[i] = text in EMPTY or (not text and sign in EMPTY)
        value = np.fromiter(map(float, plain), dtype=np.float64, count=size)
        self._codes = codes
        self.value, self.bits = value[codes], bits[codes]
        self.alone, self.empty = alone[codes], empty[codes]

    def check(self, table: Table, file: str, line_of: Callable[[int], int]) -> None:
        """Raises SourceError naming the first cell that is neither number nor sign, by its place in the grid."""
        import numpy as np

        if not self._bad:
            return
        places = [(np.flatnonzero(self._codes == i)[:1], text, sign) for i, text, sign in self._bad]
        used = [(int(place[0]), text, sign) for place, text, sign in places if len(place)]
        if not used:
            return
        place, text, sign = min(used)
        if sign and sign not in table.signs and sign not in BRACKETS and not set(sign) <= QUALITY.keys():
            raise SourceError(file, f"Unbekanntes Qualitätszeichen „{sign[:40]}“.", line_of(place))
        if sign:
            reason = f"Der Wert „{text[:40]}“ widerspricht seinem Qualitätszeichen „{sign}“."
            raise SourceError(file, reason, line_of(place))
        allowed = " ".join(table.signs)
        reason = f"„{text[:40]}“ ist weder Zahl noch bekanntes Zeichen (erlaubt: {allowed})."
        raise SourceError(file, reason, line_of(place))


def _pairs(values: Coded, signs: Coded, texts: list[str]) -> tuple[NDArray[np.int64], list[str], list[str]]:
    """Each cell's place among the pairs of text and quality sign that occur, their texts and their signs."""
    import numpy as np

    marks = [str(s).strip() for s in signs.texts]
    both = values.codes.astype(np.int64) * len(marks) + signs.codes
    used, codes = np.unique(both, return_inverse=True)
    return codes, [texts[u // len(marks)] for u in used.tolist()], [marks[u % len(marks)] for u in used.tolist()]


def flag_codes(bits: NDArray[np.uint16]) -> NDArray[np.int16]:
    """Bits of vocabulary.Flag as places in observations.FLAGS."""
    import numpy as np

    code = np.zeros(max(FLAG_CODE) + 1, dtype=np.int16)
    code[list(FLAG_CODE)] = list(FLAG_CODE.values())
    found: NDArray[np.int16] = code[bits]
    return found
