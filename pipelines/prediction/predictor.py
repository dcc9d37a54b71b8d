"""`Predictor`: the classifier's probabilities and a second view's, and where an LF votes the label model's too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Ints
from labelfns.errors import InputError
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import decide, softmax
from labelfns.models.class_balance import Floats
from labelfns.pipelines.few_gold.calibration import cooled
from labelfns.progress import Bar, Progress
from labelfns.votes import Probs, Votes

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from labelfns.models import BaseLabelModel, TransformerClassifier

    from .second_view import SecondView

Origin = Literal["both", "votes", "classifier", "neither"]
ORIGINS: tuple[Origin, ...] = ("both", "votes", "classifier", "neither")
_NAMES = ("label", "answered_by")
"""The columns of answers that hold names; the others hold numbers."""
LEAST = 1e-6
"""A probability of the classifier below this counts as this."""
LEAST_OF_VOTES = 0.01
"""The same for the label model, whose certainty is that of a few votes: the text may always speak against it."""

OF_VIEW = 0.5
"""The power of the second view beside the classifier: the better of .25 and .5 on held-out thirds (docs/tried.md)."""


@dataclass(frozen=True)
class VoteWeight:
    """A weight for the votes, and what it was chosen by.

    Parameters
    ----------
    value
        The weight, from 0, the votes do not count, to 1, they count as much as the classifier.
    held_out_votes
        How many votes it was chosen by.
    log_likelihood
        Of these votes, on average, by weight, at the sharpness that suits them best.
    gold_rows
        How many few gold rows were asked too; 0 where there were none.
    temperature
        What the logits of the answers are divided by, above 0, so that their confidence is right on these rows, or
        without gold as the label model has it on texts not trained on.
    """

    value: float
    held_out_votes: int
    log_likelihood: dict[str, float]
    gold_rows: int = 0
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not _is_number(self.value) or not 0 <= self.value <= 1:
            raise InputError(f"the weight of the votes must be a number in 0..1; got {self.value!r}")
        if not _is_number(self.temperature) or not 0 < self.temperature < float("inf"):
            raise InputError(f"the temperature of the answers must be a number above 0; got {self.temperature!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


USUAL = VoteWeight(0.25, 0, {})
"""What is taken where held-out votes say nothing."""


@dataclass(frozen=True, eq=False)
class Predictor:
    """A label model and a classifier that answer together.

    ``p(y | text) ~ classifier(y | text) * second_view(y | text) ** .5 * label_model(y | votes) ** weight``, the last
    where an LF votes: voters on one text, of which two learned from the third, so that `weight` is below 1.

    Parameters
    ----------
    classifier
        The classifier.
    label_model
        The label model, fitted on the votes of the same LFs.
    weight
        How much the votes count.
    second_view
        Another reading of the text; None where the classifier reads it alone.
    """

    classifier: "TransformerClassifier"
    label_model: "BaseLabelModel"
    weight: VoteWeight
    second_view: "SecondView | None" = None

    def __post_init__(self) -> None:
        if tuple(self.label_model.classes_) != tuple(self.classifier.classes_):
            raise InputError(
                f"the label model's labels are {self.label_model.classes_}, the classifier's "
                f"{self.classifier.classes_}; they must be the same, in the same order"
            )

    def answer(
        self, texts: Sequence[str], votes: Votes, *, weak: Probs | None = None, progress: Progress | None = None
    ) -> "Answers":
        """Answer for texts.

        Parameters
        ----------
        texts
            The n texts.
        votes
            The LFs' votes on them.
        weak
            The label model's probabilities of them, [n, k], where it was asked already.
        progress
            Called with what is done and how far it is; by default a bar is shown.

        Raises
        ------
        InputError
            If the votes are of other LFs or labels, or not on so many texts.
        """
        progress = progress or Bar()
        if len(votes) != len(texts):
            raise InputError(f"the votes are on {len(votes)} texts; expected {len(texts)}, one row of votes per text")
        weak = self.label_model.predict_proba(votes) if weak is None else weak
        probs = self.classifier.predict_proba(texts, progress=progress)
        view = None if self.second_view is None else self.second_view.predict_proba(texts, progress=progress)
        return Answers.of(probs, weak, votes.covered, self.weight.value, self.weight.temperature, view)


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers for n texts, and where each came from.

    Parameters
    ----------
    probs
        Probabilities, [n, k], rows sum to 1; NaN where there is no text.
    classifier
        The classifier's own, [n, k].
    weak
        The label model's, [n, k]; None where no LFs were asked, or their weight is 0.
    covered
        A mask [n]: texts on which an LF votes.
    classes
        The k label names, which `columns` and frames of answers need.
    """

    probs: Probs
    classifier: Probs
    weak: Probs | None
    covered: Bools
    classes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        n, labels = len(self.probs), f", labels={self.classes}" if self.classes else ""
        return f"Answers({n:,} texts, {int(self.covered.sum()):,} with a vote{labels})"

    @classmethod
    def of(
        cls,
        classifier: Probs,
        weak: Probs | None,
        covered: Bools | None,
        weight: float,
        temperature: float = 1.0,
        view: Probs | None = None,
    ) -> "Answers":
        """Join probabilities [n, k], and divide their logits by a temperature."""
        if covered is None:
            covered = np.zeros(len(classifier), dtype=bool)
        used = None if weak is None or not weight else weak
        text = classifier if view is None else with_view(classifier, view)
        probs = text if used is None else joined(text, used, covered, weight)
        if temperature != 1:
            probs = cooled(probs, temperature)
        return cls(probs, classifier, used, covered)

    def labels(self, min_confidence: float = 0.0) -> Ints:
        """Return class ids [n]; `ABSTAIN` where no probability reaches `min_confidence`, or there is no text."""
        return np.where(self.probs.max(axis=1) >= min_confidence, self.probs.argmax(axis=1), ABSTAIN)

    def origins(self, min_confidence: float = 0.0) -> npt.NDArray[np.object_]:
        """Return where each answer came from, [n].

        ``"both"`` where votes and classifier say the same; ``"votes"`` or ``"classifier"`` where one of them says
        something else, or, as for texts without a vote, nothing; ``"neither"`` where there is no answer, as neither is
        sure enough; None where there is no text.
        """
        labels = self.labels(min_confidence)
        by_classifier = labels == self.classifier.argmax(axis=1)
        by_votes = np.zeros(len(labels), dtype=bool)
        if self.weak is not None:
            by_votes = (labels != ABSTAIN) & (labels == decide(self.weak, self.covered))
        found: npt.NDArray[np.object_] = np.select(
            [labels == ABSTAIN, by_votes & by_classifier, by_votes], ["neither", "both", "votes"], "classifier"
        ).astype(object)
        found[np.isnan(self.probs[:, 0])] = None
        return found

    def columns(self, min_confidence: float = 0.0) -> dict[str, list[Any]]:
        """Return the answers as columns of n values: ``label``, ``confidence``, ``answered_by``, ``p_LABEL`` per label.

        What is not there is None: the label where the confidence is below `min_confidence`, all where there is no text.

        Raises
        ------
        InputError
            If the answers lack the label names.
        """
        if len(self.classes) != self.probs.shape[1]:
            raise InputError("these answers lack the label names; Pipeline.answer gives them, or classes=")
        names = (*self.classes, None)  # -1 is the last
        return {
            "label": [names[c] for c in self.labels(min_confidence).tolist()],
            "confidence": _known(self.probs.max(axis=1)),
            "answered_by": self.origins(min_confidence).tolist(),
            **{f"p_{name}": _known(self.probs[:, c]) for c, name in enumerate(self.classes)},
        }

    def to_polars(self, min_confidence: float = 0.0) -> "pl.DataFrame":
        """Return a frame of what `columns` gives, one row per text, in the order of the texts."""
        import polars as pl

        columns = self.columns(min_confidence)
        return pl.DataFrame(
            columns, schema={name: pl.String if name in _NAMES else pl.Float64 for name in columns}, strict=False
        )

    def to_pandas(self, min_confidence: float = 0.0) -> "pd.DataFrame":
        """Return the frame of `to_polars` as one of pandas, its index from 0.

        Beside the frame that the texts come from, whatever its index is:
        ``pd.concat([frame, answers.to_pandas().set_axis(frame.index)], axis=1)``.
        """
        import pandas as pd

        columns = self.columns(min_confidence)
        return pd.DataFrame(columns).astype({name: "str" if name in _NAMES else "float64" for name in columns})

    def of_rows(self, rows: Bools) -> "Answers":
        """Return answers for N rows, of which a mask [N] says which n have a text; the others have no answer."""
        if rows.all():
            return self

        def spread(probs: Probs) -> Probs:
            all_rows: Probs = np.full((len(rows), probs.shape[1]), np.nan, dtype=probs.dtype)
            all_rows[rows] = probs
            return all_rows

        covered = np.zeros(len(rows), dtype=bool)
        covered[rows] = self.covered
        weak = None if self.weak is None else spread(self.weak)
        return Answers(spread(self.probs), spread(self.classifier), weak, covered, self.classes)


