"""What can happen to a file, and what a reader owes then: the same observations, or nothing gone in silence."""

from __future__ import annotations

import gzip
import io
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from random import Random

from seeds import Seed

import workbooks

ALL = frozenset({"text", "fixed", "archive", "book", "packed", "json"})
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


def _place(data: bytes, dice: Random) -> int:
    return dice.randrange(len(data))


@damage(Owed.COUNTED, times=8)
def flip_a_bit(seed: Seed, dice: Random) -> bytes:
    at = _place(seed.data, dice)
    return seed.data[:at] + bytes([seed.data[at] ^ 1 << dice.randrange(8)]) + seed.data[at + 1 :]


@damage(Owed.COUNTED)
def flip_bytes(seed: Seed, dice: Random) -> bytes:
    data = bytearray(seed.data)
    for _ in range(dice.randrange(2, 12)):
        data[_place(seed.data, dice)] = dice.randrange(256)
    return bytes(data)


@damage(Owed.SAME, times=8)
def cut(seed: Seed, dice: Random) -> bytes:
    return seed.data[: _place(seed.data, dice)]


@damage(Owed.SAME)
def cut_the_last_bytes(seed: Seed, dice: Random) -> bytes:
    return seed.data[: -dice.randrange(1, 12)]


@damage(Owed.SAME)
def cut_the_start(seed: Seed, dice: Random) -> bytes:
    return seed.data[dice.choice([1, 2, 3, dice.randrange(1, len(seed.data))]) :]


@damage(Owed.COUNTED, times=4)
def hole(seed: Seed, dice: Random) -> bytes:
    at = _place(seed.data, dice)
    return seed.data[:at] + seed.data[at + dice.choice([1, 2, 4, 16, 64, 256]) :]


@damage(Owed.COUNTED)
def noise(seed: Seed, dice: Random) -> bytes:
    at = _place(seed.data, dice)
    return seed.data[:at] + dice.randbytes(dice.randrange(1, 30)) + seed.data[at:]


@damage(Owed.SAME)
def tail(seed: Seed, dice: Random) -> bytes:
    return seed.data + dice.choice([b"\x00", b"\x1a", b"tail", b"\n\n\n", b"\r\n", b" ", seed.data[-40:], seed.data])


@damage(Owed.COUNTED)
def double_a_stretch(seed: Seed, dice: Random) -> bytes:
    at = _place(seed.data, dice)
    end = at + dice.randrange(1, 200)
    return seed.data[:end] + seed.data[at:]


@damage(Owed.SAME)
def zero_bytes(seed: Seed, dice: Random) -> bytes:
    at = _place(seed.data, dice)
    return seed.data[:at] + bytes(dice.choice([1, 2, 512])) + seed.data[at:]


@damage(Owed.SAME, times=1)
def a_page_of_zeros(seed: Seed, dice: Random) -> bytes:
    at = _place(seed.data, dice)
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
    at = _place(seed.data, dice)
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


# --- archives ---------------------------------------------------------------------------------------------------------


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@damage(Owed.SAME, PACKED)
def lose_a_file(seed: Seed, dice: Random) -> bytes:
    files = unpacked(seed.data)
    files.pop(dice.choice(sorted(files)))
    return workbooks.pack(files)


@damage(Owed.SAME, PACKED)
def an_empty_file(seed: Seed, dice: Random) -> bytes:
    files = unpacked(seed.data)
    files[dice.choice(sorted(files))] = b""
    return workbooks.pack(files)


@damage(Owed.SAME, PACKED)
def another_file(seed: Seed, dice: Random) -> bytes:
    files = unpacked(seed.data)
    first = next(iter(files.values()))
    names = [
        "a.csv",
        "liesmich.txt",
        "/etc/kommunal.csv",
        "../../oben.csv",
        "C:\\x.csv",
        "a/",
        "\x1b[31m.csv",
        "x" * 5000,
    ]
    return workbooks.pack(files | {dice.choice(names): dice.choice([b"", b"x;y\n", first])})


@damage(Owed.SAME, PACKED)
def other_names(seed: Seed, dice: Random) -> bytes:
    names = ["/{}", "../{}", "..\\{}", "{}/", "C:{}", "{}\x00.csv", "{}.exe", "\u202e{}", " {}", "./{}"]
    form = dice.choice(names)
    return workbooks.pack({form.format(name): data for name, data in unpacked(seed.data).items()})


@damage(Owed.SAME, PACKED, times=1)
def every_file_twice(seed: Seed, dice: Random) -> bytes:
    sink = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(sink, "w") as archive:
        warnings.simplefilter("ignore")
        for name, data in [*unpacked(seed.data).items()] * 2:
            archive.writestr(name, data)
    return sink.getvalue()


