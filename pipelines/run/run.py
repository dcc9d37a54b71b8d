"""One run, from settings to a run folder."""

import dataclasses
import hashlib
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np

from labelfns.analysis.coverage import Coverage
from labelfns.engine.options import OnError
from labelfns.errors import InputError, LabelFnsWarning
from labelfns.io.reading import Texts
from labelfns.io.reading import read_texts as read_texts
from labelfns.lfs.lf_file import load_lfs
from labelfns.lfset import LFSet
from labelfns.models import BaseLabelModel, MajorityVote, TransformerClassifier
from labelfns.models.transformer import distributed as parallel
from labelfns.models.transformer.backbone import load_backbone
from labelfns.pipelines.few_gold import Refined, check_few_gold, refine
from labelfns.pipelines.report.pages import write_report
from labelfns.pipelines.self_training.ledger import Labelled, SelfTrainingResult
from labelfns.pipelines.self_training.loop import SelfTraining, check_trainable
from labelfns.progress import Bar, Progress, silent
from labelfns.text.tokens import Span
from labelfns.votes import Votes

from .folder import RunFolder
from .metrics import LabelCoverage, baseline, most_common_label, warnings
from .settings import PipelineSettings

RULE = (
    "A later round replaces an earlier one only if it is judged better by more than a standard error. Judged: mean "
    "recall over classes against the LFs' labels, on covered texts that no round trained on, with the words that made "
    "LFs fire hidden. No gold is used."
)


@dataclass(frozen=True)
class Inputs:
    """What a pipeline starts from: its LFs and its texts, read and checked.

    Parameters
    ----------
    lfs
        The LFs.
    sets
        The texts: ``pool``, and ``val``, ``test`` and ``few_gold``, which have gold, where the pipeline names them.
    """

    lfs: LFSet
    sets: dict[str, Texts]

    @classmethod
    def read(cls, settings: PipelineSettings) -> "Inputs":
        """Load LFs and texts.

        Raises
        ------
        LabelFnsError
            If a file is missing or malformed, or an LF is not right.
        """
        data = settings.data
        lfs = load_lfs(Path(settings.lfs.file), data.labels)
        sources = {"pool": data.pool, "val": data.val, "test": data.test, "few_gold": data.few_gold}
        sets = {
            name: read_texts(source, text=data.text, gold=data.gold, labels=data.labels, need_gold=name != "pool")
            for name, source in sources.items()
            if source is not None
        }
        return cls(lfs, sets)

    @property
    def pool(self) -> Texts:
        """The texts to label."""
        return self.sets["pool"]

    @cached_property
    def labelled(self) -> dict[str, Labelled]:
        """The sets with gold to report figures on."""
        return {
            name: Labelled(found.texts, found.gold, self.lfs.cues(found.texts))
            for name, found in self.sets.items()
            if name in ("val", "test") and found.gold is not None
        }

    def apply(
        self, on_error: OnError, progress: Progress | None = None, *, but: Collection[str] = ()
    ) -> dict[str, Votes]:
        """Let the LFs vote on every set but those named; gold rows to train with need no votes."""
        with catch_warnings():
            simplefilter("ignore", LabelFnsWarning)  # what LFs raised is in the answer, and in the run's own warnings
            return {
                name: self.lfs.apply(found.texts, on_error=on_error, progress=progress)
                for name, found in self.sets.items()
                if name not in {"few_gold", *but}
            }


