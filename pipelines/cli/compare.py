"""`labelfns compare`: two runs side by side."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Json


def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")],
    second: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of another one.")],
    as_json: Json = False,
) -> None:
    """Say what differs between two runs: settings, LFs, figures, and the rows with gold that they answer differently.

    Differences are paired, on the rows that both answer. No model is opened.
    """
    from labelfns.pipelines.analysis.compare_runs import compare_runs

    from . import console

    found = compare_runs(first, second)
    if as_json:
        console.print_json(found.to_json())
        return
    console.show(found.parts())
    console.next_step("read the second run's report", "report", second)
