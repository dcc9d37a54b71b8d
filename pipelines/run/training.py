"""From inputs to a trained classifier: `prepare`, then `train`. Runs and `Pipeline` go this one way."""

import copy
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from labelfns.engine.apply import CuesWhenAsked
from labelfns.engine.options import ApplyOptions
from labelfns.io.stored import StoredTexts
from labelfns.io.texts import Texts
from labelfns.models import BaseLabelModel, TransformerClassifier
from labelfns.models.transformer import distributed
from labelfns.pipelines.few_gold import FewGold, FewGoldResult, check_few_gold, refine
from labelfns.pipelines.prediction.evaluated import SetEvaluation
from labelfns.pipelines.prediction.metrics import PredictorMetrics
from labelfns.pipelines.prediction.predictor import USUAL, Answers, Predictor, VoteWeight, with_view
from labelfns.pipelines.prediction.second_view import SecondView
from labelfns.pipelines.prediction.settings import Prediction
from labelfns.pipelines.prediction.weight import vote_weight, with_gold, with_temperature
from labelfns.pipelines.self_training.copies import copy_groups
from labelfns.pipelines.self_training.labeled import Labeled
from labelfns.pipelines.self_training.ledger import Round, SelfTrainingResult
from labelfns.pipelines.self_training.loop import SelfTraining, check_trainable
from labelfns.pipelines.self_training.settings import Rounds
from labelfns.progress import Progress
from labelfns.text.spans import Span
from labelfns.votes import Probs, Votes

from .inputs import Inputs, compared
from .settings import PipelineSettings


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
    prediction
        How LFs and classifier answer together.
    options
        How the LFs are applied: keyword arguments of `LFSet.apply`.
    """

    label_model: BaseLabelModel
    classifier: TransformerClassifier
    rounds: Rounds = field(default_factory=Rounds)
    few_gold: FewGold = field(default_factory=FewGold)
    prediction: Prediction = field(default_factory=Prediction)
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: PipelineSettings) -> "Plan":
        """Return the plan that settings say."""
        return cls(
            settings.label_model.build(settings.seed),
            TransformerClassifier(settings.classifier.backbone, settings=settings.classifier, seed=settings.seed),
            settings.self_training,
            settings.few_gold,
            settings.prediction,
            settings.lfs.options,
        )


@dataclass(frozen=True, eq=False)
class Prepared:
    """What is trained on: all that needs no training is done.

    Parameters
    ----------
    inputs, plan
        What it was made from.
    votes
        By set, the LFs' votes, with the cues.
    seconds
        Wall time of each step so far; later steps add theirs.
    """

    inputs: Inputs
    plan: Plan
    votes: Mapping[str, Votes]
    seconds: dict[str, float]

    @property
    def labeled(self) -> dict[str, Labeled]:
        """The sets with gold to report figures on."""
        return {
            name: Labeled(data, data.gold, self.votes[name].cues)
            for name, data in self.inputs.measured_on.items()
            if data.gold is not None
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
    few_gold
        What a few gold rows made of the best round's model; None where there were none.
    predictor
        Label model and kept classifier, answering together.
    weak, answers
        The label model's probabilities of the sets with gold, and the predictor's answers, by name.
    """

    prepared: Prepared
    label_model: BaseLabelModel
    result: SelfTrainingResult
    few_gold: FewGoldResult | None
    predictor: Predictor
    weak: Mapping[str, Probs]
    answers: Mapping[str, Answers]

    @property
    def classifier(self) -> TransformerClassifier:
        """The model to keep."""
        return self.predictor.classifier

    @property
    def predictor_metrics(self) -> PredictorMetrics:
        """How right the predictor is."""
        gold = {name: data.gold_ids(self.classifier.classes_) for name, data in self.prepared.labeled.items()}
        return PredictorMetrics.of(self.predictor, self.answers, gold)

    @cached_property
    def evaluation(self) -> dict[str, SetEvaluation]:
        """How right label model and predictor are, by set with gold."""
        labels, found = self.classifier.classes_, dict[str, SetEvaluation]()
        for name, data in self.prepared.labeled.items():
            votes, groups = self.prepared.votes[name], copy_groups(data.texts)
            one = SetEvaluation.of(self.weak[name], self.answers[name], votes, data.gold_ids(labels), groups)
            found |= {} if one is None else {name: one}
        return found

    @property
    def few_gold_metrics(self) -> dict[str, Any] | None:
        """What was found on few gold rows, and done, as JSON takes it; None where there were none."""
        return None if self.few_gold is None else dataclasses.asdict(self.few_gold.metrics)


