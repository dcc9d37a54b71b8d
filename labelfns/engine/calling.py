"""One LF called on every row: the plain way, with faults kept and votes checked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from labelfns.checks import Unit
from labelfns.engine.fields import RowNumbers
from labelfns.engine.options import ApplyOptions
from labelfns.engine.time_limit import TimeLimitError, limited
from labelfns.engine.vote_parser import Column, Strength, VoteParser, shown_text, without_strength
from labelfns.errors import MOST, LFError, number_of, some
from labelfns.lfs.base import FunctionLF, LabelingFunction
from labelfns.lfs.columns import BatchLF, RowLF, TextsLF
from labelfns.lfs.raised import one_line, told_traceback
from labelfns.progress import Progress, silent
from labelfns.votes import Fault


class Answer(NamedTuple):
    """The votes of an LF on n rows, what went wrong, and how much of a vote each is where it is soft."""

    column: Column
    fault: Fault | None
    strength: Strength | None = None


_PATIENCE = 3


@dataclass
class _Failures:
    """The rows on which an LF raised, with the numbers that their file has for them."""

    lf: LabelingFunction
    options: ApplyOptions
    unit: Unit
    rows: list[int] = field(default_factory=list)
    in_file: list[int] = field(default_factory=list)
    first: tuple[str, str] = ("", "")

    def add(self, error: BaseException, numbers: RowNumbers, row: object) -> None:
        """Note that an LF raised; raise instead if the options say so."""
        line = one_line(error)
        if isinstance(error, KeyError) and isinstance(row, dict):
            line += f" (the columns are {some(list(row), MOST)})"
        if self.options.on_error == "raise":
            where = f" on {numbers.where(0)}: {shown_text(row)}" if len(numbers) == 1 else ""
            raise LFError(f"LF {self.lf.name!r} raised {line}{where}") from error
        if self.options.note is not None:
            self.options.note(self.lf.name, numbers.positions, line, error)
        if not self.rows:
            self.first = line, told_traceback(error)
        self.rows += numbers.positions.tolist()
        self.in_file += [] if numbers.in_file is None else numbers.in_file.tolist()

    @property
    def fault(self) -> Fault | None:
        """The fault; None where nothing failed."""
        if not self.rows:
            return None
        return Fault(self.lf.name, tuple(self.rows), *self.first, tuple(self.in_file), self.unit)


def call(
    lf: LabelingFunction, rows: Sequence[Any], parser: VoteParser, options: ApplyOptions, numbers: RowNumbers
) -> Answer:
    """Call an LF on every row.

    Whatever it raises is a fault of that row, an attempt to end the process too; Ctrl-C alone is not.

    Parameters
    ----------
    lf
        The LF.
    rows
        The n texts, or whatever the LF takes.
    parser
        How votes are read.
    options
        How failures are treated, and how long a search may take.
    numbers
        The numbers of the rows, [n], for the fault and messages.

    Returns
    -------
    Answer
        The votes, int8 [n], and the fault where there is one. Each search of a pattern stands under the time limit;
        after three that ran into it the LF is given up: it abstains on the rest, and all these rows are in the fault.

    Raises
    ------
    LFError
        If a vote is no vote, the LF raises and the options say ``"raise"``, or its pattern cannot be limited.
    """
    function = lf.function if isinstance(lf, FunctionLF | RowLF) else limited(lf, options.time_limit, options.until)
    votes: list[object] = []
    failures = _Failures(lf, options, numbers.unit)
    late = 0
    for row in rows:
        try:
            votes.append(function(row))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            i = len(votes)
            late += isinstance(error, TimeLimitError)
            last = len(rows) if late >= _PATIENCE else i + 1
            failures.add(error, numbers.take(slice(i, last)), row)
            votes += [None] * (last - i)
            if late >= _PATIENCE:
                break
    return _parsed(lf, votes, rows, parser, numbers, failures)


def call_batch(
    lf: BatchLF,
    rows: Any,
    texts: Sequence[str],
    parser: VoteParser,
    options: ApplyOptions,
    numbers: RowNumbers,
    progress: Progress = silent,
) -> Answer:
    """Ask an LF for many rows at a time.

    Where an LF takes batches of a size of its own and raises on one, the batch is asked again in halves, so that only
    the rows that fail alone are faults. An LF of whole columns that fails abstains on all of them. One that has a
    `patience` is not asked any more after so many errors in a row: what it has kept is taken.

    Parameters
    ----------
    lf
        The LF.
    rows
        The n rows as it takes them: their texts, or a frame.
    texts
        Their texts.
    parser, options, numbers
        As in `call`.
    progress
        Called after each batch.

    Raises
    ------
    LFError
        If it does not return one vote per row, or raises and the options say ``"raise"``.
    """
    n, failures = len(rows), _Failures(lf, options, numbers.unit)
    own_size, patience = (lf.batch_size, lf.patience) if isinstance(lf, TextsLF) else (n, None)
    votes: list[object] = []
    errors, last = 0, None
    while len(votes) < n:
        start, stop = len(votes), min(len(votes) + own_size, n)
        if isinstance(lf, TextsLF) and last is not None:
            given = list(lf.vote_kept(rows[start:stop], last))
        else:
            given = _batch_votes(lf, rows[start:stop], halves=isinstance(lf, TextsLF))
        for error, group in groupby(enumerate(given), lambda one: _error(one[1])):
            places = [i for i, _ in group]
            errors = errors + len(places) if error else 0
            if error is not None:
                part = numbers.take(slice(start + places[0], start + places[-1] + 1))
                failures.add(error, part, texts[start + places[0]])
        if patience is not None and errors >= patience:
            last = last or _error(given[-1])
        votes += [None if _error(vote) else vote for vote in given]
        if isinstance(lf, TextsLF):
            progress(f"asking LF {lf.name}", stop, n)
    if last is not None and patience is not None:
        given_up = f" (not asked any more after {number_of(patience, 'error')} in a row)"
        failures.first = failures.first[0] + given_up, failures.first[1]
    return _parsed(lf, votes, texts, parser, numbers, failures)


def _parsed(
    lf: LabelingFunction,
    votes: Sequence[object],
    rows: Sequence[Any],
    parser: VoteParser,
    numbers: RowNumbers,
    failures: _Failures,
) -> Answer:
    labels = [without_strength(lf, vote) for vote in votes] if lf.soft else votes
    strength = parser.strengths(lf, votes, rows, numbers) if lf.soft else None
    return Answer(parser.column(lf, labels, rows, numbers), failures.fault, strength)


def _batch_votes(lf: BatchLF, rows: Any, *, halves: bool) -> list[object]:
    """Return votes, or errors, of rows."""
    try:
        votes = list(lf.batch(rows))
    except (KeyboardInterrupt, LFError):
        raise
    except BaseException as error:
        middle = len(rows) // 2
        if not (halves and middle):
            return [error] * len(rows)
        return _batch_votes(lf, rows[:middle], halves=True) + _batch_votes(lf, rows[middle:], halves=True)
    if len(votes) != len(rows):
        raise LFError(f"LF {lf.name!r} returned {number_of(len(votes), 'vote')} for {number_of(len(rows), 'row')}")
    return votes


def _error(vote: object) -> BaseException | None:
    return vote if isinstance(vote, BaseException) else None
