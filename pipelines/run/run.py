"""One run, from settings to a run folder: `prepare`, `train`, `publish`."""

import dataclasses
import warnings
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any
from warnings import catch_warnings

import numpy as np

from labelfns.analysis.coverage import Coverage
from labelfns.errors import InputError, LabelFnsWarning, WriteError
from labelfns.models import MajorityVote
from labelfns.models.label_models.base import decide
from labelfns.models.transformer import distributed
from labelfns.pipelines.few_gold import Refined
from labelfns.progress import Bar, Progress, silent

from .folder import RunFolder
from .inputs import Inputs, input_paths, made_from, versions
from .inputs import read_texts as read_texts
from .metrics import LabelCoverage, baseline
from .metrics import warnings as cautions
from .settings import PipelineSettings
from .training import Plan, Trained, prepare, timed, train

RULE = (
    "A later round replaces an earlier one only if it is judged better by more than a standard error. Judged: mean "
    "recall over classes against the LFs' labels, on covered texts that no round trained on, with the words that made "
    "LFs fire hidden. No gold is used."
)
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
        raise InputError("a run is either replaced or gone on with: choose one of overwrite and resume")
    distributed.start(settings.classifier)
    main, seconds = distributed.is_main(), dict[str, float]()
    show = progress or Bar() if main else silent
    folder, paths = RunFolder(Path(output)), [*input_paths(settings), *keep]
    if main:
        folder.recover()
        folder.check(overwrite=overwrite, resume=resume, inputs=paths)
    begun = distributed.agreed(folder.begun and not overwrite)
    with timed(seconds, "reading"):
        inputs = Inputs.read(settings)
    known = folder.read_votes if begun else None
    with timed(seconds, "applying LFs"), catch_warnings(action="ignore", category=LabelFnsWarning):
        # What LFs raise is in their votes, and so in the warnings of the metrics.
        prepared = prepare(inputs, Plan.of(settings), votes=known, seconds=seconds, progress=show)
    if main:
        folder.check(overwrite=overwrite, resume=resume, inputs=paths)  # that may have taken long
    with folder.locked(replace=overwrite) if main else nullcontext():
        if main:
            origin = made_from(settings, inputs, prepared.cues["pool"], processes=distributed.processes())
            if begun:
                folder.check_same(settings, origin)
            else:
                folder.begin(settings, origin, prepared.votes["pool"])
        distributed.wait()
        if folder.complete:
            metrics = folder.read_metrics()
            return metrics if not main or folder.reported else report(folder, metrics)
        trained = train(
            prepared,
            on_round=lambda done: folder.write_round(done, inputs.lfs.labels) if main else None,
            done=folder.read_rounds(prepared.votes["pool"], settings.classifier),
            checkpoints=folder.checkpoints,
            progress=show,
        )
        if main:
            publish(trained, settings, folder)
        distributed.wait()
    return folder.read_metrics()


def publish(trained: Trained, settings: PipelineSettings, folder: RunFolder) -> dict[str, Any]:
    """Write what came of a run: weak labels, the kept model, metrics, last the report; return the metrics."""
    folder.write_weak_labels(trained.prepared.votes["pool"], trained.result.weak_labels)
    folder.write_best(trained.result.best, trained.refined)
    metrics = _metrics(trained, settings)
    folder.write_metrics(metrics)
    return report(folder, metrics)


def report(folder: RunFolder, metrics: dict[str, Any]) -> dict[str, Any]:
    """Write the report of a complete run, or say in a warning, and in the metrics, why there is none.

    Returns
    -------
    dict
        The metrics, as they are in the folder then.
    """
    notes = [note for note in metrics["warnings"] if not note.startswith(NO_REPORT)]
    try:
        from labelfns.pipelines.report.pages import write_report

        write_report(folder.path, metrics | {"warnings": notes})
    except Exception as error:  # of many kinds: templates, plots, fonts, the disk
        notes.append(f"{NO_REPORT} ({type(error).__name__}: {error}); the run is complete without it")
        warnings.warn(notes[-1], LabelFnsWarning, stacklevel=2)
    if notes != metrics["warnings"]:
        metrics = metrics | {"warnings": notes}
        with suppress(WriteError):  # the disk may be full, and the metrics without this note are there
            folder.write_metrics(metrics)
    return metrics


def _metrics(trained: Trained, settings: PipelineSettings) -> dict[str, Any]:
    prepared, result, refined = trained.prepared, trained.result, trained.refined
    inputs, votes, labelled = prepared.inputs, prepared.votes, prepared.labelled
    pool = votes["pool"]
    majority, baselines = MajorityVote().fit(pool), {}
    for kind, model, on_pool in (
        ("majority_vote", majority, majority.predict_proba(pool)),
        ("label_model", trained.label_model, result.weak_labels),
    ):
        answers = decide(on_pool, pool.covered)
        most_common = int(np.bincount(answers[answers >= 0], minlength=pool.n_labels).argmax())
        baselines[kind] = {
            name: baseline(model, votes[name], data.gold, most_common) for name, data in labelled.items()
        }
    return {
        "versions": versions(),
        "labels": list(pool.labels),
        "seed": settings.seed,
        "backbone": settings.classifier.backbone,
        "data": {
            name: {"source": getattr(settings.data, name), "rows": len(data.texts)}
            for name, data in inputs.sets.items()
        },
        "gold_rows": _gold_rows(inputs, refined),
        "little_gold": trained.few_gold_figures,
        "coverage": dataclasses.asdict(Coverage.of(pool)),
        "label_model": {
            "kind": settings.label_model.kind,
            "notes": list(trained.label_model.notes_),
            **vars(LabelCoverage.of(result.weak_labels, pool)),
        },
        "lfs": pool.summary(inputs.pool.gold).to_dicts(),
        "faults": [{"set": name, **dataclasses.asdict(fault)} for name, one in votes.items() for fault in one.faults],
        "baselines": {
            kind: {name: dataclasses.asdict(one) for name, one in by_set.items()} for kind, by_set in baselines.items()
        },
        "rounds": [dataclasses.asdict(done.ledger) for done in result.rounds],
        "best_round": result.best.ledger.round,
        "stopped": result.stopped,
        "rule": RULE if result.best.ledger.judged is not None else "The last round is kept: self_training.judges is 0.",
        "warnings": cautions(votes, result.rounds, result.best, baselines),
        "seconds": {name: round(value, 1) for name, value in prepared.seconds.items()},
    }


def _gold_rows(inputs: Inputs, refined: Refined | None) -> dict[str, dict[str, Any]]:
    """Return how many gold rows there were and what each was used for; rounds neither train on nor choose by any."""
    uses = {"pool": "figures in the ledgers and the LF table", "val": "figures", "test": "figures"}
    counts = {name: int(np.sum(data.gold >= 0)) for name, data in inputs.sets.items() if data.gold is not None}
    training = {"rows": 0, "used_for": "nothing"}
    if refined is not None:
        further = "further training, kept as it helped on held-out folds" if refined.figures.trained_further else ""
        calibrated = "calibration" if refined.classifier.adjustable else ""
        uses["few_gold"] = "; ".join(filter(None, [further, calibrated, "the baseline on gold alone"]))
        training = {"rows": refined.figures.rows, "used_for": uses["few_gold"]}
    return {
        "training": training,
        "choice of round": {"rows": 0, "used_for": "nothing"},
        **{name: {"rows": count, "used_for": uses[name]} for name, count in counts.items()},
    }
