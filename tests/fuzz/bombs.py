"""Small files that would like to become large: each is read in a process whose memory is measured.

Run as a program, this prints one JSON object a line: name, seconds, megabytes above the start, what the reader said.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import damage
import seeds

import workbooks

MEGA = 1_000_000
TOO_MUCH = 400 * MEGA
"""What the big ones would unpack to; the limits of the reader are lowered to a quarter of it, to save time."""
LIMIT = 4_000_000_000
"""Bytes of address space the program gets."""
BOMBS: dict[str, Callable[[], bytes]] = {}


def bomb(make: Callable[[], bytes]) -> Callable[[], bytes]:
    BOMBS[make.__name__.replace("_", " ")] = make
    return make


def deflated(start: bytes, block: bytes, times: int, wbits: int = -15) -> bytes:
    """`start` and many times the same block, deflated; the block is packed once and then repeated."""
    packer = zlib.compressobj(9, wbits=wbits)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * times + packer.flush()


def gz(start: bytes, block: bytes) -> bytes:
    return deflated(start, block, TOO_MUCH // len(block), wbits=31)


def zipped(name: str, body: bytes, said: int, method: int = 8, others: dict[str, bytes] | None = None) -> bytes:
    """An archive whose directory says that the deflated `body` has `said` bytes."""
    entry = name.encode()
    head = struct.pack("<HHHHHLLLHH", 20, 0, method, 0, 0x5C21, 0, len(body), said, len(entry), 0) + entry
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for other, data in (others or {}).items():
            archive.writestr(other, data)
    rest = sink.getvalue()
    at = rest.rfind(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HLL", rest, at + 10)
    local = b"PK\x03\x04" + head[:26] + entry + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + head[:26] + struct.pack("<HHHLL", 0, 0, 0, 0, start) + entry
    end = struct.pack("<HHHHLLH", 0, 0, count + 1, count + 1, size + len(central), start + len(local), 0)
    return rest[:start] + local + rest[start : start + size] + central + b"PK\x05\x06" + end


FLAT_HEAD = seeds.seed("flat-new").data
ROWS = b"\n".join(FLAT_HEAD.split(b"\n")[1:])
BLOCK = ROWS * (MEGA // len(ROWS))


@bomb
def gzip_of_zeros() -> bytes:
    return gz(b"", bytes(MEGA))


@bomb
def gzip_of_spaces_in_one_line() -> bytes:
    return gz(b"GENESIS-Tabelle: 12411-01-01-4\n", b" " * MEGA)


@bomb
def gzip_of_rows() -> bytes:
    return gz(FLAT_HEAD, BLOCK)


@bomb
def gzip_of_line_feeds() -> bytes:
    return gz(seeds.seed("datencsv").data[:200], b"\n" * MEGA)


@bomb
def gzip_of_eurostat_rows() -> bytes:
    return gz(seeds.seed("tsv").data, b"A,T,NR,TOTAL,AT\t9 \t9 \n" * 40_000)


@bomb
def gzip_in_gzip() -> bytes:
    return gzip.compress(gz(b"", bytes(MEGA)))


@bomb
def utf_16_of_spaces() -> bytes:
    return gz(b"\xff\xfe", b" \x00" * (MEGA // 2))


@bomb
def zip_of_rows() -> bytes:
    return zipped("a.csv", deflated(FLAT_HEAD, BLOCK, TOO_MUCH // MEGA), TOO_MUCH)


@bomb
def zip_that_says_it_is_small() -> bytes:
    return zipped("a.csv", deflated(FLAT_HEAD, BLOCK, TOO_MUCH // MEGA), len(FLAT_HEAD))


@bomb
def zip_that_says_it_is_huge() -> bytes:
    return zipped("a.csv", deflated(FLAT_HEAD, b"", 0), 0xFFFFFFFE)


@bomb
def zip_in_zip() -> bytes:
    inner = zip_of_rows()
    return workbooks.pack({"a.csv": inner})


@bomb
def zip_whose_files_overlap() -> bytes:
    """Every entry of the directory points to the same body."""
    one = workbooks.pack({"a.csv": FLAT_HEAD + BLOCK})
    at = one.rfind(b"PK\x05\x06")
    _, size, start = struct.unpack_from("<HLL", one, at + 10)
    entry, count = one[start : start + size], 5000
    names = [entry.replace(b"a.csv", b"%05d" % n) for n in range(count)]
    end = struct.pack("<HHHHLLH", 0, 0, count, count, size * count, start, 0)
    return one[:start] + b"".join(names) + b"PK\x05\x06" + end


@bomb
def zip_of_very_many_files() -> bytes:
    entry = (
        b"PK\x01\x02" + struct.pack("<HHHHHHLLLHHHHHLL", 20, 20, 0, 0, 0, 0x5C21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    )
    count = 400_000
    end = struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, len(entry) * count, 0, 0)
    return b"PK\x03\x04"[:0] + entry * count + b"PK\x05\x06" + end


def book(part: str, data: bytes | None = None, body: bytes = b"", said: int = 0) -> bytes:
    """The GENESIS workbook with one part replaced."""
    files = damage.unpacked(seeds.seed("gv-auszug").data)
    if data is not None:
        return workbooks.pack(files | {part: data})
    files.pop(part)
    return zipped(part, body, said, others=files)


SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
START = f'<worksheet xmlns="{workbooks.MAIN}"><sheetData>'.encode()
END = b"</sheetData></worksheet>"


@bomb
def workbook_of_one_long_text() -> bytes:
    start = b"<sst><si><t>"
    return book(TEXTS, body=deflated(start, b"a" * MEGA, TOO_MUCH // MEGA), said=TOO_MUCH)


@bomb
def workbook_of_texts_that_says_it_is_small() -> bytes:
    return book(TEXTS, body=deflated(b"<sst>", b"<si><t>a</t></si>" * 60_000, TOO_MUCH // MEGA), said=5000)


@bomb
def workbook_of_many_texts() -> bytes:
    return book(TEXTS, b"<sst>" + b"<si><t>a</t></si>" * 5_000_000 + b"</sst>")


@bomb
def workbook_of_empty_cells() -> bytes:
    return book(SHEET, START + b'<row r="1">' + b"<c/>" * 16_000 + b"</row>" + b'<row><c r="A2"/></row>' * 10 + END)


@bomb
def workbook_of_wide_rows() -> bytes:
    rows = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(1, 400_000))
    return book(SHEET, START + rows + END)


@bomb
def workbook_of_many_wide_sheets() -> bytes:
    rows = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(1, 480))
    sheets = {f"xl/worksheets/s{n}.xml": START + rows + END for n in range(60)}
    listed = "".join(f'<sheet name="s{n}" r:id="r{n}"/>' for n in range(60))
    related = "".join(f'<Relationship Id="r{n}" Target="worksheets/s{n}.xml"/>' for n in range(60))
    files = {
        "xl/workbook.xml": f'<workbook xmlns:r="r"><sheets>{listed}</sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f"<Relationships>{related}</Relationships>".encode(),
    }
    return workbooks.pack(files | sheets)


@bomb
def workbook_of_a_last_row() -> bytes:
    return book(SHEET, START + b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>' + END)


@bomb
def workbook_of_very_many_sheets() -> bytes:
    listed = "".join(f'<sheet name="s{n}" r:id="rId1"/>' for n in range(200_000))
    return book("xl/workbook.xml", f'<workbook xmlns:r="r"><sheets>{listed}</sheets></workbook>'.encode())


@bomb
def workbook_of_deep_elements() -> bytes:
    return book(SHEET, START + b"<a>" * 3_000_000)


@bomb
def workbook_of_attributes() -> bytes:
    attributes = b" ".join(b'a%d="1"' % n for n in range(300_000))
    return book(SHEET, START + b"<row %s/>" % attributes + END)


@bomb
def workbook_of_one_long_attribute() -> bytes:
    return book(SHEET, START + b'<row r="%s"/>' % (b"1" * 20 * MEGA) + END)


@bomb
def workbook_of_merged_cells() -> bytes:
    """Every range covers the whole sheet of GENESIS's head."""
    files = damage.unpacked(seeds.seed("genesis-book").data)
    name = "xl/worksheets/sheet1.xml"
    merged = b"<mergeCells>" + b'<mergeCell ref="B1:XFD1048576"/>' * 100_000 + b"</mergeCells></worksheet>"
    return workbooks.pack(files | {name: files[name].replace(b"</worksheet>", merged)})


