"""`data update`: from the offices to the data set, each table reported, killed at any moment without a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import genesis_server as gs
from genesis_server import Download, FakeTime, GenesisServer, Reply, Seen, archive, envelope
from kommunalprofil import cli, german_cli, importer, raw, sources
from kommunalprofil.commit import locked
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.transfer import Limits, Pace, Transfer
from kommunalprofil.store import Store
from kommunalprofil.update import FAILED, FETCHED, LEFT, NEW, SAME, Update, Wish
from twins import aged, by_age, by_sex, flat, zipped

BY_SEX, BY_AGE, GEMEINDEN, ELSEWHERE = "12411-01-01-4", "12411-02-03-4", "12411-01-01-5", "12411-0018"
SECRET = "geheim-ä:€"
FLAT = flat({"DG": [36, 12, 24], "01051": [3, 1, 2]})
ZIP = archive(zipped(FLAT))
AGES = by_age({"DG": aged([1, 2, 3, 4, 5], [2, 3, 4, 5, 6])}, day="31.12.2018").encode()
DECLARED = """
from dataclasses import replace
from kommunalprofil import sources
of = sources.declared()
ways = {"12411-01-01-4": ("regio", False), "12411-02-03-4": ("regio", True), "12411-0018": ("destatis", False)}
known = {k: replace(of[k], database=d, open_data=o) for k, (d, o) in ways.items()}
known["12411-01-01-5"] = replace(of["12411-01-01-5"], database="", open_data=False)
sources.declared = lambda: known
"""


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> dict[str, Table]:
    """Four tables: one by REST, one by download, one of another database, one that nobody offers."""
    monkeypatch.setattr(sources, "declared", sources.declared)
    scope: dict[str, dict[str, Table]] = {}
    exec(DECLARED, scope)
    return scope["known"]


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[GenesisServer]:
    with gs.running(monkeypatch) as server:
        monkeypatch.setenv("KOMMUNALPROFIL_REGIO_USER", "nutzer")
        monkeypatch.setenv("KOMMUNALPROFIL_REGIO_PASSWORD", SECRET)
        server.on("regio/data/tablefile", ZIP)
        server.on(f"opendata/{BY_AGE}_00.csv", Download(AGES, etag='"1"'))
        yield server


@pytest.fixture
def job(declared: dict[str, Table], office: GenesisServer, tmp_path: Path) -> Iterator[Update]:
    """An update whose retries take no time."""
    pace = FakeTime()
    with Transfer(Limits(silence=1, tries=3), Pace(pace.sleep, pace.clock, pace.jitter)) as way:
        yield Update(declared, raw.RawStore(tmp_path / "raw"), tmp_path / "set", transfer=way)


def states(job: Update, wish: Wish = Wish()) -> dict[str, tuple[str, str]]:  # noqa: B008
    results = job.fetch(wish)
    job.take_in(results)
    return {r.table: (r.state, r.reason) for r in results}


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def value(folder: Path, table: str = BY_SEX) -> float:
    frame = Store(folder).observations(table).to_pandas()
    total = (frame["region"] == "DE") & (frame["sex"] == "_T") & (frame["age_to"] == 200) & (frame["age_from"] == 0)
    return float(frame.loc[total, "value"].iloc[0])


def test_every_table_by_its_way(job: Update, office: GenesisServer) -> None:
    found = states(job)
    assert {t: s for t, (s, _) in found.items()} == {BY_SEX: NEW, BY_AGE: NEW, ELSEWHERE: LEFT, GEMEINDEN: LEFT}
    assert "KOMMUNALPROFIL_DESTATIS_USER" in found[ELSEWHERE][1]
    assert "data import" in found[GEMEINDEN][1]
    assert (value(job.folder), value(job.folder, BY_AGE)) == (36, 35)
    origins = {o.table: o for o in Store(job.folder).origins}
    assert origins[BY_SEX].url == f"{office.base}/regio/data/tablefile"
    assert origins[BY_SEX].retrieved[:10] == raw.now()[:10]
    assert "username" not in office.asked(f"opendata/{BY_AGE}_00.csv")[0].headers


def test_again_nothing_changes(job: Update, office: GenesisServer) -> None:
    states(job)
    before = files(job.folder)
    office.on("regio/data/tablefile", envelope(50, "nichts neu"))
    assert {s for s, _ in states(job).values()} == {SAME, LEFT}
    assert files(job.folder) == before


def test_a_run_that_ended_before_reading_is_continued(job: Update, office: GenesisServer) -> None:
    """What lies in the raw store is not fetched again; the data set hears of it now."""
    assert {r.state for r in job.fetch(Wish())} == {FETCHED, LEFT}
    assert not job.folder.exists()
    office.on("regio/data/tablefile", envelope(50, "nichts neu"))
    assert {t: s for t, (s, _) in states(job).items() if s != LEFT} == {BY_SEX: NEW, BY_AGE: NEW}
    assert office.asked("regio/data/tablefile")[1].form["stand"]
    assert office.asked(f"opendata/{BY_AGE}_00.csv")[1].headers["if-none-match"] == '"1"'


def test_the_office_goes_back_to_what_it_had_said_before(job: Update, office: GenesisServer, tmp_path: Path) -> None:
    """The answer lies in the raw store already, and in the origins: yet it is the newest one, here and in a rebuild."""
    for men, women in ((12, 24), (13, 26), (12, 24), (13, 26), (12, 24)):
        office.on("regio/data/tablefile", archive(zipped(flat({"DG": [men + women, men, women]}))))
        assert states(job, Wish(tables=[BY_SEX])) == {BY_SEX: (NEW, "")}
        assert value(job.folder) == men + women
    assert states(job, Wish(tables=[BY_SEX])) == {BY_SEX: (SAME, "")}
    assert len(list((tmp_path / "raw").rglob("*.zip"))) == 2
    importer.run([tmp_path / "raw"], tmp_path / "again")
    assert value(tmp_path / "again") == 36


def test_only_what_was_wished_for(job: Update, office: GenesisServer) -> None:
    assert list(states(job, Wish(tables=[BY_SEX], since=2020))) == [BY_SEX]
    assert [s.form["startyear"] for s in office.asked("regio/data/tablefile")] == ["2020"]
    assert list(states(job, Wish(databases=["destatis"]))) == [ELSEWHERE]
    assert states(job, Wish(tables=[ELSEWHERE]))[ELSEWHERE][0] == FAILED, (
        "what was asked for by name must not fail softly"
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (archive(zipped(FLAT.replace("01051;de 01051;GES;Geschlecht;GESW", "01051;GES;Geschlecht;GESW;x"))), "Zeile 7"),
        (archive(zipped(flat({"DG": [99, 12, 24]}))), "Zeile"),
        (archive(zipped(FLAT, "12411-02-03-4_1773175772751_de_flat.csv")), "Statt der Tabelle 12411-01-01-4 kam"),
        (archive(zipped(FLAT.replace("12411;", "12612;"))), "Statistik „12612“"),
        (envelope(104, gs.NOTHING), "Code 104"),
        (Reply(gs.HTML, 500), "HTTP 500"),
    ],
    ids=["shifted columns", "wrong sums", "another table", "another statistic", "nothing", "error page"],
)
def test_a_bad_table_keeps_the_old_numbers_and_the_others_come_in(
    job: Update, office: GenesisServer, answer: Reply, said: str
) -> None:
    states(job, Wish(tables=[BY_SEX]))
    office.on("regio/data/tablefile", answer)
    found = states(job)
    assert found[BY_SEX][0] == FAILED
    assert said in found[BY_SEX][1]
    assert found[BY_AGE][0] == NEW
    assert (value(job.folder), value(job.folder, BY_AGE)) == (36, 35)
    office.on("regio/data/tablefile", archive(zipped(flat({"DG": [39, 13, 26]}))))
    assert states(job)[BY_SEX] == (NEW, "")
    assert value(job.folder) == 39


def test_a_download_that_is_gone_is_fetched_by_the_interface(job: Update, office: GenesisServer) -> None:
    said: list[str] = []
    job.say = said.append
    office.on(f"opendata/{BY_AGE}_00.csv", Reply(gs.HTML, 404))
    office.on("regio/data/tablefile", envelope(-1, "kein Datenquader"))
    assert "Code -1" in states(job, Wish(tables=[BY_AGE]))[BY_AGE][1]
    assert any("HTTP 404" in line and "Stattdessen über die Schnittstelle" in line for line in said)


def test_half_credentials_are_a_failure(job: Update, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOMMUNALPROFIL_DESTATIS_USER", "nutzer")
    assert states(job)[ELSEWHERE] == (
        FAILED,
        "Zugangsdaten der GENESIS-Online (Destatis) unvollständig: KOMMUNALPROFIL_DESTATIS_PASSWORD fehlt.",
    )


def test_at_most_three_at_once_whatever_the_way(job: Update, office: GenesisServer) -> None:
    table = job.declared[BY_SEX]
    ids = {f"12411-01-{n:02d}-4": n % 2 == 0 for n in range(20)}
    job.declared = {i: replace(table, id=i, open_data=o) for i, o in ids.items()}

    def tablefile(seen: Seen) -> Reply:
        return replace(archive(zipped(FLAT, f"{seen.form['name']}_de_flat.csv")), delay=0.03)

    office.on("regio/data/tablefile", tablefile)
    for name in ids:
        body = by_sex({"DG": [3, 1, 2]}, table=name).encode()
        office.on(f"opendata/{name}_00.csv", Reply(body, delay=0.03))
    results = job.fetch(Wish())
    assert {r.state for r in results} == {FETCHED}
    assert [r.table for r in results] == list(ids)
    assert office.most["regio"] == 3


def test_slices_are_read_together(job: Update, office: GenesisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOMMUNALPROFIL_REGIO_USER")
    monkeypatch.delenv("KOMMUNALPROFIL_REGIO_PASSWORD")
    monkeypatch.setenv("KOMMUNALPROFIL_REGIO_TOKEN", "0" * 32)

    def tablefile(seen: Seen) -> Reply:
        year = seen.form.get("endyear") or "2100"
        if seen.form["startyear"] != year:
            return envelope(98, gs.TOO_LARGE)
        return archive(zipped(flat({"DG": [36, 12, 24]}, day=f"{year}-12-31")))

    office.on("regio/metadata/table", envelope(0, "erfolgreich", Object={"Time": {"From": "2022", "To": "2024"}}))
    office.on("regio/data/tablefile", tablefile)
    (result,) = job.fetch(Wish(tables=[BY_SEX]))
    assert len(result.unread) == 3
    job.take_in([result])
    assert result.state == NEW
    dates = {d for o in Store(job.folder).origins for d in o.dates}
    assert dates == {"2022-12-31", "2023-12-31", "2024-12-31"}


def test_official_answers_end_in_the_data_set(job: Update, office: GenesisServer, shared: Path) -> None:
    """The interface's answer of March 2026, and the download of 2017: Dithmarschen as the office counts it."""
    office.on("regio/data/tablefile", gs.recorded(shared, "aufzeichnungen-2026-03/tablefile_12411-01-01-4_de.zip"))
    folder = shared / "data" / "regionalstatistik" / "rdb-opendata-2017"
    office.on(f"opendata/{BY_AGE}_00.csv", Reply((folder / f"{BY_AGE}_00.csv").read_bytes()))
    found = states(job)
    assert {t: s for t, (s, _) in found.items() if s != LEFT} == {BY_SEX: NEW, BY_AGE: NEW}
    for table, people in ((BY_SEX, 133_460), (BY_AGE, 132_917)):
        frame = Store(job.folder).observations(table).to_pandas()
        total = (frame["region"] == "01051") & (frame["sex"] == "_T") & (frame["age_to"] == 200)
        assert frame.loc[total & (frame["age_from"] == 0), "value"].tolist() == [people]


