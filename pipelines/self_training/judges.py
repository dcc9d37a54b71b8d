"""The judges: held-out covered rows, whose LF labels say which round is best without any gold."""

from typing import TYPE_CHECKING

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


def judge(
    classifier: "TransformerClassifier", pool: Pool, progress: Progress
) -> tuple[float, float] | tuple[None, None]:
    """Return a model's mean recall over classes on the judges, in [0, 1], and its standard error.

    The words that made LFs fire are hidden, so that a model that only repeats the LFs is found out. None, None where
    there are no judges.
    """
    from labelfns.models.evaluation.metrics import macro_recall

    rows = np.flatnonzero(pool.judges).tolist()
    if not rows:
        return None, None
    texts, cues = pool.texts.take(rows), [pool.cues[i] for i in rows]
    probs = classifier.predict_proba(texts, hidden=cues, progress=progress)
    return macro_recall(pool.weak[rows].argmax(axis=1), probs.argmax(axis=1), pool.votes.n_labels)
