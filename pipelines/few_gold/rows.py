"""`GoldRows`: the few gold rows, weighted to the pool's class balance and split for cross-validation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.checks import Gold, Ints, check_gold, check_texts
from labelfns.errors import InputError, raise_all
from labelfns.models.arrays import check_weights
from labelfns.models.class_balance import Floats, reweighted
from labelfns.pipelines.self_training.copies import copy_groups
from labelfns.pipelines.self_training.labeled import check_lengths

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class GoldRows:
    """The few gold rows.

    Parameters
    ----------
    texts
        The n texts.
    gold
        Their class ids, [n].
    weights
        Their weights [n]: how many rows each stands for where that is known, else equal weights that sum for each class
        to its share of the pool.
    """

    texts: Sequence[str]
    gold: Ints
    weights: Floats

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        gold: Gold,
        class_balance: npt.ArrayLike,
        labels: Sequence[str],
        weights: Floats | None = None,
    ) -> "GoldRows":
        """Take the rows whose gold label is known.

        Parameters
        ----------
        texts
            The texts.
        gold
            One label per text, by id or name; -1 or None where unknown.
        class_balance
            The share of each class, [k], all above 0.
        labels
            The k label names.
        weights
            How many rows each text stands for, [n], where they were drawn with known probabilities.

        Raises
        ------
        InputError
            If gold does not fit the texts, or a class has fewer than 2 gold rows.
        """
        texts = check_texts(texts)
        check_lengths(len(texts), gold=gold)
        ids = check_gold(gold, len(texts), labels)
        check_few_gold(ids, labels)
        rows = np.flatnonzero(ids >= 0).tolist()
        if weights is None:
            counted = reweighted(np.ones(len(rows)), ids[rows], np.asarray(class_balance))
        else:
            counted = check_weights(weights, ids)[rows]
            counted /= counted.mean()
        return cls([texts[i] for i in rows], ids[rows], counted)

    def folds(self, n: int, seed: int) -> list[tuple[Index, Index]]:
        """Split into folds: rows to train on, and rows held out; each row is held out once.

        Classes are spread evenly, and copies of a text are held out together.

        Parameters
        ----------
        n
            How many folds, at least 2; fewer where a class has fewer different texts.
        seed
            Seed of the split.
        """
        from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

        seed %= 2**32
        groups = copy_groups(self.texts)
        n = max(2, min(n, *(len(np.unique(groups[self.gold == c])) for c in np.unique(self.gold))))
        if 2 <= len(np.unique(groups)) < len(groups):
            splits = StratifiedGroupKFold(n, shuffle=True, random_state=seed).split(self.texts, self.gold, groups)
        else:  # no copies, or nothing but copies of one text
            splits = StratifiedKFold(n, shuffle=True, random_state=seed).split(self.texts, self.gold)
        return [(rest, held_out) for rest, held_out in splits if len(held_out)]


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
