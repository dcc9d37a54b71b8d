"""What a report is made from, beside the figures of a run or an analysis: rows, with what each voter says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labelfns.checks import Bools, Ints
from labelfns.lfset import LFSet
from labelfns.models import BaseLabelModel
from labelfns.votes import Probs, Votes


@dataclass(frozen=True, eq=False)
class SetRows:
    """A set of n rows; what is not known of them is None.

    Parameters
    ----------
    name
        What the set is called: ``"pool"``, ``"val"``, ``"test"``.
    texts
        The n texts.
    votes
        The LFs' votes [n, m].
    gold
        Class ids [n], -1 where unknown.
    weak
        The label model's probabilities [n, k].
    answers
        The probabilities [n, k] of what a run leaves.
    who
        Who gives these answers, in words.
    """

    name: str
    texts: Sequence[str] | None = None
    votes: Votes | None = None
    gold: Ints | None = None
    weak: Probs | None = None
    answers: Probs | None = None
    who: str = "LFs and classifier together"


@dataclass(frozen=True, eq=False)
class RoundRows:
    """What a round did with the n rows of the pool.

    Parameters
    ----------
    round
        0, 1, ...
    labels
        The class ids [n] that it was trained on.
    selected
        A mask [n]: the rows trained on.
    """

    round: int
    labels: Ints
    selected: Bools


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of rows.

    Parameters
    ----------
    sets
        The sets of rows, the pool (or what is analyzed) first; empty where only figures are known.
    rounds
        The rounds on the pool, in order.
    lfs
        The LFs, which say where they fire; None where they may not be run.
    label_model
        The fitted label model, which says how right it takes each LF to be.
    settings, made_from
        The pipeline file of a run, and the fingerprints of what the run was made from, by kind and name.
    notes
        What is missing, and why, one sentence each.
    """

    sets: tuple[SetRows, ...] = ()
    rounds: tuple[RoundRows, ...] = ()
    lfs: LFSet | None = None
    label_model: BaseLabelModel | None = None
    settings: str = ""
    made_from: Mapping[str, Mapping[str, object]] | None = None
    notes: tuple[str, ...] = ()

    @property
    def pool(self) -> SetRows | None:
        """The first set."""
        return self.sets[0] if self.sets else None
