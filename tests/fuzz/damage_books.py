"""What can happen to an archive and to a workbook in it: parts, rows, cells, formulas, tricks."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable
from random import Random

from damage import BOOK, PACKED, Owed, damage, unpacked
from seeds import Seed

import workbooks

# --- archives ---------------------------------------------------------------------------------------------------------


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