@damage(Owed.SAME, PACKED)
def an_archive_in_an_archive(seed: Seed, dice: Random) -> bytes:
    return workbooks.pack({dice.choice(["innen.zip", "innen.csv", "xl/workbook.xml"]): seed.data})


@damage(Owed.SAME, PACKED)
def links_in_the_archive(seed: Seed, dice: Random) -> bytes:
    sink = io.BytesIO()
    files = unpacked(seed.data)
    link = dice.choice(sorted(files))
    with zipfile.ZipFile(sink, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (2026, 3, 10, 0, 0, 0))
            entry.external_attr = (0o120777 << 16) if name == link else 0
            archive.writestr(entry, b"/etc/passwd" if name == link else data)
    return sink.getvalue()


@damage(Owed.SAME, PACKED, times=6)
def lies_in_the_directory(seed: Seed, dice: Random) -> bytes:
    """A field of the archive's directory, or of the heads before its files, is changed: sizes, offsets, methods."""
    data = bytearray(seed.data)
    heads = [m.start() for m in re.finditer(rb"PK\x01\x02|PK\x03\x04|PK\x05\x06", data)]
    at = dice.choice(heads) + dice.randrange(4, 46)
    value = dice.choice([0, 1, 8, 9, 12, 14, 99, 0x7FFF, 0xFFFF, 0xFFFFFFFF, dice.randrange(1 << 32)])
    width = dice.choice([1, 2, 4])
    data[at : at + width] = (value & (1 << 8 * width) - 1).to_bytes(width, "little")
    return bytes(data)


@damage(Owed.COUNTED, PACKED, times=6)
def a_bit_inside(seed: Seed, dice: Random) -> bytes:
    """A bit flips before the file is packed, so that no checksum tells."""
    files = unpacked(seed.data)
    name = dice.choice([n for n in sorted(files) if files[n]])
    data = bytearray(files[name])
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return workbooks.pack(files | {name: bytes(data)})


@damage(Owed.COUNTED, PACKED, times=4)
def a_hole_inside(seed: Seed, dice: Random) -> bytes:
    files = unpacked(seed.data)
    name = dice.choice([n for n in sorted(files) if files[n]])
    at = dice.randrange(len(files[name]))
    return workbooks.pack(files | {name: files[name][:at] + files[name][at + dice.choice([1, 8, 100, 4000]) :]})


@damage(Owed.PART, PACKED, times=4)
def a_cut_inside(seed: Seed, dice: Random) -> bytes:
    files = unpacked(seed.data)
    name = dice.choice([n for n in sorted(files) if files[n]])
    return workbooks.pack(files | {name: files[name][: dice.randrange(len(files[name]))]})


# --- workbooks --------------------------------------------------------------------------------------------------------


ROW = re.compile(rb'<row r="(\d+)">.*?</row>', re.DOTALL)
CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"( t="s")?><v>([^<]*)</v></c>')


def _sheet_of(files: dict[str, bytes], dice: Random) -> str:
    """A sheet, more often one with many rows."""
    names = sorted(n for n in files if n.startswith("xl/worksheets/") and b"<row" in files[n])
    return dice.choices(names, [len(files[n]) for n in names])[0]


def _rows(seed: Seed, dice: Random, change: Callable[[list[bytes]], None], *, numbered: bool = True) -> bytes:
    """Change the list of rows of a sheet; they are numbered anew, one after the other with the gaps there were."""
    files = unpacked(seed.data)
    name = _sheet_of(files, dice)
    found = list(ROW.finditer(files[name]))
    numbers = [int(m[1]) for m in found]
    rows = [m[0] for m in found]
    change(rows)
    numbers += range(numbers[-1] + 1, numbers[-1] + 1 + len(rows))
    if numbered:
        rows = [_numbered(row, n) for row, n in zip(rows, numbers, strict=False)]
    body = files[name]
    return workbooks.pack(files | {name: body[: found[0].start()] + b"".join(rows) + body[found[-1].end() :]})


def _numbered(row: bytes, number: int) -> bytes:
    text = str(number).encode()
    return re.sub(rb'(?<= r="[A-Z])\d+|(?<= r="[A-Z]{2})\d+|(?<=<row r=")\d+', text, row)


@damage(Owed.PART, BOOK, times=6)
def lose_a_row(seed: Seed, dice: Random) -> bytes:
    return _rows(seed, dice, lambda rows: rows.pop(dice.randrange(len(rows))) and None)


