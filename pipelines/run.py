"""One run, from settings to a run folder.

May import: `labelfns`, `labelfns.models` and siblings.
"""

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import labelfns
from labelfns.analysis import Coverage
from labelfns.lfset import LFSet
from labelfns.models import BaseLabelModel, MajorityVote, TransformerClassifier
from labelfns.models.backbones import load_backbone
from labelfns.progress import Bar, Progress
from labelfns.votes import Votes

from .figures import Baseline, LabelCoverage, baseline, most_common_label, warnings
from .lf_file import load_lfs
from .reading import Texts, read_texts
from .report import write_report
from .run_folder import RunFolder
from .self_training import Labelled, SelfTraining, SelfTrainingResult, check_trainable
from .settings import PipelineSettings

RULE = (
    "the round whose model agrees best (mean recall over classes) with the LFs' labels on covered rows that no round "
    "trained on, the words that made LFs fire hidden; no gold label is used"
)


@dataclass(frozen=True)
class Inputs:
    """What a pipeline starts from: its LFs and its texts, read and checked.

    Parameters
    ----------
    lfs
        The LFs.
    pool
        The texts to label.
    labelled
        The sets with gold, ``val`` and ``test`` where the pipeline has them.
    """

    lfs: LFSet
    pool: Texts
    labelled: dict[str, Texts]

    @classmethod
    def read(cls, settings: PipelineSettings) -> "Inputs":
        """Load LFs and texts.

        Raises
        ------
        LabelFnsError
            If a file is missing or malformed, or an LF is not right.
        """
        data = settings.data

        def read(source: str, *, need_gold: bool) -> Texts:
            return read_texts(source, text=data.text, gold=data.gold, labels=data.labels, need_gold=need_gold)

        sources = {"val": data.val, "test": data.test}
        return cls(
            lfs=load_lfs(Path(settings.lfs.file), data.labels),
            pool=read(data.pool, need_gold=False),
            labelled={name: read(source, need_gold=True) for name, source in sources.items() if source},
        )

    def apply(self, settings: PipelineSettings, progress: Progress | None = None) -> Votes:
        """Let the LFs vote on the pool."""
        return self.lfs.apply(self.pool.texts, on_error=settings.lfs.on_error, progress=progress)


def run_pipeline(
    settings: PipelineSettings, output: Path, *, overwrite: bool = False, progress: Progress | None = None
) -> dict[str, Any]:
    """Run a pipeline and leave a run folder.

    Parameters
    ----------
    settings
        What to run.
    output
        The folder to make.
    overwrite
        Whether an earlier run's folder of that name is replaced; nothing else ever is.
    progress
        Called with what is done and how far it is; by default a bar is shown.

    Returns
    -------
    dict
        What ``metrics.json`` holds.

    Raises
    ------
    LabelFnsError
        If anything about the input is not right. Inputs are checked before an old folder is replaced.
    """
    seconds: dict[str, float] = {}
    show = progress or Bar()
    folder = RunFolder(output)
    folder.check(overwrite=overwrite)
    with _timed(seconds, "reading"):
        inputs = Inputs.read(settings)
    with _timed(seconds, "applying LFs"):
        votes = inputs.apply(settings, show)
        cues = inputs.lfs.cues(inputs.pool.texts)
    check_trainable(inputs.pool.texts, votes)
    load_backbone(settings.classifier.backbone, settings.data.labels, settings.classifier.layers)
    folder.create(settings)
    label_model = settings.label_model.build(settings.seed)
    with _timed(seconds, "label model"):
        folder.write_votes(votes, label_model.fit(votes).predict_proba(votes))
    template = TransformerClassifier(settings.classifier.backbone, settings=settings.classifier, seed=settings.seed)
    with _timed(seconds, "rounds"):
        result = SelfTraining(label_model, template, settings.self_training).run(
            inputs.pool.texts,
            votes,
            cues=cues,
            gold=inputs.pool.gold,
            labelled={
                name: Labelled(texts.texts, texts.gold)
                for name, texts in inputs.labelled.items()
                if texts.gold is not None
            },
            on_round=lambda done: folder.write_round(done, votes.labels),
            progress=show,
        )
    folder.write_best(result.best)
    metrics = _metrics(settings, inputs, votes, label_model, result, seconds)
    folder.write_metrics(metrics)
    write_report(output, metrics)
    return metrics


def _metrics(
    settings: PipelineSettings,
    inputs: Inputs,
    votes: Votes,
    label_model: BaseLabelModel,
    result: SelfTrainingResult,
    seconds: dict[str, float],
) -> dict[str, Any]:
    baselines = _baselines(inputs, votes, label_model, settings)
    rounds = [dataclasses.asdict(done.ledger) for done in result.rounds]
    return {
        "labelfns": labelfns.__version__,
        "labels": list(votes.labels),
        "seed": settings.seed,
        "backbone": settings.classifier.backbone,
        "data": {
            "pool": {"source": settings.data.pool, "rows": len(votes)},
            **{
                name: {"source": getattr(settings.data, name), "rows": len(texts.texts)}
                for name, texts in inputs.labelled.items()
            },
        },
        "gold_rows": _gold_rows(inputs),
        "coverage": dataclasses.asdict(Coverage.of(votes)),
        "label_model": {
            "kind": settings.label_model.kind,
            "notes": list(label_model.notes_),
            **vars(LabelCoverage.of(result.weak_labels, votes)),
        },
        "lfs": votes.summary(inputs.pool.gold).to_dicts(),
        "faults": [dataclasses.asdict(fault) for fault in votes.faults],
        "baselines": baselines,
        "rounds": rounds,
        "best_round": result.best.ledger.round,
        "rule": RULE if result.best.ledger.judged is not None else "the last round: self_training.judges is 0",
        "warnings": warnings(votes, result.weak_labels, result.rounds, result.best, baselines),
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
    }


def _baselines(
    inputs: Inputs, votes: Votes, label_model: BaseLabelModel, settings: PipelineSettings
) -> dict[str, dict[str, Baseline]]:
    models = {"majority_vote": MajorityVote().fit(votes), "label_model": label_model}
    on = {
        name: (inputs.lfs.apply(texts.texts, on_error=settings.lfs.on_error), texts.gold)
        for name, texts in inputs.labelled.items()
    }
    return {
        kind: {
            name: baseline(model, given, gold, most_common_label(model, votes))
            for name, (given, gold) in on.items()
            if gold is not None
        }
        for kind, model in models.items()
    }


def _gold_rows(inputs: Inputs) -> dict[str, dict[str, Any]]:
    """Tell how many gold rows there were and what each was used for; none is used to train or to choose."""
    uses = {"pool": "figures in the ledgers and the LF table", "val": "figures", "test": "figures"}
    sets = {"pool": inputs.pool, **inputs.labelled}
    counts = {name: int(np.sum(texts.gold >= 0)) for name, texts in sets.items() if texts.gold is not None}
    return {
        "training": {"rows": 0, "used_for": "nothing"},
        "choice of round": {"rows": 0, "used_for": "nothing"},
        **{name: {"rows": count, "used_for": uses[name]} for name, count in counts.items()},
    }


@contextmanager
def _timed(seconds: dict[str, float], what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[what] = time.perf_counter() - start