@bomb
def outlines_of_a_long_table() -> bytes:
    files = damage.unpacked(seeds.seed("outlines").data)
    return zipped(
        "vg/karte.dbf", deflated(files.pop("vg/karte.dbf"), bytes(MEGA), TOO_MUCH // MEGA), TOO_MUCH, others=files
    )


@bomb
def outlines_of_very_many_records() -> bytes:
    files = damage.unpacked(seeds.seed("outlines").data)
    table = bytearray(files["vg/karte.dbf"])
    table[4:8] = b"\xff\xff\xff\x7f"
    return workbooks.pack(files | {"vg/karte.dbf": bytes(table)})


@bomb
def outlines_of_very_many_points() -> bytes:
    files = damage.unpacked(seeds.seed("outlines").data)
    shapes = bytearray(files["vg/karte.shp"])
    shapes[100 + 8 + 36 : 100 + 8 + 44] = b"\xff\xff\xff\x0f" * 2  # parts and points of the first record
    return workbooks.pack(files | {"vg/karte.shp": bytes(shapes)})


@bomb
def outlines_that_are_another_format() -> bytes:
    """A virtual layer would make GDAL open other files and addresses."""
    inner = b'<OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    layer = b"<OGRVRTDataSource>" + inner + b"</OGRVRTDataSource>"
    files = damage.unpacked(seeds.seed("outlines").data)
    return workbooks.pack(files | {"vg/karte.shp": layer})


@bomb
def json_of_brackets() -> bytes:
    return b'{"data": ' + b"[" * 5 * MEGA


@bomb
def json_of_one_long_number() -> bytes:
    return seeds.seed("json").data.replace(b"9,", b"9" * 5 * MEGA + b",", 1)


@bomb
def json_of_a_huge_number() -> bytes:
    return seeds.seed("json").data.replace(b"9,", b"9e999999999,", 1)


@bomb
def json_of_many_dimensions() -> bytes:
    data = json.loads(seeds.seed("json").data)
    names = [f"d{n}" for n in range(20_000)]
    cube = data["data"][0]
    cube["id"] += names
    cube["size"] += [1] * len(names)
    cube["dimension"] |= {name: {"category": {"index": {"x": 0}}} for name in names}
    return json.dumps(data).encode()


def text(name: str, old: bytes, new: bytes) -> bytes:
    data = seeds.seed(name).data
    assert old in data
    return data.replace(old, new, 1)


@bomb
def one_line_of_separators() -> bytes:
    return text("datencsv", b"DG;", b"DG;" + b";" * 20 * MEGA)


@bomb
def one_line_of_quotes() -> bytes:
    return text("datencsv", b"DG;", b'DG;"' + b'""' * 10 * MEGA)


@bomb
def a_heading_of_many_columns() -> bytes:
    return text("datencsv", b";;Insgesamt", b";;Insgesamt" + b";Insgesamt" * 500_000)


@bomb
def very_many_titles() -> bytes:
    return text("datencsv", b"regionale Tiefe", b"Titel;;;;\n" * 500_000 + b"regionale Tiefe")


@bomb
def very_many_headings() -> bytes:
    return text("datencsv", b";;Insgesamt", b";;Anzahl;Anzahl;Anzahl\n" * 300_000 + b";;Insgesamt")


@bomb
def a_foot_of_copyright_signs() -> bytes:
    return text("datencsv", b"Dieses Werk", "©".encode("cp1252") * 900_000 + b"Dieses Werk")


@bomb
def a_foot_of_stands() -> bytes:
    return text("datencsv", b"Dieses Werk", b"Stand:" * 100_000 + b"Stand: " * 100_000 + b"Dieses Werk")


@bomb
def a_foot_of_rules() -> bytes:
    return text("datencsv", b"Dieses Werk", b"_" * 900_000 + b";" * 100_000 + b"x\nDieses Werk")


@bomb
def a_cell_of_letters() -> bytes:
    return text("datencsv", b";14\n", b";" + b"p" * 100_000 + b"!\n")


@bomb
def a_cell_of_brackets() -> bytes:
    return text("datencsv", b";14\n", b";" + b"(" * 60_000 + b" " * 60_000 + b"\n")


@bomb
def a_heading_of_digits() -> bytes:
    return text("datencsv", b";weiblich", b";" + b"1" * 100_000 + b" bis unter ")


@bomb
def a_title_of_years() -> bytes:
    return text("datencsv-moves", b"Jahr: 2012", b"Jahr:" + b" " * 100_000 + b"20122012" * 10_000)


@bomb
def a_flat_head_of_many_columns() -> bytes:
    head, rest = FLAT_HEAD.split(b"\n", 1)
    extra = b"".join(b";%d_variable_code" % n for n in range(3, 200_000))
    return head + extra + b"\n" + rest


@bomb
def a_flat_file_of_contents() -> bytes:
    head, rest = seeds.seed("flat-old").data.split(b"\n", 1)
    lines = [line + b";1" * 20_000 for line in rest.splitlines()]
    return head + b";A__B__C" * 20_000 + b"\n" + b"\n".join(lines) + b"\n"


@bomb
def eurostat_of_many_years() -> bytes:
    return text("tsv", b"\t2022 ", b"\t2022 " * 1_000_000)


@bomb
def eurostat_of_one_line() -> bytes:
    return text("tsv", b"A,T,NR,TOTAL,DEF05", b"A," + b"," * 20 * MEGA + b"DEF05")


@bomb
def a_record_of_gv100ad_without_end() -> bytes:
    return seeds.seed("gv100ad").data[:220] + b" " * 50 * MEGA


@bomb
def a_census_of_many_columns() -> bytes:
    return text("census-people", b"\n", b";x" * 2_000_000 + b"\n")


def run(names: list[str]) -> Iterator[dict[str, object]]:
    """Each bomb in turn; its file is made before the measuring begins."""
    import harness

    from kommunalprofil import sources
    from kommunalprofil.errors import SourceError
    from kommunalprofil.sources import areas, content, flat, geometry, xlsx, zensus  # noqa: F401 - loaded before

    content.MAX_BYTES = content.MAX_UNPACKED = TOO_MUCH // 4
    harness.whole("outlines")
    harness.whole("datencsv")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "datei.csv"
        for name in names:
            path.write_bytes(BOMBS[name]())
            before, started = highest(), time.perf_counter()
            try:
                with harness.watched() as said:
                    reading = sources.read(path)
                text = f"gelesen: {reading.report.kept} Werte"
                problem = said[0] if said else ""
            except SourceError as error:
                text = str(error)
                problem = harness.bad_words(text, error.line)
            except harness.TooSlowError:
                text, problem = "", "too slow"
            except Exception as error:
                text, problem = "", repr(error)
            seconds, mega = time.perf_counter() - started, peak_since(before)
            yield {"name": name, "seconds": seconds, "mega": mega, "text": text[:200], "problem": problem[:500],
                   "bytes": path.stat().st_size}  # fmt: skip


CLEAR, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


def highest() -> float:
    """The memory in use now, in MB; the mark of the highest is set back to it where the system allows."""
    if CLEAR.exists():
        CLEAR.write_text("5")
    return _status("VmRSS")


def peak_since(before: float) -> float:
    return _status("VmHWM") - before


def _status(name: str) -> float:
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(lines[name].split()[0]) / 1e3


if __name__ == "__main__":
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    for found in run(sys.argv[1:] or list(BOMBS)):
        print(json.dumps(found), flush=True)
