"""Work done by several processes, with results in the order of the work, whoever does it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from kommunalprofil.errors import KommunalprofilError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PARALLEL = 8
"""From how many small pieces of work on other processes are started: each takes a second to load."""
PATIENCE = 5
"""Seconds a process may take to end."""
STUCK = 10
"""Seconds without a word after which a process is taken to be stuck."""
PIPE = 1 << 20
"""Bytes, as many as Linux gives anybody."""
MOST = 4
"""Processes at most; each holds one file in memory."""
A = TypeVar("A")
B = TypeVar("B")


class Workers:
    """Up to `number` processes; with one, everything is done here. A context manager: leaving it ends them.

    For fewer than `few` pieces of work none are started.
    """

    def __init__(self, number: int = 1, few: int = PARALLEL) -> None:
        self.number, self._few = min(number, MOST), few
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            # who leaves without waiting may see the pool's own thread stumble over the end of Python
            self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def each(self, work: Callable[[A], B], pieces: Sequence[A], size: Callable[[A], float]) -> Iterator[B]:
        """The result for every piece, in their order; the largest are begun first. Few pieces are done right here.

        `work` must be a function of a module, and pieces and results must be fit to be sent. The work starts at once.
        Raises KommunalprofilError if a process is ended from outside.
        """
        if self.number < 2 or (self._pool is None and len(pieces) < self._few):
            return map(work, pieces)
        if self._pool is None:
            self._pool = pool(self.number)
        order = sorted(range(len(pieces)), key=lambda i: -size(pieces[i]))
        return _kept({i: self._pool.submit(work, pieces[i]) for i in order}, {}, len(pieces))

    def shared(self, work: Callable[[A], B], pieces: Sequence[A]) -> Iterator[B]:
        """As `each`, but this process does its share instead of waiting: every so-many-th piece, the first included.

        The others start at once.
        """
        if self.number < 2 or len(pieces) < self._few:
            return map(work, pieces)
        if self._pool is None:
            self._pool = pool(self.number - 1)
        own = set(range(0, len(pieces), self.number))
        promised = {i: self._pool.submit(work, piece) for i, piece in enumerate(pieces) if i not in own}
        return _kept(promised, {i: work(pieces[i]) for i in sorted(own)}, len(pieces))


def pool(number: int) -> ProcessPoolExecutor:
    """Processes that leave Ctrl-C to this one and end with it."""
    return ProcessPoolExecutor(number, mp_context=_context(), initializer=_settle)


@contextmanager
def stoppable(number: int) -> Iterator[ProcessPoolExecutor]:
    """As `pool`, for long work: whoever leaves with an error ends the processes in the middle of it."""
    before = set(active_children())
    made = pool(number)
    try:
        yield made
    except BaseException:
        made.shutdown(wait=False, cancel_futures=True)
        own = set(active_children()) - before
        for process in own:
            process.terminate()
        for process in own:
            process.join(PATIENCE)
            process.kill()  # one that somebody has stopped does not hear the other word
        raise
    made.shutdown()


@contextmanager
def beside(work: Callable[..., Iterable[A]], *given: Any) -> Iterator[Callable[[bool], list[A]]]:
    """Work done by a process meanwhile: what gives the results that have come since it was asked last.

    Told to wait it gives all that are still to come. If the process fails, is ended or says nothing for so long that
    it may be stuck, there are no more. `work` must be a function of a module. Whoever leaves ends the process, in the
    middle of its work if need be.
    """
    context = _context()
    ours, theirs = context.Pipe(duplex=False)
    _widen(theirs.fileno())
    process = context.Process(target=_answer, args=(theirs, work, given), daemon=True)  # type: ignore[attr-defined]
    try:
        with undisturbed():
            process.start()
    except OSError:  # the system has no process to give
        process = None
    theirs.close()

    def results(wait: bool) -> list[A]:
        found: list[A] = []
        with suppress(EOFError, OSError, RuntimeError):  # it has ended, or there is no thread to watch it
            while process is not None and (wait or ours.poll()):
                with _limited(process):
                    found.append(ours.recv())
        return found

    try:
        yield results
    finally:
        ours.close()
        if process is not None:
            process.kill()  # it has nothing to tidy up, and no other word reaches one that somebody has stopped
            process.join(PATIENCE)


def _widen(pipe: int) -> None:
    """Let a pipe hold so much that who writes need not wait for the reader; where the system has no way, it will."""
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
    except (ImportError, AttributeError, OSError):
        return


@contextmanager
def _limited(process: BaseProcess) -> Iterator[None]:
    """End a process that keeps its reader waiting."""
    timer = threading.Timer(STUCK, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _answer(to: Connection, work: Callable[..., Iterable[Any]], given: tuple[Any, ...]) -> None:
    with suppress(Exception):  # whoever waits does the work then, and says why it fails
        _settle()
        for result in work(*given):
            to.send(result)


def copies() -> bool:
    """Whether a process begun now is a copy of this one, which takes no time, and not a new one.

    Threads that Python does not know of are those of typst: a copy of a process that has set a page waits for them.
    """
    return sys.platform == "linux" and threading.active_count() == 1 and "typst" not in sys.modules


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C waits until this is over: in the moment a process is copied Python would lose it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _context() -> BaseContext:
    """A copy of this process where that is safe, for it has loaded everything; else a new one, a second later."""
    return get_context("fork" if copies() else "spawn")


def _kept(promised: dict[int, Future[B]], done: dict[int, B], number: int) -> Iterator[B]:
    try:
        for i in range(number):
            yield done.pop(i) if i in done else promised.pop(i).result()
    except BrokenProcessPool:
        raise KommunalprofilError("Ein Arbeitsprozess wurde beendet. Der Datenbestand ist unverändert.") from None


def _settle() -> None:
    """A process that works leaves Ctrl-C to its parent and ends with it, however that ends; it speaks by results."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # remarks of libraries, meant for developers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a copy has the parent's way to end, which here ends one work only
    if (parent := parent_process()) is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
