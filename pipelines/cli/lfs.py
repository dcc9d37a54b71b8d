"""Commands around LFs: try them, measure them, find what to write next, begin."""

import dataclasses
from pathlib import Path
from typing import Annotated
from warnings import catch_warnings, simplefilter

import typer

from labelfns.errors import LabelFnsWarning, number_of

from .options import Json, PipelineFile, ReplaceFile, Set
from .targets import check_not_read, check_target


def apply(
    pipeline: PipelineFile,
    output: Annotated[Path, typer.Option(help="The Parquet file of votes to write.")],
    data: Annotated[
        str | None,
        typer.Option(help="Texts to vote on, in place of the pipeline's pool: val, test, a file or hub:..."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="In how many processes Python functions run; the others need none. (lfs.workers)", min=1),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep each LF's votes here; unchanged LFs are not run again. (lfs.cache)"),
    ] = None,
    overwrite: ReplaceFile = False,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Let the LFs vote on texts and save the label matrix, with the other columns of the texts beside it.

    A file is read in chunks and may be larger than memory.
    """
    from labelfns.display.numbers import percent
    from labelfns.streaming import apply_file

    from . import console, inputs

    check_target(output, (".parquet",), overwrite=overwrite)
    settings = inputs.settings_of(pipeline, set_)
    check_not_read(output, pipeline, settings.lfs.file, inputs.source_of(settings, data))
    changes = {"workers": workers, "cache": None if cache is None else str(cache)}
    options = settings.lfs.options | {name: value for name, value in changes.items() if value is not None}
    lfs, source = inputs.lfs_of(settings), inputs.source_of(settings, data)
    with console.bars() as progress, catch_warnings():
        simplefilter("ignore", LabelFnsWarning)  # what LFs raised is said below
        done = apply_file(
            lfs,
            source,
            output=output,
            text=settings.data.text,
            overwrite=overwrite,
            progress=progress,
            **options,
        )
    coverage, faults = done.coverage, done.faults
    if as_json:
        console.print_json({**dataclasses.asdict(coverage), "faults": [dataclasses.asdict(fault) for fault in faults]})
        return
    console.faults(faults, coverage.rows)
    of_all = number_of(coverage.rows, "text has", "texts have")
    console.say(f"{coverage.covered:,} of {of_all} a vote ({percent(coverage.share)}): {output}")
    if data in (None, "pool"):
        console.next_step("with LFs that you change, see what changed", "analyze", pipeline, "--against", output)
    else:
        console.next_step("see what each LF does", "analyze", pipeline, "--data", data)


def check_lfs(pipeline: PipelineFile, set_: Set = None, as_json: Json = False) -> None:
    """Run the texts in the LFs' `expects`; exits with 1 if one gets another vote."""
    from labelfns.analysis.expectations import expectations

    from . import console, inputs

    lfs = inputs.lfs_of(inputs.settings_of(pipeline, set_))
    cases = expectations(lfs)
    failures = [failure for case in cases if (failure := case.failure())]
    without = [lf.name for lf in lfs if not lf.expects]
    if as_json:
        console.print_json({"texts": len(cases), "failures": failures, "lfs_without_expects": without})
    else:
        for failure in failures:
            console.block(failure)
            console.say("")
        if cases:
            of_all = number_of(len(cases), "expected vote is", "expected votes are")
            console.say(f"{len(cases) - len(failures):,} of {of_all} right.")
        else:
            console.say(
                'No LF says what it expects: give some texts with their labels, expects={"so good": "positive"}.'
            )
        if cases and without:
            console.say(f"Without `expects`: {', '.join(without)}")
        if failures:
            console.next_step("where a list or an expectation is mended, again", "test-lfs", pipeline)
        else:
            console.next_step("see what each LF does on the texts", "analyze", pipeline)
    if failures:
        raise typer.Exit(1)


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to write to; it may be there.")],
    data: Annotated[
        Path | None, typer.Option(help="Your texts, in place of ten sample rows: a CSV, TSV, JSON-lines, ... file.")
    ] = None,
    text: Annotated[str, typer.Option(help="Its column of texts.")] = "text",
    gold: Annotated[str | None, typer.Option(help="Its column of gold labels, where it has one.")] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,NAME",
            help="Its labels, separated by commas; by default the values of the column of gold labels.",
        ),
    ] = None,
) -> None:
    """Write a pipeline that runs as it is, to begin with: pipeline.toml, lfs.py with an LF of each kind, sample rows.

    For your own texts the LFs are made of their words: with gold labels, of those that stand out in each label's texts;
    without, of frequent ones, as placeholders. Nothing is overwritten.
    """
    from . import console
    from .starter import write_starter

    names = None if labels is None else [label.strip() for label in labels.split(",")]
    written = write_starter(folder, names, data=data, text=text, gold=gold)
    file = folder / "pipeline.toml"
    console.say("Written: " + ", ".join(str(path) for path in written.files))
    if labels is None and gold is not None:
        console.say(f"Labels, the values of the column {gold!r}: {', '.join(written.labels)}")
    if data is not None and gold is None:
        console.say("The LFs are placeholders, words of your texts dealt to the labels in turn: replace them by yours.")
    for label in written.silent:
        console.say(f"Warning: no LF votes for {label!r}, as no words for it were found: write one before you run.")
    console.say(
        f"Read texts:       labelfns rows {file} --seed 1 --limit 10",
        f"Try the LFs:      labelfns test-lfs {file}",
        f"See what they do: labelfns analyze {file}",
        f"Find more words:  labelfns suggest {file}",
        f"Fine-tune:        labelfns run {file}",
    )
