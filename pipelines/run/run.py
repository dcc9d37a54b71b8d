"""One run, from settings to a run folder: `prepare`, `train`, `publish`."""

import copy
import dataclasses
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from warnings import catch_warnings

import numpy as np

from labelfns.analysis.coverage import Coverage
from labelfns.engine.plain import OnError
from labelfns.errors import InputError, LabelFnsWarning, WriteError
from labelfns.models import BaseLabelModel, MajorityVote, TransformerClassifier
from labelfns.models.label_models.base import decide
from labelfns.models.transformer import distributed
from labelfns.pipelines.few_gold import LittleGold, Refined, check_few_gold, refine
from labelfns.pipelines.self_training.ledger import Labelled, Round, Rounds, SelfTrainingResult
from labelfns.pipelines.self_training.loop import SelfTraining, check_trainable
from labelfns.progress import Bar, Progress, silent
from labelfns.votes import Votes

from .folder import RunFolder
from .inputs import Cues, Inputs, input_paths, made_from, versions, votes_and_cues
from .inputs import read_texts as read_texts
from .metrics import LabelCoverage, baseline
from .metrics import warnings as cautions
from .settings import PipelineSettings

RULE = (
    "A later round replaces an earlier one only if it is judged better by more than a standard error. Judged: mean "
    "recall over classes against the LFs' labels, on covered texts that no round trained on, with the words that made "
    "LFs fire hidden. No gold is used."
)
NO_REPORT = "the report could not be made"


@dataclass(frozen=True, eq=False)
class Plan:
    """How inputs become a classifier.

    Parameters
    ----------
    label_model
        Turns votes into probabilities; a template, which stays as it is.
    classifier
        The classifier to fine-tune; a template too. Its seed is the run's.
    rounds
        How the rounds go.
    few_gold
        How a few gold rows are used, where there are such.
    on_error
        What an LF that raises does: ``"abstain"`` or ``"raise"``.
    """

    label_model: BaseLabelModel
    classifier: TransformerClassifier
    rounds: Rounds = field(default_factory=Rounds)
    few_gold: LittleGold = field(default_factory=LittleGold)
    on_error: OnError = "abstain"

    @classmethod
    def of(cls, settings: PipelineSettings) -> "Plan":
        """Return the plan that settings say."""
        return cls(
            settings.label_model.build(settings.seed),
            TransformerClassifier(settings.classifier.backbone, settings=settings.classifier, seed=settings.seed),
            settings.self_training,
            settings.little_gold,
            settings.lfs.on_error,
        )


@dataclass(frozen=True, eq=False)
class Prepared:
    """What is trained on: all that needs no training is done.

    Parameters
    ----------
    inputs, plan
        What it was made from.
    votes, cues
        By set, the LFs' votes, and what made them fire.
    seconds
        Wall time of each step so far; later steps add theirs.
    """

    inputs: Inputs
    plan: Plan
    votes: Mapping[str, Votes]
    cues: Mapping[str, Cues]
    seconds: dict[str, float]

    @property
    def labelled(self) -> dict[str, Labelled]:
        """The sets with gold to report figures on."""
        return {
            name: Labelled(data.texts, data.gold, self.cues[name])
            for name, data in self.inputs.voted_on.items()
            if name != "pool" and data.gold is not None
        }


@dataclass(frozen=True, eq=False)
class Trained:
    """What came of the training.

    Parameters
    ----------
    prepared
        What was trained on.
    label_model
        Fitted on the pool's votes.
    result
        The rounds.
    refined
        What a few gold rows made of the best round's model; None where there were none.
    """

    prepared: Prepared
    label_model: BaseLabelModel
    result: SelfTrainingResult
    refined: Refined | None

    @property
    def classifier(self) -> TransformerClassifier:
        """The model to keep."""
        return self.result.best.classifier if self.refined is None else self.refined.classifier

    @property
    def few_gold_figures(self) -> dict[str, Any] | None:
        """What was found on few gold rows, and done, as JSON takes it; None where there were none."""
        return None if self.refined is None else dataclasses.asdict(self.refined.figures)


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
    with _timed(seconds, "reading"):
        inputs = Inputs.read(settings)
    with _timed(seconds, "applying LFs"), catch_warnings(action="ignore", category=LabelFnsWarning):
        known = folder.read_votes if begun else None  # what LFs raise is in the votes, and in the metrics' warnings
        prepared = prepare(inputs, Plan.of(settings), votes=known, seconds=seconds, progress=show)
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