def run_pipeline(
    settings: PipelineSettings,
    output: Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
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
        Whether an earlier run's folder of that name is replaced; nothing else ever is.
    resume
        Whether to go on with the run in that folder, which was stopped at any moment: rounds that are done are read
        back, the next goes on from its last checkpoint, and the weights are those of an undisturbed run on the same
        machine. A run that is complete is left as it is; where there is none yet, one is begun.
    progress
        Called with what is done and how far it is; by default a bar is shown.

    Returns
    -------
    dict
        What ``metrics.json`` holds; its ``seconds`` are those since the start, or the last ``resume``.

    Raises
    ------
    LabelFnsError
        If anything about the input is not right, another process uses the folder, or a run to go on with was begun
        with other settings, LFs, data or versions. Inputs are checked before an old folder is replaced.
    WriteError
        If a file cannot be written; the run can go on when the cause is mended.
    """
    if overwrite and resume:
        raise InputError("a run is either replaced or gone on with: choose one of overwrite and resume")
    parallel.start(settings.classifier)
    seconds: dict[str, float] = {}
    show = progress or Bar() if parallel.is_main() else silent
    folder = RunFolder(output)
    folder.check(overwrite=overwrite, resume=resume)
    with _timed(seconds, "reading"):
        inputs = Inputs.read(settings)
    with _timed(seconds, "applying LFs"):
        cues = inputs.lfs.cues(inputs.pool.texts)
    load_backbone(settings.classifier.backbone, settings.data.labels, settings.classifier.layers)
    few = inputs.sets.get("few_gold")
    if few is not None:
        check_few_gold(few.gold, settings.data.labels)
    fresh = overwrite or not folder.begun
    with ExitStack() as stack:
        if parallel.is_main():
            with _timed(seconds, "applying LFs"):
                votes = inputs.apply(settings.lfs.on_error, show, but=() if fresh else ("pool",))
            if fresh:
                check_trainable(inputs.pool.texts, votes["pool"])
            stack.enter_context(folder.locked())
            if fresh:
                folder.check(overwrite=overwrite, resume=resume and not folder.begun)  # another may have come first
                folder.create(settings, made_from(settings, inputs, cues), votes["pool"])
            else:
                folder.check_same(settings, made_from(settings, inputs, cues))
        parallel.wait()
        if folder.complete:
            return folder.read_metrics()
        pool = folder.read_votes()
        label_model = settings.label_model.build(settings.seed)
        template = TransformerClassifier(settings.classifier.backbone, settings=settings.classifier, seed=settings.seed)
        with _timed(seconds, "label model and rounds"):
            result = SelfTraining(label_model, template, settings.self_training).run(
                inputs.pool.texts,
                pool,
                cues=cues,
                gold=inputs.pool.gold,
                labelled=inputs.labelled,
                on_round=lambda done: folder.write_round(done, pool.labels) if parallel.is_main() else None,
                done=folder.read_rounds(pool.labels, settings.classifier),
                checkpoints=folder.checkpoints,
                progress=show,
            )
        refined = None
        if few is not None and few.gold is not None:
            with _timed(seconds, "little gold"):
                shares = settings.self_training.class_shares or result.best.predicted.mean(axis=0)
                best = result.best.classifier
                refined = refine(best, few.texts, few.gold, shares, settings.little_gold, inputs.labelled, show)
        if parallel.is_main():
            folder.write_weak_labels(pool, result.weak_labels)
            folder.write_best(result.best, refined)
            metrics = _metrics(settings, inputs, votes | {"pool": pool}, label_model, result, refined, seconds)
            write_report(output, metrics)
            folder.write_metrics(metrics)
        parallel.wait()
    return folder.read_metrics()


def made_from(settings: PipelineSettings, inputs: Inputs, cues: Sequence[Sequence[Span]]) -> dict[str, dict[str, Any]]:
    """Return fingerprints of what a run is made from, settings apart: what may not change while it is stopped."""
    rows = {
        name: _digest((found.texts, None if found.gold is None else found.gold.tolist()))
        for name, found in inputs.sets.items()
    }
    return {
        "versions": _versions() | {"processes": parallel.processes()},
        "lfs": {
            "the LF file": _digest(Path(settings.lfs.file).read_bytes()),
            "what the LFs fire on": _digest(cues),  # they may import other files
        },
        "data": {f"the rows of data.{name}": value for name, value in rows.items()},
    }


def _digest(value: Any) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("labelfns", "snorkel", "torch", "transformers", "numpy")}


def _metrics(
    settings: PipelineSettings,
    inputs: Inputs,
    votes: dict[str, Votes],
    label_model: BaseLabelModel,
    result: SelfTrainingResult,
    refined: Refined | None,
    seconds: dict[str, float],
) -> dict[str, Any]:
    pool = votes["pool"]
    baselines = {
        kind: {
            name: baseline(model, votes[name], labelled.gold, most_common_label(model, pool))
            for name, labelled in inputs.labelled.items()
        }
        for kind, model in (("majority_vote", MajorityVote().fit(pool)), ("label_model", label_model))
    }
    return {
        "versions": _versions(),
        "labels": list(pool.labels),
        "seed": settings.seed,
        "backbone": settings.classifier.backbone,
        "data": {
            name: {"source": getattr(settings.data, name), "rows": len(found.texts)}
            for name, found in inputs.sets.items()
        },
        "gold_rows": _gold_rows(inputs, refined),
        "little_gold": None if refined is None else dataclasses.asdict(refined.figures),
        "coverage": dataclasses.asdict(Coverage.of(pool)),
        "label_model": {
            "kind": settings.label_model.kind,
            "notes": list(label_model.notes_),
            **vars(LabelCoverage.of(result.weak_labels, pool)),
        },
        "lfs": pool.summary(inputs.pool.gold).to_dicts(),
        "faults": [
            {"set": name, **dataclasses.asdict(fault)} for name, found in votes.items() for fault in found.faults
        ],
        "baselines": {
            kind: {name: dataclasses.asdict(found) for name, found in on.items()} for kind, on in baselines.items()
        },
        "rounds": [dataclasses.asdict(done.ledger) for done in result.rounds],
        "best_round": result.best.ledger.round,
        "stopped": result.stopped,
        "rule": RULE if result.best.ledger.judged is not None else "The last round is kept: self_training.judges is 0.",
        "warnings": warnings(votes, result.rounds, result.best, baselines),
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
    }


def _gold_rows(inputs: Inputs, refined: Refined | None) -> dict[str, dict[str, Any]]:
    """Tell how many gold rows there were and what each was used for; rounds neither train on any nor choose by any."""
    uses = {"pool": "figures in the ledgers and the LF table", "val": "figures", "test": "figures"}
    counts = {name: int(np.sum(found.gold >= 0)) for name, found in inputs.sets.items() if found.gold is not None}
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