def prepare(
    inputs: Inputs,
    plan: Plan,
    *,
    votes: Callable[[list[list[Span]]], Votes] | None = None,
    seconds: dict[str, float] | None = None,
    progress: Progress,
) -> Prepared:
    """Check what can be checked before any training, and let the LFs vote, in the main process, once on each set.

    Parameters
    ----------
    inputs, plan
        What to train on, and how.
    votes
        Gives the votes on the pool where they are known, by its cues: of a run that is resumed.
    seconds
        Wall time of each step so far.
    progress
        Called with what is done and how far it is.

    Raises
    ------
    InputError
        If there is no such backbone, there are too few or too many LFs for the label model, a label has too few gold
        rows, no row of the pool is covered, or a label gets no vote.
    """
    seconds = {} if seconds is None else seconds
    plan.classifier.check_backbone(inputs.lfs.labels)
    plan.label_model.check_size(len(inputs.lfs), len(inputs.lfs.labels))
    if "few_gold" in inputs.sets:
        check_few_gold(inputs.sets["few_gold"].gold, inputs.lfs.labels)

    def voted(name: str, texts: Texts) -> Votes:
        if name == "pool" and votes is not None:
            rows = compared(texts)
            return votes(inputs.lfs.cues(texts if len(rows) == len(texts) else texts.take(rows)))
        return inputs.lfs.apply(texts, cues=True, progress=progress, **plan.options)

    votes_by_set = None
    if distributed.is_main():
        votes_by_set = {name: voted(name, texts) for name, texts in inputs.sets.items()}
        if votes is None:
            check_trainable(inputs.pool, votes_by_set["pool"])
    if isinstance(inputs.pool, StoredTexts) and votes_by_set is not None:
        votes_by_set["pool"] = dataclasses.replace(votes_by_set["pool"], cues=None)  # they do not travel
    votes_by_set = distributed.agreed(votes_by_set)
    assert votes_by_set is not None
    if isinstance(inputs.pool, StoredTexts):
        pool = votes_by_set["pool"]
        places = CuesWhenAsked(inputs.lfs.lfs, inputs.pool, pool.matrix, ApplyOptions(**plan.options))
        votes_by_set["pool"] = dataclasses.replace(pool, cues=places)
    return Prepared(inputs, plan, votes_by_set, seconds)


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
    inputs, plan, labeled = prepared.inputs, prepared.plan, prepared.labeled
    label_model = copy.deepcopy(plan.label_model)
    few, few_result = inputs.sets.get("few_gold"), None
    known = (Labeled(few, few.gold), prepared.votes["few_gold"]) if few is not None and few.gold is not None else None
    with timed(prepared.seconds, "label model and rounds"):
        result = SelfTraining(label_model, plan.classifier, plan.rounds).run(
            inputs.pool,
            prepared.votes["pool"],
            gold=inputs.pool.gold,
            labeled=labeled,
            few_gold=known,
            on_round=on_round,
            done=done,
            checkpoints=checkpoints,
            progress=progress,
        )
    if few is not None and few.gold is not None:
        with timed(prepared.seconds, "few gold"):
            balance = plan.rounds.class_balance or result.best.predicted.mean(axis=0)
            best = result.best.classifier
            few_result = refine(best, few, few.gold, balance, plan.few_gold, labeled, progress, weights=few.weights)
    kept = result.best.classifier if few_result is None else few_result.classifier
    with timed(prepared.seconds, "predictor"):
        seen = _Seen.of(prepared, result)
        view, told, on_judges = _second_view(prepared, seen, result, progress)
        weight = _vote_weight(kept, seen, result, label_model, on_judges, progress)
        if few_result is not None and few is not None and few.gold is not None:
            on_gold, probs = prepared.votes["few_gold"].rows(few.gold >= 0), few_result.held_out
            if view is not None:
                probs = with_view(probs, view.predict_proba(few_result.rows.texts, progress=progress))
            weight = with_gold(weight, few_result.rows, probs, on_gold, label_model)
        predictor = Predictor(kept, label_model, weight, told)
        weak = {name: label_model.predict_proba(prepared.votes[name]) for name in labeled}
        answers = {
            name: predictor.answer(data.texts, prepared.votes[name], weak=weak[name], progress=progress)
            for name, data in labeled.items()
        }
    return Trained(prepared, label_model, result, few_result, predictor, weak, answers)


