"""The judges: held-out covered rows, whose LF labels say which round is best without any gold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.checks import Bools, Ints
from labelfns.progress import Progress
from labelfns.votes import Probs, Votes

from .pool import Pool

if TYPE_CHECKING:
    from labelfns.models.transformer.classifier import TransformerClassifier


def hold_out(votes: Votes, weak: Probs, share: float, seed: int, groups: Ints) -> Bools:
    """Draw the rows that no round trains on: judges, and rows that are copies of judges.

    Copies stay together, or a model would be judged on texts that it was trained on.

    Parameters
    ----------
    votes
        The pool's votes.
    weak
        The label model's probabilities, [n, k].
    share
        Share, in [0, 1), of the covered rows of each class to draw, rounded down; less where a group of copies is too
        large for it.
    seed
        Seed of the draw.
    groups
        The group of copies of each row, [n]; see `copy_groups`.

    Returns
    -------
    Bools
        A mask [n]. The judges are its covered rows.
    """
    rng = np.random.default_rng(seed)
    labels = weak.argmax(axis=1)
    drawn = np.zeros(groups.max(initial=-1) + 1, dtype=bool)
    for c in range(votes.n_labels):
        rows = np.flatnonzero(votes.covered & (labels == c))
        sizes = np.bincount(groups[rows], minlength=len(drawn))
        room = int(share * len(rows)) - int(sizes[drawn].sum())
        for group in groups[rng.permutation(rows)].tolist():
            if room <= 0:
                break
            if not drawn[group] and sizes[group] <= room:
                drawn[group] = True
                room -= int(sizes[group])
    return np.asarray(drawn[groups])


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the judges say of a round's model.

    Parameters
    ----------
    answers
        The class it gives to each judge, [j], cues hidden.
    judged, error
        Its mean recall over classes against the LFs' labels, in [0, 1], and the standard error; None without judges.
    against
        The number of the round that was the best before; None where there is none to compare with.
    gain, gain_error
        By how much its mean recall is above that of this round, on the same judges, and the standard error of that.
    guessed
        The mean recall, in [0, 1], that a model which does not read the texts seldom passes; None without judges.
    """

    answers: Ints
    judged: float | None = None
    error: float | None = None
    against: int | None = None
    gain: float | None = None
    gain_error: float | None = None
    guessed: float | None = None

    @classmethod
    def of(cls, answers: Ints, pool: Pool, best: tuple[int, Ints] | None) -> "Verdict":
        """Compare a model's answers on the judges, [j], with the LFs' labels and with the best round's before.

        Copies of a text count as one judge in the error of the difference.

        Parameters
        ----------
        answers
            The class of each judge, as `ask` returns them.
        pool
            The pool.
        best
            The number of the best round before, and its answers, [j]; None in round 0.
        """
        from labelfns.models.evaluation.metrics import guessed_recall, macro_recall, macro_recall_difference

        if not len(answers):
            return cls(answers)
        labels, groups = pool.weak[pool.judges].argmax(axis=1), pool.groups[pool.judges]
        judged, error = macro_recall(labels, answers, pool.votes.n_labels)
        guessed = guessed_recall(labels, pool.votes.n_labels)
        if best is None:
            return cls(answers, judged, error, guessed=guessed)
        against, before = best
        gain, gain_error = macro_recall_difference(labels, answers, before, groups)
        return cls(answers, judged, error, against, gain, gain_error, guessed)


def may_be_guess(ledger: Mapping[str, Any]) -> bool:
    """Tell whether the judges cannot tell a round's model from one that does not read the texts, by its ledger."""
    guessed = ledger.get("guessed")  # not in ledgers of 0.1
    return guessed is not None and ledger["judged"] <= guessed


def ask(classifier: "TransformerClassifier", pool: Pool, progress: Progress) -> Ints:
    """Return the class that a model gives to each judge, [j].

    The words that made LFs fire are hidden, so that a model that only repeats the LFs is found out.
    """
    rows = np.flatnonzero(pool.judges).tolist()
    if not rows:
        return np.zeros(0, dtype=np.int64)
    texts, cues = pool.texts.take(rows), [pool.cues[i] for i in rows]
    return np.asarray(classifier.predict_proba(texts, hidden=cues, progress=progress).argmax(axis=1))
