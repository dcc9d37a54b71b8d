"""The studio served: on 127.0.0.1 alone, until it is interrupted (uvicorn)."""

import errno
import signal
import socket
import webbrowser
from collections.abc import Callable
from types import FrameType

import uvicorn

from labelfns._starting import SIGNALS
from labelfns.errors import InputError

from .app import studio_app
from .guard import Keys
from .state import Studio

HOST = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """Return a socket of this machine alone.

    Parameters
    ----------
    port
        0 for any that is free.

    Raises
    ------
    InputError
        If the port is taken, or may not be used.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((HOST, port))
    except OSError as error:
        opened.close()
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise InputError(
            f"port {port} {why}; name another with --port, or leave it out for one that is free"
        ) from error
    return opened


def serve(studio: Studio, opened: socket.socket, say: Callable[[str], None], *, browser: bool) -> None:
    """Answer until a signal comes, which is how a server ends.

    Parameters
    ----------
    studio
        What is shown.
    opened
        Where, from `listen`.
    say
        Prints a line.
    browser
        Whether to open the page.
    """
    opened.listen()  # whoever opens the address before the server is up waits for it
    keys = Keys(opened.getsockname()[1])
    say(f"The studio is at {keys.url}")
    say("Ctrl-C ends it.")
    keys.handed_over = lambda: say(f"Opened. For another window: {keys.url}")
    config = uvicorn.Config(
        studio_app(studio, keys),
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)

    def end(number: int, frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in SIGNALS}  # uvicorn gives it the signals that it took
    try:
        if browser:
            webbrowser.open(keys.url)
        server.run(sockets=[opened])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    say("The studio has ended.")
