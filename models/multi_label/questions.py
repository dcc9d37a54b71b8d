"""What a vote says about each label: one binary `Votes` a label, from one application of the LFs.

One model a label, and labels that exclude each other only where it is said: as skweak 0.3.1 does (Lison et al. 2021).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from labelfns.checks import check_labels
from labelfns.errors import InputError, did_you_mean, raise_all, some
from labelfns.lfs.base import ABSTAIN
from labelfns.votes import Votes

Says = Mapping[str, Sequence[str]]
"""By what an LF votes for: labels."""


def by_label(
    votes: Votes, labels: Sequence[str], *, includes: Says | None = None, excludes: Says | None = None
) -> dict[str, Votes]:
    """Return the votes on each label: whether it is there or not.

    A vote for a label says that this label is there, and nothing of the others, which abstains on their questions. What
    else it says is declared. LFs may vote for more than the labels: for ``"not joy"``, or for a mix of two.

    Parameters
    ----------
    votes
        What the LFs say, [n, m].
    labels
        The k labels that a text can carry, any number of them or none.
    includes
        By what LFs vote for, which labels it says are there besides the label of that name.
    excludes
        By what LFs vote for, which labels it says are not there.

    Returns
    -------
    dict[str, Votes]
        By label, votes [n, m] of the same LFs for ``not LABEL`` (0) or ``LABEL`` (1).

    Raises
    ------
    InputError
        If LFs vote for what says nothing of any label, a declaration names what is not there, or it says of one label
        both; all at once.

    Examples
    --------
    >>> votes = Votes([[0, -1], [-1, 2]], labels=["joy", "fear", "calm"], lf_names=["a", "b"])
    >>> asked = by_label(votes, ["joy", "fear"], excludes={"calm": ["fear"]})
    >>> asked["joy"].matrix.tolist(), asked["fear"].matrix.tolist()
    ([[1, -1], [-1, -1]], [[-1, -1], [-1, 0]])
    """
    labels = check_labels(labels)
    said = _said(votes.labels, labels, includes or {}, excludes or {})
    return {
        label: Votes(
            said[votes.matrix, c],  # an abstain, -1, reads the last row, which says nothing
            labels=(f"not {label}", label),
            lf_names=votes.lf_names,
            faults=votes.faults,
            cues=votes.cues,
        )
        for c, label in enumerate(labels)
    }


def _said(claims: Sequence[str], labels: Sequence[str], includes: Says, excludes: Says) -> npt.NDArray[np.int8]:
    """Return what each vote says of each label, [c + 1, k] in {-1, 0, 1}; the last row is that of an abstain."""
    said = np.full((len(claims) + 1, len(labels)), ABSTAIN, dtype=np.int8)
    problems = []
    there: dict[str, list[str]] = {label: [label] for label in labels if label in claims}
    for argument, declared, value in (("includes", there, 1), ("includes", includes, 1), ("excludes", excludes, 0)):
        for claim, named in declared.items():
            if claim not in claims:
                problems.append(
                    f"{argument}: no LF can vote for {claim!r}; the votes are for {some(claims)}"
                    f"{did_you_mean(claim, claims)}"
                )
                continue
            if isinstance(named, str):
                problems.append(f"{argument}: {claim!r} needs a list of labels; got the string {named!r}")
                continue
            for label in named:
                if label not in labels:
                    problems.append(f"{argument}: {claim!r} names {label!r}, which is not one of {some(labels)}")
                    continue
                cell = claims.index(claim), labels.index(label)
                if said[cell] not in (ABSTAIN, value):
                    problems.append(f"a vote for {claim!r} says of {label!r} both that it is there and that it is not")
                said[cell] = value
    problems += [
        f"votes for {claim!r} say nothing of any label; name it in labels, includes or excludes"
        for claim, row in zip(claims, said, strict=False)
        if (row == ABSTAIN).all() and claim not in includes and claim not in excludes
    ]
    raise_all(InputError, problems)
    return said