@damage(Owed.SAME, BOOK, times=4)
def double_a_row(seed: Seed, dice: Random) -> bytes:
    def change(rows: list[bytes]) -> None:
        at = dice.randrange(len(rows))
        rows.insert(dice.choice([at, dice.randrange(len(rows))]), rows[at])

    return _rows(seed, dice, change)


@damage(Owed.SAME, BOOK, times=6)
def swap_rows(seed: Seed, dice: Random) -> bytes:
    def change(rows: list[bytes]) -> None:
        i, j = dice.randrange(len(rows)), dice.randrange(len(rows))
        rows[i], rows[j] = rows[j], rows[i]

    return _rows(seed, dice, change)


@damage(Owed.SAME, BOOK)
def rows_out_of_order(seed: Seed, dice: Random) -> bytes:
    return _rows(seed, dice, dice.shuffle, numbered=False)


def _cells(seed: Seed, dice: Random, change: Callable[[re.Match[bytes]], bytes]) -> bytes:
    files = unpacked(seed.data)
    name = _sheet_of(files, dice)
    found = dice.choice(list(CELL.finditer(files[name])))
    body = files[name]
    return workbooks.pack(files | {name: body[: found.start()] + change(found) + body[found.end() :]})


@damage(Owed.COUNTED, BOOK, times=4)
def an_empty_cell(seed: Seed, dice: Random) -> bytes:
    return _cells(seed, dice, lambda m: dice.choice([b"", b'<c r="%s%s"/>' % (m[1], m[2])]))


@damage(Owed.COUNTED, BOOK, times=6)
def another_cell(seed: Seed, dice: Random) -> bytes:
    values = (
        b"-1",
        b"99999",
        b"1e400",
        b"NaN",
        b"0.5",
        b"",
        b" 1",
        b"1 ",
        b"0x1",
        b"\xd9\xa1",
        b"9" * 400,
        b"1E+3",
        b"-",
        b"12.3456",
    )
    kinds = (
        b"",
        b' t="s"',
        b' t="n"',
        b' t="str"',
        b' t="b"',
        b' t="e"',
        b' t="d"',
        b' t="inlineStr"',
        b' t="zz"',
        b' s="9999"',
    )
    return _cells(
        seed, dice, lambda m: b'<c r="%s%s"%s><v>%s</v></c>' % (m[1], m[2], dice.choice(kinds), dice.choice(values))
    )


@damage(Owed.COUNTED, BOOK, times=3)
def a_cell_elsewhere(seed: Seed, dice: Random) -> bytes:
    place = dice.choice([b"A0", b"XFD1048576", b"ZZZ1", b"A1", b"", b"1", b"R1C1", b"$A$1", b"a1", b"A99999999999"])
    return _cells(seed, dice, lambda m: b'<c r="%s"%s><v>%s</v></c>' % (place, m[3] or b"", m[4]))


FORMULAS = (
    b"1+1",
    b"cmd|' /C calc'!A0",
    b"SUM(A1:A9)",
    b"[1]Mappe!$A$1",
    b"HYPERLINK(&quot;http://127.0.0.1:9/&quot;)",
    b"",
)


@damage(Owed.REFUSED, BOOK)
def a_formula_with_a_value(seed: Seed, dice: Random) -> bytes:
    return _cells(
        seed, dice, lambda m: b'<c r="%s%s"><f>%s</f><v>%s</v></c>' % (m[1], m[2], dice.choice(FORMULAS), m[4])
    )


@damage(Owed.REFUSED, BOOK)
def a_formula_without_a_value(seed: Seed, dice: Random) -> bytes:
    forms = (
        b"<f>%s</f>",
        b'<f t="array" ref="A1:B9">%s</f>',
        b'<f t="shared" si="0">%s</f>',
        b'<x:f xmlns:x="u">%s</x:f>',
    )
    form = dice.choice(forms[:3])
    return _cells(seed, dice, lambda m: b'<c r="%s%s">%s</c>' % (m[1], m[2], form % dice.choice(FORMULAS)))


@damage(Owed.COUNTED, BOOK)
def a_text_that_looks_like_a_formula(seed: Seed, dice: Random) -> bytes:
    text = dice.choice([b"=1+1", b"=cmd|' /C calc'!A0", b"@SUM(A1)", b"+1", b"-1+1", b"\t=1"])
    return _cells(seed, dice, lambda m: b'<c r="%s%s" t="inlineStr"><is><t>%s</t></is></c>' % (m[1], m[2], text))


DOCTYPES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)) + b"]>",
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]>',
    b'<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///dev/zero"> %a;]>',
    b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
)  # fmt: skip


