"""Where each label's scores are cut, so that it is given as often as it is there."""

from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError
from labelfns.models.arrays import TIE, Floats, rows_of_numbers


def prevalence_thresholds(scores: npt.ArrayLike, prevalence: npt.ArrayLike) -> Floats:
    """Return for each label the score from which on it is given (proportional cut, Yang 2001).

    The share of texts with at least that score comes as near to the label's prevalence as scores that tie let it. The
    order of the scores alone decides, so that they need not be calibrated.

    Parameters
    ----------
    scores
        A score per text and label, [n, k], of texts drawn like those that the prevalence is of.
    prevalence
        The share of texts that carry each label, [k], in (0, 1).

    Returns
    -------
    Floats
        Thresholds [k]; infinity for a label that is nearer to its prevalence if it is given to no text.

    Raises
    ------
    InputError
        If scores and prevalence do not fit, or there is no text.

    Examples
    --------
    >>> prevalence_thresholds([[0.9], [0.8], [0.3], [0.3]], [0.5]).tolist()
    [0.8]
    """
    table, shares = rows_of_numbers(scores, "scores"), np.asarray(prevalence, dtype=float)
    if not len(table) or shares.shape != (table.shape[1],) or not ((shares > 0) & (shares < 1)).all():
        raise InputError(
            f"prevalence must be {table.shape[1]} shares between 0 and 1, one per label, of at least one text; "
            f"got {shares.tolist()} for scores of shape {table.shape}"
        )
    return np.array([_cut(column, share) for column, share in zip(table.T, shares.tolist(), strict=True)])


def _cut(column: npt.NDArray[Any], share: float) -> float:
    ordered = np.sort(column)[::-1]
    last = np.flatnonzero(np.append(np.diff(ordered) < -TIE, True))  # of each group of equal scores
    cuts, given = np.append(np.inf, ordered[last]), np.append(0, last + 1) / len(column)
    return float(cuts[np.abs(given - share).argmin()])
