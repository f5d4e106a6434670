"""What can happen to a file, and what a reader owes then: the same observations, or nothing gone in silence.

Here is what can happen to any bytes; damage_texts and damage_books have what can happen to texts and workbooks.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from random import Random

from seeds import Seed

ALL = frozenset({"text", "fixed", "archive", "book", "packed", "json", "binary"})
TEXT = frozenset({"text", "fixed", "json"})
LINES = frozenset({"text", "fixed"})
CSV, BOOK, PACKED = frozenset({"text"}), frozenset({"book"}), frozenset({"archive", "book"})


class Owed(Enum):
    """What must be true of a damaged file that is not refused."""

    SAME = "exactly the observations of the whole file"
    PART = "observations of the whole file, and the report counts what is missing"
    COUNTED = "no fewer observations than of the whole file, unless the report counts fewer rows or more dropped ones"
    REFUSED = "nothing: it must be refused"


Make = Callable[[Seed, Random], bytes]


@dataclass(frozen=True)
class Damage:
    """One kind of damage: to which kinds of files, what is owed, how often it is tried."""

    name: str
    make: Make
    owed: Owed
    kinds: frozenset[str]
    times: int


DAMAGES: dict[str, Damage] = {}


def damage(owed: Owed, kinds: frozenset[str] = ALL, times: int = 2) -> Callable[[Make], Make]:
    def enter(make: Make) -> Make:
        name = make.__name__.replace("_", "-")
        DAMAGES[name] = Damage(name, make, owed, kinds, times)
        return make

    return enter


def owed(kind: Damage, seed: Seed, data: bytes) -> Owed:
    """What is owed for this file, where less can be seen than in others.

    An order that means something cannot be seen to be wrong; without a foot, an end after a whole line is an end.
    """
    wanted = kind.owed
    if wanted is Owed.SAME and kind.name in ORDERING and not seed.free:
        wanted = Owed.COUNTED
    if wanted is Owed.SAME and kind.name.startswith("cut") and not seed.foot and data.endswith(b"\n"):
        wanted = Owed.PART
    return Owed.COUNTED if wanted is Owed.PART and seed.derived else wanted


ORDERING = frozenset({"swap-lines", "shuffle-lines", "swap-rows", "swap-columns"})


# --- bytes ------------------------------------------------------------------------------------------------------------


def place(data: bytes, dice: Random) -> int:
    """Anywhere in the data."""
    return dice.randrange(len(data))


@damage(Owed.COUNTED, times=8)
def flip_a_bit(seed: Seed, dice: Random) -> bytes:
    at = place(seed.data, dice)
    return seed.data[:at] + bytes([seed.data[at] ^ 1 << dice.randrange(8)]) + seed.data[at + 1 :]


@damage(Owed.COUNTED)
def flip_bytes(seed: Seed, dice: Random) -> bytes:
    data = bytearray(seed.data)
    for _ in range(dice.randrange(2, 12)):
        data[place(seed.data, dice)] = dice.randrange(256)
    return bytes(data)


@damage(Owed.SAME, times=8)
def cut(seed: Seed, dice: Random) -> bytes:
    return seed.data[: place(seed.data, dice)]


@damage(Owed.SAME)
def cut_the_last_bytes(seed: Seed, dice: Random) -> bytes:
    return seed.data[: -dice.randrange(1, 12)]


@damage(Owed.SAME)
def cut_the_start(seed: Seed, dice: Random) -> bytes:
    return seed.data[dice.choice([1, 2, 3, dice.randrange(1, len(seed.data))]) :]


@damage(Owed.COUNTED, times=4)
def hole(seed: Seed, dice: Random) -> bytes:
    at = place(seed.data, dice)
    return seed.data[:at] + seed.data[at + dice.choice([1, 2, 4, 16, 64, 256]) :]


@damage(Owed.COUNTED)
def noise(seed: Seed, dice: Random) -> bytes:
    at = place(seed.data, dice)
    return seed.data[:at] + dice.randbytes(dice.randrange(1, 30)) + seed.data[at:]


@damage(Owed.SAME)
def tail(seed: Seed, dice: Random) -> bytes:
    return seed.data + dice.choice([b"\x00", b"\x1a", b"tail", b"\n\n\n", b"\r\n", b" ", seed.data[-40:], seed.data])


@damage(Owed.COUNTED)
def double_a_stretch(seed: Seed, dice: Random) -> bytes:
    at = place(seed.data, dice)
    end = at + dice.randrange(1, 200)
    return seed.data[:end] + seed.data[at:]


@damage(Owed.SAME)
def zero_bytes(seed: Seed, dice: Random) -> bytes:
    at = place(seed.data, dice)
    return seed.data[:at] + bytes(dice.choice([1, 2, 512])) + seed.data[at:]


@damage(Owed.SAME, times=1)
def a_page_of_zeros(seed: Seed, dice: Random) -> bytes:
    at = place(seed.data, dice)
    return (seed.data[:at] + bytes(4096))[: max(len(seed.data), 4096)]


@damage(Owed.SAME, times=1)
def packed(seed: Seed, dice: Random) -> bytes:
    return gzip.compress(seed.data, mtime=0)


@damage(Owed.SAME, times=1)
def packed_twice(seed: Seed, dice: Random) -> bytes:
    return gzip.compress(gzip.compress(seed.data, mtime=0), mtime=0)


@damage(Owed.SAME)
def packed_and_cut(seed: Seed, dice: Random) -> bytes:
    whole = gzip.compress(seed.data, mtime=0)
    return whole[: dice.choice([10, 18, len(whole) // 2, len(whole) - 8, len(whole) - 1])]


@damage(Owed.SAME)
def packed_with_a_tail(seed: Seed, dice: Random) -> bytes:
    whole = gzip.compress(seed.data, mtime=0)
    return whole + dice.choice([b"tail", bytes(100), whole, gzip.compress(b"x")])


@damage(Owed.SAME)
def packed_and_flipped(seed: Seed, dice: Random) -> bytes:
    whole = bytearray(gzip.compress(seed.data, mtime=0))
    whole[dice.randrange(10, len(whole))] ^= 1 << dice.randrange(8)
    return bytes(whole)


@damage(Owed.SAME, times=1)
def packed_without_a_head(seed: Seed, dice: Random) -> bytes:
    return zlib.compress(seed.data)


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
