"""A linear head a label on frozen sentence vectors: the student that reads texts with several labels (scikit-learn)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError
from labelfns.models.arrays import Floats, rows_of_numbers
from labelfns.models.linear_head import unit


@dataclass(frozen=True, eq=False)
class MultiLabelHead:
    """Logistic regression a label, on vectors of length 1 and soft targets.

    Where votes cover some kinds of texts more than others, its probabilities follow the coverage too: they are scores
    to rank by and to cut with `prevalence_thresholds`, and no probabilities to be believed (Elkan and Noto 2008).

    Parameters
    ----------
    coefficients
        One row per label, [k, d].
    intercepts
        One per label, [k].
    """

    coefficients: Floats
    intercepts: Floats

    @classmethod
    def fit(cls, features: npt.ArrayLike, probs: npt.ArrayLike) -> "MultiLabelHead":
        """Fit on weak labels, those of texts without a vote among them.

        Parameters
        ----------
        features
            One vector per text, [n, d]; they are scaled to length 1.
        probs
            The probability of each label, [n, k] in [0, 1]; not all 0 and not all 1 of any label.

        Raises
        ------
        InputError
            If they do not fit, or a label has nothing to tell apart.
        """
        from sklearn.linear_model import LogisticRegression

        x, targets = rows_of_numbers(features, "features"), rows_of_numbers(probs, "probs").astype(float)
        if len(x) != len(targets) or not ((targets >= 0) & (targets <= 1)).all():
            raise InputError(
                f"probs must be numbers in [0, 1], a row per text; got shape {targets.shape} for {len(x)} texts"
            )
        same = np.flatnonzero((targets.max(axis=0) == 0) | (targets.min(axis=0) == 1)).tolist()
        if same:
            raise InputError(f"probs of column {same} are all 0 or all 1: there is nothing to tell apart")
        x, answers = np.concatenate([unit(x)] * 2), np.repeat([1, 0], len(targets))
        heads = [  # a soft target is the text twice, once with each answer
            LogisticRegression(max_iter=1000).fit(x, answers, sample_weight=np.concatenate([target, 1 - target]))
            for target in targets.T
        ]
        return cls(np.concatenate([head.coef_ for head in heads]), np.concatenate([head.intercept_ for head in heads]))

    def predict_proba(self, features: npt.ArrayLike) -> Floats:
        """Return the probability of each label, [r, k] in [0, 1], of vectors [r, d]; rows do not sum to 1."""
        scores = unit(rows_of_numbers(features, "features")) @ self.coefficients.T + self.intercepts
        return np.asarray(1 / (1 + np.exp(-scores)))
