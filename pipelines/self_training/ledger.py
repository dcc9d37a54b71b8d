"""What a round leaves: its `Ledger`, the `Round` itself, and which round to keep."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.checks import Bools, Ints
from labelfns.errors import InputError, raise_all
from labelfns.models.class_balance import Floats
from labelfns.models.evaluation.metrics import Scores
from labelfns.models.evaluation.steps import Promise
from labelfns.models.evaluation.text_precision import TextPrecision
from labelfns.votes import Probs

from .judges import Verdict
from .plots import plot_changes, plot_figures
from .pool import Pool
from .sample import Drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from labelfns.models.transformer.classifier import TransformerClassifier

ByLabel = dict[str, int]

COLLAPSE = 4
"""A class has collapsed where a model gives it less than its share of the pool divided by this."""

_OLD_NAMES = {"flips": "label_changes"}
"""Ledger fields as they were called in 0.1, and as they are called now."""


@dataclass(frozen=True)
class Ledger:
    """What one round did; counts by label are of the label that a row is trained on.

    Parameters
    ----------
    round
        0, 1, ...
    trained_on
        How many rows the round's model was trained on.
    kept, added, dropped, flipped
        Rows trained on in this round and the one before, with the same label; in this round only; in the one before
        only; in both, with another label.
    confidence
        Mean probability, in [0, 1], of the labels trained on.
    agreement
        Share, in [0, 1], of the covered rows on which the round's model and the LFs' label agree.
    judged, judged_error
        Mean recall over classes, in [0, 1], of the round's model against the LFs' labels of the judges (held-out
        covered rows), the words that made LFs fire hidden, and its standard error. None without judges.
    predicted_shares
        Share of the pool, in [0, 1], that the round's model gives to each label.
    drift
        Half the sum of the differences between these shares and the class balance, in [0, 1].
    label_changes
        Share of the pool, in [0, 1], to which the round's model gives another label than the model of the round
        before; in round 0, share of the covered rows to which it gives another label than the LFs.
    shift
        What was added to the logit of each label to adjust the model; None where nothing was.
    collapsed
        Labels that the model has all but given up: it gives them to less than a quarter of their share of the pool.
    pseudo_label_accuracy
        Share of right labels, in [0, 1], among those trained on, where the pool has gold; it is never used.
    scores
        Figures on the labeled sets, by name.
    hidden_scores
        The same with the words that make LFs fire hidden, of sets whose cues are known: what the model knows beyond
        its LFs.
    against, gain, gain_error
        The best round before, by how much this one is judged better on the same judges, and the standard error of that
        difference, copies of a text counted as one; the best round is chosen by them. None in round 0, without judges,
        and in ledgers of 0.1.
    promise
        What few gold rows promise of the labels that were trained on; None where the selection did not ask them.
    drawn
        How the rows that the rounds work on were drawn, of which all of this is said, where the pool has more than
        `max_rows`; None where they are all of the pool.
    guessed
        The mean recall, in [0, 1], that a model which does not read the texts passes with these judges one time in
        twenty; what is judged no better may be a guess. None without judges, and in ledgers of 0.1.
    """

    round: int
    trained_on: int
    kept: ByLabel
    added: ByLabel
    dropped: ByLabel
    flipped: ByLabel
    confidence: float
    agreement: float
    judged: float | None
    judged_error: float | None
    predicted_shares: dict[str, float]
    drift: float
    label_changes: float
    shift: dict[str, float] | None
    collapsed: tuple[str, ...]
    pseudo_label_accuracy: float | None
    scores: dict[str, Scores]
    hidden_scores: dict[str, Scores]
    against: int | None = None
    gain: float | None = None
    gain_error: float | None = None
    promise: Promise | None = None
    drawn: Drawn | None = None
    guessed: float | None = None

    @classmethod
    def of(
        cls,
        before: "Round | None",
        now: "Trained",
        pool: Pool,
        verdict: Verdict,
        scores: tuple[dict[str, Scores], dict[str, Scores]],
    ) -> "Ledger":
        """Compare a round with the one before.

        Parameters
        ----------
        before
            The round before; None in round 0.
        now
            The round's model and labels.
        pool
            The pool.
        verdict
            What the judges say of the model.
        scores
            The model's figures on the labeled sets; see `labelfns.pipelines.self_training.labeled`.
        """
        names, selected, answers = pool.votes.labels, now.weights > 0, now.predicted.argmax(axis=1)
        weak, gold = pool.weak.argmax(axis=1), pool.gold
        shares, balance = np.bincount(answers, minlength=len(names)) / len(answers), pool.class_balance
        right = (now.labels.argmax(axis=1) == gold)[selected & (gold >= 0)]
        changed = (answers != weak)[pool.covered] if before is None else answers != before.predicted.argmax(axis=1)
        return cls(
            round=0 if before is None else before.ledger.round + 1,
            trained_on=int(selected.sum()),
            **_changes(before, now, names),
            confidence=float(now.labels[selected].max(axis=1).mean()),
            agreement=float((answers == weak)[pool.covered].mean()),
            judged=verdict.judged,
            judged_error=verdict.error,
            predicted_shares=dict(zip(names, shares.tolist(), strict=True)),
            drift=float(abs(shares - balance).sum() / 2),
            label_changes=float(changed.mean()),
            shift=None if now.shift is None else dict(zip(names, now.shift.tolist(), strict=True)),
            collapsed=tuple(name for c, name in enumerate(names) if shares[c] < balance[c] / COLLAPSE),
            pseudo_label_accuracy=float(right.mean()) if len(right) else None,
            scores=scores[0],
            hidden_scores=scores[1],
            against=verdict.against,
            gain=verdict.gain,
            gain_error=verdict.gain_error,
            promise=now.promise,
            drawn=pool.drawn,
            guessed=verdict.guessed,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the ledger as JSON takes it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Ledger":
        """Read what `to_json` returned, in this version or in 0.1.

        Raises
        ------
        InputError
            If a part is missing or of the wrong type; all at once.
        """
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(cls).validate_python(with_new_names(values))
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, one['loc'])) or 'ledger'}: {one['msg']}" for one in error.errors()]
            raise_all(InputError, problems[:10])
            raise


def with_new_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a ledger's JSON with the names of this version in place of those of 0.1."""
    return {_OLD_NAMES.get(name, name): value for name, value in values.items()}


