"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer


def in_folder(pipeline: Path) -> Path:
    """Return the ``pipeline.toml`` of a folder that is named in its place; any other path as it is."""
    file = pipeline / "pipeline.toml"
    return file if file.is_file() else pipeline


PipelineFile = Annotated[
    Path, typer.Argument(metavar="PIPELINE.toml", help="The pipeline file, or its folder.", callback=in_folder)
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Override a setting; can be given again."),
]
RunOutput = Annotated[
    Path | None, typer.Option("--output", help="The run folder to make; by default runs/NAME-1, -2, ...")
]
ReplaceRun = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier run's folder.")]
ReplaceFile = Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Resume a run that was stopped: the one in --output, by default the last of runs/NAME-1, -2, ...",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
