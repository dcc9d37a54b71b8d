"""`labelfns rows`: texts to read, with what every LF says; `labelfns label`: those most worth a gold label."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from labelfns.errors import InputError, number_of, some

from .options import PipelineFile, ReplaceFile, Set
from .targets import check_not_read, check_target

if TYPE_CHECKING:
    from labelfns.io.texts import Texts
    from labelfns.pipelines.gold.draw import RowsToLabel
    from labelfns.pipelines.gold.elsewhere import Taken, Tool
    from labelfns.pipelines.gold.gold_file import GoldFile
    from labelfns.pipelines.run.settings import PipelineSettings
    from labelfns.votes import Votes

LIMIT = 20
GOLD_FILE = "pool_gold.jsonl"


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
            console.remark(f"{len(found):,} of {number_of(found.found, 'row')}: {output}")
        return
    if len(found):
        console.show([rows_table(found, answers)])
    such = " is such a row" if found.found == 1 else " are such rows"
    asked = wrong or conflicts or uncovered or bool(names)
    more = f"; {len(found):,} are shown, --limit 0 shows all" if len(found) < found.found else ""
    console.say(f"{found.found:,} of {number_of(found.of, 'text')}{such if asked else ''}{more}.")
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


def label(
    pipeline: PipelineFile,
    k: Annotated[int, typer.Option("-k", "--rows", help="How many rows to draw.", min=1)] = 50,
    run: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="A run or saved pipeline whose classifier is the second voter; without it, a linear head on the "
            "backbone's vectors, which takes no training of yours.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="The .jsonl file of gold rows; by default data.pool_gold, or pool_gold.jsonl beside it."),
    ] = None,
    no_ask: Annotated[
        bool, typer.Option("--no-ask", help="Only write the rows to the file, in place of asking here.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FILE.json",
            help="Write the rows that wait for a label for another tool, with the label model's answers, in place of "
            "asking here.",
        ),
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="EXPORT",
            help="Read labels from an export of another tool into the file of gold rows, in place of asking here.",
        ),
    ] = None,
    format: Annotated[
        Literal["label-studio", "argilla"], typer.Option(help="The tool that --to and --from are for.")
    ] = "label-studio",
    text: Annotated[
        str | None,
        typer.Option(
            help='What the text is called in the project of --to and --from; by default "text", or in --from the only '
            "one there is."
        ),
    ] = None,
    question: Annotated[
        str | None,
        typer.Option(
            help='What the choices are called in the project of --to and --from; by default "label", or in --from the '
            "only ones there are."
        ),
    ] = None,
    no_label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help='A choice in --from that means none of the labels, as "Unsure"; given again, others.'
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file of --to.")] = False,
    set_: Set = None,
) -> None:
    """Draw the rows most worth a gold label, and ask for their labels: one key each, u undoes, s skips, q quits.

    They are rows to which label model and classifier give different labels, of each class, and each has a weight, so
    that figures on them are those of the whole pool. Answers are saved as they come; called again, it goes on with the
    rows that wait for a label, and draws others when there are none. --to and --from label them in another tool.
    """
    from labelfns.pipelines.gold.asking import ask as ask_for
    from labelfns.pipelines.gold.asking import keys_of
    from labelfns.pipelines.gold.elsewhere import TOOLS, take_answers
    from labelfns.pipelines.gold.gold_file import GoldFile

    from . import console, inputs

    if to is not None and from_ is not None:
        raise InputError("--to writes rows to label and --from reads their labels: give one of them")
    names = {name: value for name, value in (("text", text), ("question", question)) if value is not None}
    if names and to is None and from_ is None:
        raise InputError("--text and --question say what is called how in another tool: they need --to or --from")
    if no_label and from_ is None:
        raise InputError("--no-label names a choice in an export: it needs --from")
    if to is not None:
        check_target(to, (".json",), overwrite=overwrite, option="--to")
    settings = inputs.settings_of(pipeline, set_)
    data = settings.data
    path = output or Path(data.pool_gold or pipeline.parent / GOLD_FILE)
    used = {f"data.{name}": getattr(data, name) for name in ("pool", "val", "test")} | {"lfs.file": settings.lfs.file}
    for name, source in used.items():
        if source is not None and Path(source).resolve() == path.resolve():
            raise InputError(f"{path} is {name}: gold rows need a file of their own; name another with --output")
    if to is not None:
        check_not_read(to, pipeline, path, *filter(None, used.values()), option="--to")
    file = GoldFile(path, data.text, data.gold, data.labels)
    if from_ is not None:
        taken = take_answers(file, from_, TOOLS[format], no_label or (), **names)
        _say_taken(taken, from_, path)
        if data.pool_gold is None:
            _say_to_add(pipeline, path, ", or as val if it is not of the pool")
        console.next_step("see how right everything is by them", "analyze", pipeline)
        return
    texts = inputs.texts_of(settings)
    no_ask = no_ask or to is not None
    keys = {} if no_ask else keys_of(file.labels)
    if file.waiting:
        console.say(
            f"{number_of(len(file.waiting), 'row waits', 'rows wait')} for a label in {path}; others are drawn when "
            "these are done."
        )
    else:
        drawn = _draw(settings, texts, file, k, run)
        file.add(texts.texts, drawn)
        console.say(f"{path}: {drawn}.")
        console.say(
            f"{file.forecast(len(drawn.rows), 1 - float((drawn.weights @ drawn.wrong) / drawn.weights.sum()))}."
        )
    if not no_ask and sys.stdin.isatty():
        legend = "  ".join([*(f"{key} {name}" for key, name in keys.items()), "u undo  s skip (none fits)  q quit"])

        def show(number: int, of: int, text: str) -> None:
            console.say("", f"{number} of {of}", style="dim")
            console.block(text, "bold")
            console.say(legend, style="dim")

        answered = ask_for(file, typer.getchar, show, console.say)
        left = len(file.waiting)
        console.say(
            "", f"{number_of(answered, 'label')} saved in {path}, {number_of(left, 'row waits', 'rows wait')} for one."
        )
    elif not no_ask:
        console.say("Nothing was asked: keys are read from a terminal, and this is none.")
    if to is not None:
        _hand_over(settings, texts, file, to, TOOLS[format], **names)
        of_tool = [] if format == "label-studio" else ["--format", format]
        console.next_step("take the answers back", "label", pipeline, *_given(output), "--from", "EXPORT", *of_tool)
        return
    if data.pool_gold is None and output is None:
        _say_to_add(pipeline, path)
    if file.waiting:
        console.next_step("label them" if no_ask else "go on", "label", pipeline, *_given(output))
    else:
        console.next_step("see how right everything is by them", "analyze", pipeline)


def _hand_over(
    settings: "PipelineSettings", texts: "Texts", file: "GoldFile", to: Path, tool: "Tool", **names: str
) -> None:
    """Write the rows that wait for a label for another tool, and say what a project of it needs."""
    from labelfns.interop.soft_labels import LABEL, TEXT
    from labelfns.pipelines.gold.elsewhere import write_waiting

    from . import console, inputs

    (votes,) = inputs.votes_of(settings, inputs.lfs_of(settings), texts)
    model = settings.label_model.build(settings.seed).fit(votes)
    rows = write_waiting(file, to, tool, texts.texts, model.predict_proba(votes), model.predict(votes), **names)
    console.say("", f"{number_of(rows, 'row')} for {tool.name}: {to}.")
    console.block(tool.needs(file.labels, names.get("text", TEXT), names.get("question", LABEL)))


def _say_taken(taken: "Taken", source: Path, file: Path) -> None:
    """Say what became of the labels of an export."""
    from . import console

    console.say(
        f"{number_of(taken.labels, 'label')} from {source} {'is' if taken.labels == 1 else 'are'} in {file}"
        + (f"; {taken.new:,} of their texts were not drawn here, and stand for themselves" if taken.new else "")
        + (f"; {number_of(taken.without, 'row of it has', 'rows of it have')} no label" if taken.without else "")
        + "."
    )
    if taken.disputed:
        texts = number_of(len(taken.disputed), "text has", "texts have")
        console.say(
            f"{texts} different labels in {source}, and none was taken: {some(taken.disputed, 3)}. Settle them there."
        )


def _say_to_add(pipeline: Path, file: Path, more: str = "") -> None:
    """Say how the pipeline file names a file of gold rows: by its path from there."""
    from . import console

    name = Path(os.path.relpath(file, pipeline.parent)).as_posix()
    console.say(f'Add it to {pipeline}, under [data]: pool_gold = "{name}"{more}')


def _draw(settings: "PipelineSettings", texts: "Texts", file: "GoldFile", k: int, run: Path | None) -> "RowsToLabel":
    """Draw rows by label model and classifier, or what stands in for it."""
    import numpy as np

    from labelfns.pipelines import Pipeline
    from labelfns.pipelines.gold.draw import rows_to_label, second_voter

    from . import console, inputs

    (votes,) = inputs.votes_of(settings, inputs.lfs_of(settings), texts)
    console.faults(votes.faults, len(votes))
    weak = settings.label_model.build(settings.seed).fit(votes).predict_proba(votes)
    with console.bars() as progress:
        if run is None:
            features = inputs.classifier_of(settings).frozen_features(texts, progress=progress)
            answers = second_voter(features, votes, weak)
        else:
            classifier = Pipeline.load(run, without_lfs=True).classifier_
            if tuple(classifier.classes_) != votes.labels:
                raise InputError(f"--run {run}: its labels are {classifier.classes_}, the pipeline's {votes.labels}")
            answers = classifier.predict_proba(texts, progress=progress)
    seen = set(file.texts)
    gold = np.full(len(texts), -1) if texts.gold is None else texts.gold
    known = np.where([text in seen for text in texts], 0, gold)  # skipped rows are not drawn again either
    return rows_to_label(texts.texts, votes, weak, answers, k, gold=known, seed=settings.seed + len(file.rows))


def _given(output: Path | None) -> list[object]:
    return [] if output is None else ["--output", output]