def _known(numbers: Probs) -> list[float | None]:
    """Return numbers [n] as Python's, None for NaN."""
    return [value if value == value else None for value in numbers.tolist()]


def joined(classifier: Probs, weak: Probs, covered: Bools, weight: float) -> Probs:
    """Return the classifier's probabilities [n, k], on covered rows times the label model's to the power of `weight`.

    Examples
    --------
    >>> classifier, votes = np.array([[0.6, 0.4], [0.6, 0.4]]), np.array([[0.1, 0.9], [0.5, 0.5]])
    >>> joined(classifier, votes, np.array([True, False]), 0.5).round(2).tolist()
    [[0.33, 0.67], [0.6, 0.4]]
    """
    probs: Floats = np.array(classifier, dtype=float)
    probs[covered] = softmax(log(probs[covered]) + weight * log(weak[covered], LEAST_OF_VOTES))
    return probs


def with_view(classifier: Probs, view: Probs) -> Probs:
    """Return the classifier's probabilities [n, k] times the root of a second view's.

    Examples
    --------
    >>> with_view(np.array([[0.6, 0.4]]), np.array([[0.2, 0.8]])).round(2).tolist()
    [[0.43, 0.57]]
    """
    return softmax(log(classifier).astype(float) + OF_VIEW * log(view))


def log(probs: Probs, least: float = LEAST) -> Floats:
    """Return the logarithm of probabilities, which count as `least` where they are below it."""
    return np.asarray(np.log(np.maximum(probs, least)))
