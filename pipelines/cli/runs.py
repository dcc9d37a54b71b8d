"""Commands around runs: run a pipeline, label more texts with it, write its report again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from labelfns.data import example
from labelfns.errors import WriteError

from .lfs import check_target
from .options import Json, PipelineFile, ReplaceFile, ReplaceRun, Resume, RunOutput, Set


def demo(output: RunOutput = None, overwrite: ReplaceRun = False, set_: Set = None, as_json: Json = False) -> None:
    """Run the worked example tweet_sentiment: 18 LFs, 847 tweets, two rounds; a few minutes on two cores."""
    run(example("tweet_sentiment") / "pipeline.toml", output, overwrite, set_=set_, as_json=as_json)


def run(
    pipeline: PipelineFile,
    output: RunOutput = None,
    overwrite: ReplaceRun = False,
    resume: Resume = False,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Run a pipeline: LFs vote, a label model weighs the votes, a transformer is fine-tuned over rounds."""
    from labelfns.models.transformer import distributed
    from labelfns.pipelines.run.folder import RunFolder, latest, next_free
    from labelfns.pipelines.run.run import run_pipeline

    from . import console, inputs

    settings = inputs.settings_of(pipeline, set_)
    distributed.start(settings.classifier)
    name = pipeline.resolve().parent.name if pipeline.stem == "pipeline" else pipeline.stem
    folder = distributed.agreed(output or (latest if resume else next_free)(Path("runs"), name))
    complete = resume and RunFolder(folder).complete
    try:
        with console.bars() as progress:
            metrics = run_pipeline(settings, folder, overwrite=overwrite, resume=resume, progress=progress)
    except WriteError as error:
        raise WriteError(f"{error}\nThen resume: labelfns run {pipeline} --output {folder} --resume") from error
    if not distributed.is_main():
        return
    if complete:
        console.remark(f"{folder} is complete: nothing was left to do.")
    if as_json:
        console.print_json({"run": str(folder), **metrics})
    else:
        _show(metrics, folder)


def _show(metrics: Mapping[str, Any], folder: Path) -> None:
    from . import console

    for warning in metrics["warnings"]:
        console.say(f"Warning: {warning}", style="yellow")
    coverage, (*_, tied, uncovered) = metrics["coverage"], metrics["label_model"]["by_label"].values()
    console.say(
        f"{coverage['covered']} of {coverage['rows']} texts have a vote; the label model leaves "
        f"{uncovered} without and {tied} tied.",
        "",
    )
    console.out.print(console.rounds(metrics))
    table = console.results(metrics)
    if table is not None:
        console.out.print(table)
    console.say(f"Kept: round {metrics['best_round']}. {metrics['rule']}")
    for note in metrics["label_model"]["notes"]:
        console.say(f"Note: label model: {note}.")
    console.say(
        "",
        f"Run folder: {folder}",
        f"  report   {folder / 'report.html'}",
        f"  model    {folder / 'model'}",
        f"Label more texts: labelfns predict {folder} FILE",
    )


def predict(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a folder with a model.")],
    data: Annotated[str, typer.Argument(metavar="DATA", help="Texts: a file, hub:..., or - for standard input.")],
    output: Annotated[Path | None, typer.Option(help="A .jsonl, .csv or .parquet file; by default printed.")] = None,
    text: Annotated[str, typer.Option(help="The column of texts.")] = "text",
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
    overwrite: ReplaceFile = False,
) -> None:
    """Label texts with a run's model; one row per text: text, label, confidence, and p_LABEL for each label.

    Then come the other columns of DATA; one with the name of a column of ours is called "NAME (2)". A blank text keeps
    its row, without a label.
    """
    from labelfns.models import TransformerClassifier

    from . import console
    from .answers import ENDINGS, answer_table, has_text, print_rows, read_input, write_rows

    if output is not None:
        check_target(output, ENDINGS, overwrite=overwrite)
    model_folder = run_folder / "model" if (run_folder / "model").is_dir() else run_folder
    classifier = TransformerClassifier.from_pretrained(model_folder)
    columns = read_input(data, text, format)
    texts = columns[text]
    written = [entry for entry in texts if has_text(entry)]
    with console.bars() as progress:
        probs = classifier.predict_proba(written, progress=progress)
    table = answer_table(columns, text, probs, classifier.classes_)
    if len(written) < len(texts):
        console.remark(f"{len(texts) - len(written)} of {len(texts)} texts are blank: they get no label.")
    if output is None:
        print_rows(table)
    else:
        write_rows(table, output, raw=raw)


def report(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")],
) -> None:
    """Write the report of a finished run again, from its metrics.json."""
    from labelfns.pipelines.report.pages import write_report
    from labelfns.pipelines.run.folder import RunFolder

    from . import console

    console.say(write_report(run_folder, RunFolder(run_folder).read_metrics()))