@dataclass(frozen=True, eq=False)
class _Seen:
    """The rows of the pool that the rounds worked on: all, or a sample."""

    texts: Texts
    votes: Votes
    weak: Probs

    @classmethod
    def of(cls, prepared: Prepared, result: SelfTrainingResult) -> "_Seen":
        texts, votes, weak, rows = prepared.inputs.pool, prepared.votes["pool"], result.weak_labels, result.rows
        return cls(texts, votes, weak) if rows is None else cls(texts.take(rows), votes.rows(rows), weak[rows])


def _second_view(
    prepared: Prepared, seen: _Seen, result: SelfTrainingResult, progress: Progress
) -> tuple[SecondView | None, SecondView | None, Probs | None]:
    """Fit the second view to the pool's covered texts that are no judges, without and with the few gold rows.

    Return both, and what the one without makes of the judges; by it answers to gold rows are calibrated. Nothing is
    embedded a second time where a selection needed the vectors.
    """
    if not prepared.plan.prediction.second_view:
        return None, None, None
    backbone = prepared.plan.classifier.unfitted(seen.votes.labels)
    rows = np.flatnonzero(seen.votes.covered)
    features = (
        backbone.frozen_features(seen.texts.take(rows.tolist()), keep_open=True, progress=progress)
        if result.features is None
        else result.features[rows]
    )
    judges = result.judges[rows]
    view = SecondView.fit(backbone, features, seen.weak[rows], ~judges)
    told, few = view, prepared.inputs.sets.get("few_gold")
    if view is not None and few is not None and few.gold is not None:
        known = few.take(few.gold >= 0)
        assert known.gold is not None
        gold = backbone.frozen_features(known, keep_open=True, progress=progress), known.gold
        told = SecondView.fit(backbone, features, seen.weak[rows], ~judges, gold)
    return view, told, None if view is None else view.head.predict_proba(features[judges])


def _vote_weight(
    classifier: TransformerClassifier,
    seen: _Seen,
    result: SelfTrainingResult,
    label_model: BaseLabelModel,
    view: Probs | None,
    progress: Progress,
) -> VoteWeight:
    """Choose the votes' weight on the judges, where the classifier does not see the cues, and how sure answers are.

    `view` is what the second view makes of the judges, [j, k]; it was not fitted to them.
    """
    rows = np.flatnonzero(result.judges).tolist()
    if not rows:
        return USUAL
    on_judges = seen.votes.rows(result.judges)
    probs = classifier.predict_proba(seen.texts.take(rows), hidden=on_judges.cues, progress=progress)
    found = vote_weight(probs, on_judges, label_model)
    read = result.best.predicted[result.judges]
    return with_temperature(found, read if view is None else with_view(read, view), on_judges, label_model)


@contextmanager
def timed(seconds: dict[str, float], what: str) -> Iterator[None]:
    """Add the wall time of a block to what a step took so far."""
    start = time.perf_counter()
    yield
    seconds[what] = seconds.get(what, 0.0) + time.perf_counter() - start
