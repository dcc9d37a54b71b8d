"""A little gold, used honestly: further training that must prove itself on gold held out, calibration, a baseline.

"Weaker than you think" (Zhu et al. 2023): where there is gold, training on it alone is the baseline to show; further
training of a weakly supervised model on it can also hurt, so it is kept only where held-out gold says that it helps.
A few rows are often drawn evenly over classes of uneven size, which would teach wrong class shares: in further
training, in what decides whether it is kept, and in calibration they are weighed to the pool's shares, as far as
these are known.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.model_selection import StratifiedKFold

from labelfns.checks import Ints
from labelfns.errors import InputError, raise_all
from labelfns.models import TransformerClassifier
from labelfns.models.class_balance import reweighted as held
from labelfns.models.evaluation.metrics import Scores, score
from labelfns.pipelines.self_training.ledger import Labelled
from labelfns.progress import Progress
from labelfns.settings import check
from labelfns.votes import Probs


@dataclass(frozen=True)
class LittleGold:
    """How a few gold rows are used.

    Parameters
    ----------
    folds
        At least 2. The gold rows are split so often; each part is held out in turn from a further training on the
        others. A class with fewer rows than this lowers it, down to 2.
    steps
        How many steps are trained on gold, at least 1.
    rate
        Factor, above 0, on the classifier's learning rate for further training.

    Raises
    ------
    SettingsError
        If settings are out of range; all at once.
    """

    folds: int = 4
    steps: int = 50
    rate: float = 0.5

    def __post_init__(self) -> None:
        check(
            (self.folds >= 2, f"folds must be at least 2; got {self.folds}"),
            (self.steps >= 1, f"steps must be at least 1; got {self.steps}"),
            (self.rate > 0, f"rate must be above 0; got {self.rate}"),
        )


@dataclass(frozen=True, eq=False)
class Refined:
    """What a few gold rows made of a model.

    Parameters
    ----------
    classifier
        The model to keep, calibrated where its last layer is known: trained further where that helped, else as it was.
    figures
        What was found and done, for ``metrics.json``.
    """

    classifier: TransformerClassifier
    figures: "Figures"


@dataclass(frozen=True)
class Figures:
    """What was found on gold rows held out, and done.

    Parameters
    ----------
    rows
        How many gold rows there were.
    before, after
        The model on them as it was, and trained further on the other folds; rows count equally.
    gain, gain_error
        By how much the cross-entropy on held-out gold falls, in nats a row, both models calibrated and rows weighed
        to the class shares; its standard error.
    trained_further
        Whether the model was trained further, on all rows: the gain is above its standard error.
    temperature
        What the kept model's logits were divided by; 1 where its last layer is not known.
    gold_alone
        Figures, by labelled set, of the backbone fine-tuned on the gold rows alone, which count equally.
    refined
        Figures, by labelled set, of the kept model.
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


def refine(
    best: TransformerClassifier,
    texts: Sequence[str],
    gold: Ints,
    shares: npt.ArrayLike,
    settings: LittleGold,
    labelled: Mapping[str, Labelled],
    progress: Progress,
) -> Refined:
    """Train a fitted classifier further on gold rows, if that helps, and calibrate it.

    Parameters
    ----------
    best
        The model; it stays as it is.
    texts, gold
        The n gold rows: texts, and class ids [n]; rows with -1 are left out.
    shares
        The class shares [k], all above 0, to which the gold rows are weighed: the pool's, where they are known, or the
        mean of the model's probabilities over it.
    settings
        How they are used.
    labelled
        Other sets, by name, to report figures on; nothing is chosen by them.
    progress
        Called with what is done and how far it is.

    Raises
    ------
    InputError
        If a class has fewer than 2 gold rows.
    """
    k = len(best.classes_)
    check_few_gold(gold, best.classes_)
    known = np.flatnonzero(gold >= 0).tolist()
    texts, gold = [texts[i] for i in known], gold[known]
    counts = np.bincount(gold, minlength=k)
    targets, weights = np.eye(k)[gold], held(np.ones(len(gold)), gold, np.asarray(shares))

    def further(rows: npt.NDArray[np.intp], what: str) -> TransformerClassifier:
        here = [texts[i] for i in rows]
        return _train(best, here, targets[rows], weights[rows], settings, start=best, what=what, show=progress)

    before, after = best.predict_proba(texts, progress=_named("scoring gold rows", progress)), np.empty((len(texts), k))
    folds = StratifiedKFold(min(settings.folds, int(counts.min())), shuffle=True, random_state=best.seed)
    for number, (rest, held_out) in enumerate(folds.split(texts, gold), 1):
        student = further(rest, f"gold, fold {number}")
        after[held_out] = student.predict_proba([texts[i] for i in held_out], progress=_named("gold", progress))
    divisors = [temperature(probs, gold, weights) for probs in (before, after)]
    gains = _losses(_cooled(before, divisors[0]), gold) - _losses(_cooled(after, divisors[1]), gold)
    gain, error = weighted_mean(gains, weights)
    helps = gain > error
    kept, divisor = further(np.arange(len(texts)), "gold, all rows") if helps else best, 1.0
    if kept.adjustable:
        divisor = divisors[helps]
        kept = kept.adjusted(temperature=divisor)
    alone = _train(best, texts, targets, np.ones(len(gold)), settings, start=None, what="gold alone", show=progress)

    def figures(model: TransformerClassifier) -> dict[str, Scores]:
        found = {
            name: score(given.gold, model.predict(given.texts, progress=_named("scoring", progress)), k)
            for name, given in labelled.items()
        }
        return {name: scores for name, scores in found.items() if scores is not None}

    scores = [score(gold, probs.argmax(axis=1), k) for probs in (before, after)]
    assert scores[0] is not None
    assert scores[1] is not None
    return Refined(
        kept,
        Figures(len(texts), scores[0], scores[1], gain, error, helps, divisor, figures(alone), figures(kept)),
    )