# the command


def run(capfd: pytest.CaptureFixture[str], tmp_path: Path, *args: str) -> tuple[int, str, str]:
    places = ["--raw", str(tmp_path / "raw"), "-o", str(tmp_path / "set")]
    code = german_cli.run(cli.app, ["data", "update", *places, *args])
    out, err = capfd.readouterr()
    return code, out, err


@pytest.mark.usefixtures("declared")
def test_the_command_reports_and_shows_no_secret(
    office: GenesisServer, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    code, out, err = run(capfd, tmp_path)
    assert code == 0, err
    assert f"{BY_SEX}: neu (" in out
    assert f"{BY_AGE}: neu (1 kB, Stand 10.10.2024)\n" in out
    assert f"Ausgelassen: {ELSEWHERE} – braucht Zugangsdaten der GENESIS-Online" in out
    assert f"Ausgelassen: {GEMEINDEN} – keine Schnittstelle" in out
    assert out.endswith("Tabellen neu: 2, unverändert: 0, fehlgeschlagen: 0, ausgelassen: 2.\n")
    assert "[2/2] " in err
    office.on("regio/data/tablefile", archive(zipped(flat({"DG": [99, 12, 24]}))))
    code, out2, err2 = run(capfd, tmp_path)
    assert code == 1
    assert f"Fehler: {BY_SEX}: " in err2
    assert f"{BY_AGE}: unverändert" in out2
    code, out3, err3 = run(capfd, tmp_path, "--quiet")
    assert (code, out3, err3.count("\n")) == (1, "", 1)
    texts = [out, err, out2, err2, out3, err3, caplog.text, *map(repr, caplog.records)]
    texts += [data.decode("latin-1") for data in files(tmp_path).values()]
    for secret in (SECRET, SECRET.encode().decode("latin-1"), "nutzer"):
        assert [t for t in texts if secret in t] == []


@pytest.mark.usefixtures("declared")
def test_the_command_tells_what_moved(office: GenesisServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(capfd, tmp_path)
    office.on("regio/data/tablefile", archive(zipped(flat({"DG": [39, 13, 26]}))))
    code, out, err = run(capfd, tmp_path)
    assert code == 0, err
    assert "Geändert:" in out
    assert f"  {BY_SEX}: " in out
    office.on("regio/data/tablefile", Reply(b'{"Code":-1,"Content":"\\u001b[31mrot\\u0007"}'))
    _, _, err = run(capfd, tmp_path)
    assert "\x1b" not in err
    assert "\x07" not in err


@pytest.mark.usefixtures("declared")
def test_a_dry_run_asks_nobody(office: GenesisServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capfd, tmp_path, "--dry-run")
    assert code == 0
    assert out.splitlines()[:2] == [
        f"{BY_SEX}: Schnittstelle der Regionaldatenbank Deutschland",
        f"{BY_AGE}: Open-Data-Download, ohne Anmeldung",
    ]
    assert office.seen == []
    assert files(tmp_path) == {}


@pytest.mark.usefixtures("declared", "office")
def test_wrong_calls(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for args, code, said in (
        (["--table", "12411-01-02-4"], 2, "nicht deklariert. Gemeint sein könnte: 12411-01-01-4"),
        (
            ["--database", "eurostat"],
            2,
            "Die Datenbank „eurostat“ gibt es nicht. Erlaubt sind: regio, destatis, zensus.",
        ),
        (["--table", BY_SEX, "--database", "zensus"], 2, "Keine dieser Tabellen steht in Zensusdatenbank."),
        (["--since", "18"], 2, "mindestens 1900"),
        (["--raw", str(Path(__file__))], german_cli.EXIT_IO, "ist eine Datei, gebraucht wird ein Ordner"),
    ):
        assert (found := run(capfd, tmp_path, *args))[0] == code, found
        assert said in found[2]
    (tmp_path / "raw").mkdir(exist_ok=True)
    with locked(tmp_path / "raw", "x"):
        code, _, err = run(capfd, tmp_path)
    assert code != 0
    assert "ändert gerade ein anderer Aufruf" in err


def _process(root: Path, tmp_path: Path, office: GenesisServer) -> subprocess.Popen[str]:
    script = textwrap.dedent(DECLARED) + "import sys\nfrom kommunalprofil import cli, german_cli\n"
    script += "sys.exit(german_cli.run(cli.app))\n"
    environment = {**os.environ, **office.environment(), "PYTHONPATH": str(root / "src")}
    args = ["data", "update", "--table", BY_AGE, "--raw", str(tmp_path / "raw"), "-o", str(tmp_path / "set")]
    return subprocess.Popen(
        [sys.executable, "-c", script, *args],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_killed_while_downloading(
    office: GenesisServer, job: Update, tmp_path: Path, root: Path, with_signal: signal.Signals
) -> None:
    """Nothing under a name that counts, the old numbers stand, and the next run goes on where this one ended."""
    states(job, Wish(tables=[BY_SEX]))
    before = files(tmp_path / "set")
    body = AGES
    served = Download(body, etag='"1"')
    office.on(f"opendata/{BY_AGE}_00.csv", lambda seen: replace(served(seen), drip=0.05, portion=20), served)
    with _process(root, tmp_path, office) as process:
        start = office.sent
        while office.sent < start + 100 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(with_signal)
        sent = time.monotonic()
        process.communicate(timeout=10)
        assert time.monotonic() - sent < 3
        assert process.returncode in (-signal.SIGKILL, german_cli.EXIT_INTERRUPTED, german_cli.EXIT_TERMINATED)
    assert files(tmp_path / "set") == before
    (tmp_path / "raw" / "regio" / ".halb.json.x1.tmp").write_text("{")
    there = [p.name for p in (tmp_path / "raw").rglob(f"*{BY_AGE}*") if p.is_file()]
    assert there
    assert all(name.startswith(".") for name in there), there
    part = next((tmp_path / "raw").rglob("*.part"))
    size = part.stat().st_size
    assert body.startswith(part.read_bytes())
    assert {s for s, _ in states(job, Wish(tables=[BY_AGE])).values()} == {NEW}
    assert not list((tmp_path / "raw").rglob("*.tmp")), "nothing half-written stays"
    assert office.seen[-1].headers.get("range") == (f"bytes={size}-" if size else None)
    assert not list((tmp_path / "raw").rglob("*.part*"))
    (kept,) = (tmp_path / "raw").rglob(f"{BY_AGE}*.csv")
    assert kept.read_bytes() == body
