"""Commands around runs: run a pipeline, label more texts with it, write its report again, compare two."""

import gc
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from labelfns.data import example
from labelfns.display.numbers import percent
from labelfns.errors import InputError, LabelFnsError, ProcessError, WriteError, first_line, number_of

from .options import Json, PipelineFile, ReplaceFile, ReplaceRun, Resume, RunOutput, Set
from .targets import check_not_read, check_target


def demo(output: RunOutput = None, overwrite: ReplaceRun = False, set_: Set = None, as_json: Json = False) -> None:
    """Run the worked example tweet_sentiment: 18 LFs, 847 tweets, two rounds; a few minutes on two cores."""
    run(example("tweet_sentiment") / "pipeline.toml", output, overwrite, set_=set_, as_json=as_json)


def run(
    pipeline: PipelineFile,
    output: RunOutput = None,
    overwrite: ReplaceRun = False,
    resume: Resume = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Check all that can be checked before training, say what is there, write nothing."
        ),
    ] = False,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Run a pipeline: LFs vote, a label model weighs the votes, a transformer is fine-tuned over rounds."""
    from labelfns.models.transformer import distributed
    from labelfns.pipelines.run.folder import RunFolder, next_free, to_resume
    from labelfns.pipelines.run.run import run_pipeline

    from . import console, inputs

    settings = inputs.settings_of(pipeline, set_)
    distributed.start(settings.classifier)
    name = pipeline.resolve().parent.name if pipeline.stem == "pipeline" else pipeline.stem
    folder = distributed.agreed(output or (to_resume if resume else next_free)(Path("runs"), name))
    if dry_run:
        from .dry_run import dry

        dry(pipeline, settings, folder, overwrite=overwrite, resume=resume, set_=set_ or (), as_json=as_json)
        return
    complete = resume and RunFolder(folder).complete
    if resume and not complete and distributed.is_main():
        begun = RunFolder(folder).begun
        console.remark(f"Resuming {folder}" if begun else f"There is no run to resume; {folder} begins from its start")
    with _says_how_to_resume(pipeline, folder, set_), console.bars() as progress:
        metrics = run_pipeline(settings, folder, overwrite=overwrite, resume=resume, keep=[pipeline], progress=progress)
    if not distributed.is_main():
        return
    if complete:
        console.remark(f"{folder} is complete: nothing was left to do.")
    if as_json:
        console.print_json({"run": str(folder), **metrics})
    else:
        _show(metrics, folder)


@contextmanager
def _says_how_to_resume(pipeline: Path, folder: Path, overrides: Sequence[str] | None) -> Iterator[None]:
    """Add to whatever stops a run, but for wrong input, the command that goes on with it."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, ProcessError | WriteError) or not isinstance(error, LabelFnsError):
            settings = [part for setting in overrides or () for part in ("--set", setting)]
            line = ["labelfns", "run", str(pipeline), "--output", str(folder), *settings, "--resume"]
            error.add_note(f"To go on: {_started_as_now()}{shlex.join(line)}")
        raise


def _started_as_now() -> str:
    """Return what stands before a command that is run by as many processes as this one."""
    here, machines = os.environ.get("LOCAL_WORLD_SIZE", "1"), os.environ.get("GROUP_WORLD_SIZE", "1")
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return ""
    if machines != "1":
        return f"the same on each of the {machines} machines, with --resume: torchrun ... -m "
    return f"torchrun --nproc-per-node {here} -m "


def _show(metrics: Mapping[str, Any], folder: Path) -> None:
    from labelfns.lfs.meaning.prompt import cost_so_far
    from labelfns.pipelines.self_training.sample import drawn_sentence

    from . import console

    for warning in metrics["warnings"]:
        console.say(f"Warning: {warning}", style="yellow")
    coverage, (*_, tied, uncovered) = metrics["coverage"], metrics["label_model"]["by_label"].values()
    console.say(
        f"{coverage['covered']:,} of {number_of(coverage['rows'], 'text has', 'texts have')} a vote; the label model "
        "leaves "
        f"{uncovered:,} without and {tied:,} tied.",
        "",
    )
    for one in metrics.get("asked", ()):
        console.say(f"{one['lf']} asked: {cost_so_far(one)}.", "")
    if metrics["copies"]:
        console.say(
            f"{number_of(metrics['copies'], 'text repeats', 'texts repeat')} another but for case, user names, web "
            "addresses and white space; copies are trained on, or judged by, together.",
            "",
        )
    if seen := drawn_sentence(metrics["rounds"][0].get("drawn")):
        console.say(seen, "")
    console.out.print(console.rounds(metrics))
    table = console.results(metrics)
    if table is not None:
        console.out.print(table)
    console.show(console.worth_it(metrics))
    for ledger in metrics["rounds"]:
        if promise := ledger.get("promise"):
            console.say(
                f"Round {ledger['round']} trains on labels of confidence {promise['threshold']:.2f} and more; by "
                f"{number_of(promise['rows'], 'gold row')}, {percent(promise['at_least'])} of them or more are right."
            )
        if ledger.get("gain") is not None:
            gain, error = ledger["gain"], ledger["gain_error"]
            console.say(
                f"Round {ledger['round']} is judged {gain:+.3f} (±{error:.3f}) against round {ledger['against']}."
            )
    console.say(f"Kept: round {metrics['best_round']}. {metrics['rule']}".strip())
    for note in metrics["label_model"]["notes"]:
        console.say(f"Note: label model: {note}.")
    console.say(
        "",
        f"Run folder: {folder}",
        f"  report   {folder / 'report.html'}",
        f"  model    {folder / 'model'}",
        *([f"  labels   {labels}"] if (labels := folder / "pool_labels.parquet").is_file() else []),
    )
    console.next_step("open the report in a browser, and label more texts", "predict", folder, "FILE")


