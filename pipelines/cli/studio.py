"""`labelfns studio`: a page to write LFs in, served to this machine alone."""

from importlib.util import find_spec
from typing import Annotated

import typer

from labelfns.errors import MissingExtraError

from .options import PipelineFile, Set

_NEEDS = ("starlette", "uvicorn", "tomlkit")


def studio(
    pipeline: PipelineFile,
    port: Annotated[
        int, typer.Option(help="Where it answers; by default any port that is free.", min=0, max=65535)
    ] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address alone.")] = False,
    set_: Set = None,
) -> None:
    """Open a page to write LFs in: type, see at once what it would do on the pool, accept it into the LF file.

    It answers this machine alone, and only the browser that opens the printed address. Rows that you mark there are
    gold labels, saved in a file beside the pipeline. Ctrl-C ends it.
    """
    if missing := [name for name in _NEEDS if find_spec(name) is None]:
        raise MissingExtraError(f"the studio needs {', '.join(missing)}: pip install 'labelfns[studio]'")
    from labelfns.pipelines.studio.serve import listen, serve
    from labelfns.pipelines.studio.state import Studio

    from . import console, inputs

    settings = inputs.settings_of(pipeline, set_)
    with listen(port) as opened:
        with console.bars() as progress:
            state = Studio(pipeline, settings, progress)
        serve(state, opened, console.say, browser=not no_browser)
