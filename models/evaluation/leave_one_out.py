"""What each LF adds: the label model fitted without it, against the whole."""

import copy
from dataclasses import dataclass

import numpy as np

from labelfns.checks import Bools, Gold, Ints, check_gold
from labelfns.counted import check_counts, tally
from labelfns.errors import InputError
from labelfns.models.arrays import Probs, credit, decide
from labelfns.models.label_models.base import BaseLabelModel
from labelfns.progress import Progress, silent
from labelfns.votes import Votes


@dataclass(frozen=True)
class LeaveOneOut:
    """What one LF adds to a label model.

    Parameters
    ----------
    lf
        The LF left out.
    coverage
        The share of all rows that only this LF covers, in [0, 1].
    changed
        The share of the rows covered without it whose verdict it changes, in [0, 1]; None where no model can be
        fitted without it.
    accuracy
        By how much the accuracy is higher with this LF, in [-1, 1]; None without gold, or where no model can be fitted
        without it. Both are over the same rows (see `leave_one_out`).
    reason
        Why no model can be fitted without it; None where one can.
    """

    lf: str
    coverage: float
    changed: float | None
    accuracy: float | None
    reason: str | None = None


def leave_one_out(
    model: BaseLabelModel,
    votes: Votes,
    gold: Gold | None = None,
    *,
    counts: Ints | None = None,
    progress: Progress = silent,
) -> tuple[LeaveOneOut, ...]:
    """Return what each LF adds: a copy of the model is fitted without it, and the verdicts are compared.

    Accuracies are compared over the same rows: all that have gold and that some LF covers. A row that ties, or that
    only the LF left out covers, is worth a fair draw among the (tied) classes. So an LF that is better than chance on
    rows which no other covers adds to the accuracy, however hard these rows are.

    Parameters
    ----------
    model
        A label model; it is not changed, and need not be fitted.
    votes
        The votes, [n, m]; one fit per LF and one for all.
    gold
        Labels [n], by id or name, -1 or None where unknown; used to measure, not to fit.
    counts
        How often each row stands there, [n] whole numbers of at least 0; by default once.
    progress
        Called after each fit.

    Raises
    ------
    InputError
        If the model cannot be fitted on all LFs, or gold or counts do not fit the votes.
    """
    times = check_counts(counts, len(votes))
    labels = np.full(len(votes), -1) if gold is None else check_gold(gold, len(votes), votes.labels)
    covered, whole = votes.covered & (times > 0), _probs(model, votes, counts)
    decided, measured = decide(whole, covered), covered & (labels >= 0)

    def accuracy(probs: Probs) -> float:
        return float(np.average(credit(probs[measured], labels[measured]), weights=times[measured]))

    results = []
    for j, name in enumerate(votes.lf_names):
        rest = _without(votes, j)
        still: Bools = rest.covered & (times > 0)
        alone = float(tally(covered & ~still, times) / max(int(times.sum()), 1))
        try:
            probs = _probs(model, rest, counts)
        except InputError as error:
            results.append(LeaveOneOut(name, alone, None, None, str(error)))
        else:
            other = still & (decided != decide(probs, still))
            changed = float(tally(other, times) / max(int(tally(still, times)), 1))
            gain = accuracy(whole) - accuracy(probs) if measured.any() else None
            results.append(LeaveOneOut(name, alone, changed, gain))
        progress("Fitting without each LF", j + 1, len(votes.lf_names))
    return tuple(results)


def _without(votes: Votes, j: int) -> Votes:
    """Return the votes of all LFs but one."""
    return votes.of_lfs([*votes.lf_names[:j], *votes.lf_names[j + 1 :]])


def _probs(model: BaseLabelModel, votes: Votes, counts: Ints | None) -> Probs:
    """Return the probabilities [n, k] of a copy of the model, fitted on these votes; without a vote all are equal."""
    if not votes.covered.any():
        return np.full((len(votes), votes.n_labels), 1 / votes.n_labels)
    return copy.copy(model).fit(votes, counts=counts).predict_proba(votes)
