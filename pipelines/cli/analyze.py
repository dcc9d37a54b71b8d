"""`labelfns analyze`: all LFs and the label model, or one LF, one row, what changed."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelfns.errors import InputError, some
from labelfns.lfs.meaning.prompt import asked_for, cost_so_far

from .options import Json, PipelineFile, ReplaceFile, Set
from .targets import check_not_read, check_target

if TYPE_CHECKING:
    from labelfns.io.texts import Texts
    from labelfns.pipelines.analysis.result import Analysis
    from labelfns.pipelines.run.settings import PipelineSettings


MOST_CHANGED = 3
"""Rows of each change that are shown."""


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
        typer.Option("--why", metavar="ROW", help="One row alone, the first is 0: text, gold, why it gets its label."),
    ] = None,
    lf: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="One LF alone: what it does beside each other LF, with rows to read."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="EARLIER",
            help="What changed since an earlier pipeline file, LF file, run folder or file of votes (.parquet).",
        ),
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
    from . import console, inputs

    asked = {"--why": row is not None, "--lf": lf is not None, "--against": against is not None}
    more = {"--leave-one-out": leave_out, "--with-text": with_text, "--report": report is not None}
    given = [name for name, value in (asked | more).items() if value]
    if given[1:] and given[0] in asked:
        raise InputError(f"{given[0]} has an answer of its own, without {', '.join(given[1:])}; ask one at a time")
    settings = inputs.settings_of(pipeline, set_)
    if report is not None:
        check_target(report, (".html",), overwrite=overwrite, option="--report")
        check_not_read(report, pipeline, settings.lfs.file, inputs.source_of(settings, data), option="--report")
    pool = inputs.texts_of(settings)
    measured = pool if data in (None, "pool") else inputs.texts_of(settings, data)
    as_given = (pipeline, *(() if data is None else ("--data", data)))
    if lf is not None:
        _one_lf(settings, measured, lf, as_given, as_json=as_json)
        return
    if against is not None:
        _what_changed(settings, measured, against, as_given, as_json=as_json)
        return
    analysis = _analysis(settings, pool, measured, leave_out=leave_out, with_text=with_text)
    if row is not None:
        _one_row(settings, analysis, measured, row, as_given, as_json=as_json)
        return
    if report is not None:
        analysis.report(report, texts=measured, lfs=inputs.lfs_of(settings), overwrite=overwrite)
        console.remark(f"Report: {report}")
    if as_json:
        console.print_json(analysis.to_json())
        return
    console.faults(analysis.faults, analysis.coverage.rows)
    console.show(analysis.parts())
    for one in asked_for(inputs.lfs_of(settings)):
        console.say(f"{one['lf']} asked: {cost_so_far(one)}")
    if measured is pool and pool.gold is None:
        console.block(_where_gold_is(settings))
    if analysis.faults:
        console.next_step("read what one LF does", "analyze", *as_given, "--lf", analysis.faults[0].lf)
    elif analysis.silent_labels and measured is pool:
        silent = some([repr(label) for label in analysis.silent_labels])
        console.next_step(f"write an LF for {silent}; words that stand where no LF votes", "suggest", pipeline)
    elif any(one.incorrect for one in analysis.lfs):
        console.next_step("read the rows that LFs get wrong", "rows", *as_given, "--wrong")
    elif analysis.coverage.conflicting:
        console.next_step("read the rows on which LFs disagree", "rows", *as_given, "--conflicts")
    else:
        console.next_step("read the rows without a vote", "rows", *as_given, "--uncovered")


def _analysis(
    settings: "PipelineSettings", pool: "Texts", measured: "Texts", *, leave_out: bool, with_text: bool
) -> "Analysis":
    from labelfns.pipelines.analysis.analyze import analyze_votes, ask_text
    from labelfns.pipelines.self_training.copies import copy_groups

    from . import console, inputs

    sets = [pool] if measured is pool else [pool, measured]
    votes = inputs.votes_of(settings, inputs.lfs_of(settings), *sets)
    label_model = settings.label_model.build(settings.seed)
    with console.bars() as progress:
        from_text = ask_text(pool, votes[0], inputs.classifier_of(settings), progress) if with_text else None
        return analyze_votes(
            votes[-1],
            measured.gold,
            label_model=label_model,
            fit_on=None if measured is pool else votes[0],
            groups=None if measured.gold is None else copy_groups(measured),
            weights=measured.weights,
            leave_one_out=leave_out,
            from_text=from_text,
            progress=progress,
        )


def _one_row(
    settings: "PipelineSettings", analysis: "Analysis", texts: "Texts", row: int, as_given: Any, *, as_json: bool
) -> None:
    """Show one row: text, gold, every LF's say, and why it gets its label."""
    import numpy as np

    from labelfns.analysis.rows import read_rows
    from labelfns.pipelines.analysis.row_tables import highlighted, row_columns
    from labelfns.pipelines.analysis.tables import why

    from . import console, inputs

    if not 0 <= row < len(texts):
        raise InputError(f"there is no row {row}: there are rows 0 to {len(texts) - 1}")
    time_limit = settings.lfs.time_limit
    lfs = inputs.lfs_of(settings)
    (found,) = read_rows(lfs, texts, analysis.votes, np.array([row]), texts.gold, time_limit=time_limit)
    reasons = None if analysis.model is None else analysis.explain(row)
    faults = [fault for fault in analysis.faults if row in fault.rows]
    if as_json:
        answer = {name: values[0] for name, values in row_columns([found]).items()}
        answer["why"] = None if reasons is None else dataclasses.asdict(reasons)
        console.print_json(answer | {"problem": analysis.problem or None, "faults": [fault.lf for fault in faults]})
        return
    for fault in faults:
        console.say(f"Warning: LF {fault.lf} raised on this row, and abstains.", style="yellow")
    console.say(f"Row {row} ({found.where})", style="bold")
    console.show([highlighted(found.text, found.spans, most=len(found.text))])
    console.say(f"gold    {'not known' if found.gold is None else found.gold}")
    if not found.votes:
        console.say("votes   none: no LF fires here")
    console.say("")
    if reasons is None:
        console.say(*(f"{lf} votes for {label}" for lf, label in found.votes))
        console.say(f"There is no label model: {analysis.problem}")
    elif found.votes:
        console.show([why(row, reasons)])
    if found.votes:
        console.next_step("read what an LF does elsewhere", "analyze", *as_given, "--lf", found.votes[0][0])
    else:
        console.next_step("find words for rows without a vote", "suggest", as_given[0])


