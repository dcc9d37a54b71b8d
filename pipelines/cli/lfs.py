"""Commands around LFs: try them, measure them, find what to write next, begin."""

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from warnings import catch_warnings, simplefilter

import typer

from labelfns.errors import InputError, LabelFnsWarning

from .options import Json, PipelineFile, ReplaceFile, Set

if TYPE_CHECKING:
    from labelfns.pipelines.run.settings import PipelineSettings
    from labelfns.votes import Votes


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
    for fault in faults:
        console.say(f"Warning: {fault}", style="yellow")
        console.block(fault.traceback, "dim")
    console.say(f"{coverage.covered} of {coverage.rows} texts have a vote ({coverage.share:.1%}): {output}")


def analyze(
    pipeline: PipelineFile,
    data: Annotated[
        str | None,
        typer.Option(
            help="Texts to measure on, in place of the pipeline's pool: val, test, a file or hub:...; the label model "
            "is fitted on the pool all the same, as in a run."
        ),
    ] = None,
    row: Annotated[
        int | None,
        typer.Option("--why", metavar="ROW", help="Explain one row, the first is 0; label_model.kind = labelfns can."),
    ] = None,
    leave_out: Annotated[
        bool,
        typer.Option("--leave-one-out", help="Fit the label model without each LF in turn, and show what each adds."),
    ] = False,
    with_text: Annotated[
        bool,
        typer.Option(
            "--with-text",
            help="Ask the pool's texts too, by the backbone's vectors, how often each LF is right; it takes a while.",
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it all as one HTML page too, with texts to read: a .html file."),
    ] = None,
    overwrite: ReplaceFile = False,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Show what each LF does and how much the label model covers; with gold labels, how often they are right.

    LFs that fail stand first. That an LF fails, even on every row, is no error: the exit code is 0.
    """
    from labelfns.models import LabelModel
    from labelfns.pipelines.analysis.analyze import analyze_votes, ask_text
    from labelfns.pipelines.self_training.copies import copy_groups

    from . import console, inputs

    settings = inputs.settings_of(pipeline, set_)
    if report is not None:
        check_target(report, (".html",), overwrite=overwrite, option="--report")
        check_not_read(report, pipeline, settings.lfs.file, inputs.source_of(settings, data), option="--report")
    pool = inputs.texts_of(settings)
    measured = pool if data in (None, "pool") else inputs.texts_of(settings, data)
    votes = _votes(settings, pool, *([] if measured is pool else [measured]))
    label_model = settings.label_model.build(settings.seed)
    with console.bars() as progress:
        from_text = ask_text(pool, votes[0], inputs.classifier_of(settings), progress) if with_text else None
        analysis = analyze_votes(
            votes[-1],
            measured.gold,
            label_model=label_model,
            fit_on=None if measured is pool else votes[0],
            groups=None if measured.gold is None else copy_groups(measured),
            leave_one_out=leave_out,
            from_text=from_text,
            progress=progress,
        )
    try:
        reasons = None if row is None else analysis.explain(row)
    except InputError as error:
        if not isinstance(analysis.model, LabelModel):
            error.hint = "It is fitted with --set label_model.kind=labelfns."
        raise
    if report is not None:
        analysis.report(report, texts=measured, lfs=inputs.lfs_of(settings), overwrite=overwrite)
        console.remark(f"Report: {report}")
    if as_json:
        answer = analysis.to_json()
        if reasons is not None:
            answer["why"] = dataclasses.asdict(reasons) | {"text": measured[row or 0]}
        console.print_json(answer)
        return
    for alarm in analysis.alarms:
        console.say(f"Warning: {alarm}", style="bold red" if "EVERY ROW" in alarm else "yellow")
    for fault in analysis.faults:
        console.block(fault.traceback, "dim")
    for part in analysis.parts():
        if isinstance(part, str):
            console.say(part)
        else:
            console.out.print(part)
    if reasons is not None:
        from labelfns.pipelines.analysis.tables import why

        console.say(f"Row {row} ({measured.where([row or 0])}): {measured[row or 0]}")
        console.out.print(why(row or 0, reasons))
    if measured is pool and pool.gold is None:
        console.block(_where_gold_is(settings))


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
        console.say(f"{len(cases) - len(failures)} of {len(cases)} expected votes are right.")
        if without:
            console.say(f"Without `expects`: {', '.join(without)}")
    if failures:
        raise typer.Exit(1)


def suggest(
    pipeline: PipelineFile,
    n: Annotated[int, typer.Option(help="How many, by class where gold labels are known.", min=1)] = 20,
    at_least: Annotated[int, typer.Option(help="On how many texts a word must stand.", min=1)] = 5,
    min_z: Annotated[float, typer.Option(help="How far a word must stand out: the least z, more than 0.")] = 2.0,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """List words, hashtags and emoji worth an LF: those that stand out where the LFs are silent or disagree.

    With gold labels in the pool, or else in val, they are listed by class. The test set is not read.

    z says how sure it is that a word stands out: how many standard errors its log-odds on these texts are above those
    on the others. A word that stands everywhere is near 0; one word in forty reaches 2 by chance, one in thirty
    thousand 4.
    """
    from labelfns.analysis.suggest import suggest as suggestions

    from . import console, inputs

    settings = inputs.settings_of(pipeline, set_)
    pool = inputs.texts_of(settings)
    with_gold = pool
    if pool.gold is None and settings.data.val is not None:
        with_gold = inputs.texts_of(settings, "val")
    (votes,) = _votes(settings, pool)
    for fault in votes.faults:
        console.remark(f"Warning: {fault}")
    labeled = None if with_gold.gold is None else (with_gold, with_gold.gold)
    terms = suggestions(pool, votes, labeled=labeled, lfs=inputs.lfs_of(settings), n=n, at_least=at_least, min_z=min_z)
    if as_json:
        console.print_json([{**dataclasses.asdict(term), "line": term.line} for term in terms])
        return
    for gap, title in (("silent", "Where no LF votes:"), ("disagreeing", "Where LFs disagree:")):
        mine = [term for term in terms if term.gap == gap]
        if mine:
            console.say(title, style="bold")
        for term in mine:
            console.say(f"{term.line}  # {term.about}")
            for text in term.examples:
                console.say(f"    {text[:110]}", style="dim")
    if not terms:
        console.say("Nothing stands out so far on so many texts; lower --min-z or --at-least.")


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
        f"Try the LFs:      labelfns test-lfs {file}",
        f"See what they do: labelfns analyze {file}",
        f"Find more words:  labelfns suggest {file}",
        f"Fine-tune:        labelfns run {file}",
    )


def check_not_read(output: Path, *reads: str | Path, option: str = "--output") -> None:
    """Check that a file that is written is none of those that are read; what is no file is passed over.

    Raises
    ------
    InputError
        If it is.
    """
    if output.exists() and any(Path(path).exists() and output.samefile(path) for path in reads):
        raise InputError(f"{option} {output} would be replaced, and it is what is read; name another")


def check_target(output: Path, endings: tuple[str, ...], *, overwrite: bool, option: str = "--output") -> None:
    """Check that a file can be written, before any work.

    Raises
    ------
    InputError
        If its name does not say the format, it exists and may not be replaced, or its folder is not there or may not be
        written to.
    """
    if output.suffix not in endings:
        raise InputError(f"{option} {output}: its name must end in {' or '.join(endings)}")
    if output.is_dir():
        raise InputError(f"{option} {output} is a folder; name a file")
    if output.exists() and not overwrite:
        raise InputError(f"{output} exists; name another {option}, or add --overwrite to replace it")
    if not output.parent.is_dir():
        raise InputError(f"{output.parent}: no such folder to write {output.name} to")
    if not os.access(output.parent, os.W_OK):
        raise InputError(f"{output.parent}: there is no right to write {output.name} to this folder")


def _votes(settings: "PipelineSettings", *sets: Any) -> "list[Votes]":
    """Let a pipeline's LFs vote on sets of texts."""
    from . import console, inputs

    lfs = inputs.lfs_of(settings)
    with console.bars() as progress, catch_warnings():
        simplefilter("ignore", LabelFnsWarning)  # what LFs raised is said with the answer
        return [lfs.apply(texts, progress=progress, **settings.lfs.options) for texts in sets]


def _where_gold_is(settings: "PipelineSettings") -> str:
    """Say where gold labels could come from; a column that no set has is not advised."""
    from . import inputs

    with_gold, problems = [], []
    for name in ("val", "test"):
        if getattr(settings.data, name) is None:
            continue
        try:
            inputs.texts_of(settings, name)
            with_gold.append(name)
        except InputError as error:
            problems.append(f"\nWarning: {error}")
    advice = f"; to compare with gold, add --data {' or --data '.join(with_gold)}" if with_gold else ""
    gold = settings.data.gold
    lacks = f"The pool has no column {gold!r} of gold labels" if gold else "No column of gold labels is named"
    return f"{lacks} (data.gold){advice}." + "".join(problems)
