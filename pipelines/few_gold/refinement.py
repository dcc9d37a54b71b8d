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
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from labelfns.checks import Gold, Ints, check_gold, check_texts
from labelfns.errors import InputError, raise_all
from labelfns.models.class_balance import Floats, held
from labelfns.models.evaluation.metrics import Scores, score
from labelfns.models.transformer.classifier import TransformerClassifier
from labelfns.pipelines.self_training.copies import copy_groups
from labelfns.pipelines.self_training.labeled import Labeled, check_lengths, score_sets
from labelfns.progress import Progress
from labelfns.votes import Probs

from .calibration import cooled, losses, temperature, weighted_mean
from .settings import FewGold

Index = npt.NDArray[np.intp]


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
    """

    classifier: TransformerClassifier
    metrics: FewGoldMetrics


@dataclass(frozen=True, eq=False)
class GoldRows:
    """The n gold rows: texts, class ids [n], and weights [n] that hold each class to its share of the pool."""

    texts: Sequence[str]
    gold: Ints
    weights: Floats


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

    Raises
    ------
    InputError
        If gold does not fit the texts, or a class has fewer than 2 gold rows.
    """
    rows = _gold_rows(texts, gold, np.asarray(class_balance), classifier.classes_)
    before = classifier.predict_proba(rows.texts, progress=_named("scoring gold rows", progress))
    after = cross_fit(classifier, rows, settings, progress)
    decision = decide(before, after, rows)
    return finish(classifier, rows, decision, settings, labeled, progress)


def cross_fit(classifier: TransformerClassifier, rows: GoldRows, settings: FewGold, progress: Progress) -> Probs:
    """Return probabilities [n, k] of each gold row by a model that was trained further on the other folds."""
    probs = np.empty((len(rows.texts), len(classifier.classes_)))
    for number, (rest, held_out) in enumerate(_folds(rows, settings.folds, classifier.seed), 1):
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
) -> FewGoldResult:
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
    return FewGoldResult(kept, metrics)


def check_few_gold(gold: Ints | None, labels: Sequence[str]) -> None:
    """Check that each label has gold rows enough to hold some out.

    Parameters
    ----------
    gold
        Class ids [n], -1 where unknown; None where there are none.
    labels
        The k label names.

    Raises
    ------
    InputError
        If a label has fewer than 2.
    """
    counts = np.bincount(gold[gold >= 0], minlength=len(labels)) if gold is not None else np.zeros(len(labels), int)
    raise_all(
        InputError,
        [
            f"the few gold rows have {count} of {name!r}; at least 2 of each label are needed, so that some can be "
            "held out"
            for name, count in zip(labels, counts.tolist(), strict=True)
            if count < 2
        ],
    )


def _folds(rows: GoldRows, n: int, seed: int) -> list[tuple[Index, Index]]:
    """Split gold rows into at most n folds, rows to train on and rows held out; classes are even, copies together."""
    groups = copy_groups(rows.texts)
    per_class = [len(np.unique(groups[rows.gold == c])) for c in np.unique(rows.gold)]
    n = max(2, min(n, *per_class))
    if 2 <= len(np.unique(groups)) < len(groups):
        splits = StratifiedGroupKFold(n, shuffle=True, random_state=seed).split(rows.texts, rows.gold, groups)
    else:  # no copies, or nothing but copies of one text
        splits = StratifiedKFold(n, shuffle=True, random_state=seed).split(rows.texts, rows.gold)
    return [(rest, held_out) for rest, held_out in splits if len(held_out)]


def _gold_rows(texts: Sequence[str], gold: Gold, class_balance: Floats, labels: Sequence[str]) -> GoldRows:
    texts = check_texts(texts)
    check_lengths(len(texts), gold=gold)
    ids = check_gold(gold, len(texts), labels)
    check_few_gold(ids, labels)
    rows = np.flatnonzero(ids >= 0).tolist()
    return GoldRows([texts[i] for i in rows], ids[rows], held(np.ones(len(rows)), ids[rows], class_balance))


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