def _changes(before: "Round | None", now: "Trained", names: Sequence[str]) -> dict[str, ByLabel]:
    """Count by label which rows are trained on in a round, in the one before, or in both."""
    labels, selected = now.labels.argmax(axis=1), now.weights > 0
    earlier = labels if before is None else before.labels.argmax(axis=1)
    was = np.zeros_like(selected) if before is None else before.selected
    counts = {
        "kept": (was & selected & (labels == earlier), labels),
        "added": (~was & selected, labels),
        "dropped": (was & ~selected, earlier),
        "flipped": (was & selected & (labels != earlier), labels),
    }
    return {
        change: dict(zip(names, np.bincount(of[rows], minlength=len(names)).tolist(), strict=True))
        for change, (rows, of) in counts.items()
    }


@dataclass(frozen=True, eq=False)
class Trained:
    """A round's model before anything is counted.

    Parameters
    ----------
    classifier
        The fitted model.
    labels
        The pool's label probabilities that it was trained on, [n, k].
    weights
        The rows' weights [n], at least 0; rows of weight 0 were not trained on.
    predicted
        The model's own probabilities on the pool, [n, k].
    shift
        What was added to its logits, [k]; None where nothing was.
    promise
        What few gold rows promise of the labels; None where they were not asked.
    """

    classifier: "TransformerClassifier"
    labels: Probs
    weights: Floats
    predicted: Probs
    shift: Floats | None
    promise: Promise | None = None


