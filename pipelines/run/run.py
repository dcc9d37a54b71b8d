"""One run, from settings to a run folder: `prepare`, `train`, `publish`."""

import dataclasses
import warnings
from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any
from warnings import catch_warnings

from labelfns.errors import InputError, LabelFnsWarning, WriteError
from labelfns.lfs.meaning.prompt import asked_for
from labelfns.models.label_models.kinds import load_label_model
from labelfns.models.transformer import distributed
from labelfns.pipelines.sharing.card import CARD, model_card
from labelfns.progress import Bar, Progress, silent
from labelfns.text.spans import Span
from labelfns.votes import Votes

from .evidence.answers import write_answers
from .evidence.pool_labels import write_pool_labels
from .folder import RunFolder
from .inputs import Inputs, compared, input_paths, made_from, versions
from .inputs import read_texts as read_texts
from .lf_copy import copied_lfs
from .metrics import run_metrics
from .saved import write_text
from .saved_predictor import LABEL_MODEL, SECOND_VIEW, save_predictor
from .settings import PipelineSettings
from .training import Plan, Prepared, Trained, prepare, timed, train

NO_REPORT = "the report could not be made"


def run_pipeline(
    settings: PipelineSettings,
    output: Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
    keep: Iterable[Path] = (),
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run a pipeline and leave a run folder.

    Started in several processes (``torchrun``, ``accelerate launch``), they share the work of training and scoring;
    the main one alone writes.

    Parameters
    ----------
    settings
        What to run.
    output
        The folder to make.
    overwrite
        Whether an earlier run's folder of that name is replaced: one that a run wrote, and that holds nothing else.
        It is removed when the new run has begun.
    resume
        Whether to resume the run in that folder, which was stopped at any moment: rounds that are done are read
        back, the next resumes from its last checkpoint, and the weights are those of an undisturbed run on the same
        machine. A run that is complete is left as it is; where there is none yet, one is begun.
    keep
        Further files that may not be inside a folder that is replaced, such as the pipeline file.
    progress
        Called with what is done and how far it is; by default a bar is shown.

    Returns
    -------
    dict
        What ``metrics.json`` holds; its ``seconds`` are those since the start, or the last ``resume``.

    Raises
    ------
    LabelFnsError
        If anything about the input is not right, the folder holds what no run wrote, another process uses it, or a run
        to resume was begun with other settings, LFs, data or versions, or is damaged. All this is checked before an
        old run is replaced.
    WriteError
        If a file cannot be written; the run can be resumed when the cause is removed.

    Warns
    -----
    LabelFnsWarning
        If the report cannot be made; the run is complete without it.
    """
    if overwrite and resume:
        raise InputError("a run is either replaced or resumed: choose one of overwrite and resume")
    distributed.start(settings.classifier)
    main, seconds = distributed.is_main(), dict[str, float]()
    show = progress or Bar() if main else silent
    folder, paths = RunFolder(Path(output)), [*input_paths(settings), *keep]
    if main:
        folder.recover(paths)
        folder.check(overwrite=overwrite, resume=resume, inputs=paths)
    begun = distributed.agreed(folder.begun and not overwrite)
    with timed(seconds, "reading"):
        inputs = Inputs.read(settings, _there(folder.path))

    def votes_of_before(cues: Sequence[Sequence[Span]]) -> Votes:
        folder.check_same(settings, made_from(settings, inputs, cues, processes=distributed.processes()))
        return dataclasses.replace(folder.read_votes(), cues=cues if len(cues) == len(inputs.pool) else None)

    with timed(seconds, "applying LFs"), catch_warnings(action="ignore", category=LabelFnsWarning):
        # What LFs raise is in their votes, and so in the warnings of the metrics.
        prepared = prepare(
            inputs, Plan.of(settings), votes=votes_of_before if begun else None, seconds=seconds, progress=show
        )
    if main:
        folder.check(overwrite=overwrite, resume=resume, inputs=paths)  # that may have taken long
    with folder.locked(replace=overwrite) if main else nullcontext():
        if main and not begun:
            pool = prepared.votes["pool"]
            cues = [] if pool.cues is None else [pool.cues[i] for i in compared(inputs.pool).tolist()]
            origin = made_from(settings, inputs, cues, processes=distributed.processes())
            folder.begin(settings, origin, inputs.lfs, pool)
        distributed.wait()
        if folder.complete:
            metrics = folder.read_metrics()
            return metrics if not main or folder.reported else report(folder, metrics, prepared)
        trained = train(
            prepared,
            on_round=lambda done: folder.write_round(done, inputs.lfs.labels, inputs.pool.fields) if main else None,
            done=folder.read_rounds(prepared.votes["pool"], settings.classifier),
            checkpoints=folder.checkpoints,
            progress=show,
        )
        if trained.result.rows is not None and settings.prediction.label_pool:
            with timed(prepared.seconds, "labeling the pool"):
                of_pool = prepared.votes["pool"], trained.result.weak_labels, trained.predictor
                write_pool_labels(folder.path, inputs.pool, *of_pool, progress=show)
        if main:
            publish(trained, settings, folder)
        distributed.wait()
    return folder.read_metrics()


def _there(path: Path) -> Path:
    """Return the folder nearest to a path that is there."""
    return next(parent for parent in path.parents if parent.is_dir())


def publish(trained: Trained, settings: PipelineSettings, folder: RunFolder) -> dict[str, Any]:
    """Write what came of a run: weak labels, the kept model, metrics, last the report; return the metrics."""
    prepared = trained.prepared
    pool = prepared.inputs.pool
    folder.write_weak_labels(prepared.votes["pool"], trained.result.weak_labels, pool)
    folder.write_best(trained.result.best, trained.few_gold)
    folder.make_room(SECOND_VIEW)
    together = {name: given.probs for name, given in trained.answers.items()}
    write_answers(folder.path, prepared.votes["pool"].labels, trained.weak, together)
    save_predictor(folder.path, trained.predictor, lf_source=prepared.inputs.lfs.source, options=prepared.plan.options)
    metrics = run_metrics(
        settings=settings,
        sets=prepared.inputs.sets,
        votes=prepared.votes,
        label_model=trained.label_model,
        weak=trained.weak,
        result=trained.result,
        few_gold_result=trained.few_gold,
        predictor=trained.predictor_metrics,
        evaluation=trained.evaluation,
        seconds=prepared.seconds,
        labeled=prepared.labeled,
        versions=versions(),
    ).to_json() | {"asked": asked_for(prepared.inputs.lfs)}
    folder.write_metrics(metrics)
    return report(folder, metrics, prepared)


def report(folder: RunFolder, metrics: dict[str, Any], prepared: Prepared) -> dict[str, Any]:
    """Write card and report of a complete run, or say in a warning, and in the metrics, why there is no report.

    Returns
    -------
    dict
        The metrics, as they are in the folder then.
    """
    before = list(metrics["warnings"])
    notes = [note for note in before if not note.startswith(NO_REPORT)]
    try:
        from labelfns.pipelines.report.pages import write_report

        from .evidence.read import run_evidence

        inputs = prepared.inputs
        write_card(folder, metrics | {"warnings": notes})
        evidence = run_evidence(folder, metrics, lfs=inputs.lfs, sets=inputs.sets, votes=prepared.votes)
        write_report(folder.path, metrics | {"warnings": notes}, evidence)
    except Exception as error:  # of many kinds: templates, the users' own LFs, the disk
        notes.append(f"{NO_REPORT} ({type(error).__name__}: {error}); the run is complete without it")
        warnings.warn(notes[-1], LabelFnsWarning, stacklevel=2)
    if notes != before:
        metrics = metrics | {"warnings": notes}
        with suppress(WriteError):  # the disk may be full, and the metrics without this note are there
            folder.write_metrics(metrics)
    return metrics


def write_card(folder: RunFolder, metrics: dict[str, Any]) -> None:
    """Write the card of the run's model, beside it."""
    label_model, lfs = load_label_model(folder.path / LABEL_MODEL), copied_lfs(folder.path)
    card = model_card(metrics, metrics["labels"], label_model, lfs="" if lfs is None else lfs.name)
    write_text(folder.path / "model" / CARD, card)