def _one_lf(settings: "PipelineSettings", texts: "Texts", name: str, as_given: Any, *, as_json: bool) -> None:
    from labelfns.analysis.radii import radii
    from labelfns.lfs.meaning.prototypes import PrototypesLF
    from labelfns.pipelines.analysis.one_lf import one_lf

    from . import console, inputs

    lfs = inputs.lfs_of(settings)
    inputs.check_lfs_named(lfs, [name])
    (votes,) = inputs.votes_of(settings, lfs, texts)
    found = one_lf(lfs, texts, votes, name, time_limit=settings.lfs.time_limit)
    if as_json:
        console.print_json(found.to_json())
        return
    console.faults([] if found.fault is None else [found.fault], found.rows)
    console.show(found.parts())
    if isinstance(lfs.lfs[lfs.names.index(name)], PrototypesLF):
        console.block(radii(lfs, texts, lf=name))
    which = "--wrong" if found.wrong else "--conflicts" if found.conflicts else ""
    all_of_them = {"--wrong": "all that it gets wrong", "--conflicts": "all its conflicts", "": "all its rows"}[which]
    console.next_step(f"read {all_of_them}", "rows", *as_given, "--lf", name, *([which] if which else []))


def _what_changed(settings: "PipelineSettings", texts: "Texts", against: Path, as_given: Any, *, as_json: bool) -> None:
    """Show what changed since earlier LFs, with a few of the rows that each won, lost and turned."""
    import numpy as np

    from labelfns.analysis.rows import read_rows
    from labelfns.pipelines.analysis.changes import votes_change
    from labelfns.pipelines.analysis.row_tables import rows_table

    from . import console, inputs
    from .earlier import earlier_votes

    lfs = inputs.lfs_of(settings)
    before = earlier_votes(against, settings, texts)
    (votes,) = inputs.votes_of(settings, lfs, texts)
    found = votes_change(before, votes, texts.gold)
    if as_json:
        console.print_json(found.to_json())
        return
    console.faults(votes.faults, len(votes))
    console.show(found.parts())
    limit = settings.lfs.time_limit
    changed = [one for one in found.lfs if one.won or one.lost or one.turned]
    for one in changed:
        for what, rows in (("won", one.won), ("lost", one.lost), ("turned to another label", one.turned)):
            if rows:
                console.say(f"{one.lf}, rows {what}:", style="bold")
                few = np.array(rows[:MOST_CHANGED])
                console.show([rows_table(read_rows(lfs, texts, votes, few, texts.gold, time_limit=limit))])
    if changed:
        console.next_step("read one of them", "analyze", *as_given, "--lf", changed[0].lf)
    else:
        console.next_step("find more words", "suggest", as_given[0])


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