@dataclass(frozen=True, eq=False)
class Round:
    """A round's model, the labels it was trained on, and its ledger.

    Parameters
    ----------
    classifier
        The fitted model.
    labels
        The pool's label probabilities that it was trained on, [n, k].
    weights
        The rows' weights [n], at least 0; rows of weight 0 were not trained on.
    ledger
        What the round did.
    predicted
        The model's own probabilities on the pool, [n, k]; the next round's teacher.
    on_judges
        The class it gives to each judge whose cues are hidden, [j]; None where it was not asked, or was read from disk.
    rows
        Where the n rows are a sample: their positions in the pool, [n]; None where they are all of it.
    """

    classifier: "TransformerClassifier"
    labels: Probs
    weights: Floats
    ledger: Ledger
    predicted: Probs
    on_judges: Ints | None = None
    rows: Ints | None = None

    @property
    def selected(self) -> Bools:
        """A mask [n]: rows trained on."""
        return np.asarray(self.weights > 0)


@dataclass(frozen=True, eq=False)
class SelfTrainingResult:
    """All rounds.

    Parameters
    ----------
    weak_labels
        The label model's probabilities on the pool, [n, k].
    rounds
        The rounds, in order.
    stopped
        Why there are no more rounds.
    judges
        A mask [n]: the covered rows that no round trained on.
    copies
        How many texts repeat an earlier one but for case, user names, web addresses and white space. They
        are trained on, or judged by, together.
    from_text
        What the texts say of each LF, where their vectors are known: where a selection needs them.
    features
        These vectors, [n, d], of the backbone as it is before any fine-tuning.
    rows
        Where the rounds worked on a sample: its positions in the pool, ascending; what is said of n rows is said of
        these, but for the weak labels. None where they worked on all of the pool.
    """

    weak_labels: Probs
    rounds: tuple[Round, ...]
    stopped: str
    judges: Bools
    copies: int = 0
    from_text: tuple[TextPrecision, ...] = ()
    features: Floats | None = None
    rows: Ints | None = None

    @property
    def best(self) -> Round:
        """The round to keep; see `best_round`."""
        return best_round(self.rounds)

    def plot_rounds(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw what each round trained on: rows kept from the round before, flipped, added; below, dropped.

        Parameters
        ----------
        ax
            The matplotlib Axes to draw on; by default new ones.
        """
        return plot_changes([one.ledger.to_json() for one in self.rounds], self.best.ledger.round, ax=ax)

    def plot_figures_by_round(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw how each round is judged, without gold, and its macro F1 on sets with gold.

        Parameters
        ----------
        ax
            The matplotlib Axes to draw on; by default new ones.

        Raises
        ------
        InputError
            If no round was judged or measured.
        """
        return plot_figures([one.ledger.to_json() for one in self.rounds], self.best.ledger.round, ax=ax)


def best_round(rounds: Sequence[Round]) -> Round:
    """Return the round to keep: a later one replaces the best before if it is judged better by a standard error.

    Both are judged on the same rows, so the error is that of their difference. A round that is better by less may as
    well be worse, and the earlier model is closer to the LFs. A round in which a class collapsed replaces none in which
    no class did. Without judges the last round is kept.
    """
    best = rounds[0]
    for later in rounds[1:]:
        if _better(later.ledger, best.ledger) and not (later.ledger.collapsed and not best.ledger.collapsed):
            best = later
    return best


def _better(now: Ledger, before: Ledger) -> bool:
    if now.gain is not None and now.gain_error is not None and now.against == before.round:
        return now.gain > now.gain_error * (1 + 1e-9)  # one text that differs is a difference of one error, not more
    if now.judged is None or before.judged is None:
        return True
    return now.judged > before.judged + (before.judged_error or 0.0)  # 0.1 did not compare row by row
