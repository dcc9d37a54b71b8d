"""The command line. Heavy rooms are imported when a command runs, so that ``--help`` answers at once.

Exit codes: 0; 1 where ``test-lfs`` finds a wrong vote; 2 for an error that the user can fix, one message; 130 and 143
where it was interrupted or told to stop, which is how ``studio`` ends, with 0; 141 where the reader of its output went
away.
"""

import _thread
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any, NoReturn, TextIO

import typer
from typer.core import TyperGroup

from labelfns import __version__
from labelfns._starting import SIGNALS
from labelfns.errors import InputError, LabelFnsError, LabelFnsWarning, LFError, shortened, shown

from . import lfs, runs
from .analyze import analyze
from .rows import label, rows
from .studio import studio
from .suggest import suggest


class _Stopped(BaseException):
    """The command ends here: interrupted, told to stop, or nobody reads what it prints."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code = code


class _SignalReceived(KeyboardInterrupt):
    """A signal: like Ctrl-C the one thing that ends an LF and is no fault of it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def stopped(self) -> _Stopped:
        """Return how the command ends for it, with what was noted on the way."""
        stopped = _Stopped(*SIGNALS[self.number])
        for note in getattr(self, "__notes__", []):
            stopped.add_note(note)
        return stopped


class _Commands(TyperGroup):
    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run a command; code of the user's that wants to end the process is an error."""
        try:
            return super().invoke(ctx)
        except _SignalReceived as received:
            raise received.stopped() from None
        except KeyboardInterrupt:  # an LF raised it
            raise _Stopped(130, "interrupted") from None
        except BrokenPipeError:
            raise _Stopped(141) from None
        except LabelFnsError:
            raise
        except OSError as error:  # a path that is too long, a device that fails: nothing that a traceback would explain
            raise InputError(f"{error.strerror or error}: {shortened(error.filename or 'a file', 200)}") from error
        except SystemExit as stop:
            raise LFError(
                f"your code (an LF or the LF file) called sys.exit({stop.code!r}); remove that call"
            ) from stop


app = typer.Typer(
    cls=_Commands,
    help="Label text by writing functions instead of reading rows, and get a fine-tuned transformer out of it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"labelfns {__version__}")
        raise typer.Exit


@app.callback()
def _of_all(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None: ...


for command in (
    lfs.init,
    runs.demo,
    rows,
    lfs.check_lfs,
    analyze,
    suggest,
    label,
    studio,
    runs.run,
    runs.predict,
    runs.report,
    runs.compare,
    lfs.apply,
):  # in the order in which they are needed
    app.command("test-lfs" if command is lfs.check_lfs else None)(command)


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter is no reason to fail
    with _signals() as received, _warnings_as_lines():
        try:
            app()
        except LabelFnsError as error:
            _leave(2, error)
        except _Stopped as stopped:
            _leave(stopped.code, stopped)
        except BaseException as error:
            if not received:
                raise
            signaled = received[0].stopped()  # a library made another error of it
            _leave(signaled.code, signaled, notes_of=error)
        finally:
            _flush()


@contextmanager
def _signals() -> Iterator[list[_SignalReceived]]:
    """Turn a request to stop into an exception, so that what is half written is removed; give those that came.

    Python ignores what is raised while it deletes an object or calls back from C: there the signal is sent again.
    """
    received: list[_SignalReceived] = []
    again: list[threading.Timer] = []

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        received.append(_SignalReceived(number))
        raise received[-1]

    def ignored(unraisable: Any) -> None:
        if not isinstance(unraisable.exc_value, _SignalReceived):
            usual(unraisable)
            return
        again.append(threading.Timer(0.01, _send, [signal.Signals(unraisable.exc_value.number)]))
        again[-1].start()

    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    usual, sys.unraisablehook = sys.unraisablehook, ignored
    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield received
    finally:
        sys.unraisablehook = usual
        for timer in again:
            timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def _send(number: signal.Signals) -> None:
    """Send a signal to the main thread, out of what it waits for where the system can."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(number)


@contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """Print our own warnings as a line each."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", LabelFnsWarning)
        usual, said = warnings.showwarning, set[str]()

        def show(
            message: Warning | str, category: type[Warning], filename: str, lineno: int,
            file: TextIO | None = None, line: str | None = None,
        ) -> None:  # fmt: skip
            if isinstance(message, LabelFnsWarning):
                line_said = f"labelfns: warning: {message.args[0]}"
                if line_said not in said:  # a file that is read twice is warned of once
                    _write(line_said)
                said.add(line_said)
            else:
                usual(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        yield


def _leave(code: int, message: object = "", *, notes_of: BaseException | None = None) -> NoReturn:
    notes = getattr(notes_of or message, "__notes__", [])
    if str(message):
        _write(f"labelfns: {'. '.join([str(message).rstrip('.'), *notes])}")
    raise SystemExit(code) from None


def _write(message: str) -> None:
    sys.stderr.write(shown(message, lines=True) + "\n")


def _flush() -> None:
    """Write out what is buffered; a reader that went away is no one to tell."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