@damage(Owed.REFUSED, BOOK, times=5)
def entities(seed: Seed, dice: Random) -> bytes:
    """Billion laughs, files and addresses from outside, in one part of the workbook; the last entity is used."""
    files = unpacked(seed.data)
    name = dice.choice(
        ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels", _sheet_of(files, dice)]
    )
    text = (
        dice.choice(DOCTYPES) + files[name].partition(b"?>")[2]
        if b"?>" in files[name]
        else dice.choice(DOCTYPES) + files[name]
    )
    return workbooks.pack(files | {name: text.replace(b"<v>", b"<v>&a;", 1).replace(b"<t>", b"<t>&a;", 1)})


@damage(Owed.SAME, BOOK)
def links_to_the_outside(seed: Seed, dice: Random) -> bytes:
    files = unpacked(seed.data)
    mode = b' TargetMode="External"'
    link = b'<Relationship Id="rId99" Type="x/externalLink" Target="http://127.0.0.1:9/"%s/>' % dice.choice([b"", mode])
    name = "xl/_rels/workbook.xml.rels"
    text = files[name].replace(b"</Relationships>", link + b"</Relationships>")
    if dice.random() < 0.5:
        text = text.replace(b"worksheets/sheet1.xml", dice.choice([b"/etc/passwd", b"../../x", b"http://127.0.0.1:9/"]))
    return workbooks.pack(files | {name: text, "xl/externalLinks/externalLink1.xml": b"<externalLink/>"})


@damage(Owed.COUNTED, BOOK, times=4)
def merged_cells(seed: Seed, dice: Random) -> bytes:
    files = unpacked(seed.data)
    name = _sheet_of(files, dice)
    places = [
        "A1:XFD1048576",
        "A1:A1",
        "B9:A1",
        "A0:B0",
        "A1",
        "",
        "A1:ZZZ9",
        "A7:A9",
        "C1:F9",
        "A1:B99999999999",
        "::",
        "A1:B2:C3",
    ]
    chosen = [dice.choice(places) for _ in range(dice.choice([1, 3, 2000]))]
    merged = b"<mergeCells>%s</mergeCells>" % b"".join(b'<mergeCell ref="%s"/>' % p.encode() for p in chosen)
    text = re.sub(rb"<mergeCells.*</mergeCells>", b"", files[name]).replace(b"</sheetData>", b"</sheetData>" + merged)
    return workbooks.pack(files | {name: text})


@damage(Owed.PART, BOOK)
def lose_a_sheet(seed: Seed, dice: Random) -> bytes:
    """The sheet is gone from the list of sheets, as if never there."""
    files = unpacked(seed.data)
    listed = re.findall(rb"<sheet [^>]*/>", files["xl/workbook.xml"])
    return workbooks.pack(files | {"xl/workbook.xml": files["xl/workbook.xml"].replace(dice.choice(listed), b"", 1)})


@damage(Owed.COUNTED, BOOK)
def rename_a_sheet(seed: Seed, dice: Random) -> bytes:
    files = unpacked(seed.data)
    text = files["xl/workbook.xml"]
    listed = re.findall(rb'<sheet name="([^"]*)"', text)
    new = dice.choice([b"", b"x" * 5000, b"../x", "\u202e".encode(), *listed])
    return workbooks.pack(
        files | {"xl/workbook.xml": text.replace(b'name="%s"' % dice.choice(listed), b'name="%s"' % new)}
    )


@damage(Owed.COUNTED, BOOK)
def lose_texts(seed: Seed, dice: Random) -> bytes:
    files = unpacked(seed.data)
    name = "xl/sharedStrings.xml"
    texts = re.findall(rb"<si>.*?</si>", files[name], re.DOTALL)
    return workbooks.pack(files | {name: files[name].replace(dice.choice(texts), dice.choice([b"", b"<si/>"]), 1)})


@damage(Owed.SAME, BOOK, times=1)
def prefixed_names(seed: Seed, dice: Random) -> bytes:
    """As some writers do: every element carries a prefix."""
    files = unpacked(seed.data)
    name = _sheet_of(files, dice)
    text = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", files[name]).replace(b"xmlns=", b"xmlns:x=")
    return workbooks.pack(files | {name: text})


@damage(Owed.SAME, BOOK, times=2)
def deep_elements(seed: Seed, dice: Random) -> bytes:
    files = unpacked(seed.data)
    name = _sheet_of(files, dice)
    deep = b"<x>" * 100_000
    close = b"</x>" * 100_000 if dice.random() < 0.5 else b""
    return workbooks.pack(files | {name: files[name].replace(b"<sheetData>", deep + close + b"<sheetData>")})
