"""Many profiles built by a Dask cluster that runs already: its scheduler gives out the portions, its workers build.

A worker is a process on any machine with the same program; the data set and the folder of the results are reached under
the same paths, nothing else is shared. A worker that ends loses nothing: the scheduler gives its portion to another.
"""

from __future__ import annotations

import asyncio
import logging
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from kommunalprofil import many
from kommunalprofil.errors import KommunalprofilError, UsageError

if TYPE_CHECKING:
    from distributed import Client

EXTRA = 'pip install "kommunalprofil[cluster]"'
ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):\d{1,5}")
PATIENCE = 5
"""Seconds a scheduler may take to answer, and then again to have a worker."""
ALONE = 60
"""Seconds without any worker after which the work counts as broken off; Dask would wait for ever."""


def check_address(address: str) -> None:
    """Raises UsageError for what cannot be the address of a scheduler, and where the library for it is missing."""
    if not ADDRESS.fullmatch(address):
        allowed = "Erwartet wird tcp://RECHNER:PORT oder tls://RECHNER:PORT."
        raise UsageError(f"„{address}“ ist keine Adresse eines Dask-Schedulers. {allowed}")
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise UsageError(f"Für --scheduler fehlt die Bibliothek dask.distributed. Einrichten: {EXTRA}") from None


def checked(address: str, what: many.What) -> int:
    """How many workers there are, each of which would make the same files in the same folder.

    Raises KommunalprofilError where there is no scheduler or no worker, or one of them would not; OSError if the folder
    of the results cannot be written.
    """
    what.output.mkdir(parents=True, exist_ok=True)
    with _client(address) as client, tempfile.NamedTemporaryFile(prefix=".", suffix=".tmp", dir=what.output) as probe:
        answers: dict[str, object] = client.run(many.verify, what, Path(probe.name), on_error="return")
    for worker, answer in sorted(answers.items()):
        if isinstance(answer, KommunalprofilError):
            raise KommunalprofilError(f"Der Arbeiter {worker} passt nicht zu diesem Aufruf. {answer}")
        if answer is not None:
            why = "Dort fehlt kommunalprofil, oder es ist eine andere Fassung"
            raise KommunalprofilError(f"Der Arbeiter {worker} passt nicht zu diesem Aufruf. {why} ({answer}).")
    return len(answers)


@contextmanager
def executor(address: str) -> Iterator[Executor]:
    """The workers as an Executor; leaving it takes back what nobody has begun.

    Raises KommunalprofilError where there is no scheduler or no worker, BrokenExecutor if that becomes so meanwhile, or
    if one portion has ended several workers.
    """
    with _client(address) as client:
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        pool, left = client.get_executor(pure=False), Event()
        Thread(target=_watch, args=(client, pool, left), daemon=True).start()
        try:
            yield pool
        except (KilledWorker, CancelledError, CommClosedError, TimeoutError) as error:
            raise BrokenExecutor(str(error)) from error
        finally:
            left.set()
            pool.shutdown(wait=False)


@contextmanager
def _client(address: str) -> Iterator[Client]:
    """A connection to a scheduler that has workers. Raises KommunalprofilError."""
    from distributed import Client, Security
    from distributed.comm.core import connect

    async def greet() -> None:
        async with asyncio.timeout(PATIENCE):  # the library's own does not end at a listener that says nothing
            await (await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))).close()

    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # whatever happens is told by exceptions; the library logs tracebacks as well
    try:
        try:
            asyncio.run(greet())  # a client without a scheduler would still be closing when the program ends
            client = Client(address, timeout=PATIENCE, set_as_default=False)
        except Exception as error:
            reason = " ".join(str(error).split()) or f"nach {PATIENCE} s"
            raise KommunalprofilError(f"Der Dask-Scheduler {address} antwortet nicht ({reason}).") from error
        try:
            _wait_for_a_worker(client, address)
            yield client
        finally:
            client.close(timeout=PATIENCE)
    finally:
        logging.disable(before)


def _wait_for_a_worker(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        how = f"Einer beginnt mit: dask worker {address} --nthreads 1"
        raise KommunalprofilError(f"Beim Dask-Scheduler {address} ist kein Arbeiter angemeldet. {how}") from None


def _watch(client: Client, pool: Executor, left: Event) -> None:
    """Take everything back once there has been no worker, or no scheduler to ask, for a while."""
    alone = 0
    while alone < ALONE and not left.wait(1):
        there = False
        with suppress(Exception):
            there = bool(client.scheduler_info(n_workers=1)["workers"])
        alone = 0 if there else alone + 1
    if not left.is_set():
        with suppress(Exception):
            pool.shutdown(wait=False)
