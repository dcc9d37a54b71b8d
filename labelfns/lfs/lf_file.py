"""The LFs of a file as an `LFSet`."""

from collections.abc import Sequence
from os import PathLike

from labelfns.lfs.load import lfs_of_file
from labelfns.lfset import LFSet


def load_lfs(path: str | PathLike[str], labels: Sequence[str]) -> LFSet:
    """Return the LFs of a file, see `labelfns.lfs.load.lfs_of_file`, as a set over these labels."""
    return LFSet(labels, lfs_of_file(path))
