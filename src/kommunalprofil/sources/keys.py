"""Region keys as the offices print them, also where Excel has eaten their leading zeros."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from kommunalprofil.errors import SourceError

KEY = re.compile(r"DG|\d{1,12}", re.ASCII)
LAENDER = 16
SHORT = {1: 2, 4: 5, 6: 7, 7: 8, 9: 10, 10: 11}
"""Length of a key that lost its zero → its length: no key of Länder 01 to 09 is that short in a GENESIS table."""


def zeros_lost(keys: Sequence[str]) -> bool:
    """Whether leading zeros are missing: no key begins with one, and some are shorter than any key can be."""
    digits = [k for k in keys if k.isdecimal()]
    return not any(k.startswith("0") for k in digits) and any(_is_short(k) for k in digits)


def _is_short(key: str) -> bool:
    """`1` (Land), `51` (Regierungsbezirk), `1001` (Kreis), `713101` (Verbandsgemeinde), `1001000` …"""
    return len(key) in SHORT or (len(key) == 2 and int(key) > LAENDER)


def official(key: str, restore: bool, file: str, line: int) -> str:
    """The key as the office wrote it, its zero restored if `restore`. Raises SourceError for what is no key."""
    if not KEY.fullmatch(key):
        reason = f"„{key[:40]}“ ist kein Gebietsschlüssel (erwartet DG oder 2 bis 12 Ziffern)."
        raise SourceError(file, reason, line)
    if not restore or key == "DG":
        return key
    full = f"0{key}" if _is_short(key) else key
    if not 1 <= int(full[:2]) <= LAENDER or (full != key and full[0] != "0"):
        reason = f"„{key}“ ist auch mit führender Null kein Gebietsschlüssel. Die Originaldatei verwenden."
        raise SourceError(file, reason, line)
    return full


def restored(texts: Sequence[str], codes: Sequence[str]) -> str:
    """The remark that keys lack their leading zeros and have them again."""
    changed = [f"{a} → {b}" for a, b in zip(texts, codes, strict=True) if a != b]
    return f"führende Nullen der Gebietsschlüssel ergänzt ({', '.join(changed[:3])} …)"


def all_laender(keys: Collection[str], file: str) -> None:
    """Raises SourceError unless all sixteen Länder are there: a file without foot shows no other sign of a cut."""
    missing = [f"{n:02d}" for n in range(1, LAENDER + 1) if f"{n:02d}" not in keys]
    if missing:
        reason = f"Die Länder {', '.join(missing)} fehlen; die Datei ist abgeschnitten. Neu herunterladen."
        raise SourceError(file, reason)
