"""The command line's manners: German help, German messages, documented exit codes, never a traceback.

typer writes its texts as plain English strings without a catalogue. They are therefore translated where they come
out (german_texts.py): help pages by a formatter, wrong calls by their exception classes. Messages of our own pass.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import typer
from typer._click import exceptions as calls

from kommunalprofil import __version__
from kommunalprofil.errors import KommunalprofilError
from kommunalprofil.german_texts import german_call_error, german_command
from kommunalprofil.limits import allowed_memory

PROGRAM = "kommunalprofil"
DEBUG = "KOMMUNALPROFIL_DEBUG"

EXIT_FAILURE = 1
EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h
EXIT_MEMORY = 71  # EX_OSERR
EXIT_IO = 74  # EX_IOERR
EXIT_INTERRUPTED = 128 + 2  # as a shell reports SIGINT
EXIT_BROKEN_PIPE = 128 + 13  # SIGPIPE
EXIT_TERMINATED = 128 + 15  # SIGTERM

_OS_ERRORS = {
    errno.ENOSPC: "Der Datenträger ist voll",
    errno.EACCES: "Keine Berechtigung",
    errno.EPERM: "Keine Berechtigung",
    errno.EROFS: "Der Datenträger ist schreibgeschützt",
    errno.ENOENT: "Datei oder Ordner nicht gefunden",
    errno.EISDIR: "Das ist ein Ordner, keine Datei",
    errno.ENOTDIR: "Das ist eine Datei, kein Ordner",
    errno.EEXIST: "Das gibt es schon",
    errno.ENAMETOOLONG: "Der Name ist zu lang",
    errno.EMFILE: "Zu viele offene Dateien",
    errno.EFBIG: "Die Datei wird zu groß",
    errno.EIO: "Der Datenträger meldet einen Lesefehler oder Schreibfehler",
}
SCARCE = (
    "Arbeitsspeicher oder Prozesse reichen nicht aus, das System gibt keine mehr her. Weniger braucht --jobs 1; "
    "Grenzen der Anmeldung zeigt „ulimit -a“."
)
SIGNS = ("failed to map segment", "Cannot allocate memory", "can't start new thread", "launch worker thread",
         "Resource temporarily unavailable")  # fmt: skip
"""How libraries put it in their own errors."""
if hasattr(errno, "EDQUOT"):
    _OS_ERRORS[errno.EDQUOT] = "Der zugeteilte Speicherplatz ist aufgebraucht"


def _show_call_error(error: calls.ClickException) -> int:
    """Print usage, hint and message to stderr; the exit code is 2 for wrong calls."""
    if isinstance(error, calls.NoArgsIsHelpError):
        print(error.message, file=sys.stderr)
        return error.exit_code
    context = error.ctx if isinstance(error, calls.UsageError) else None
    if context is not None:
        print(context.get_usage(), file=sys.stderr)
        print(f"Hilfe: {context.command_path} {context.help_option_names[0]}\n", file=sys.stderr)
    return _fail(german_call_error(error), error.exit_code)


def _fail(message: str, code: int) -> int:
    """Print `message` to stderr and hand back `code`; with KOMMUNALPROFIL_DEBUG=1 the traceback comes first."""
    if os.environ.get(DEBUG) == "1" and sys.exc_info()[0] is not None:
        traceback.print_exc()
    print(f"Fehler: {message}", file=sys.stderr)
    return code


def german_os_error(error: OSError) -> str:
    """One sentence on an error of the operating system, with the file where it names one."""
    reason = _OS_ERRORS.get(error.errno or 0) or f"Ein- oder Ausgabe nicht möglich ({error.strerror or error})"
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, (str, bytes, Path))]
    return f"{reason}: {' → '.join(names)}" if names else f"{reason}."


def _bug_report(error: BaseException) -> str:
    """What a user can pass on when the program itself is wrong: type, text, notes, place, version."""
    package = Path(__file__).resolve().parent
    frames = [f for f in traceback.extract_tb(error.__traceback__) if package in Path(f.filename).resolve().parents]
    place = f" in {Path(frames[-1].filename).name}, Zeile {frames[-1].lineno}" if frames else ""
    notes = "".join(f"  {note}\n" for note in getattr(error, "__notes__", ()))
    return (
        f"Unerwarteter Fehler{place} – das ist ein Fehler im Programm und sollte gemeldet werden.\n"
        f"  {type(error).__name__}: {error}\n{notes}"
        f"  {PROGRAM} {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n"
        f"  Ausführlicher mit {DEBUG}=1."
    )


def told(error: Exception) -> tuple[str, int]:
    """What people are told of an error, and the exit code that goes with it."""
    if scarce(error):
        return SCARCE, EXIT_MEMORY
    if isinstance(error, KommunalprofilError):
        return str(error), error.exit_code
    if isinstance(error, OSError):
        return german_os_error(error), EXIT_IO
    return _bug_report(error), EXIT_BUG


def run(app: typer.Typer, args: Sequence[str] | None = None) -> int:
    """Run `app` on `args` (default: those of the process) and return the exit code; raises nothing but SystemExit.

    0 done · 1 cannot be done · 2 wrong call · 3 data set · 70 bug · 71 memory · 74 files · 130 Ctrl-C · 141 closed pipe
    · 143 terminated.
    """
    _prepare_streams()
    _spare_addresses()
    if os.environ.get(DEBUG) != "1" and not sys.warnoptions:
        warnings.simplefilter("ignore")  # meant for developers; what users must know is said in messages of our own
    with _terminable():
        code = _guarded(lambda: german_command(app).main(args=args, prog_name=PROGRAM, standalone_mode=False))
        if code != EXIT_BROKEN_PIPE and sys.stdout is not None:  # None: it was closed before we began
            code = _guarded(sys.stdout.flush) or code
    if code == EXIT_BROKEN_PIPE:
        _silence_stdout()
    return code


def scarce(error: BaseException | None) -> bool:
    """Whether an error comes from the system having no memory or process to give: then nothing is said of a file."""
    while error is not None:
        short = isinstance(error, OSError) and error.errno in (errno.ENOMEM, errno.EAGAIN)
        own = isinstance(error, KommunalprofilError)
        if short or isinstance(error, MemoryError) or (not own and any(sign in str(error) for sign in SIGNS)):
            return True
        error = error.__cause__
    return False


def _guarded(work: Callable[[], object]) -> int:
    """Do `work`; turn whatever it raises into a German message on stderr and an exit code."""
    try:
        result = work()
    except calls.ClickException as error:
        return _show_call_error(error)
    except (typer.Abort, EOFError):
        print("Abgebrochen.", file=sys.stderr)
        return EXIT_FAILURE
    except KeyboardInterrupt:
        result = EXIT_INTERRUPTED
    except SystemExit as stop:
        result = _exit_code(stop)
    except BrokenPipeError:
        return EXIT_BROKEN_PIPE
    except Exception as error:
        return _fail(*told(error))
    if result == EXIT_INTERRUPTED:
        print("Abgebrochen.", file=sys.stderr)
    return result if isinstance(result, int) and not isinstance(result, bool) else 0


def _exit_code(stop: SystemExit) -> int:
    """The code of a sys.exit() below; typer leaves with 1 where the reader of a pipe has gone."""
    if isinstance(stop.__context__, BrokenPipeError):
        return EXIT_BROKEN_PIPE
    if isinstance(stop.code, str):
        return _fail(stop.code, EXIT_FAILURE)
    return stop.code or 0


def _prepare_streams() -> None:
    """Never fail for a character that an old terminal cannot show: print its code instead."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _spare_addresses() -> None:
    """Where addresses are limited (`ulimit -v`) Arrow does not set aside a gigabyte of them, which others then miss."""
    if allowed_memory() is not None:
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def _silence_stdout() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain while it shuts down."""
    with suppress(AttributeError, ValueError, OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.__stdout__.fileno())  # type: ignore[union-attr]
        os.close(nowhere)


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM unwind the stack, so that half-written files are removed, as Ctrl-C does."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(EXIT_TERMINATED)

    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
