"""`Pool`: the unlabeled texts and what is known of them before the first round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labelfns.checks import Bools, Ints
from labelfns.io.texts import Texts
from labelfns.models.class_balance import Floats, predicted_balance
from labelfns.text.spans import Span
from labelfns.votes import Probs, Votes

from .sample import Drawn


@dataclass(frozen=True, eq=False)
class FewGoldTexts:
    """Few texts with gold labels, which no round trains on: selections that need gold judge by them.

    Parameters
    ----------
    texts
        The g texts.
    gold
        Label ids [g], -1 where unknown.
    covered
        A mask [g]: texts on which an LF votes.
    weak
        The label model's probabilities, [g, k].
    """

    texts: Sequence[str]
    gold: Ints
    covered: Bools
    weak: Probs


@dataclass(frozen=True, eq=False)
class Pool:
    """The unlabeled texts that the rounds work on, and what is known of them before the first.

    Parameters
    ----------
    texts
        The n texts.
    votes
        The LFs' votes on them.
    cues
        For each text the spans that make LFs fire.
    gold
        Label ids [n], -1 where unknown; for figures alone.
    weak
        The label model's probabilities, [n, k].
    held_out
        A mask [n]: rows that no round trains on, the judges, their copies, and texts that are few gold rows too.
    groups
        The group of copies of each row, [n].
    known_balance
        The share of each class in the pool, [k], where it is known.
    embed
        Returns a vector per text, [n, d]: the features of the backbone before any fine-tuning.
    few_gold
        Few texts with gold labels; None where no selection needs them.
    rows, drawn
        Where these are a sample of a larger pool: their positions [n] in it, ascending, and how they were drawn. None
        where they are all.
    """

    texts: Texts
    votes: Votes
    cues: Sequence[Sequence[Span]]
    gold: Ints
    weak: Probs
    held_out: Bools
    groups: Ints
    known_balance: tuple[float, ...] | None
    embed: Callable[[Sequence[str]], Floats]
    few_gold: FewGoldTexts | None = None
    rows: Ints | None = None
    drawn: Drawn | None = None

    @cached_property
    def features(self) -> Floats:
        """The backbone's features of all texts, [n, d]; computed when first used, once."""
        return self.embed(self.texts)

    @property
    def known_features(self) -> Floats | None:
        """The features, where they were used."""
        return self.__dict__.get("features")

    @cached_property
    def covered(self) -> Bools:
        """A mask [n]: rows with at least one vote."""
        return self.votes.covered

    @property
    def judges(self) -> Bools:
        """A mask [n]: the held-out covered rows, whose LF labels judge the rounds."""
        return self.held_out & self.covered

    @cached_property
    def balanced_rows(self) -> Bools:
        """A mask [n]: the rows whose class balance is known, all of the pool or else those with an LF label."""
        return self.covered if self.known_balance is None else np.ones(len(self.texts), dtype=bool)

    @cached_property
    def class_balance(self) -> Floats:
        """The share [k] of each class: as known, or else the mean of the LFs' probabilities."""
        return self.weak[self.covered].mean(axis=0) if self.known_balance is None else np.asarray(self.known_balance)

    @cached_property
    def answer_balance(self) -> Floats:
        """The share [k] of rows that each class is the answer to: as known, or else of the LFs' answers."""
        return (
            predicted_balance(self.weak[self.covered]) if self.known_balance is None else np.asarray(self.known_balance)
        )
