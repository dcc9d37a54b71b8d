"""`RunMetrics`: everything a run measures, the content of ``metrics.json``."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.analysis.coverage import Coverage
from labelfns.lfs.meaning.prompt import asked_for
from labelfns.models.evaluation.metrics import ClassScores
from labelfns.models.evaluation.text_precision import TextPrecision
from labelfns.models.label_models.base import BaseLabelModel
from labelfns.pipelines.prediction.evaluated import SetEvaluation
from labelfns.pipelines.prediction.metrics import PredictorMetrics
from labelfns.pipelines.self_training.judges import may_be_guess
from labelfns.pipelines.self_training.labeled import Labeled
from labelfns.pipelines.self_training.ledger import Ledger, SelfTrainingResult, with_new_names
from labelfns.votes import Probs, Votes

from .baselines import Baseline, LabelCoverage, baselines_of
from .cautions import cautions
from .inputs import versions
from .label_model_settings import notes_of

if TYPE_CHECKING:
    from labelfns.io.texts import Texts
    from labelfns.pipelines.few_gold import FewGoldMetrics, FewGoldResult

    from .settings import PipelineSettings
    from .training import Trained

JUDGED = (
    "Judged: mean recall over classes against the LFs' labels, on covered texts that no round trained on, with the "
    "words that made LFs fire hidden. No gold is used."
)
RULE = (
    "A later round replaces an earlier one only if it is judged better, on the same texts, by more than the standard "
    f"error of the difference. {JUDGED}"
)
MAY_BE_GUESS = "The judges cannot tell the round that is kept from a guess."
NO_JUDGES = "The last round is kept: no covered texts are held out to judge the rounds (judges = 0)."

_OLD_NAMES = {"little_gold": "few_gold"}
"""Keys of ``metrics.json`` as they were called in 0.1, and as they are called now."""


@dataclass(frozen=True, eq=False)
class RunMetrics:
    """Everything a run measures.

    Parameters
    ----------
    versions
        Of the packages that decide the result, by name.
    labels
        The k label names.
    seed, backbone
        As set.
    data
        For each set its ``source`` and how many ``rows`` it has.
    copies
        How many texts of the pool repeat an earlier one; see `SelfTrainingResult`.
    gold_rows
        How many gold ``rows`` of each set there were, and what they were ``used_for``.
    few_gold
        What a few gold rows did; None where there were none.
    coverage
        How much of the pool the LFs reach.
    label_model
        Its ``kind`` and ``notes``, and the fields of `LabelCoverage` on the pool.
    lfs, lfs_val
        What each LF does on the pool, and on val against its gold, as `Votes.summary` gives it; None without val.
    from_text
        What the pool's texts say of each LF (see `TextPrecision`); empty where no selection needs their vectors.
    faults
        What LFs raised, with the ``set`` on which they did.
    baselines
        ``majority_vote`` and ``label_model`` as classifiers, by labeled set.
    rounds
        The rounds' ledgers, in order.
    best_round
        Which round is kept.
    predictor
        The label model's votes and the kept classifier, answering together, beside the classifier alone.
    evaluation
        Label model and predictor by labeled set, as `labelfns.models.evaluate` has them, and one against the other.
    by_class
        Figures of the kept model by labeled set and class.
    stopped, rule
        Why the rounds ended, and how the round to keep was chosen.
    warnings
        What to know before relying on the run, one sentence each.
    seconds
        Wall time of each step.
    """

    versions: dict[str, str]
    labels: tuple[str, ...]
    seed: int
    backbone: str
    data: dict[str, dict[str, Any]]
    copies: int
    gold_rows: dict[str, dict[str, Any]]
    few_gold: "FewGoldMetrics | None"
    coverage: Coverage
    label_model: dict[str, Any]
    lfs: list[dict[str, Any]]
    lfs_val: list[dict[str, Any]] | None
    from_text: tuple[TextPrecision, ...]
    faults: list[dict[str, Any]]
    baselines: dict[str, dict[str, Baseline]]
    rounds: tuple[Ledger, ...]
    best_round: int
    predictor: PredictorMetrics
    evaluation: dict[str, SetEvaluation]
    by_class: dict[str, dict[str, ClassScores]]
    stopped: str
    rule: str
    warnings: tuple[str, ...]
    seconds: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the metrics as JSON takes them."""
        return dataclasses.asdict(self)