def prepare(
    inputs: Inputs,
    plan: Plan,
    *,
    votes: Callable[[], Votes] | None = None,
    seconds: dict[str, float] | None = None,
    progress: Progress,
) -> Prepared:
    """Check what can be checked before any training, and let the LFs vote, in the main process, once on each set.

    Parameters
    ----------
    inputs, plan
        What to train on, and how.
    votes
        Gives the votes on the pool where they are known: of a run that is resumed.
    seconds
        Wall time of each step so far.
    progress
        Called with what is done and how far it is.

    Raises
    ------
    InputError
        If there is no such backbone, a label has too few gold rows, no row of the pool is covered, or a label gets no
        vote.
    """
    seconds = {} if seconds is None else seconds
    check_backbone(plan.classifier, inputs.lfs.labels)
    if "few_gold" in inputs.sets:
        check_few_gold(inputs.sets["few_gold"].gold, inputs.lfs.labels)

    def voted(name: str, texts: Sequence[str]) -> tuple[Votes, Cues]:
        if name == "pool" and votes is not None:
            return votes(), inputs.lfs.cues(texts)
        return votes_and_cues(inputs.lfs, texts, plan.on_error, progress)

    answers = None
    if distributed.is_main():
        answers = {name: voted(name, data.texts) for name, data in inputs.voted_on.items()}
        if votes is None:
            check_trainable(inputs.pool.texts, answers["pool"][0])
    answers = distributed.agreed(answers)
    assert answers is not None
    votes_by_set = {name: answer[0] for name, answer in answers.items()}
    return Prepared(inputs, plan, votes_by_set, {name: answer[1] for name, answer in answers.items()}, seconds)


def train(
    prepared: Prepared,
    *,
    on_round: Callable[[Round], None] | None = None,
    done: Sequence[Round] = (),
    checkpoints: Path | None = None,
    progress: Progress,
) -> Trained:
    """Fit the label model, run all rounds, and let a few gold rows prove what they add.

    Parameters
    ----------
    prepared
        What to train on, and how.
    on_round
        Called with each round when it is done.
    done
        The first rounds of a run that is resumed, which are not done again.
    checkpoints
        A folder for checkpoints, one folder per round, from which a round that was stopped resumes.
    progress
        Called with what is done and how far it is.
    """
    inputs, plan, labelled = prepared.inputs, prepared.plan, prepared.labelled
    label_model = copy.deepcopy(plan.label_model)
    with _timed(prepared.seconds, "label model and rounds"):
        result = SelfTraining(label_model, plan.classifier, plan.rounds).run(
            inputs.pool.texts,
            prepared.votes["pool"],
            cues=prepared.cues["pool"],
            gold=inputs.pool.gold,
            labelled=labelled,
            on_round=on_round,
            done=done,
            checkpoints=checkpoints,
            progress=progress,
        )
    few, refined = inputs.sets.get("few_gold"), None
    if few is not None and few.gold is not None:
        with _timed(prepared.seconds, "little gold"):
            shares = plan.rounds.class_shares or result.best.predicted.mean(axis=0)
            best = result.best.classifier
            refined = refine(best, few.texts, few.gold, shares, plan.few_gold, labelled, progress)
    return Trained(prepared, label_model, result, refined)


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
    from labelfns.pipelines.report.pages import write_report

    notes = [note for note in metrics["warnings"] if not note.startswith(NO_REPORT)]
    try:
        write_report(folder.path, metrics | {"warnings": notes})
    except Exception as error:  # of many kinds: templates, plots, fonts, the disk
        notes.append(f"{NO_REPORT} ({type(error).__name__}: {error}); the run is complete without it")
        warnings.warn(notes[-1], LabelFnsWarning, stacklevel=2)
    if notes != metrics["warnings"]:
        metrics = metrics | {"warnings": notes}
        with suppress(WriteError):  # the disk may be full, and the metrics without this note are there
            folder.write_metrics(metrics)
    return metrics


def check_backbone(classifier: TransformerClassifier, labels: Sequence[str]) -> None:
    """Check that a classifier's backbone is there, without opening its weights.

    Raises
    ------
    InputError
        If it is not.
    """
    from labelfns.models.transformer import backbone as room

    source = str(room.embedded_folder() if classifier.backbone == room.EMBEDDED else classifier.backbone)
    if source.startswith((".", "/", "~")) and not Path(source).is_dir():
        raise InputError(f"backbone {source}: there is no such folder")
    if not Path(source).is_dir():
        room._look_up_on_hub(source)
    elif not (Path(source) / "config.json").is_file():
        raise InputError(f"backbone {source} is a folder without config.json: not a saved transformer")


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


@contextmanager
def _timed(seconds: dict[str, float], what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[what] = seconds.get(what, 0.0) + time.perf_counter() - start
