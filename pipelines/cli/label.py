"""`labelfns label`: the rows most worth a gold label, as a file, and in the terminal with one key a label."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labelfns.errors import InputError

from .options import PipelineFile, Set

if TYPE_CHECKING:
    from labelfns.io.texts import Texts
    from labelfns.pipelines.gold.draw import RowsToLabel
    from labelfns.pipelines.gold.gold_file import GoldFile
    from labelfns.pipelines.run.settings import PipelineSettings

GOLD_FILE = "pool_gold.jsonl"


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
    ask: Annotated[
        bool, typer.Option("--ask/--no-ask", help="Ask for labels here, or only write the rows to the file.")
    ] = True,
    set_: Set = None,
) -> None:
    """Draw the rows most worth a gold label, and ask for their labels: one key each, u undoes, s skips, q quits.

    They are rows to which label model and classifier give different labels, of each class, and each has a weight, so
    that figures on them are those of the whole pool. Answers are saved as they come; called again, it goes on with the
    rows that wait for a label, and draws others when there are none.
    """
    from labelfns.pipelines.gold.asking import ask as ask_for
    from labelfns.pipelines.gold.asking import keys_of
    from labelfns.pipelines.gold.gold_file import GoldFile

    from . import console, inputs

    settings = inputs.settings_of(pipeline, set_)
    data = settings.data
    path = output or Path(data.pool_gold or pipeline.parent / GOLD_FILE)
    used = {f"data.{name}": getattr(data, name) for name in ("pool", "val", "test")} | {"lfs.file": settings.lfs.file}
    for name, source in used.items():
        if source is not None and Path(source).resolve() == path.resolve():
            raise InputError(f"{path} is {name}: gold rows need a file of their own; name another with --output")
    file, texts = GoldFile(path, data.text, data.gold, data.labels), inputs.texts_of(settings)
    keys = keys_of(file.labels) if ask else {}
    if file.waiting:
        console.say(f"{len(file.waiting)} rows of {path} wait for a label; others are drawn when these are done.")
    else:
        drawn = _draw(settings, texts, file, k, run)
        file.add(texts.texts, drawn)
        console.say(f"{path}: {drawn}.")
        console.say(
            f"{file.forecast(len(drawn.rows), 1 - float((drawn.weights @ drawn.wrong) / drawn.weights.sum()))}."
        )
    if ask and sys.stdin.isatty():
        legend = "  ".join([*(f"{key} {name}" for key, name in keys.items()), "u undo  s skip  q quit"])

        def show(number: int, of: int, text: str) -> None:
            console.say("", f"{number} of {of}", style="dim")
            console.block(text, "bold")
            console.say(legend, style="dim")

        answered = ask_for(file, typer.getchar, show, console.say)
        left = len(file.waiting)
        console.say("", f"{answered} labels saved in {path}, {left} rows wait for one.")
    if data.pool_gold is None and output is None:
        console.say(f'Add it to {pipeline}, under [data]: pool_gold = "{GOLD_FILE}"')
    if file.waiting:
        console.next_step("label them" if not ask else "go on", "label", pipeline, *_given(output))
    else:
        console.next_step("see how right everything is by them", "analyze", pipeline)


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
