"""The data set on disk: whole or not at all, the same bytes for the same rows, damage named in German."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kommunalprofil import provenance, states, store
from kommunalprofil.errors import DataError, TargetError
from kommunalprofil.observations import validate
from small_states import save
from test_observations import rows

FRAME = validate(
    rows({"region": "DE"}, {"region": "01"}, {"region": "01051"}, {"region": "16077"}, {"region": "01", "sex": "M"}),
    "t",
)


TABLE = f"{states.OBSERVATIONS}/t"


def filled(folder: Path) -> store.Store:
    return store.Store(save(folder, {states.ORIGINS: provenance.dump([]), TABLE: store.to_parquet(FRAME)}))


def test_rows_come_back_by_land(tmp_path: Path) -> None:
    data = filled(tmp_path)
    assert data.tables == ("t",)
    assert data.observations("t").num_rows == 5
    assert data.observations("t", ["01"]).column("region").to_pylist() == ["01", "01", "01051"]
    assert data.observations("t", ["DE", "16", "DE", "77"]).column("region").to_pylist() == ["DE", "16077"]
    assert data.observations("t", []).num_rows == 0
    assert data.regions("kreis") == {"01051", "16077"}
    assert data.regions("bund") == {"DE"}


@given(st.randoms())
@settings(max_examples=10)
def test_the_order_of_rows_does_not_change_a_byte(random: object) -> None:
    shuffled = FRAME.sample(frac=1, random_state=random.randrange(1000))  # type: ignore[attr-defined]
    assert store.to_parquet(validate(shuffled, "t")) == store.to_parquet(FRAME)


def test_a_folder_without_data_says_how_to_get_some(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="kommunalprofil data import"):
        store.Store(tmp_path)


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b'[{"table": 1}]', b"\xff\xfe"])
def test_damaged_origins(tmp_path: Path, text: bytes) -> None:
    save(tmp_path, {states.ORIGINS: text})
    with pytest.raises(DataError, match=r"origins-\w+\.json ist beschädigt"):
        _ = store.Store(tmp_path).origins


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.floats(0, 0.999), flip=st.integers(0, 10**6), zero=st.booleans())
def test_a_damaged_table_is_an_error_or_reads_as_before(tmp_path: Path, cut: float, flip: int, zero: bool) -> None:
    good = store.to_parquet(FRAME)
    bad = good[: int(len(good) * cut)] if not zero else good[:4] + b"\0" * (len(good) // 2) + good[4 + len(good) // 2 :]
    data = filled(tmp_path)
    for content in (
        bad,
        good[: flip % len(good)] + bytes([good[flip % len(good)] ^ 0xFF]) + good[flip % len(good) + 1 :],
    ):
        (tmp_path / data.state.entries[TABLE].file).write_bytes(content)
        with suppress(DataError):
            data.observations("t")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="fehlt observations/u"):
        filled(tmp_path).observations("u")


def test_nothing_is_written_if_one_file_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(TargetError, match="file“ ist eine Datei"):
        store.write_atomic({tmp_path / "a": b"new", tmp_path / "file" / "b": b"new"})
    with pytest.raises(OSError, match="File name too long") as caught:
        store.write_atomic({tmp_path / "a": b"new", tmp_path / ("n" * 250): b"new"})
    assert caught.value.filename == str(tmp_path / ("n" * 250)), "never the temporary file beside it"
    assert (tmp_path / "a").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "file"]


def test_written_files_have_the_rights_of_the_user(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        store.write_atomic({tmp_path / "a": b"x"})
    finally:
        os.umask(umask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


KILLED = """
import os, sys
from pathlib import Path
from kommunalprofil import store
folder = Path(sys.argv[1])
class Endless(dict):
    def items(self):
        for n in range(10**9):
            yield folder / f"f{n % 3}", b"new" * 100_000
            print("written", flush=True)
store.write_atomic(Endless())
"""


def test_killed_in_the_middle_the_old_state_is_whole(tmp_path: Path, root: Path) -> None:
    for n in range(3):
        (tmp_path / f"f{n}").write_text(f"old {n}")
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        for _ in range(5):
            process.stdout.readline()
        time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    process.wait()
    assert [(tmp_path / f"f{n}").read_text() for n in range(3)] == ["old 0", "old 1", "old 2"]
    assert all(
        p.name.startswith(".") and p.suffix == ".tmp" for p in tmp_path.iterdir() if p.name not in ("f0", "f1", "f2")
    )


def test_files_that_belong_together_say_so_only_when_all_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = tmp_path / "seal"
    store.write_atomic({tmp_path / "a": b"1", tmp_path / "b": b"1", seal: b"1"}, seal)
    assert seal.read_bytes() == b"1"
    replace = Path.replace

    def killed_at_the_second(self: Path, target: Path) -> Path:
        if target.name == "b":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        store.write_atomic({tmp_path / "a": b"2", tmp_path / "b": b"2", seal: b"2"}, seal)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"2", "b": b"1"}
