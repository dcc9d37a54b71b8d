"""A label matrix that holds only the votes: smaller than int8 where fewer than one vote in seven is cast.

Nothing in this library takes it; it is kept for one release.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.lfs.base import ABSTAIN
from labelfns.votes import Fault, Votes


@dataclass(frozen=True, eq=False)
class SparseVotes:
    """The votes that are cast, ordered by row, then by LF.

    Parameters
    ----------
    starts
        An [n + 1] array of int64: the votes of row i are those from ``starts[i]`` to ``starts[i + 1]``.
    lfs
        A [v] array: the LF of each vote, 0 to m-1.
    votes
        An int8 [v] array with values in 0..k-1.
    labels, lf_names, faults
        As in `Votes`.

    Examples
    --------
    >>> votes = Votes([[0, -1], [-1, -1], [0, 1]], labels=["no", "yes"])
    >>> sparse = SparseVotes.of(votes)
    >>> sparse.votes.tolist(), (sparse.dense().matrix == votes.matrix).all().item()
    ([0, 0, 1], True)
    """

    starts: npt.NDArray[np.int64]
    lfs: npt.NDArray[np.uint16]
    votes: npt.NDArray[np.int8]
    labels: tuple[str, ...]
    lf_names: tuple[str, ...]
    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, votes: Votes) -> "SparseVotes":
        """Leave out the abstains."""
        cast = votes.matrix != ABSTAIN
        starts = np.concatenate([[0], np.cumsum(cast.sum(axis=1))]).astype(np.int64)
        lfs = np.nonzero(cast)[1].astype(np.uint16)
        return cls(starts, lfs, votes.matrix[cast], votes.labels, votes.lf_names, votes.faults)

    def __len__(self) -> int:
        """Return the number of rows, n."""
        return len(self.starts) - 1

    @property
    def nbytes(self) -> int:
        """The size in bytes; `Votes` takes n times m."""
        return self.starts.nbytes + self.lfs.nbytes + self.votes.nbytes

    def dense(self) -> Votes:
        """Return the whole matrix."""
        matrix = np.full((len(self), len(self.lf_names)), ABSTAIN, dtype=np.int8)
        matrix[np.repeat(np.arange(len(self)), np.diff(self.starts)), self.lfs] = self.votes
        return Votes(matrix, labels=self.labels, lf_names=self.lf_names, faults=self.faults)


def smaller(votes: Votes) -> Votes | SparseVotes:
    """Return the votes in whichever form takes less memory."""
    sparse = SparseVotes.of(votes)
    return sparse if sparse.nbytes < votes.matrix.nbytes else votes
