"""States of the data set: one switch, whole at every moment, shared files, a lock, snapshots that can be named."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kommunalprofil import cli, commit, german_cli, snapshots, states
from kommunalprofil.errors import BusyError, DataError, UsageError
from kommunalprofil.states import MANIFEST, OBSERVATIONS, ORIGINS, SNAPSHOTS, State
from small_states import save
from twins import by_sex

TABLE = f"{OBSERVATIONS}/t"


def whole(folder: Path) -> State:
    """The state, all its files compared with their checksums."""
    state = State.of(folder)
    for name in state.entries:
        state.read(name)
    return state


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_only_what_changed_is_written_anew_and_the_old_state_stays_readable(tmp_path: Path) -> None:
    first = save(tmp_path, {ORIGINS: b"[]", TABLE: b"one"})
    kept = first.path(ORIGINS).stat().st_mtime_ns
    second = save(tmp_path, {ORIGINS: b"[]", TABLE: b"two"})
    assert second.path(ORIGINS).stat().st_mtime_ns == kept
    (frozen,) = states.snapshots(tmp_path)
    assert frozen.id == first.id != second.id
    assert whole(frozen.path).read(TABLE) == b"one"
    assert whole(tmp_path).read(TABLE) == b"two"


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    save(tmp_path, {ORIGINS: b"[]"})
    before = names(tmp_path)
    save(tmp_path, {ORIGINS: b"[]"})
    assert names(tmp_path) == before == {MANIFEST, State.of(tmp_path).entries[ORIGINS].file}


def test_the_same_files_give_the_same_manifest(tmp_path: Path) -> None:
    save(tmp_path / "a", {ORIGINS: b"[]", TABLE: b"one"})
    save(tmp_path / "b", {TABLE: b"one"})
    save(tmp_path / "b", {ORIGINS: b"[]"})
    assert (tmp_path / "a" / MANIFEST).read_bytes() == (tmp_path / "b" / MANIFEST).read_bytes()


def test_the_oldest_states_go_with_the_files_nobody_names(tmp_path: Path) -> None:
    for n in range(6):
        save(tmp_path, {ORIGINS: b"[]", TABLE: str(n).encode()}, keep=3)
    frozen = states.snapshots(tmp_path)
    assert sorted(whole(s.path).read(TABLE) for s in frozen) == [b"2", b"3", b"4"]
    assert len(names(tmp_path)) == 1 + 3 + 1 + 4
    save(tmp_path, {TABLE: b"x"}, keep=0)
    assert states.snapshots(tmp_path) == []
    assert len(names(tmp_path)) == 3


def test_a_file_that_rotted_is_written_again(tmp_path: Path) -> None:
    state = save(tmp_path, {TABLE: b"one"})
    state.path(TABLE).write_bytes(b"eno")
    with pytest.raises(DataError, match="andere Prüfsumme"):
        whole(tmp_path)
    save(tmp_path, {TABLE: b"one"})
    assert whole(tmp_path).read(TABLE) == b"one"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": 1}',
        '{"format": 2, "files": []}',
        '{"format": 1, "files": [{"name": "a"}]}',
        '{"format": 1, "files": [{"name": "a", "file": "../a", "sha256": "", "bytes": 0, "rows": 0}]}',
        '{"format": 1, "files": [{"name": "a", "file": "/etc/passwd", "sha256": "", "bytes": 0, "rows": 0}]}',
        '{"format": 1, "files": [7]}',
        "\x00",
    ],
)
def test_a_damaged_manifest_is_said_and_nothing_is_removed(tmp_path: Path, text: str) -> None:
    save(tmp_path, {TABLE: b"one"})
    (tmp_path / MANIFEST).write_text(text)
    before = names(tmp_path)
    with pytest.raises(DataError, match=r"manifest\.json"):
        State.of(tmp_path)
    with pytest.raises(DataError, match=r"manifest\.json"):
        save(tmp_path, {TABLE: b"two"})
    assert names(tmp_path) == before


def test_damage_is_told_without_the_english_of_a_library(tmp_path: Path) -> None:
    save(tmp_path, {ORIGINS: b"[]"})
    (tmp_path / MANIFEST).write_text('{"format": 1,\n "files": [,]}')
    with pytest.raises(DataError, match=rf"{MANIFEST} ist beschädigt \(Zeile 2\)\. "):
        State.of(tmp_path)


def test_a_folder_of_the_old_layout_is_not_mixed_with_the_new(tmp_path: Path) -> None:
    (tmp_path / "origins.json").write_text("[]")
    with pytest.raises(DataError, match="neuen Ordner"):
        save(tmp_path, {TABLE: b"one"})


def test_states_are_named_by_folder_manifest_or_beginning_of_their_name(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    first = save(home, {TABLE: b"one"})
    save(home, {TABLE: b"two"})
    save(home, {TABLE: b"three"})
    save(other, {TABLE: b"else"})
    frozen = next(s for s in states.snapshots(home) if s.id == first.id)
    for text in (first.id, first.id[:6], frozen.name, frozen.path, f"{home}@{first.id[:8]}"):
        found = states.locate(Path(text), home)
        assert State.of(found).read(TABLE) == b"one", text
    assert states.locate(Path(State.of(home).id), home) == home
    assert states.locate(other, home) == other
    assert states.locate(tmp_path / "nirgends", home) == tmp_path / "nirgends"
    with pytest.raises(UsageError, match=rf"keinen eingefrorenen Stand „ffff0000“[^\0]*{frozen.name}"):
        states.locate(Path("ffff0000"), home)
    with pytest.raises(UsageError, match="mehrere eingefrorene Stände"):
        states.locate(Path(frozen.name[:4]), home)


def test_one_at_a_time(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text(by_sex({"DG": [30, 10, 20]}))
    folder = tmp_path / "set"
    with commit.writing(folder):
        assert german_cli.run(cli.app, ["data", "import", str(tmp_path / "a.csv"), "-o", str(folder)]) == 1
        assert "ändert gerade ein anderer Aufruf" in capfd.readouterr().err
        with pytest.raises(BusyError):
            save(folder, {TABLE: b"one"})
    assert not folder.exists()
    save(folder, {TABLE: b"one"})
    assert commit.LOCK not in names(folder)


PROGRAM = """
import sys
from pathlib import Path
from kommunalprofil import commit
folder = Path(sys.argv[1])
print("ready", flush=True)
for n in range(10**6):
    with commit.writing(folder) as writer:
        files = {f"observations/{k}": commit.Content(b"%d %d " % (k, n % 7) * 20_000, 1) for k in range(4)}
        writer.commit(writer.prepare(files), keep=2)
