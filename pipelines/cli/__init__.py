"""The command line. Heavy rooms are imported when a command runs, so that ``--help`` answers at once."""

import dataclasses
import json
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelfns.data import example
from labelfns.errors import InputError, LabelFnsError, LabelFnsWarning

if TYPE_CHECKING:
    from labelfns.pipelines.run.settings import PipelineSettings

app = typer.Typer(
    help="Label text by writing functions instead of reading rows, and get a fine-tuned transformer out of it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

PipelineFile = Annotated[Path, typer.Argument(metavar="PIPELINE.toml", help="The pipeline file.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Override a setting; can be given again."),
]
Output = Annotated[Path | None, typer.Option(help="The run folder to make; by default runs/NAME-1, -2, ...")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier run's folder.")]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with a run that was stopped: the one in --output, by default the last of runs/NAME-1, -2",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@app.callback()
def _start() -> None:
    warnings.simplefilter("ignore", LabelFnsWarning)  # each command prints what its LFs raised


@app.command()
def demo(output: Output = None, overwrite: Overwrite = False, set_: Set = None, as_json: Json = False) -> None:
    """Run the worked example tweet_sentiment: 18 LFs, 847 tweets, two rounds; a few minutes on two cores."""
    _run(example("tweet_sentiment") / "pipeline.toml", output, overwrite, set_, as_json)


@app.command()
def run(
    pipeline: PipelineFile,
    output: Output = None,
    overwrite: Overwrite = False,
    resume: Resume = False,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Run a pipeline: LFs vote, a label model weighs the votes, a transformer is fine-tuned over rounds."""
    _run(pipeline, output, overwrite, set_, as_json, resume=resume)


@app.command()
def apply(
    pipeline: PipelineFile,
    output: Annotated[Path, typer.Option(help="The Parquet file of votes to write.")],
    data: Annotated[
        str | None, typer.Option(help="Texts to vote on, in place of the pipeline's pool: a file or hub:...")
    ] = None,
    workers: Annotated[
        int, typer.Option(help="In how many processes Python-function LFs run; the others need none.", min=1)
    ] = 1,
    cache: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep each LF's votes here; what is unchanged runs no more.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Let the LFs vote on texts and save the label matrix. A file is read in chunks and may be larger than memory."""
    from labelfns.analysis.coverage import Coverage
    from labelfns.io.read import is_hub, read_texts
    from labelfns.lfs.lf_file import load_lfs
    from labelfns.pipelines.run.settings import load_settings
    from labelfns.streaming import apply_file

    from . import console

    if output.suffix != ".parquet":
        raise InputError(f"--output {output}: its name must end in .parquet")
    if output.exists() and not overwrite:
        raise InputError(f"{output} exists; name another --output, or add --overwrite to replace it")
    if not output.parent.is_dir():
        raise InputError(f"{output.parent}: no such folder to write {output.name} to")
    settings = _on_pool(load_settings(pipeline, set_ or []), data)
    source, on_error = settings.data.pool, settings.lfs.on_error
    lfs = load_lfs(Path(settings.lfs.file), settings.data.labels)
    with console.bars() as progress:
        if is_hub(source):
            texts = read_texts(source, text=settings.data.text, gold="", labels=lfs.labels).texts
            votes = lfs.apply(texts, on_error=on_error, workers=workers, cache=cache, progress=progress)
            votes.save(output)
            coverage, faults = Coverage.of(votes), votes.faults
        else:
            done = apply_file(
                lfs,
                source,
                output=output,
                text=settings.data.text,
                on_error=on_error,
                workers=workers,
                cache=cache,
                overwrite=overwrite,
                progress=progress,
            )
            coverage, faults = done.coverage, done.faults
    if as_json:
        _print_json({**dataclasses.asdict(coverage), "faults": [dataclasses.asdict(fault) for fault in faults]})
        return
    console.out.print(f"{coverage.covered} of {coverage.rows} texts have a vote ({coverage.share:.1%}): {output}")
    _print_faults(faults)


@app.command()
def analyze(
    pipeline: PipelineFile,
    data: Annotated[
        str | None,
        typer.Option(help="Texts to look at, in place of the pipeline's pool: val, test, a file or hub:..."),
    ] = None,
    why: Annotated[
        int | None,
        typer.Option(metavar="ROW", help="Explain one row, the first is 0; needs label_model.kind = default."),
    ] = None,
    leave_out: Annotated[
        bool,
        typer.Option("--leave-one-out", help="Fit the label model without each LF in turn, and show what each adds."),
    ] = False,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Show what each LF does and how much the label model covers; with gold labels, how often they are right."""
    from labelfns.analysis.coverage import Coverage
    from labelfns.analysis.near_copies import near_copies
    from labelfns.models.evaluation.leave_one_out import leave_one_out
    from labelfns.pipelines.run.baselines import LabelCoverage, baseline, label_quality, most_common_label, reasons
    from labelfns.pipelines.run.inputs import Inputs
    from labelfns.pipelines.run.settings import load_settings

    from . import console

    full = load_settings(pipeline, set_ or [])
    settings = _on_pool(full, data)
    inputs = Inputs.read(settings)
    with console.bars() as progress:
        votes = inputs.apply(settings.lfs.on_error, progress)["pool"]
    gold = inputs.pool.gold
    summary = votes.summary(gold).to_dicts()
    coverage = Coverage.of(votes)
    answer: dict[str, Any] = {"lfs": summary, "coverage": dataclasses.asdict(coverage)}
    if coverage.covered:
        model = settings.label_model.build(settings.seed).fit(votes)
        probs = model.predict_proba(votes)
        answer["label_model"] = vars(LabelCoverage.of(probs, votes)) | label_quality(model, probs, votes, gold)
        if why is not None:
            answer["why"] = reasons(model, votes, why) | {"text": inputs.pool.texts[why]}
        if leave_out:
            with console.bars() as progress:
                left = leave_one_out(model, votes, gold, progress=progress)
            answer["leave_one_out"] = [dataclasses.asdict(one) for one in left]
        if gold is not None:
            scores = baseline(probs, votes, gold, most_common_label(probs, votes))
            answer["label_model"]["scores"] = dataclasses.asdict(scores)
    copies = near_copies(votes)
    answer["near_copies"] = [dataclasses.asdict(group) for group in copies]
    answer["faults"] = [dataclasses.asdict(fault) for fault in votes.faults]
    if as_json:
        _print_json(answer)
        return
    console.out.print(console.lfs(summary))
    console.out.print(
        f"{coverage.covered} of {coverage.rows} texts have a vote ({coverage.share:.1%}), "
        f"{coverage.overlapping} more than one, {coverage.conflicting} votes for different labels.\n"
    )
    for group in copies:
        console.out.print(f"Near-copies, worth one LF: {group}", markup=False)
    if gold is None and (named := [name for name in ("val", "test") if getattr(full.data, name)]):
        console.out.print(
            f"The pool has no gold labels; to compare with some, add --data {' or --data '.join(named)}.\n"
        )
    if coverage.covered:
        console.out.print(console.counts("Labels the label model gives", answer["label_model"]["by_label"]))
        console.out.print(console.counts("Its confidence on covered texts", answer["label_model"]["by_confidence"]))
        console.out.print(console.trade_off(answer["label_model"]))
        if leave_out:
            console.out.print(console.left_out(answer["leave_one_out"]))
        for note in answer["label_model"]["notes"]:
            console.out.print(f"Note: label model: {note}.", highlight=False, markup=False)
        if why is not None:
            console.out.print(console.why(why, answer["why"]))
        covered = answer["label_model"].get("scores", {}).get("covered")
        if covered:
            console.out.print(
                f"Label model on the {covered['rows']} covered texts with gold: accuracy {covered['accuracy']:.3f}, "
                f"macro F1 {covered['macro_f1']:.3f}"
            )
    _print_faults(votes.faults)


@app.command("test-lfs")
def check_lfs(pipeline: PipelineFile, set_: Set = None, as_json: Json = False) -> None:
    """Run the texts in the LFs' `expects`; exits with 1 if one gets another vote."""
    from labelfns.analysis.expectations import expectations
    from labelfns.lfs.lf_file import load_lfs
    from labelfns.pipelines.run.settings import load_settings

    from . import console

    settings = load_settings(pipeline, set_ or [])
    lfs = load_lfs(Path(settings.lfs.file), settings.data.labels)
    cases = expectations(lfs)
    failures = [failure for case in cases if (failure := case.failure())]
    without = [lf.name for lf in lfs if not lf.expects]
    if as_json:
        _print_json({"texts": len(cases), "failures": failures, "lfs_without_expects": without})
    else:
        for failure in failures:
            console.out.print(failure + "\n", markup=False, highlight=False, soft_wrap=True)
        console.out.print(f"{len(cases) - len(failures)} of {len(cases)} texts get the vote they must get.")
        if without:
            console.out.print(f"Without `expects`: {', '.join(without)}", markup=False)
    if failures:
        raise typer.Exit(1)


@app.command()
def suggest(
    pipeline: PipelineFile,
    n: Annotated[int, typer.Option(help="How many, by class where gold labels are known.", min=1)] = 20,
    at_least: Annotated[int, typer.Option(help="On how many texts a word must stand.", min=1)] = 5,
    min_z: Annotated[float, typer.Option(help="How far a word must stand out: the least z, more than 0.")] = 2.0,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """List words, hashtags and emoji worth an LF: those that stand out where the LFs are silent or disagree.

    With gold labels in the pool, or else in val, they are told by class. The test set is not read.

    z says how sure it is that a word stands out: how many standard errors its log-odds on these texts are above those
    on the others. A word that stands everywhere is near 0; one word in forty reaches 2 by chance, one in thirty
    thousand 4.
    """
    from labelfns.analysis.suggest import suggest as find
    from labelfns.pipelines.run.inputs import Inputs
    from labelfns.pipelines.run.settings import load_settings

    from . import console

    settings = load_settings(pipeline, set_ or [])
    inputs = Inputs.read(dataclasses.replace(settings, data=dataclasses.replace(settings.data, test=None)))
    with console.bars() as progress:
        votes = inputs.lfs.apply(inputs.pool.texts, on_error=settings.lfs.on_error, progress=progress)
    known = inputs.pool if inputs.pool.gold is not None else inputs.sets.get("val")
    labelled = None if known is None or known.gold is None else (known.texts, known.gold)
    found = find(inputs.pool.texts, votes, labeled=labelled, lfs=inputs.lfs, n=n, at_least=at_least, min_z=min_z)
    if as_json:
        _print_json([{**dataclasses.asdict(one), "line": one.line} for one in found])
        return
    for one in found:
        console.out.print(f"{one.line}  # {one.rows} texts, z {one.z:.1f}", markup=False, soft_wrap=True)
        for text in one.examples:
            console.out.print(f"    {text[:110]}", style="dim", markup=False, soft_wrap=True)
    if not found:
        console.out.print("Nothing stands out so far on so many texts; lower --min-z or --at-least.")


@app.command()
def predict(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a folder with a model.")],
    data: Annotated[str, typer.Argument(metavar="DATA", help="Texts: a file, hub:..., or - for a text a line.")],
    output: Annotated[Path | None, typer.Option(help="A .jsonl, .csv or .parquet file; by default printed.")] = None,
    text: Annotated[str, typer.Option(help="The column of texts.")] = "text",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Label texts with a run's model; a row an input row: text, label, confidence, a probability a class."""
    import polars as pl

    from labelfns.checks import check_texts
    from labelfns.io.read import read_texts
    from labelfns.models import TransformerClassifier

    from . import console

    if output is not None:
        if output.exists() and not overwrite:
            raise InputError(f"{output} exists; name another --output, or add --overwrite to replace it")
        if output.suffix not in (".jsonl", ".csv", ".parquet"):
            raise InputError(f"--output {output}: its name must end in .jsonl, .csv or .parquet")
    model_folder = run_folder / "model" if (run_folder / "model").is_dir() else run_folder
    classifier = TransformerClassifier.from_pretrained(model_folder)
    if data == "-":
        try:
            texts = check_texts(sys.stdin.buffer.read().decode("utf-8-sig").splitlines())
        except UnicodeDecodeError as error:
            raise InputError(f"standard input is not UTF-8 at byte {error.start}; convert it to UTF-8") from error
    else:
        texts = read_texts(data, text=text, gold="", labels=classifier.classes_).texts
    with console.bars() as progress:
        probs = classifier.predict_proba(texts, progress=progress)
    frame = pl.DataFrame(
        {
            "text": texts,
            "label": [classifier.classes_[c] for c in probs.argmax(axis=1)],
            "confidence": probs.max(axis=1),
            **{f"p_{name}": probs[:, c] for c, name in enumerate(classifier.classes_)},
        }
    )
    if output is None:
        sys.stdout.write(frame.write_ndjson())
    elif output.suffix == ".jsonl":
        frame.write_ndjson(output)
    elif output.suffix == ".csv":
        frame.write_csv(output)
    else:
        frame.write_parquet(output)


@app.command()
def report(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")],
) -> None:
    """Write the report of a finished run again, from its metrics.json."""
    from labelfns.pipelines.report.pages import write_report
    from labelfns.pipelines.run.folder import RunFolder

    from . import console

    console.out.print(str(write_report(run_folder, RunFolder(run_folder).read_metrics())))


def main() -> None:
    """Run the command line; an error that the user can mend is one message and exit code 2."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        app()
    except LabelFnsError as error:
        sys.stderr.write(f"labelfns: {error}\n")
        raise SystemExit(2) from None


def _run(
    pipeline: Path,
    output: Path | None,
    overwrite: bool,
    overrides: list[str] | None,
    as_json: bool,
    *,
    resume: bool = False,
) -> None:
    from labelfns.models.transformer import distributed as parallel
    from labelfns.pipelines.run.folder import RunFolder, latest, next_free
    from labelfns.pipelines.run.run import run_pipeline
    from labelfns.pipelines.run.settings import load_settings

    from . import console

    settings = load_settings(pipeline, overrides or [])
    parallel.start(settings.classifier)
    name = pipeline.resolve().parent.name if pipeline.stem == "pipeline" else pipeline.stem
    folder = parallel.agreed(output or (latest if resume else next_free)(Path("runs"), name))
    complete = resume and RunFolder(folder).complete
    with console.bars() as progress:
        metrics = run_pipeline(settings, folder, overwrite=overwrite, resume=resume, progress=progress)
    if not parallel.is_main():
        return
    if complete:
        console.err.print(
            f"{folder} is complete: nothing was left to do.", markup=False, highlight=False, soft_wrap=True
        )
    if as_json:
        _print_json({"run": str(folder), **metrics})
        return
    coverage, sure = metrics["coverage"], metrics["label_model"]["by_label"]
    console.out.print(
        f"{coverage['covered']} of {coverage['rows']} texts have a vote; the label model leaves {sure['(uncovered)']} "
        f"without and {sure['(tie)']} tied.\n"
    )
    console.out.print(console.rounds(metrics))
    table = console.results(metrics)
    if table is not None:
        console.out.print(table)
    console.out.print(f"Kept: round {metrics['best_round']}. {metrics['rule']}")
    for note in metrics["label_model"]["notes"]:
        console.out.print(f"Note: label model: {note}.", markup=False, highlight=False)
    for warning in metrics["warnings"]:
        console.out.print(f"Warning: {warning}", style="yellow", markup=False)
    console.out.print(
        f"\nRun folder: {folder}\n  report   {folder / 'report.html'}\n  model    {folder / 'model'}\n"
        f"Label more texts: labelfns predict {folder} FILE",
        soft_wrap=True,
        highlight=False,
    )


def _on_pool(settings: "PipelineSettings", pool: str | None) -> "PipelineSettings":
    """Return the settings with other texts for the pool, or its own, and without val and test."""
    from labelfns.io.read import is_hub

    data = settings.data
    if pool in ("val", "test"):
        pool = getattr(data, pool) or pool
    source = data.pool if pool is None else pool if is_hub(pool) else str(Path(pool).absolute())
    return dataclasses.replace(settings, data=dataclasses.replace(data, pool=source, val=None, test=None))


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _print_faults(faults: Any) -> None:
    from . import console

    for fault in faults:
        console.out.print(f"Warning: {fault}", style="yellow", markup=False)
        console.out.print(fault.traceback, style="dim", markup=False)
