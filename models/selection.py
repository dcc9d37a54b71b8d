"""Which rows and labels the next round trains on: combining, sharpening, selecting.

Sources: quotas by class, Zou et al. 2018 (CBST); ``flexmatch``, Zhang et al. 2021; ``freematch``, Wang et al. 2023;
``softmatch``, Chen et al. 2023; ``entropy``, Yu et al. 2021 (COSINE); ``cut_statistic``, Lang et al. 2022 after
Muhlenbach et al. 2004; margins out of fold, Northcutt et al. 2021; ``precision``, Geifman and El-Yaniv 2017; sharpened
targets, Xie et al. 2016.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints
from labelfns.errors import InputError, NotAttainableError, number_of
from labelfns.settings import check
from labelfns.votes import Probs

from .arrays import TIE, rows_of_numbers
from .class_balance import Floats, reweighted
from .evaluation.steps import CERTAINTY, Promise, Steps
from .ranges import choices, numbers, only_with
from .ranking import cut_statistic, margins, precise, ranks, surest

Rule = Literal[
    "cut_statistic", "cut_and_margin", "threshold", "quota", "precision", "mean_confidence", "flexmatch", "freematch",
    "softmatch", "entropy",
]  # fmt: skip

GOLD_NEEDED = (
    'rule = "precision" needs gold rows: hand in few_gold, in a pipeline file data.few_gold, or name another rule; '
    '"mean_confidence" needs none, and is as good as the confidences are'
)
_CUTS = '"cut_statistic" or "cut_and_margin"'


def combine(first: Probs, second: Probs) -> Probs:
    """Return the normalized product of two [n, k] probabilities: two independent voters on the same row."""
    product = rows_of_numbers(first, "first").astype(float) * rows_of_numbers(second, "second") + 1e-12
    return np.asarray(product / product.sum(axis=1, keepdims=True))


def sharpen(probs: Probs) -> Probs:
    """Return p^2 / f, normalized by row, of [n, k] probabilities; f is a class's sum of p over all n rows.

    Sure rows become surer, frequent classes weigh less.
    """
    p = rows_of_numbers(probs, "probs").astype(float)
    q = p**2 / np.maximum(p.sum(axis=0), 1e-12)
    return np.asarray(q / q.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Selection:
    """Which rows are trained on, and with what weight.

    A row belongs to the class of its largest probability, which is its confidence.

    Parameters
    ----------
    rule
        - ``"cut_statistic"``, the default: of each class the `keep` whose neighbors in the features share its label
          most, by a test against chance. It needs features.
        - ``"cut_and_margin"``: the same, ranked half by that test, half by the margin of the row's label over the next
          in a linear head on the features that has not seen the row.
        - ``"threshold"``: the rows of at least `min_confidence`.
        - ``"quota"``: the surest `keep` of each class.
        - ``"precision"``: the most of the surest rows whose labels are right with a probability of at least
          `precision`, judged by few gold rows that were drawn like them (see `Steps.promise`). It needs these.
        - ``"mean_confidence"``: of each class the largest share, surest first, whose mean confidence, which estimates
          its precision, is at least `precision`. As good as the confidences are.
        - ``"flexmatch"``: `min_confidence`, lowered for classes that have few rows above it.
        - ``"freematch"``: a threshold that is the mean confidence, lowered for classes of low mean probability.
        - ``"softmatch"``: all rows; those under the mean confidence with a weight that falls as a Gaussian.
        - ``"entropy"``: all rows, with weight 1 - H(p) / ln k.
    min_confidence
        Rows under it, in [0, 1], are left out by every rule but ``"flexmatch"``, which starts from it.
    keep
        A share in (0, 1], for ``"quota"`` and the two that cut; at least one row of each class is kept.
    precision
        In (0, 1], for ``"precision"``, where it is below 1, and ``"mean_confidence"``.
    neighbors
        How many neighbors of a row are looked at by those that cut, at least 1.
    keep_class_balance
        Whether the weights are scaled so that each class has its share of their sum in the class balance handed in.
    certainty
        How sure ``"precision"`` must be that the precision holds, in (0, 1).

    Raises
    ------
    SettingsError
        If settings are out of range or unknown words; all at once.
    """

    rule: Rule = "cut_statistic"
    min_confidence: float = 0.0
    keep: float = 0.8
    precision: float = 0.9
    neighbors: int = 20
    keep_class_balance: bool = False
    certainty: float = CERTAINTY

    def __post_init__(self) -> None:
        check(
            *numbers(self, "[0, 1]", "min_confidence"),
            *numbers(self, "(0, 1]", "keep"),
            *numbers(self, "(0, 1)" if self.needs_gold else "(0, 1]", "precision"),
            *numbers(self, "(0, 1)", "certainty"),
            *numbers(self, "[1, inf)", "neighbors", whole=True),
            *choices(self),
            *only_with(self, self.rule == "quota" or self.needs_features, f'rule = "quota" or {_CUTS}', "keep"),
            *only_with(
                self,
                self.rule in ("precision", "mean_confidence"),
                'rule = "precision" or "mean_confidence"',
                "precision",
            ),
            *only_with(self, self.needs_gold, 'rule = "precision"', "certainty"),
            *only_with(self, self.needs_features, f"rule = {_CUTS}", "neighbors"),
        )

    @property
    def needs_features(self) -> bool:
        """Whether the rule looks at features."""
        return self.rule in ("cut_statistic", "cut_and_margin")

    @property
    def needs_gold(self) -> bool:
        """Whether the rule judges by few gold rows."""
        return self.rule == "precision"

    def __call__(
        self,
        probs: Probs,
        *,
        features: Floats | None = None,
        class_balance: Floats | None = None,
        few_gold: tuple[Probs, Ints] | None = None,
    ) -> Floats:
        """Return the rows' weights [n], at least 0; rows of weight 0 are not trained on.

        Parameters
        ----------
        probs
            Label probabilities [n, k] of the candidates.
        features
            One vector per row, [n, d], for rules that need them.
        class_balance
            Each class's share [k], which sum to 1, for `keep_class_balance`.
        few_gold
            Probabilities [g, k] of gold rows, which come from where those of the candidates do, and their class ids
            [g], -1 where unknown; for the rule that needs them.

        Raises
        ------
        InputError
            If the rule needs features or gold rows, or `keep_class_balance` the class balance, and there are none.
        NotAttainableError
            If the gold rows cannot promise the precision.
        """
        probs = rows_of_numbers(probs, "probs").astype(float)
        features = None if features is None else rows_of_numbers(features, "features")
        class_balance = None if class_balance is None else np.asarray(class_balance)
        labels, confidence = probs.argmax(axis=1), probs.max(axis=1)
        least = self.promised(few_gold).threshold if self.needs_gold else None
        weights = self._weights(probs, labels, confidence, features, least)
        if self.rule != "flexmatch":
            weights = weights * (confidence >= self.min_confidence)
        if self.keep_class_balance:
            if class_balance is None:
                raise InputError("keep_class_balance needs the class balance: hand in class_balance, [k], summing to 1")
            weights = reweighted(weights, labels, class_balance)
        return weights

    def promised(self, few_gold: tuple[Probs, Ints] | None) -> Promise:
        """Return from which confidence on ``"precision"`` keeps rows, and what the gold rows say of those.

        Gold rows under `min_confidence` are left out, as the candidates are. Errors, and `few_gold`, are those of a
        call.
        """
        if few_gold is None:
            raise InputError(GOLD_NEEDED)
        probs, gold = rows_of_numbers(few_gold[0], "few_gold"), np.asarray(few_gold[1])
        if gold.shape != (len(probs),):
            raise InputError(f"few_gold needs a class id per row, {len(probs)}; got shape {gold.shape}")
        confidence = probs.max(axis=1, initial=0)
        asked = (gold >= 0) & (confidence >= self.min_confidence)
        right = probs[asked].argmax(axis=1) == gold[asked]
        promise = Steps.of(confidence[asked], right).promise(self.precision, self.certainty)
        if promise.threshold is None:
            least = int(np.ceil(np.log1p(-self.certainty) / np.log(self.precision)))
            raise NotAttainableError(
                f"a precision of {self.precision:g} with {100 * self.certainty:g}% confidence is not attainable: of "
                f"{number_of(len(right), 'gold row')} the labels of {right.sum()} are right, and the surest ones not "
                f"often enough (without a wrong one it takes {least} at the least). Lower precision or certainty, "
                "add gold rows, or name another rule"
            )
        return promise

    def _weights(
        self,
        probs: Probs,
        labels: npt.NDArray[Any],
        confidence: Floats,
        features: Floats | None,
        least: float | None,
    ) -> Floats:
        n, k = probs.shape
        match self.rule:
            case "threshold":
                return np.ones(n)
            case "quota":
                return surest(confidence, labels, self.keep)
            case "precision":
                assert least is not None
                return np.where(confidence >= least - TIE, 1.0, 0.0)
            case "mean_confidence":
                return precise(confidence, labels, self.precision)
            case "flexmatch":
                sure = np.bincount(labels[confidence > self.min_confidence], minlength=k)
                learned = sure / max(sure.max(initial=0), n - sure.sum(), 1)
                return np.where(confidence >= self.min_confidence * (learned / (2 - learned))[labels], 1.0, 0.0)
            case "freematch":
                mean = probs.mean(axis=0)
                return np.where(confidence >= confidence.mean() * (mean / mean.max())[labels], 1.0, 0.0)
            case "softmatch":
                under = np.minimum(confidence - confidence.mean(), 0)
                return np.asarray(np.exp(-(under**2) / (2 * confidence.var() + 1e-12)))
            case "entropy":
                return np.asarray(1 + (probs * np.log(np.maximum(probs, 1e-12))).sum(axis=1) / np.log(k)).clip(0)
            case "cut_statistic" | "cut_and_margin":
                if features is None:
                    raise InputError(f'the rule "{self.rule}" needs features, [n, d]: hand in frozen_features(texts)')
                scores = -cut_statistic(features, labels, self.neighbors)
                if self.rule == "cut_and_margin":
                    scores = ranks(scores, labels) + ranks(margins(features, labels, k), labels)
                return surest(scores, labels, self.keep)
