"""The command `build`: which profiles are wanted, what is told while they are built, and what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kommunalprofil import formatting
from kommunalprofil.cli_options import DataDir, Json, Quiet, check_level, data_dir, print_json, told_files
from kommunalprofil.errors import KommunalprofilError, UsageError

if TYPE_CHECKING:
    from kommunalprofil.many import Outcome, Portion, What
    from kommunalprofil.regions import Region, Register

CLEAR = "\r\x1b[K"
"""Takes the progress bar off its line, so that a message stands alone there; the bar comes back with the next step."""
LISTED = 10
"""Up to so many places every file is told, from then on only what went wrong and how many are done."""
STDIN = Path("-")


def build(
    orte: Annotated[
        list[str] | None, typer.Argument(metavar="ORT", help="Name, Kurzname, AGS oder ARS; mehrere sind möglich.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="ORDNER", help="Zielordner.")] = Path("reports"),
    level: Annotated[
        str, typer.Option("--level", metavar="EBENE", help="Alle Orte einer Ebene: bund, land, kreis oder gemeinde.")
    ] = "",
    land: Annotated[
        str, typer.Option("--land", metavar="LAND", help="Nur Orte dieses Landes (Schlüssel oder Name).")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Alle Orte aller Ebenen.")] = False,
    listed: Annotated[
        Path | None,
        typer.Option("--from", metavar="DATEI", help="Orte aus einer Datei, einer je Zeile; - liest die Eingabe."),
    ] = None,
    profil: Annotated[
        Path | None,
        typer.Option(
            "--profil",
            metavar="DATEI",
            help="Eigene Angaben (profil.toml): Logo, Farbe, Vorwort, Kapitel, Abbildungen.",
        ),
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="Jede Abbildung auch als SVG, PNG (300 dpi) und CSV in abbildungen/.")
    ] = False,
    short: Annotated[
        bool, typer.Option("--short", help="Dazu eine Fassung auf zwei Seiten: Kennzahlen und Einfache Sprache.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, metavar="N", help="So viele Prozesse (sonst je Prozessorkern einer).")
    ] = None,
    scheduler: Annotated[
        str, typer.Option("--scheduler", metavar="ADRESSE", help="Ein Dask-Cluster baut: tcp://RECHNER:PORT.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Auch bauen, was noch aktuell ist.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Nur zeigen, was gebaut würde.")] = False,
    data: DataDir = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Kommunalprofile schreiben: PDF, HTML und die Daten dahinter als Excel, CSV und JSON.

    Was seit dem letzten Mal unverändert ist, bleibt liegen. Für viele Orte (--all, --level, --land, --from oder mehr
    als zehn) entsteht daneben index.html: ein Verzeichnis aller Profile im Zielordner, mit Suche und Karte.
    """
    from kommunalprofil import asking, many, own, resources
    from kommunalprofil.states import State
    from kommunalprofil.store import check_folder

    if scheduler:
        from kommunalprofil import cluster

        cluster.check_address(scheduler)
        if jobs is not None:
            raise UsageError("--jobs und --scheduler schließen sich aus: Im Cluster arbeitet, wer angemeldet ist.")
    added = own.NOTHING if profil is None else own.load(profil)
    folder = data_dir(data)
    if scheduler:  # a worker stands in a folder of its own
        folder, output = folder.absolute(), output.absolute()
    register, state = many.register(folder), State.of(folder)
    named = [*((name, "") for name in orte or ()), *_lines(listed)]
    places = asking.find_places(state, register, named) + _chosen(register, level, land, everything)
    places = list({place.ags: place for place in places}.values())
    if listed and not places:
        where = "der Eingabe" if listed == STDIN else f"„{listed}“"
        raise UsageError(f"In {where} steht kein Ort. Erwartet wird einer je Zeile, Bemerkungen nach #.")
    if not places:
        allowed = "Erlaubt sind Namen oder Schlüssel, --level, --land, --all und --from DATEI."
        raise UsageError(f"Kein Ort angegeben. {allowed}")
    what = many.What(folder, output, added, figures, short)
    what = what._replace(inputs=many.fingerprint(what))
    ready = {} if force else {p.ags: found for p in places if (found := many.up_to_date(what, p))}
    todo = [place for place in places if place.ags not in ready]
    if dry_run:
        return _preview(todo, len(ready), as_json)
    resources.check_fonts()
    check_folder(output)
    for place in places:  # also where nothing is to be built: a run with --force may have been ended
        many.tidy(what, place)
    told = not (quiet or as_json)
    by_key = {place.ags: place for place in places}
    done = [(by_key[ags], outcome) for ags, outcome in ready.items()]
    for place, outcome in done if told and len(places) <= LISTED else ():
        print(f"{place.title}: {_home(outcome)} ist aktuell, --force baut neu")
    failed: list[Outcome] = []
    watched = told and len(todo) > 1 and sys.stderr.isatty()
    begun = time.monotonic()
    outcomes = _outcomes(what, todo, jobs, scheduler)
    for outcome in _progress(outcomes, len(todo)) if watched else outcomes:
        place = by_key[outcome.ags]
        if outcome.error:
            failed.append(outcome)
            print(f"{CLEAR * watched}Fehler: {place.title}: {outcome.error}", file=sys.stderr)
        else:
            done.append((place, outcome))
            if told and len(places) <= LISTED:
                print(end=CLEAR * watched, file=sys.stderr, flush=True)
                told_files(place.title, outcome.files)
    code = max((outcome.code for outcome in failed), default=0)
    many_asked = bool(everything or level or land or listed) or len(places) > LISTED
    if many_asked and not any(outcome.stuck for outcome in failed):
        code = max(code, _list(what, register, [outcome for _, outcome in done], told))
    if as_json:
        print_json(
            [
                {"ags": place.ags, "name": place.name, "slug": place.slug, "files": [str(path) for path in one.files]}
                for place, one in done
            ]
        )
    elif told and (len(places) > LISTED or len(done) + len(failed) < len(places)):
        _sum_up(len(done) - len(ready), len(ready), len(failed), len(todo), time.monotonic() - begun, output)
    return code


