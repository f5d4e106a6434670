"""What can happen to a text: lines, columns, cells, encodings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from random import Random

from damage import CSV, LINES, TEXT, Owed, damage, place
from seeds import Seed

# --- lines ------------------------------------------------------------------------------------------------------------


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


@damage(Owed.PART, LINES, times=6)
def lose_a_line(seed: Seed, dice: Random) -> bytes:
    lines = _lines(seed.data)
    lines.pop(dice.randrange(len(lines)))
    return b"".join(lines)


@damage(Owed.PART, LINES)
def lose_lines(seed: Seed, dice: Random) -> bytes:
    lines = _lines(seed.data)
    at = dice.randrange(len(lines))
    del lines[at : at + dice.randrange(2, 6)]
    return b"".join(lines)


@damage(Owed.SAME, LINES)
def double_a_line(seed: Seed, dice: Random) -> bytes:
    lines = _lines(seed.data)
    at = dice.randrange(len(lines))
    lines.insert(dice.choice([at, dice.randrange(len(lines))]), lines[at])
    return b"".join(lines)


@damage(Owed.SAME, LINES, times=6)
def swap_lines(seed: Seed, dice: Random) -> bytes:
    lines = _lines(seed.data)
    i, j = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    return b"".join(lines)


@damage(Owed.SAME, LINES)
def shuffle_lines(seed: Seed, dice: Random) -> bytes:
    lines = _lines(seed.data)
    first = dice.choice([0, 1, 1, len(lines) // 2])
    rest = lines[first:]
    dice.shuffle(rest)
    return b"".join(lines[:first] + rest)


@damage(Owed.SAME, LINES)
def empty_lines(seed: Seed, dice: Random) -> bytes:
    lines = _lines(seed.data)
    lines.insert(
        dice.randrange(len(lines)), dice.choice([b"\n", b"\r\n", b" \n", b";;;\n", b"\t\n", b"\x0c\n", b"\x0b"])
    )
    return b"".join(lines)


@damage(Owed.SAME, LINES, times=1)
def carriage_returns(seed: Seed, dice: Random) -> bytes:
    return seed.data.replace(b"\r\n", b"\n").replace(b"\n", b"\r")


@damage(Owed.SAME, LINES, times=1)
def windows_line_ends(seed: Seed, dice: Random) -> bytes:
    return seed.data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@damage(Owed.SAME, LINES)
def mixed_line_ends(seed: Seed, dice: Random) -> bytes:
    ends = (b"\n", b"\r\n", b"\r", b"\n\r", b"\x85", b"\x0b", "\u2028".encode())
    return b"".join(line.rstrip(b"\r\n") + dice.choice(ends[: dice.randrange(2, 8)]) for line in _lines(seed.data))


@damage(Owed.SAME, LINES, times=1)
def one_line(seed: Seed, dice: Random) -> bytes:
    return seed.data.replace(b"\n", b" ")


# --- columns ----------------------------------------------------------------------------------------------------------


def _columns(seed: Seed, dice: Random, change: Callable[[list[bytes], int, int], None], *, rows_only: bool) -> bytes:
    """Change every line of the table in the same way; the table is the lines of the most usual width."""
    lines = _lines(seed.data)
    widths = Counter(line.count(seed.separator) for line in lines if seed.separator in line)
    width = widths.most_common(1)[0][0]
    i, j = dice.randrange(width + 1), dice.randrange(width + 1)
    for n, line in enumerate(lines):
        text = line.rstrip(b"\r\n")
        cells = text.split(seed.separator)
        if len(cells) == width + 1 and not (rows_only and (n == 0 or not cells[0])):
            change(cells, i, j)
            lines[n] = seed.separator.join(cells) + line[len(text) :]
    return b"".join(lines)


def _swap(cells: list[bytes], i: int, j: int) -> None:
    cells[i], cells[j] = cells[j], cells[i]


@damage(Owed.SAME, CSV, times=4)
def swap_columns(seed: Seed, dice: Random) -> bytes:
    return _columns(seed, dice, _swap, rows_only=False)


@damage(Owed.COUNTED, CSV)
def swap_columns_below_the_head(seed: Seed, dice: Random) -> bytes:
    return _columns(seed, dice, _swap, rows_only=True)


@damage(Owed.PART, CSV, times=4)
def lose_a_column(seed: Seed, dice: Random) -> bytes:
    return _columns(seed, dice, lambda cells, i, j: cells.pop(i) and None, rows_only=False)


@damage(Owed.SAME, CSV)
def double_a_column(seed: Seed, dice: Random) -> bytes:
    return _columns(seed, dice, lambda cells, i, j: cells.insert(j, cells[i]), rows_only=False)


@damage(Owed.COUNTED, CSV)
def shift_the_columns(seed: Seed, dice: Random) -> bytes:
    return _columns(seed, dice, lambda cells, i, j: cells.insert(i, cells.pop()), rows_only=True)


@damage(Owed.SAME, CSV)
def an_empty_column(seed: Seed, dice: Random) -> bytes:
    return _columns(seed, dice, lambda cells, i, j: cells.insert(i, b""), rows_only=False)


def _a_cell(seed: Seed, dice: Random, change: Callable[[bytes], bytes]) -> bytes:
    """Change one cell of the table."""
    cells = seed.data.split(seed.separator) if seed.separator else seed.data.split(b" ")
    glue = seed.separator or b" "
    at = dice.randrange(len(cells))
    return glue.join([*cells[:at], change(cells[at]), *cells[at + 1 :]])


@damage(Owed.SAME, TEXT)
def a_separator_more(seed: Seed, dice: Random) -> bytes:
    return _a_cell(seed, dice, lambda cell: cell + (seed.separator or b";"))


@damage(Owed.COUNTED, TEXT, times=4)
def a_quote(seed: Seed, dice: Random) -> bytes:
    at = place(seed.data, dice)
    return seed.data[:at] + dice.choice([b'"', b'""', b'";"', b'"\n', b"'", b'\\"']) + seed.data[at:]


@damage(Owed.COUNTED, TEXT)
def a_strange_cell(seed: Seed, dice: Random) -> bytes:
    return _a_cell(seed, dice, lambda cell: dice.choice(STRANGE) if cell[:1] > b" " else cell + b"x")


STRANGE = (
    b"", b" ", b"-", b".", b"...", b"/", b"x", b"()", b"(", b"(12", b"12p", b"12 e", b"p", b"1e5", b"-1", b"+1",
    b"1.000", b"1,5", b"0x10", b"NaN", b"nan", b"inf", b"-inf", b"1_000", b"12\xc2\xa0000", b"1'000", b"#NV",
    b"#REF!", b"NULL",
    b"None", b"true", b"=1+1", b"=cmd|' /C calc'!A0", b"@SUM(A1)", b"+49", b"%s%s%s%n", b"{0.__class__}", b"${jndi:x}",
    b"../../etc/passwd", b"\x1b[31mrot\x1b[0m", b"\x07", b"\x7f", b"a\x08b", "\u202e12".encode(), "\ufeff12".encode(),
    "\u200b12".encode(), "１２".encode(), "١٢".encode(), "१२".encode(), "²".encode(), "Ⅻ".encode(), "−5".encode(),
    "½".encode(), b"\xff\xfe", b"99999999999999999999", b"9" * 400, b"1" + b"0" * 20, b"-0", b"00012", b"1,", b",5",
    b"1,2,3", b"1;2", b"p" * 2000, b"(" * 2000, b"31.12.2015", b"31.02.2015", b"0000-00-00", b"9999-12-31", b"DG",
    b"00", b"99", b"010", b"0105", b"01051999", b"DEF05",
)  # fmt: skip


@damage(Owed.COUNTED, TEXT)
def a_huge_field(seed: Seed, dice: Random) -> bytes:
    sign = dice.choice([b"9", b"p", b"(", b" ", b"-", b"_", b"\xc2\xa9", b"\t", b"a", b'"', b"00", b"Stand: ", b"1."])
    return _a_cell(seed, dice, lambda cell: cell + sign * (200_000 // len(sign)))


@damage(Owed.COUNTED, TEXT)
def a_huge_number(seed: Seed, dice: Random) -> bytes:
    numbers = [m.span() for m in re.finditer(rb"(?<=[;\t])\d+(?=[;\t\r\n])", seed.data)] or [(0, 2)]
    start, end = dice.choice(numbers)
    number = dice.choice([b"9" * 15, b"9" * 16, b"9" * 400, b"1e308", b"1e999", b"9223372036854775808", b"0" * 5000])
    return seed.data[:start] + number + seed.data[end:]


@damage(Owed.COUNTED, TEXT)
def other_digits(seed: Seed, dice: Random) -> bytes:
    zero = dice.choice(["٠", "０", "०", "𝟎"])
    table = {str(n): chr(ord(zero) + n) for n in range(10)}
    wanted = dice.choice(["0", "1", "3", "12", "0123456789"])
    text = seed.data.decode("utf-8", "replace")
    return "".join(table[c] if c in wanted else c for c in text).encode()


@damage(Owed.COUNTED, TEXT)
def other_spaces(seed: Seed, dice: Random) -> bytes:
    space = dice.choice(["\u00a0", "\u2009", "\t", "\u3000", "  ", "\u200b"])
    return seed.data.decode("utf-8", "replace").replace(" ", space).encode()


# --- encodings --------------------------------------------------------------------------------------------------------


def _text(seed: Seed) -> str:
    try:
        return seed.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return seed.data.decode("cp850" if seed.kind == "fixed" else "cp1252")


@damage(Owed.SAME, TEXT, times=1)
def utf_16(seed: Seed, dice: Random) -> bytes:
    return _text(seed).encode(dice.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32"]))


@damage(Owed.SAME, TEXT, times=1)
def windows_1252(seed: Seed, dice: Random) -> bytes:
    return _text(seed).encode("cp1252", "replace")


@damage(Owed.SAME, TEXT, times=1)
def latin_1(seed: Seed, dice: Random) -> bytes:
    return _text(seed).encode("latin-1", "replace")


@damage(Owed.SAME, TEXT, times=1)
def dos_850(seed: Seed, dice: Random) -> bytes:
    return _text(seed).encode("cp850", "replace")


@damage(Owed.SAME, TEXT, times=1)
def utf_8(seed: Seed, dice: Random) -> bytes:
    return _text(seed).encode("utf-8")


@damage(Owed.SAME, TEXT, times=1)
def marked_utf_8(seed: Seed, dice: Random) -> bytes:
    return _text(seed).encode("utf-8-sig")


@damage(Owed.SAME, TEXT, times=1)
def marked_twice(seed: Seed, dice: Random) -> bytes:
    return b"\xef\xbb\xbf" + _text(seed).encode("utf-8-sig")


@damage(Owed.SAME, TEXT, times=1)
def encoded_twice(seed: Seed, dice: Random) -> bytes:
    return _text(seed).encode().decode("latin-1").encode()


@damage(Owed.COUNTED, TEXT, times=1)
def other_case(seed: Seed, dice: Random) -> bytes:
    return _text(seed).swapcase().encode()