def predict(
    run_folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run folder, what Pipeline.save wrote, or a folder with a model.")
    ],
    data: Annotated[str, typer.Argument(metavar="DATA", help="Texts: a file, hub:..., or - for standard input.")],
    output: Annotated[Path | None, typer.Option(help="A .jsonl, .csv or .parquet file; by default printed.")] = None,
    text: Annotated[
        str | None,
        typer.Option(help="The column of texts; by default the one that RUN learned from.", show_default=False),
    ] = None,
    format: Annotated[
        Literal["csv", "tsv", "jsonl", "ndjson", "parquet", "txt"] | None,
        typer.Option(
            help="The format of DATA, whatever its name ends in; standard input has one text a line by default."
        ),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw",
            help="Write CSV cells as they are. Without it, cells that begin with = + - @ get a ' before, as a "
            "spreadsheet would take them for formulas.",
        ),
    ] = False,
    min_confidence: Annotated[
        float,
        typer.Option(
            help="Leave a text without a label where the confidence, in 0..1, is lower; answered_by says "
            '"neither" there.',
        ),
    ] = 0.0,
    without_lfs: Annotated[
        bool, typer.Option("--without-lfs", help="Let the classifier answer alone, without the LFs' votes.")
    ] = False,
    trust_lfs: Annotated[
        bool,
        typer.Option(
            "--trust-lfs",
            help="Run the Python file of LFs in RUN although no run of yours left it there on this machine.",
        ),
    ] = False,
    lfs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The LF file to vote with, in place of the copy in RUN; it is run."),
    ] = None,
    overwrite: ReplaceFile = False,
) -> None:
    """Label texts with a run: its LFs and its classifier answer together, a folder with a model answers alone.

    One row per text: text, label, confidence, answered_by, and p_LABEL for each label. Then come the other columns of
    DATA; one with the name of a column of ours is called "NAME (2)". A blank text keeps its row, without a label.

    answered_by is "both" where LFs and classifier say so, "votes" or "classifier" where one of them does, and "neither"
    where there is no label, as the confidence is below --min-confidence.
    """
    with _no_garbage():
        from labelfns.io.texts import written_texts

        from . import console, inputs
        from .answers import CSV_DIGITS, ENDINGS, answer_table, print_rows, read_input, write_rows

        if not 0 <= min_confidence <= 1:
            share = f"; {min_confidence:g}% is {min_confidence / 100:g}" if 1 < min_confidence <= 100 else ""
            raise InputError(f"--min-confidence must be in 0..1; got {min_confidence:g}{share}")
        if output is not None:
            check_target(output, ENDINGS, overwrite=overwrite)
            check_not_read(output, data)
        pipeline = inputs.opened(run_folder, lfs, trust_lfs=trust_lfs, without_lfs=without_lfs)
    text = text or pipeline.text_
    block = read_input(data, text, format)
    texts, rows = written_texts(block.columns, text, row_numbers=block.row_numbers, unit=block.unit)
    if pipeline.predictor_ is None and not without_lfs:
        console.remark(f"The classifier answers alone: {run_folder} keeps no label model.")
    with console.bars() as progress:
        answers = pipeline.answer(texts, without_lfs=without_lfs, progress=progress)
    digits = CSV_DIGITS if output is not None and output.suffix == ".csv" else None
    table = answer_table(block.columns, text, answers.of_rows(rows), min_confidence, digits=digits)
    n = len(rows)
    if len(texts) < n:
        console.remark(f"No label for {n - len(texts):,} of {number_of(n, 'text')}: blank.")
    if unsure := int((answers.labels(min_confidence) < 0).sum()):
        console.remark(f"No label for {unsure:,} of {number_of(n, 'text')}: the confidence is below {min_confidence}.")
    if output is None:
        print_rows(table)
    else:
        changed = write_rows(table, output, raw=raw)
        if changed:
            console.formulas(changed)
        console.remark(
            f"{number_of(n, 'row')}: {output}. Next, read the answers it is least sure of: sort by confidence, the "
            "lowest first."
        )


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Look for no garbage while libraries are imported: what they make stays, and looking takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def report(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")],
) -> None:
    """Write the report of a finished run again, from its folder, and from its texts where they are as they were."""
    from labelfns.pipelines.report.pages import write_report
    from labelfns.pipelines.run.evidence.read import run_evidence
    from labelfns.pipelines.run.folder import METRICS_AGAIN, RunFolder
    from labelfns.pipelines.run.saved import damaged

    from . import console

    folder = RunFolder(run_folder)
    metrics = folder.read_metrics()
    try:
        evidence = run_evidence(folder, metrics)
        for note in evidence.notes:
            console.remark(f"Not in the report: {note}")
        console.say(write_report(run_folder, metrics, evidence))
        console.next_step("open it in a browser, and label more texts", "predict", run_folder, "FILE")
    except LabelFnsError:
        raise
    except Exception as error:  # of many kinds: what is not in the metrics, or is of another type
        what = f"there can be no report of it ({type(error).__name__}: {first_line(error)})"
        raise damaged(run_folder / "metrics.json", what, METRICS_AGAIN) from error


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