"""


def _states_of_program() -> dict[bytes, int]:
    return {b"%d %d " % (k, n): n for n in range(7) for k in range(4)}


@pytest.mark.slow
def test_killed_at_any_moment_a_state_is_whole(tmp_path: Path, root: Path) -> None:
    """Forty times SIGKILL somewhere: all tables are of one round, those of snapshots too, and the next run tidies."""
    known, chance = _states_of_program(), random.Random(3)
    folder = tmp_path / "set"
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    cut_short = 0
    for _ in range(40):
        command = [sys.executable, "-c", PROGRAM, str(folder)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
            assert process.stderr is not None
            assert process.stderr.read() == b""
        if not (folder / MANIFEST).exists():
            continue
        for where in (folder, *(s.path for s in states.snapshots(folder))):
            state = whole(where)
            assert len({known[state.read(name)[:4]] for name in state.entries}) == 1
        named = {e.file for s in states.snapshots(folder) for e in State.of(s.path).entries.values()}
        named |= {e.file for e in State.of(folder).entries.values()} | {MANIFEST, commit.LOCK}
        cut_short += bool({n for n in names(folder) if not n.startswith(SNAPSHOTS)} - named)
    assert cut_short > 3  # the signal did come in the middle of writing
    save(folder, {ORIGINS: b"[]"})
    named = {e.file for s in states.snapshots(folder) for e in State.of(s.path).entries.values()}
    named |= {e.file for e in State.of(folder).entries.values()} | {MANIFEST}
    assert {n for n in names(folder) if not n.startswith(SNAPSHOTS)} == named


def test_a_full_disk_leaves_the_old_state(tmp_path: Path, root: Path) -> None:
    resource = pytest.importorskip("resource")
    (tmp_path / "a.csv").write_text(by_sex({"DG": [30, 10, 20]}, ["31.12.2018"]))
    (tmp_path / "b.csv").write_text(by_sex({f"{n:05}": [30, 10, 20] for n in range(5001, 5400)}, ["31.12.2019"]))
    run = [sys.executable, "-m", "kommunalprofil", "data", "import", "-o", str(tmp_path / "set")]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    subprocess.run([*run, str(tmp_path / "a.csv")], env=environment, check=True, capture_output=True)
    before = names(tmp_path / "set")
    done = subprocess.run(
        [*run, str(tmp_path / "b.csv")],
        env=environment,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500)),
    )
    assert done.returncode == german_cli.EXIT_IO
    assert "Der bisherige Datenbestand ist unverändert." in done.stderr
    assert "Traceback" not in done.stderr
    assert names(tmp_path / "set") == before
    whole(tmp_path / "set")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_folder_that_must_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    save(folder, {TABLE: b"one"})
    folder.chmod(0o555)
    for above in (folder, *folder.parents[:-1]):
        if above.stat().st_uid == os.geteuid():
            above.chmod(above.stat().st_mode | 0o055)
    child = os.fork()
    if child == 0:  # as somebody without rights, for root may write everywhere
        code = 1
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            with commit.writing(folder):
                pass
        except PermissionError as error:
            code = 0 if "Keine Berechtigung" in german_cli.german_os_error(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    folder.chmod(0o755)
    assert whole(folder).read(TABLE) == b"one"


def test_the_command_lists_states_and_builds_name_them(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for n, day in enumerate(("31.12.2017", "31.12.2018")):
        (tmp_path / "a.csv").write_text(
            by_sex({"DG": [30 + n, 10 + n, 20]}, [day], stand=f"0{n + 1}.06.2020 / 10:00:00")
        )
        assert (
            german_cli.run(cli.app, ["data", "import", str(tmp_path / "a.csv"), "-o", str(tmp_path / "set"), "-q"]) == 0
        )
    current, old = snapshots.lines(tmp_path / "set")
    assert (current.tables, current.rows, current.stand[:10], current.replaced) == (1, 6, "2020-06-02", "")
    assert (old.tables, old.rows, old.stand[:10]) == (1, 3, "2020-06-01")
    assert german_cli.run(cli.app, ["data", "snapshots", "-o", str(tmp_path / "set")]) == 0
    shown = capfd.readouterr().out
    assert old.name in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert german_cli.run(cli.app, ["data", "snapshots", "-o", str(tmp_path / "set"), "--json"]) == 0
    assert [line["name"] for line in json.loads(capfd.readouterr().out)] == [current.name, old.name]
    State.of(tmp_path / "set" / SNAPSHOTS / f"{old.name}.json").path(ORIGINS).unlink()
    assert "fehlt" in snapshots.lines(tmp_path / "set")[1].damage
