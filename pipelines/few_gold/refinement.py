"""Train a model further on a few gold rows where held-out gold says that it helps, and calibrate it.

"Weaker than you think" (Zhu et al. 2023): where there is gold, training on it alone is the baseline to show; further
training of a weakly supervised model on it can also hurt, so it must prove itself by cross-validation. A few rows are
often drawn evenly over classes of uneven size. In further training, in the decision and in calibration they are
weighted to the pool's class balance, so that they do not teach a wrong one.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.checks import Gold, Ints
from labelfns.models.class_balance import Floats
from labelfns.models.evaluation.metrics import Scores, score
from labelfns.models.transformer.classifier import TransformerClassifier
from labelfns.pipelines.self_training.labeled import Labeled, score_sets
from labelfns.progress import Progress
from labelfns.votes import Probs

from .calibration import cooled, losses, temperature, weighted_mean
from .rows import GoldRows, Index
from .settings import FewGold


@dataclass(frozen=True)
class FewGoldMetrics:
    """What was measured on gold rows held out, and done.

    Parameters
    ----------
    rows
        How many gold rows there were.
    before, after
        Figures on them of the model as it was, and of one trained further on the other folds; rows count equally.
    gain, gain_error
        By how much further training lowers the cross-entropy on held-out gold, in nats per row, both models calibrated
        and rows weighted to the class balance; its standard error.
    trained_further
        Whether the model was trained further, on all rows: the gain is above its standard error.
    temperature
        What the kept model's logits were divided by; 1 where its last layer is not known.
    gold_alone
        Figures, by labeled set, of the backbone fine-tuned on the gold rows alone, which count equally.
    refined
        Figures, by labeled set, of the kept model.
    """

    rows: int
    before: Scores
    after: Scores
    gain: float
    gain_error: float
    trained_further: bool
    temperature: float
    gold_alone: dict[str, Scores]
    refined: dict[str, Scores]


@dataclass(frozen=True, eq=False)
class FewGoldResult:
    """What a few gold rows made of a model.

    Parameters
    ----------
    classifier
        The model to keep, calibrated where its last layer is known: trained further where that helped, else as it was.
    metrics
        What was measured and done.
    rows
        The gold rows.
    held_out
        Their probabilities, [n, k], calibrated, by a model made like `classifier` that was not trained on them.
    """

    classifier: TransformerClassifier
    metrics: FewGoldMetrics
    rows: GoldRows
    held_out: Probs


@dataclass(frozen=True)
class Decision:
    """What held-out gold says: the metrics of `FewGoldMetrics`, but for those of the kept model."""

    before: Scores
    after: Scores
    gain: float
    gain_error: float
    trained_further: bool
    temperature: float


def refine(
    classifier: TransformerClassifier,
    texts: Sequence[str],
    gold: Gold,
    class_balance: npt.ArrayLike,
    settings: FewGold,
    labeled: Mapping[str, Labeled],
    progress: Progress,
    weights: Floats | None = None,
) -> FewGoldResult:
    """Train a fitted classifier further on gold rows, if that helps, and calibrate it.

    Parameters
    ----------
    classifier
        The model; it stays as it is.
    texts, gold
        The gold rows: n texts, and their labels by id or name; rows with -1 or None are left out.
    class_balance
        The share of each class, [k], all above 0, to which the gold rows are weighted: the pool's, where it is known,
        or the mean of the model's probabilities over the pool.
    settings
        How the gold rows are used.
    labeled
        Other sets, by name, to report figures on; nothing is chosen by them.
    progress
        Called with what is done and how far it is.
    weights
        How many rows each gold row stands for, [n], where they were drawn with known probabilities: these then count
        in place of the class balance.

    Raises
    ------
    InputError
        If gold does not fit the texts, or a class has fewer than 2 gold rows.
    """
    rows = GoldRows.of(texts, gold, class_balance, classifier.classes_, weights)
    before = classifier.predict_proba(rows.texts, progress=_named("scoring gold rows", progress))
    after = cross_fit(classifier, rows, settings, progress)
    decision = decide(before, after, rows)
    kept, metrics = finish(classifier, rows, decision, settings, labeled, progress)
    held_out = cooled(after if metrics.trained_further else before, metrics.temperature)
    return FewGoldResult(kept, metrics, rows, held_out)


def cross_fit(classifier: TransformerClassifier, rows: GoldRows, settings: FewGold, progress: Progress) -> Probs:
    """Return probabilities [n, k] of each gold row by a model that was trained further on the other folds."""
    probs = np.empty((len(rows.texts), len(classifier.classes_)))
    for number, (rest, held_out) in enumerate(rows.folds(settings.folds, classifier.seed), 1):
        student = _train_further(classifier, rows, rest, settings, _named(f"gold, fold {number}", progress))
        probs[held_out] = student.predict_proba([rows.texts[i] for i in held_out], progress=_named("gold", progress))
    return probs


def decide(before: Probs, after: Probs, rows: GoldRows) -> Decision:
    """Decide whether further training helps, by its gain on held-out gold, and how the better model is calibrated.

    Parameters
    ----------
    before, after
        Probabilities [n, k] of the gold rows by the model as it was, and as `cross_fit` returns them.
    rows
        The gold rows.
    """
    temperatures = [temperature(probs, rows.gold, rows.weights) for probs in (before, after)]
    loss_before, loss_after = (
        losses(cooled(probs, divisor), rows.gold) for probs, divisor in zip((before, after), temperatures, strict=True)
    )
    gain, error = weighted_mean(loss_before - loss_after, rows.weights)
    helps = gain > error
    return Decision(
        before=_scores(rows.gold, before),
        after=_scores(rows.gold, after),
        gain=gain,
        gain_error=error,
        trained_further=helps,
        temperature=temperatures[1] if helps else temperatures[0],
    )


def finish(
    classifier: TransformerClassifier,
    rows: GoldRows,
    decision: Decision,
    settings: FewGold,
    labeled: Mapping[str, Labeled],
    progress: Progress,
) -> tuple[TransformerClassifier, FewGoldMetrics]:
    """Carry out a decision on all gold rows, and measure the kept model and the baseline of gold alone."""
    kept, everything = classifier, np.arange(len(rows.texts))
    if decision.trained_further:
        kept = _train_further(classifier, rows, everything, settings, _named("gold, all rows", progress))
    if kept.adjustable:
        kept = kept.adjusted(temperature=decision.temperature)
    else:
        decision = dataclasses.replace(decision, temperature=1.0)
    alone = _train_alone(classifier, rows, settings, _named("gold alone", progress))
    plain = {name: Labeled(data.texts, data.gold) for name, data in labeled.items()}  # no figures with cues hidden
    metrics = FewGoldMetrics(
        rows=len(rows.texts),
        **vars(decision),
        gold_alone=score_sets(alone, plain, _named("scoring", progress))[0],
        refined=score_sets(kept, plain, _named("scoring", progress))[0],
    )
    return kept, metrics


def _train_further(
    start: TransformerClassifier, rows: GoldRows, index: Index, settings: FewGold, progress: Progress
) -> TransformerClassifier:
    """Fine-tune a model on some gold rows, from its own weights at a lower rate."""
    texts, targets = [rows.texts[i] for i in index], np.eye(len(start.classes_))[rows.gold[index]]
    model = _template(start, rate=settings.rate, steps=settings.steps, rows=len(texts))
    return model.fit(texts, targets, weights=rows.weights[index], start=start, progress=progress)


def _train_alone(
    like: TransformerClassifier, rows: GoldRows, settings: FewGold, progress: Progress
) -> TransformerClassifier:
    """Fine-tune the backbone of a model on the gold rows, for a full fit."""
    model = _template(like, rate=1, steps=max(settings.steps, like.settings.min_steps), rows=len(rows.texts))
    return model.fit(rows.texts, np.eye(len(like.classes_))[rows.gold], progress=progress)


def _template(like: TransformerClassifier, *, rate: float, steps: int, rows: int) -> TransformerClassifier:
    """Return a model to fit in so many steps, with a factor on the learning rate of the one that it is like."""
    settings = dataclasses.replace(
        like.settings,
        learning_rate=like.settings.learning_rate * rate,
        epochs=steps * like.settings.batch_size / rows,
        min_steps=1,
    )
    return TransformerClassifier(like.backbone, labels=like.classes_, settings=settings, seed=like.seed)


def _scores(gold: Ints, probs: Probs) -> Scores:
    scores = score(gold, probs.argmax(axis=1), probs.shape[1])
    assert scores is not None  # every row has gold
    return scores


def _named(what: str, progress: Progress) -> Progress:
    return lambda _, done, total: progress(what, done, total)