def _list(what: What, register: Register, done: Sequence[Outcome], told: bool) -> int:
    """Write the list of all profiles in the folder; the exit code, and a message if it cannot be done."""
    from kommunalprofil import gazetteer, german_cli

    try:
        path, number = gazetteer.write(what, register, done)
    except (KommunalprofilError, OSError) as error:
        message, code = german_cli.told(error)
        print(f"Fehler: Verzeichnis der Profile: {message}", file=sys.stderr)
        return code
    if told:
        print(f"Verzeichnis: {path} ({_profiles(number)})")
    return 0


def _lines(path: Path | None) -> list[tuple[str, str]]:
    """The places a file names, one in a line, remarks after # left out, and where. Raises UsageError for other text."""
    if path is None:
        return []
    try:
        text = _input() if path == STDIN else path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        what = "Die Eingabe" if path == STDIN else f"„{path}“"
        raise UsageError(f"{what} ist kein Text in UTF-8. Erwartet wird ein Ort je Zeile.") from None
    file = "Eingabe" if path == STDIN else path.name
    lines = ((line.partition("#")[0].strip(), n) for n, line in enumerate(text.splitlines(), 1))
    return [(line, f"{file}, Zeile {n}") for line, n in lines if line]


def _input() -> str:
    """What stands in the input. Raises UsageError if it is closed, UnicodeDecodeError for other text than UTF-8."""
    if sys.stdin is None:
        raise UsageError("Die Eingabe ist geschlossen. Erwartet wird dort ein Ort je Zeile.")
    data = getattr(sys.stdin, "buffer", None)  # what replaces the input may have none
    return sys.stdin.read() if data is None else data.read().decode("utf-8-sig")


def _chosen(register: Register, level: str, land: str, everything: bool) -> list[Region]:
    """All places of a level, of a Land, or of both. Raises UsageError."""
    from kommunalprofil.names import fold

    check_level(level)
    if not (level or land or everything):
        return []
    key = ""
    if land:
        lands = {name: one for one in register.search(level="land") for name in (one.ags, fold(one.name))}
        if fold(land) not in lands:
            known = ", ".join(dict.fromkeys(f"{one.ags} {one.name}" for one in lands.values()))
            raise UsageError(f"Das Land „{land}“ gibt es nicht. Erlaubt sind: {known}.")
        key = lands[fold(land)].ags
    return [place for place in register.search(level=level or None) if place.ags.startswith(key)]


def _outcomes(what: What, places: Sequence[Region], jobs: int | None, scheduler: str) -> Iterator[Outcome]:
    from kommunalprofil import many, workers

    if scheduler and places:
        from kommunalprofil import cluster

        there = many.portions(what, places, cluster.checked(scheduler, what))
        return many.run(there, lambda: cluster.executor(scheduler))
    number = many.jobs_here(jobs, len(places))
    portions: list[Portion] = many.portions(what, places, number)
    spare = jobs is None and many.room() > number
    return many.run(portions, (lambda: workers.stoppable(number)) if number > 1 else None, spare=spare)


def _progress(outcomes: Iterator[Outcome], number: int) -> Iterator[Outcome]:
    """The outcomes, with a bar on the terminal that tells rate and remaining time."""
    begun, count = time.monotonic(), 0

    def rate(_: object) -> str:
        return f"{count / (time.monotonic() - begun) * 60:.0f} je Minute" if count else ""

    with typer.progressbar(length=number, label="Profile", file=sys.stderr, show_pos=True, item_show_func=rate) as bar:
        for outcome in outcomes:  # given to the bar, a run that stops early would look complete
            count += 1
            bar.update(1)
            yield outcome


def _home(outcome: Outcome) -> Path:
    """The folder of a place, in which its descriptor lies."""
    return outcome.files[-1].parent


def _preview(todo: Sequence[Region], ready: int, as_json: bool) -> int:
    if as_json:
        print_json([{"ags": place.ags, "name": place.name, "slug": place.slug} for place in todo])
        return 0
    for place in todo:
        print(f"{place.ags:<8}  {place.title}")
    print(f"{_profiles(len(todo))} zu bauen, {ready} aktuell.")
    return 0


def _profiles(number: int) -> str:
    return "1 Profil" if number == 1 else f"{formatting.number(number)} Profile"


def _sum_up(built: int, ready: int, failed: int, asked: int, seconds: float, output: Path) -> None:
    """How it went, in a line."""
    words = [f"{_profiles(built)} gebaut"]
    if built:
        words[0] += f" in {_duration(seconds)} ({built / seconds * 60:.0f} je Minute)"
    words += [f"{ready} waren aktuell"] if ready else []
    words += [f"{failed} fehlgeschlagen"] if failed else []
    words += [f"{left} nicht begonnen"] if (left := asked - built - failed) else []
    print(f"{', '.join(words)}: {output}")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
