"""`MultiLabelModel`: a label model a label, and what prevalence says of texts without a vote."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from labelfns.checks import Bools, Ints, check_labels
from labelfns.display.numbers import percent
from labelfns.errors import InputError, LabelFnsError, SettingsError, raise_all, some
from labelfns.models.arrays import Floats
from labelfns.models.label_models.base import BaseLabelModel, check_votes, is_number
from labelfns.models.label_models.label_model import LabelModel
from labelfns.votes import Votes

from .label_sets import label_table
from .questions import Says, by_label
from .thresholds import prevalence_thresholds


@dataclass(eq=False)
class MultiLabelModel:
    """A label model a label, each for its own question: whether the label is there.

    A text that no LF says anything of a label of is not one without it, nor one that has it by half: of all texts as
    many have the label as its prevalence says, the votes tell how many of these are covered, and what remains is
    shared out evenly (see `left_over_`). Without a prevalence votes of "it is there" alone cannot tell how common a
    label is (Elkan and Noto 2008; Bekker and Davis 2020).

    Parameters
    ----------
    labels
        The k labels that a text can carry, any number of them or none.
    prevalence
        The share of texts that carry each label, in (0, 1), by label; by default that of the gold rows, which then must
        be drawn at random.
    includes, excludes
        What votes say besides (see `by_label`).
    label_model
        The label model of which each label gets a copy.

    Attributes
    ----------
    models_
        The fitted label model of each label, by label.
    prevalence_
        The shares in use, [k].
    left_over_
        The probability of each label where no LF says anything of it, [k].
    thresholds_
        The probability from which on `predict` gives a label, [k] (see `prevalence_thresholds`).
    notes_
        What a user should know before trusting the probabilities, a sentence each.

    Raises
    ------
    InputError
        If the labels are not right.
    SettingsError
        If a prevalence is not in (0, 1), or not one per label; all at once.

    Examples
    --------
    >>> votes = Votes([[0, 1], [0, -1], [-1, -1], [-1, -1]], labels=["joy", "fear"], lf_names=["a", "b"])
    >>> model = MultiLabelModel(["joy", "fear"], prevalence={"joy": 0.5, "fear": 0.25}).fit(votes)
    >>> model.predict(votes).tolist()
    [[True, True], [True, False], [False, False], [False, False]]
    """

    labels: Sequence[str]
    prevalence: Mapping[str, float] | None = None
    includes: Says | None = None
    excludes: Says | None = None
    label_model: BaseLabelModel = field(default_factory=LabelModel)

    models_: dict[str, BaseLabelModel] = field(init=False, repr=False)
    prevalence_: Floats = field(init=False, repr=False)
    left_over_: Floats = field(init=False, repr=False)
    thresholds_: Floats = field(init=False, repr=False)
    notes_: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.labels = check_labels(self.labels)
        given = self.prevalence
        if given is None:
            return
        problems = [f"there is no prevalence of {label!r}" for label in self.labels if label not in given]
        problems += [f"prevalence names {name!r}, which is not a label" for name in given if name not in self.labels]
        problems += [
            f"the prevalence of {name!r} must be a share between 0 and 1; got {share!r}"
            for name, share in given.items()
            if not (is_number(share) and 0 < share < 1)
        ]
        raise_all(SettingsError, problems)

    def fit(self, votes: Votes, gold: Any = None) -> Self:
        """Fit on what LFs say of a pool of texts.

        Parameters
        ----------
        votes
            The votes of the pool, [n, m].
        gold
            The labels of each text (see `label_table`), None where unknown.

        Raises
        ------
        InputError
            If neither prevalence nor gold is given, no LF says anything of some label, or gold or declarations do not
            fit the votes.
        """
        check_votes(votes)
        table = label_table([None] * len(votes) if gold is None else gold, len(votes), self.labels)
        prevalence = self._prevalence(table)
        asked = by_label(votes, self.labels, includes=self.includes, excludes=self.excludes)
        unasked = [label for label, on_it in asked.items() if not on_it.covered.any()]
        if unasked:
            raise InputError(f"no LF says anything of {some(unasked)} on these {len(votes)} texts; write LFs for it")
        models, left_over, notes = {}, [], []
        for c, (label, on_it) in enumerate(asked.items()):
            model = copy.deepcopy(self.label_model)
            try:
                models[label] = model.fit(on_it, table[:, c] if (table >= 0).any() else None)
            except LabelFnsError as error:
                raise type(error)(f"the label model of {label!r}: {error}") from error
            covered, share = on_it.covered, float(prevalence[c])
            by_votes = float(model.predict_proba(on_it)[covered, 1].sum()) / len(votes)
            uncovered = float((~covered).mean())
            left_over.append(min(max((share - by_votes) / uncovered, 0.0), 1.0) if uncovered else share)
            if by_votes > share:
                notes.append(
                    f"{label}: by the votes {percent(by_votes)} of the texts carry it, more than its prevalence of "
                    f"{percent(share)}; texts without a vote on it get none, and LFs or prevalence are off"
                )
            if not (on_it.matrix == 0).any():
                notes.append(
                    f"{label}: no LF says that it is not there, so that agreement tells little of its LFs; gold rows, "
                    "excludes or LFs for its absence would"
                )
            notes += [f"{label}: {note}" for note in model.notes_]
        self.models_, self.prevalence_, self.left_over_ = models, prevalence, np.array(left_over)
        self.notes_ = tuple(notes)
        self.thresholds_ = prevalence_thresholds(self.predict_proba(votes), prevalence)
        return self

    def predict_proba(self, votes: Votes) -> Floats:
        """Return the probability of each label, [n, k] in [0, 1]; rows do not sum to 1.

        Raises
        ------
        InputError
            If the model is not fitted, or was fitted on votes of other LFs.
        """
        if not hasattr(self, "models_"):
            raise InputError("this MultiLabelModel is not fitted yet; call fit(votes) first")
        check_votes(votes)
        asked = by_label(votes, self.labels, includes=self.includes, excludes=self.excludes)
        columns = [
            np.where(asked[label].covered, model.predict_proba(asked[label])[:, 1], left_over)
            for (label, model), left_over in zip(self.models_.items(), self.left_over_, strict=True)
        ]
        return np.stack(columns, axis=1)

    def predict(self, votes: Votes) -> Bools:
        """Return which labels each text carries, a mask [n, k]: those of at least their threshold; errors as above."""
        return np.asarray(self.predict_proba(votes) >= self.thresholds_)

    def _prevalence(self, table: Ints) -> Floats:
        if self.prevalence is not None:
            return np.array([self.prevalence[label] for label in self.labels], dtype=float)
        known = table[(table >= 0).all(axis=1)]
        if not len(known):
            raise InputError(
                "how common each label is cannot be told from votes; give prevalence={label: share}, or gold rows "
                "drawn at random"
            )
        return np.asarray((known.sum(axis=0) + 0.5) / (len(known) + 1))
