"""`Votes`: the label matrix with its names, as the LFs left it."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from os import PathLike
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Gold, Ints, check_gold, check_labels, values_of
from labelfns.counted import check_counts
from labelfns.display.numbers import percent
from labelfns.display.of_votes import ShownVotes
from labelfns.errors import InputError, did_you_mean, first_line, number_of, raise_all, some
from labelfns.interop.of_votes import FramedVotes
from labelfns.io.atomic import whole
from labelfns.lfs.base import ABSTAIN
from labelfns.lfs.fault import Fault as Fault
from labelfns.vote_tables import (
    checked_strength,
    lf_table,
    row_blocks,
    row_table,
    strength_columns,
    strengths_in,
    vote_frame,
    with_strengths,
)

if TYPE_CHECKING:
    import polars as pl

    from labelfns.text.spans import Span

_ABOUT, _DIGEST = "labelfns.votes", "labelfns.votes.digest"

Probs = npt.NDArray[np.floating[Any]]
"""An [n, k] array of probabilities in [0, 1], rows sum to 1."""


@dataclass(frozen=True, eq=False, repr=False)
class Votes(ShownVotes, FramedVotes):
    """A label matrix with its names.

    Parameters
    ----------
    matrix
        An [n, m] integer array with values in {-1, 0, ..., k-1}; kept as a read-only int8 copy.
    labels
        The k class names, class 0 first; 2 to 127 of them.
    lf_names
        The m LF names; by default ``lf_0`` to ``lf_<m-1>``.
    faults
        What went wrong while the LFs were applied, at most one entry per LF.
    cues
        For each row where in its text the LFs fired, in order, overlapping places merged; None where nobody asked.
    strength
        An [n, m] array in [0, 1]: how much of a vote each vote is, such as a model's probability; None where all are
        whole. `LabelModel` goes by it, other label models do not. Kept as a read-only float32 copy, 0 for abstains.

    Raises
    ------
    InputError
        If the matrix is not two-dimensional, not of integers, holds a value outside its range, or does not
        agree with the names; a name is no text or there twice; or the strengths are not right.

    Examples
    --------
    >>> votes = Votes([[0, -1], [0, 1], [-1, -1]], labels=["no", "yes"], lf_names=["a", "b"])
    >>> votes.covered.tolist(), votes.conflicting.tolist()
    ([True, True, False], [False, True, False])
    >>> votes["b"].tolist()
    [-1, 1, -1]
    """

    matrix: npt.NDArray[np.int8]
    labels: tuple[str, ...] = field(kw_only=True)
    lf_names: tuple[str, ...] = field(default=(), kw_only=True)
    faults: tuple[Fault, ...] = field(default=(), kw_only=True)
    cues: "Sequence[Sequence[Span]] | None" = field(default=None, kw_only=True)
    strength: npt.NDArray[np.float32] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        labels = check_labels(self.labels)
        try:
            matrix = np.asarray(self.matrix)
        except ValueError as error:
            raise InputError(f"a label matrix is two-dimensional (rows x LFs): {first_line(error)}") from error
        if matrix.ndim != 2 or not np.issubdtype(matrix.dtype, np.integer):
            raise InputError(
                "a label matrix is a two-dimensional array of integers (rows x LFs); "
                f"got shape {matrix.shape} of {matrix.dtype}"
            )
        if isinstance(self.lf_names, str):
            raise InputError(f"lf_names must be a list of names; got the string {self.lf_names!r}")
        names = tuple(self.lf_names) or tuple(f"lf_{j}" for j in range(matrix.shape[1]))
        if len(names) != matrix.shape[1]:
            raise InputError(f"{len(names)} LF names for a label matrix of {number_of(matrix.shape[1], 'column')}")
        _check_names(names)
        fits = not matrix.size or (matrix.min() >= ABSTAIN and matrix.max() < len(labels))
        bad: Any = [] if fits else np.argwhere((matrix < ABSTAIN) | (matrix >= len(labels)))
        raise_all(
            InputError,
            [
                f"row {i}, LF {names[j]!r}: vote {matrix[i, j]} is not in -1..{len(labels) - 1} "
                f"({number_of(len(labels), 'label')}: {', '.join(labels)})"
                for i, j in bad[:5]
            ]
            + ([f"... and {number_of(len(bad) - 5, 'more such vote')}"] if len(bad) > 5 else []),
        )
        if matrix.dtype != np.int8 or matrix.flags.writeable or matrix.base is not None:
            matrix = matrix.astype(np.int8)
            matrix.flags.writeable = False
        for name, value in {"matrix": matrix, "labels": labels, "lf_names": names}.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "faults", tuple(self.faults))
        if self.cues is not None and len(self.cues) != len(matrix):
            raise InputError(f"there are cues for {number_of(len(self.cues), 'row')}, and votes for {len(matrix)}")
        if self.strength is not None:
            object.__setattr__(self, "strength", checked_strength(self.strength, matrix, names))

    def __repr__(self) -> str:
        faults = f", {len(self.faults)} with faults" if self.faults else ""
        covered, silent = int(self.covered.sum()), int((~(self.matrix >= 0).any(axis=0)).sum())
        faults = f", {number_of(silent, 'never votes', 'never vote')}{faults}" if silent else faults
        size = f"{number_of(len(self), 'row')}, {covered:,} covered, {number_of(len(self.lf_names), 'LF')}"
        return f"Votes({size}{faults}, labels={self.labels})"

    def _repr_html_(self) -> str:
        from labelfns.display import html

        n, failed = max(len(self), 1), {fault.lf: len(fault.rows) for fault in self.faults}
        rows = [
            (
                html.name(lf["lf"]),
                html.names(lf["polarity"]) or "never votes",
                html.share(lf["coverage"]),
                *(percent(lf[share]) for share in ("overlaps", "conflicts")),
                *([f"{failed.get(lf['lf'], 0):,}"] if failed else []),
            )
            for lf in self.summary().iter_rows(named=True)
        ]
        covered, contested = int(self.covered.sum()), int(self.conflicting.sum())
        title = (
            f"Votes of {number_of(len(self.lf_names), 'LF')} on {number_of(len(self), 'text')}: {covered:,} with a "
            f"vote ({percent(covered / n)}), {contested:,} with votes for different labels"
        )
        names = ["LF", "votes for", "coverage", "overlaps", "conflicts", *["failed, rows"] * bool(failed)]
        return html.together([html.table(title, names, rows, left=(0, 1, 2), more="LFs")])

    def __len__(self) -> int:
        """Return the number of rows, n."""
        return len(self.matrix)

    @overload
    def __getitem__(self, lf: str) -> npt.NDArray[np.int8]: ...
    @overload
    def __getitem__(self, lf: "tuple[Ints | Bools | slice, EllipsisType]") -> "Votes": ...
    def __getitem__(self, lf: Any) -> Any:
        """Return the votes of one LF, by its name: read-only int8 [n] with values in {-1, 0, ..., k-1}.

        ``votes[index, ...]`` is ``votes.rows(index)``, as scikit-learn takes rows of whatever has a `shape`.

        Raises
        ------
        InputError
            If there is no LF of this name.
        """
        if isinstance(lf, tuple) and len(lf) == 2 and lf[1] is ...:
            return self.rows(lf[0])
        return self.matrix[:, self._column(lf)]

    __iter__ = None

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and LFs, (n, m)."""
        return len(self), len(self.lf_names)

    @property
    def n_labels(self) -> int:
        """The number of classes, k."""
        return len(self.labels)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """An [n, k] array: how many LFs vote for each class in each row."""
        counts = np.empty((len(self), self.n_labels), dtype=np.int64)
        for rows in row_blocks(len(self)):
            for c in range(self.n_labels):
                counts[rows, c] = (self.matrix[rows] == c).sum(axis=1)
        return counts

    @property
    def covered(self) -> Bools:
        """An [n] mask: rows with at least one vote."""
        covered = np.empty(len(self), dtype=bool)
        for rows in row_blocks(len(self)):
            (self.matrix[rows] != ABSTAIN).any(axis=1, out=covered[rows])
        return covered

    @property
    def conflicting(self) -> Bools:
        """An [n] mask: rows with votes for at least two classes."""
        return np.asarray((self.counts > 0).sum(axis=1) > 1)

    def rows(self, index: Ints | Bools | slice) -> "Votes":
        """Return the votes of some rows, by position or mask, with their cues and without the faults."""
        cues = None if self.cues is None else [self.cues[i] for i in np.arange(len(self))[index].tolist()]
        strength = None if self.strength is None else self.strength[index]
        return replace(self, matrix=self.matrix[index], faults=(), cues=cues, strength=strength)

    def of_lfs(self, names: Sequence[str]) -> "Votes":
        """Return the votes of some LFs, in the order given, without cues and faults.

        Raises
        ------
        InputError
            If there is no LF of such a name.
        """
        columns = [self._column(name) for name in names]
        strength = None if self.strength is None else self.strength[:, columns]
        return Votes(self.matrix[:, columns], labels=self.labels, lf_names=tuple(names), strength=strength)

    def where(
        self,
        lf: str,
        *,
        alone: bool = False,
        against: str | None = None,
        gold: Gold | None = None,
        wrong: bool | None = None,
        texts: Sequence[str] | None = None,
    ) -> "pl.DataFrame":
        """Return the rows on which an LF votes, or those of them that meet further conditions.

        Parameters
        ----------
        lf
            The LF's name.
        alone
            Only rows on which no other LF votes.
        against
            Only rows on which this other LF votes for another label; ``"any"`` for some other LF.
        gold
            Labels [n], by id or name; -1 or None where unknown.
        wrong
            Only rows with a known gold label: True for those on which the LF differs from it, False for those on which
            it does not.
        texts
            The n texts.

        Returns
        -------
        pl.DataFrame
            One row per row of the votes, in order. Columns ``row``, the first is 0; ``text``, where texts are given;
            ``label``, the label that the LF votes for; ``gold``, where gold is given, null where unknown; ``votes``,
            every vote on the row, as a list of LF and label.

        Raises
        ------
        InputError
            If there is no such LF, or gold or texts do not fit.

        Examples
        --------
        >>> votes = Votes([[0, -1], [0, 1], [-1, -1]], labels=["no", "yes"], lf_names=["a", "b"])
        >>> votes.where("a", against="b", texts=["x", "y", "z"]).rows()
        [(1, 'y', 'no', [{'lf': 'a', 'label': 'no'}, {'lf': 'b', 'label': 'yes'}])]
        >>> votes.where("a", gold=["yes", "no", None], wrong=True)["row"].to_list()
        [0]
        """
        mine, gold_ids = self[lf], None if gold is None else check_gold(gold, len(self), self.labels)
        mask = mine != ABSTAIN
        if alone:
            mask &= (self.matrix != ABSTAIN).sum(axis=1) == 1
        if against is not None:
            others = self.matrix if against == "any" and against not in self.lf_names else self[against][:, None]
            mask &= ((others != ABSTAIN) & (others != mine[:, None])).any(axis=1)
        if wrong is not None and gold_ids is None:
            raise InputError("where: wrong compares with gold labels; give gold too")
        if wrong is not None and gold_ids is not None:
            mask &= (gold_ids >= 0) & ((gold_ids != mine) == wrong)
        texts = None if texts is None else values_of(texts)
        if texts is not None and len(texts) != len(self):
            raise InputError(f"{number_of(len(texts), 'text')} for {number_of(len(self), 'row')} of votes")
        rows = np.flatnonzero(mask)
        return row_table(self.matrix, self.labels, self.lf_names, rows, self._column(lf), gold_ids, texts)

    def summary(self, gold: Gold | None = None, *, counts: Ints | None = None) -> "pl.DataFrame":
        """Return one row per LF: what it votes for, how often, and how often others do too.

        The definitions are those of Ratner et al. 2017 (Snorkel) and `snorkel.labeling.LFAnalysis`, except that
        accuracy counts only rows whose gold label is known.

        Parameters
        ----------
        gold
            Labels [n], by id or name; -1 or None where unknown.
        counts
            How often each row stands there, [n] whole numbers of at least 0; by default once.

        Returns
        -------
        pl.DataFrame
            Columns ``lf``; ``polarity``, the labels it votes for; ``coverage``, the share of rows it votes on;
            ``overlaps``, the share on which another LF votes too; ``conflicts``, the share on which another LF votes
            for another label. With gold also ``correct`` and ``incorrect``, counts over rows with a vote and a known
            label, and ``accuracy``, their share (null where there is no such row).

        Raises
        ------
        InputError
            If gold or counts do not fit the votes.
        """
        gold_ids = None if gold is None else check_gold(gold, len(self), self.labels)
        return lf_table(self.matrix, self.labels, self.lf_names, gold_ids, check_counts(counts, len(self)))

    def save(self, path: str | PathLike[str]) -> None:
        """Write a Parquet file: one int8 column per LF, labels and faults in the file's metadata, then the strengths.

        Raises
        ------
        WriteError
            If it cannot be written; nothing is left of it then, and a file of that name stays.
        """
        soft = () if self.strength is None else self.lf_names
        about = metadata(self.labels, self.lf_names, self.faults, soft)
        with whole(path) as part:
            frame = with_strengths(vote_frame(self.matrix, self.lf_names), self.strength, self.lf_names, soft)
            frame.write_parquet(part, metadata=about | {_DIGEST: self._digest(about[_ABOUT])})

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "Votes":
        """Read what `save` wrote.

        Raises
        ------
        InputError
            If the file is not there, was not written by `save`, or was changed since.
        """
        import polars as pl

        path = Path(path)
        if not path.is_file():
            raise InputError(f"{path}: no such file of votes")
        try:
            content = path.read_bytes()
            header = pl.read_parquet_metadata(BytesIO(content))
            about = json.loads(header[_ABOUT])
        except (KeyError, ValueError, OSError, pl.exceptions.PolarsError) as error:
            raise InputError(f"{path} is not a file of votes written by labelfns, or not whole") from error
        try:
            frame = pl.read_parquet(BytesIO(content))
            names = about.get("lf_names", frame.columns)
            strength = strengths_in(frame, names, about.get("strength", {}))
            frame = frame[names] if set(names) <= set(frame.columns) else frame  # it may hold other columns
            if frame.columns != names or set(frame.dtypes) - {pl.Int8}:
                raise InputError("its columns are not int8 votes of the LFs that it names")
            faults = tuple(map(Fault.of_json, about["faults"]))
            votes = cls(
                frame.to_numpy(),
                labels=about["labels"],
                lf_names=tuple(frame.columns),
                faults=faults,
                strength=strength,
            )
            if votes._digest(header[_ABOUT]) != header.get(_DIGEST, votes._digest(header[_ABOUT])):
                raise InputError("its votes or names are not those that were written")
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # polars panics on some damaged files
            what = str(error).splitlines()[0] if isinstance(error, Exception) else "its parts do not fit together"
            raise InputError(f"{path} was cut or changed since it was written: {what}; write it again") from error
        return votes

    def _digest(self, about: str) -> str:
        digest = hashlib.blake2b(about.encode(), digest_size=16)
        for rows in row_blocks(len(self)):
            digest.update(self.matrix[rows].tobytes())
            digest.update(b"" if self.strength is None else self.strength[rows].tobytes())
        return digest.hexdigest()

    def _column(self, lf: object) -> int:
        if not isinstance(lf, str):
            raise InputError(f"an LF is taken by its name; got {lf!r}. Rows are taken by votes.rows(...)")
        if lf not in self.lf_names:
            hint = did_you_mean(str(lf), self.lf_names) or f"; there are {some(self.lf_names)}"
            raise InputError(f"there is no LF named {lf!r}{hint}")
        return self.lf_names.index(lf)


def metadata(
    labels: Sequence[str], lf_names: Sequence[str], faults: Sequence[Fault], soft: Sequence[str] = ()
) -> dict[str, str]:
    """Return what a Parquet file of votes says of itself, beside its columns; `soft` are the LFs with strengths."""
    about = {"labels": list(labels), "lf_names": list(lf_names), "faults": [vars(fault) for fault in faults]}
    strength = {"strength": strength_columns(lf_names, soft)} if soft else {}
    return {_ABOUT: json.dumps(about | strength)}


def _check_names(names: Sequence[object]) -> None:
    problems = [f"an LF's name must be text; got {name!r}" for name in names if not isinstance(name, str)]
    problems += [
        f"the LF name {name!r} holds half a surrogate pair, which cannot be written to a file"
        for name in names
        if isinstance(name, str) and any("\ud800" <= char <= "\udfff" for char in name)
    ]
    duplicates = sorted(str(name) for name, times in Counter(names).items() if times > 1)
    if duplicates:
        problems.append(f"LF names must be unique; more than once: {some(duplicates)}")
    raise_all(InputError, problems)
