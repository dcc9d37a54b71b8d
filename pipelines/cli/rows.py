"""`labelfns rows`: texts to read, with what made LFs fire and what every LF says."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from labelfns.errors import InputError

from .options import PipelineFile, ReplaceFile, Set
from .targets import check_not_read, check_target

if TYPE_CHECKING:
    from labelfns.pipelines.run.settings import PipelineSettings
    from labelfns.votes import Votes

LIMIT = 20


def rows(
    pipeline: PipelineFile,
    lf: Annotated[
        list[str] | None,
        typer.Option("--lf", metavar="NAME", help="Rows on which this LF votes; given again, on which each does."),
    ] = None,
    wrong: Annotated[
        bool, typer.Option("--wrong", help="Rows on which an LF (of --lf, where given) is wrong; needs gold labels.")
    ] = False,
    conflicts: Annotated[
        bool,
        typer.Option("--conflicts", help="Rows with votes for different labels; with one --lf, against this LF's."),
    ] = False,
    uncovered: Annotated[bool, typer.Option("--uncovered", help="Rows without a vote.")] = False,
    data: Annotated[
        str | None, typer.Option(help="Texts to look at, in place of the pipeline's pool: val, test, a file or hub:...")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many at most; 0 for all.", min=0)] = LIMIT,
    seed: Annotated[
        int | None, typer.Option(help="Draw them at random, always the same for a seed; by default the first.", min=0)
    ] = None,
    label_model: Annotated[
        bool, typer.Option("--label-model", help="Show the label model's answer too; it is fitted on the pool.")
    ] = False,
    format: Annotated[
        Literal["table", "csv", "jsonl"] | None,
        typer.Option(help="How to write them; by default as --output ends, else a table."),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="A .jsonl or .csv file to write, in place of printing.")] = None,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Write CSV cells as they are, also those that a spreadsheet takes for formulas."),
    ] = False,
    overwrite: ReplaceFile = False,
    set_: Set = None,
) -> None:
    """List texts to read: where an LF fires, is wrong, LFs disagree, or none votes; conditions add up.

    Rows come in the order of the file, the words that made LFs fire highlighted, with what every LF says and gold where
    it is known.
    """
    import numpy as np

    from labelfns.analysis.rows import find_rows
    from labelfns.pipelines.analysis.row_tables import flat_columns, row_columns, rows_table

    from . import console, inputs
    from .answers import print_csv, print_rows, write_rows

    if output is not None:
        check_target(output, (".jsonl", ".csv"), overwrite=overwrite)
        if format not in (None, output.suffix[1:]):
            raise InputError(f"--format {format} and --output {output} do not go together: the name says the format")
        format = "csv" if output.suffix == ".csv" else "jsonl"
    settings = inputs.settings_of(pipeline, set_)
    if output is not None:
        check_not_read(output, pipeline, settings.lfs.file, inputs.source_of(settings, data))
    lfs, texts = inputs.lfs_of(settings), inputs.texts_of(settings, data)
    names = list(dict.fromkeys(lf or ()))
    inputs.check_lfs_named(lfs, names)
    if wrong and texts.gold is None:
        raise InputError(
            f"--wrong: {texts.name or 'the texts'} has no column {settings.data.gold!r} of gold labels (data.gold); "
            "name texts that have: --data val, for instance"
        )
    (votes,) = inputs.votes_of(settings, lfs, texts)
    if format in (None, "table"):
        console.faults(votes.faults, len(votes))
    found = find_rows(
        lfs,
        texts,
        lf=names,
        wrong=wrong,
        conflicts=conflicts,
        uncovered=uncovered,
        n=limit or None,
        seed=seed,
        votes=votes,
        time_limit=settings.lfs.time_limit,
    )
    answers = None
    if label_model:
        on_pool = votes if data in (None, "pool") else inputs.votes_of(settings, lfs, inputs.texts_of(settings))[0]
        answers = _answers(settings, on_pool, votes.rows(np.array([row.row for row in found], dtype=int)))
    as_given = (pipeline, *(() if data is None else ("--data", data)))
    if format in ("csv", "jsonl"):
        columns = row_columns(found, answers)
        table = flat_columns(columns) if format == "csv" else columns
        changed = 0
        if output is not None:
            changed = write_rows(_as_the_pipeline_names(table, settings), output, raw=raw)
        elif format == "csv":
            changed = print_csv(table, raw=raw)
        else:
            print_rows(table)
        if changed:
            console.formulas(changed)
        if output is not None:
            console.remark(f"{len(found):,} of {found.found:,} rows: {output}")
        return
    if len(found):
        console.show([rows_table(found, answers)])
    asked = wrong or conflicts or uncovered or bool(names)
    more = f"; {len(found):,} are shown, --limit 0 shows all" if len(found) < found.found else ""
    console.say(f"{found.found:,} of {found.of:,} texts{' are such rows' if asked else ''}{more}.")
    if not len(found):
        console.next_step("see what every LF does", "analyze", *as_given)
    elif uncovered:
        console.next_step("find words for them", "suggest", pipeline)
    else:
        console.next_step("see why one of them gets its label", "analyze", *as_given, "--why", found.rows[0].row)


def _as_the_pipeline_names(table: dict[str, list[Any]], settings: "PipelineSettings") -> dict[str, list[Any]]:
    """Return the columns with texts and gold under the names that the pipeline reads, so that the file can be val."""
    names = {"text": settings.data.text, "gold": settings.data.gold or "gold"}
    taken = set(names.values())
    return {names.get(name, name): column for name, column in table.items() if name in names or name not in taken}


def _answers(settings: "PipelineSettings", on_pool: "Votes", votes: "Votes") -> list[str]:
    """Return what the label model, fitted on the pool as in a run, says of each row, in words."""
    from labelfns.models.arrays import decide

    probs = settings.label_model.build(settings.seed).fit(on_pool).predict_proba(votes)
    labels, covered = decide(probs, votes.covered).tolist(), votes.covered.tolist()
    return [
        f"{votes.labels[c]} {sure:.2f}" if c >= 0 else "(tie)" if has_vote else "-"
        for c, sure, has_vote in zip(labels, probs.max(axis=1).tolist(), covered, strict=True)
    ]
