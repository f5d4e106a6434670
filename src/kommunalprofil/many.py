"""Many profiles: which are to be built, which are up to date already, and who builds the others.

Places are told from in portions, so that tables are read and series computed once for many. Whatever can run a function
elsewhere (an Executor of concurrent.futures) can build: a portion and its outcomes can be sent, and nothing is shared
but the folders.
"""

from __future__ import annotations

import errno
import gc
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, as_completed
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache, lru_cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from platform import node
from typing import TYPE_CHECKING, NamedTuple

from kommunalprofil import __version__, datapackage, workers
from kommunalprofil.errors import DataError, KommunalprofilError
from kommunalprofil.limits import allowed_memory
from kommunalprofil.own import NOTHING, Own
from kommunalprofil.regions import Region, Register
from kommunalprofil.resources import templates_dir
from kommunalprofil.states import HINT, State, dump

if TYPE_CHECKING:
    from kommunalprofil.ahead import Ahead
    from kommunalprofil.profile import Together

TOGETHER = 24
"""Places computed together: each more takes memory, and work is lost by portions when a process ends."""
PARALLEL = 6
"""For fewer places no process is started: each takes a second to load."""
MEMORY = 900_000_000
"""Bytes a process may take."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO)
"""What the system says when nothing more can be written to a disk."""
ATTEMPTS = 3
"""So often a portion is begun whose process ended from outside."""
Start = Callable[[], AbstractContextManager[Executor]]
_ALONE = threading.Lock()
"""Held while a process builds: what it keeps for the next document is not made for threads, of which a worker of a
cluster may have several."""
COLLECTED = 50_000
"""After so many new objects dead cycles are looked for; as often as Python does it takes a fourteenth of the time."""


class What(NamedTuple):
    """What is made of each place and where: the data set, the folder of the results, additions, kinds of files."""

    data: Path
    output: Path
    own: Own = NOTHING
    figures: bool = False
    short: bool = False
    inputs: str = ""
    """The fingerprint of all of that."""


class Portion(NamedTuple):
    """Places (their keys) that are built one after another by one process."""

    what: What
    places: tuple[str, ...]


class Outcome(NamedTuple):
    """What became of one place: its files, or why there are none and the exit code that goes with it.

    `stuck` says that the next place would fail for the same reason: no room on the disk, no right to write.
    """

    ags: str
    files: tuple[Path, ...] = ()
    error: str = ""
    code: int = 0
    stuck: bool = False


def fingerprint(what: What) -> str:
    """A sha256 over everything the files of a profile follow from: data, templates, fonts, additions, this program."""
    digest = hashlib.sha256()
    programs = (f"{name} {version(name)}" for name in ("jinja2", "matplotlib", "numpy", "pikepdf", "shapely", "typst"))
    for text in (__version__, *programs, repr((what.own, what.figures, what.short))):
        digest.update(text.encode() + b"\0")
    digest.update(dump(State.of(what.data).entries))
    package = Path(__file__).resolve().parent
    for folder, pattern in ((package, "*.py"), (templates_dir(), "*")):
        for path in sorted(p for p in folder.rglob(pattern) if p.is_file() and p.parent.name != "__pycache__"):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def verify(what: What, probe: Path | None = None) -> None:
    """Raises KommunalprofilError if this process would make other files than the one that gave the work.

    `probe` is a file that stands in the folder of the results as long as this is asked.
    """
    try:
        here = fingerprint(what)
    except (KommunalprofilError, OSError) as error:
        raise KommunalprofilError(f"Auf {node()} fehlt der Datenbestand „{what.data}“: {error}") from None
    if what.inputs not in ("", here):
        raise KommunalprofilError(f"Auf {node()} gilt ein anderer Datenbestand oder ein anderes Programm als hier.")
    if probe is not None and not probe.exists():
        raise KommunalprofilError(f"Auf {node()} ist „{what.output}“ nicht derselbe Ordner wie hier.")


def folder_of(what: What, place: Region) -> Path:
    """Where the files of a place go."""
    return what.output / place.slug


def tidy(what: What, place: Region) -> None:
    """Take away what a run that was ended in the middle of writing has left. Raises OSError."""
    for path in folder_of(what, place).rglob(".*.tmp"):
        path.unlink(missing_ok=True)


def up_to_date(what: What, place: Region) -> Outcome | None:
    """The outcome of an earlier run if nothing has changed since; None if the place has to be built."""
    files = datapackage.written(folder_of(what, place), what.inputs)
    return None if files is None else Outcome(place.ags, tuple(files))


def portions(what: What, places: Sequence[Region], jobs: int) -> list[Portion]:
    """The places in portions of one level and Land, of a Land about equal, small enough that every process gets two.

    The largest come first: so no process is left with much when the others have nothing more to do.
    """
    shares = 2 * jobs if jobs > 1 else 1
    most = max(1, min(TOGETHER, -(-len(places) // shares)))
    groups: dict[tuple[int, str], list[str]] = {}
    for place in places:
        groups.setdefault((len(place.ags), place.ags[:2]), []).append(place.ags)
    found = []
    for keys in groups.values():
        number = -(-len(keys) // most)
        ends = [len(keys) * n // number for n in range(number + 1)]
        found += [Portion(what, tuple(keys[start:end])) for start, end in pairwise(ends)]
    return sorted(found, key=lambda portion: -len(portion.places))


def cores_here() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def jobs_here(asked: int | None, places: int) -> int:
    """How many processes build so many places: as asked, else one for each core that memory allows."""
    if asked is not None:
        return max(1, min(asked, places))
    if places < PARALLEL:
        return 1
    return min(room(), places)


def room() -> int:
    """How many processes may build here: one for each core that memory allows, at least one."""
    limits = [bytes_ // MEMORY for bytes_ in (free_memory(), allowed_memory()) if bytes_ is not None]
    return max(1, min([cores_here(), *limits]))


def free_memory() -> int | None:
    """Bytes that programs can have, those among them that only keep files at hand; None where nobody tells."""
    with suppress(OSError):
        found = re.search(r"^MemAvailable: *(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


@lru_cache(maxsize=2)
def register(data: Path) -> Register:
    """The places of a data set, read once in a process. Raises DataError."""
    return Register.load(data)


def build(portion: Portion, *, spare: bool = False) -> Iterator[Outcome]:
    """Build the places of a portion one after another; one that fails does not keep the others.

    With `spare` a second process makes a part of it meanwhile, if it can be a copy of this one: few places alone use
    one core otherwise, but a new process would first have to load and compute what this one has.
    """
    from kommunalprofil.ahead import Ahead
    from kommunalprofil.profile import Together

    gc.set_threshold(COLLECTED)
    what, known = portion.what, register(portion.what.data)
    places = [known.get(ags) for ags in portion.places]
    with _beside(what, known, places) if spare and workers.copies() else nullcontext(Ahead()) as ahead:
        together = Together(what.data, known, places, ahead)
        for place in places:
            outcome = _made(what, known, place, together)
            if outcome.error and not outcome.stuck and len(places) > 1:
                # what is damaged for one place may have spoilt what was computed for all of them
                outcome = _made(what, known, place)
            _give_back()
            yield outcome
            if outcome.stuck:
                return
    if len(places) > 1:
        del together  # what was computed for all of them is a ring that only a search for such finds
        gc.collect()
        _give_back()


@contextmanager
def _beside(what: What, known: Register, places: Sequence[Region]) -> Iterator[Ahead]:
    """What a second process makes of some places."""
    from kommunalprofil import ahead

    with workers.beside(ahead.work, what.data, known, places) as made:
        yield ahead.Ahead(made)


@cache
def _trim() -> Callable[[int], int] | None:
    """What of the C library returns freed memory to the system; None where it has no such thing."""
    import ctypes

    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return found


def _give_back() -> None:
    """Return the memory of the last document: it was freed in pieces, which the C library would keep."""
    if trim := _trim():
        trim(0)


def _made(what: What, known: Register, place: Region, together: Together | None = None) -> Outcome:
    from kommunalprofil import render
    from kommunalprofil.german_cli import told
    from kommunalprofil.profile import Profile

    try:
        profile = Profile(place.ags, what.data, known, together)
        made = render.document(profile, own=what.own, single=what.figures, short=what.short, inputs=what.inputs)
        tidy(what, place)
        return Outcome(place.ags, tuple(render.write(made.files, folder_of(what, place))))
    except Exception as error:
        return Outcome(place.ags, (), *told(_cause(error, what, place)), stuck=_stuck(error, what))


def _stuck(error: Exception, what: What) -> bool:
    """Whether the next place would fail, too; a file in the way of one place says nothing of the others."""
    if not isinstance(error, OSError):
        return False
    return error.errno in FULL or not what.output.is_dir() or not os.access(what.output, os.W_OK)


def _cause(error: Exception, what: What, place: Region) -> Exception:
    """The damage in the numbers of the place that an error nobody foresaw comes from, or the error itself."""
    from kommunalprofil.german_cli import scarce

    if isinstance(error, (KommunalprofilError, OSError)) or scarce(error):
        return error
    from kommunalprofil.invariants import ranges
    from kommunalprofil.observations import validate
    from kommunalprofil.store import Store

    store, keys = Store(what.data), (place.ags, *place.parents)
    try:
        for table in store.tables:
            rows = store.observations(table, keys).to_pandas()
            found = ranges(table, validate(rows[rows["region"].isin(keys)], f"Tabelle {table}"))
            if not found.ok:
                raise DataError(f"Tabelle {table}: {found.text}.")
    except DataError as damage:
        return DataError(f"Der Datenbestand ist beschädigt. {damage} {HINT}")
    return error


def _built(portion: Portion) -> list[Outcome]:
    with _ALONE:
        verify(portion.what)
        return list(build(portion))


def run(portions: Sequence[Portion], start: Start | None = None, *, spare: bool = False) -> Iterator[Outcome]:
    """The outcome of every place as it comes; `start` opens what does the work, without it this process does.

    `spare` says that there is a core to spare for it.

    What was given to a process that ended from outside is begun again. After a place that is stuck nothing more is
    begun.
    """
    if start is None:
        yield from _until_stuck(outcome for portion in portions for outcome in build(portion, spare=spare))
        return
    left = dict(enumerate(portions))
    for _ in range(ATTEMPTS):
        try:
            yield from _until_stuck(_elsewhere(left, start))
        except BrokenExecutor:
            continue
        return
    why = "Der Arbeitsprozess wurde mehrmals von außen beendet."
    yield from (Outcome(ags, error=why, code=1) for portion in left.values() for ags in portion.places)


def _until_stuck(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    for outcome in outcomes:
        yield outcome
        if outcome.stuck:
            return


def _elsewhere(left: dict[int, Portion], start: Start) -> Iterator[Outcome]:
    """Give everything that is left away; takes out of `left` what is done. Raises BrokenExecutor."""
    try:
        with start() as pool:
            with workers.undisturbed():
                promised = {pool.submit(_built, portion): number for number, portion in left.items()}
            for future in as_completed(promised):
                outcomes = future.result()
                del left[promised[future]]
                yield from outcomes
    except BaseException:
        for portion in left.values():
            for ags in portion.places:
                tidy(portion.what, register(portion.what.data).get(ags))
        raise