def run_metrics(
    *,
    settings: "PipelineSettings",
    sets: "Mapping[str, Texts]",
    votes: Mapping[str, Votes],
    label_model: BaseLabelModel,
    weak: Mapping[str, Probs],
    result: SelfTrainingResult,
    few_gold_result: "FewGoldResult | None",
    predictor: PredictorMetrics,
    evaluation: Mapping[str, SetEvaluation],
    seconds: Mapping[str, float],
    labeled: Mapping[str, Labeled],
    versions: Mapping[str, str],
) -> RunMetrics:
    """Measure a run.

    Parameters
    ----------
    settings
        The run's settings.
    sets
        Its texts: ``pool``, and ``val``, ``test`` and ``few_gold`` where there are such.
    votes
        The LFs' votes on the pool and on each labeled set.
    label_model
        The label model, fitted on the pool's votes.
    weak
        Its probabilities of each labeled set.
    result
        The rounds.
    few_gold_result
        What a few gold rows made of the best round's model; None where there were none.
    predictor, evaluation
        How right LFs and classifier together are, and by labeled set what this is worth.
    seconds
        Wall time of each step.
    labeled
        The sets with gold on which figures are reported: ``val`` and ``test``, where there are such.
    versions
        Of the packages that decide the result, by name.
    """
    pool, best, few = votes["pool"], result.best, few_gold_result
    labels = {name: data.gold_ids(pool.labels) for name, data in labeled.items()}
    baselines = baselines_of(weak, result.weak_labels, votes, labels)
    scores = best.ledger.scores if few is None else few.metrics.refined
    return RunMetrics(
        versions=dict(versions),
        labels=pool.labels,
        seed=settings.seed,
        backbone=settings.classifier.backbone,
        data={name: {"source": getattr(settings.data, name), "rows": len(data.texts)} for name, data in sets.items()},
        copies=result.copies,
        gold_rows=_gold_rows(sets, few, selected=any(done.ledger.promise for done in result.rounds)),
        few_gold=None if few is None else few.metrics,
        coverage=Coverage.of(pool),
        label_model={
            "kind": settings.label_model.kind,
            "notes": notes_of(label_model, few_gold=few is not None),
            **vars(LabelCoverage.of(result.weak_labels, pool)),
        },
        lfs=pool.summary(sets["pool"].gold).to_dicts(),
        lfs_val=votes["val"].summary(labeled["val"].gold).to_dicts() if "val" in labeled else None,
        from_text=result.from_text,
        faults=[{"set": name, **vars(fault)} for name, of_set in votes.items() for fault in of_set.faults],
        baselines=baselines,
        rounds=tuple(done.ledger for done in result.rounds),
        best_round=best.ledger.round,
        predictor=predictor,
        evaluation=dict(evaluation),
        by_class={name: dict(zip(pool.labels, figures.by_class, strict=True)) for name, figures in scores.items()},
        stopped=result.stopped,
        rule=chosen_by(best.ledger, len(result.rounds)),
        warnings=tuple(cautions(votes, result.rounds, best, baselines, sets)),
        seconds={name: round(value, 1) for name, value in seconds.items()},
    )


def chosen_by(kept: Ledger, rounds: int) -> str:
    """Say how the round that is kept was chosen among those there are, and how much that says."""
    several = rounds > 1
    if kept.judged is None:
        return NO_JUDGES if several else ""
    rule = RULE if several else JUDGED
    return f"{MAY_BE_GUESS} {rule}" if may_be_guess(vars(kept)) else rule


def facts(trained: "Trained") -> dict[str, Any]:
    """Return what a pipeline says of its fit, as JSON takes it, under the names that ``metrics.json`` has for it."""
    votes, result, inputs = trained.prepared.votes["pool"], trained.result, trained.prepared.inputs
    gold = {name: data.gold_ids(votes.labels) for name, data in trained.prepared.labeled.items()}
    baselines = baselines_of(trained.weak, result.weak_labels, trained.prepared.votes, gold)
    return {
        "versions": versions(),
        "backbone": str(trained.prepared.plan.classifier.backbone),
        "data": {name: {"rows": len(data.texts)} for name, data in inputs.sets.items()},
        "gold_rows": _gold_rows(
            inputs.sets, trained.few_gold, selected=any(done.ledger.promise for done in result.rounds)
        ),
        "lfs": votes.summary(inputs.pool.gold).to_dicts(),
        "coverage": dataclasses.asdict(Coverage.of(votes)),
        "baselines": {
            kind: {name: dataclasses.asdict(one) for name, one in by_set.items()} for kind, by_set in baselines.items()
        },
        "rounds": [dataclasses.asdict(done.ledger) for done in result.rounds],
        "best_round": result.best.ledger.round,
        "stopped": result.stopped,
        "few_gold": trained.few_gold_metrics,
        "predictor": dataclasses.asdict(trained.predictor_metrics),
        "evaluation": {name: dataclasses.asdict(one) for name, one in trained.evaluation.items()},
        "asked": asked_for(inputs.lfs),
    }


def read_old_metrics(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a ``metrics.json``, of this version or of 0.1, with the names of this version.

    What 0.1 did not measure is empty.
    """
    new: dict[str, Any] = {
        "copies": 0,
        "lfs_val": None,
        "from_text": (),
        "by_class": {},
        "few_gold": None,
        "predictor": None,
        "evaluation": {},
    }
    renamed = new | {_OLD_NAMES.get(name, name): value for name, value in metrics.items()}
    return renamed | {"rounds": [with_new_names(ledger) for ledger in metrics["rounds"]]}


_WEIGHED = "the votes' weight, the second view where there is one, how sure LFs and classifier are together"


def _gold_rows(
    sets: "Mapping[str, Texts]", few: "FewGoldResult | None", *, selected: bool
) -> dict[str, dict[str, Any]]:
    """Return how many gold rows there were and what each was used for; no round trains on any or is chosen by any."""
    uses = {"pool": "figures", "val": "figures", "test": "figures"}
    counts = {name: int(np.sum(data.gold >= 0)) for name, data in sets.items() if data.gold is not None}
    training = {"rows": 0, "used_for": "nothing"}
    if few is not None:
        further = "further training, kept as it helped on held-out folds" if few.metrics.trained_further else ""
        calibrated = "calibration" if few.classifier.adjustable else ""
        trusted = "the choice of rows to train on" if selected else ""
        all_uses = [trusted, further, calibrated, _WEIGHED, "the baseline on gold alone"]
        uses["few_gold"] = "; ".join(filter(None, all_uses))
        training = {"rows": few.metrics.rows, "used_for": uses["few_gold"]}
    return {
        "training": training,
        "choice of round": {"rows": 0, "used_for": "nothing"},
        **{name: {"rows": count, "used_for": uses[name]} for name, count in counts.items()},
    }