def check_few_gold(gold: Ints | None, labels: Sequence[str]) -> None:
    """Check that each label has gold rows enough to hold some out.

    Raises
    ------
    InputError
        If a label has fewer than 2.
    """
    counts = np.bincount(gold[gold >= 0], minlength=len(labels)) if gold is not None else np.zeros(len(labels), int)
    raise_all(
        InputError,
        [
            f"data.few_gold has {count} row(s) of {name!r}; it needs at least 2 of each label, to hold some out"
            for name, count in zip(labels, counts.tolist(), strict=True)
            if count < 2
        ],
    )


def weighted_mean(values: npt.NDArray[np.floating], weights: npt.NDArray[np.floating]) -> tuple[float, float]:
    """Return the mean of values [n] by weights [n], at least two of them above 0, and its standard error.

    Examples
    --------
    With equal weights it is the usual one, the standard deviation over the root of n:

    >>> weighted_mean(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    (2.0, 1.0)
    """
    share = weights / weights.sum()
    mean = share @ values
    rows = 1 / (share**2).sum()  # how many rows of equal weight say as much (Kish 1965)
    return float(mean), float(np.sqrt(share**2 @ (values - mean) ** 2 * rows / (rows - 1)))


def temperature(probs: Probs, gold: Ints, weights: npt.NDArray[np.floating] | None = None) -> float:
    """Return the number above 0 by which logits are divided for the least cross-entropy (Guo et al. 2017).

    Parameters
    ----------
    probs
        Probabilities [n, k].
    gold
        Class ids [n].
    weights
        The weights of the rows [n], not all 0; by default equal.

    Returns
    -------
    float
        In [0.1, 10].
    """
    found = minimize_scalar(
        lambda log_t: np.average(_losses(_cooled(probs, float(np.exp(log_t))), gold), weights=weights),
        bounds=(np.log(0.1), np.log(10)),
        method="bounded",
    )
    return float(np.exp(found.x))


def _cooled(probs: Probs, divisor: float) -> Probs:
    powers = np.maximum(np.asarray(probs, dtype=float), 1e-12) ** (1 / divisor)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _losses(probs: Probs, gold: Ints) -> npt.NDArray[np.float64]:
    return np.asarray(-np.log(np.maximum(probs[np.arange(len(gold)), gold], 1e-12)))


def _train(
    like: TransformerClassifier,
    texts: Sequence[str],
    targets: Probs,
    weights: npt.NDArray[np.floating],
    settings: LittleGold,
    *,
    start: TransformerClassifier | None,
    what: str,
    show: Progress,
) -> TransformerClassifier:
    """Fine-tune on gold rows, from a model's weights at a lower rate or from the backbone's for a full fit."""
    rate = like.settings.learning_rate * (settings.rate if start is not None else 1)
    steps = settings.steps if start is not None else max(settings.steps, like.settings.min_steps)
    tuning = dataclasses.replace(
        like.settings, learning_rate=rate, epochs=steps * like.settings.batch_size / len(texts), min_steps=1
    )
    model = TransformerClassifier(like.backbone, labels=like.classes_, settings=tuning, seed=like.seed)
    return model.fit(texts, targets, weights=weights, start=start, progress=_named(what, show))


def _named(what: str, show: Progress) -> Progress:
    return lambda _, done, total: show(what, done, total)
