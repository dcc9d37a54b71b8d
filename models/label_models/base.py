"""What every label model does: fit on votes, give probabilities, leave uncovered rows alone, save and load."""

import copy
import json
import math
import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from labelfns.checks import Gold, Ints, check_gold
from labelfns.errors import InputError, SettingsError, some
from labelfns.io.atomic import write_text
from labelfns.models.arrays import Floats, Probs, decide
from labelfns.models.params import Params
from labelfns.votes import Votes

from .distinct_rows import Distinct, GoldRows, Strength, distinct_rows, rows_to_fit, spread

FORMAT = "labelfns.label_model/2"
FORMATS = (FORMAT, "labelfns.label_model/1")
"""What `load` reads: in version 1 a `LabelModel`'s numbers had other names."""
SEEDS = 2**32
"""NumPy's generators take seeds below this."""
SUM_ERROR = 1e-6
"""How far from 1 a class balance may sum, written with six digits."""


class BaseLabelModel(Params, ABC):
    """The interface of label models; a subclass fills in `_fit` and `_proba`.

    A model is fitted on the distinct vote rows with their counts, never on all rows, so it takes them as they are (see
    `fit`); it is asked of no row without a vote. Its settings are its constructor's arguments (see
    `labelfns.models.params.Params`); models of one class with equal settings are equal, fitted or not.

    Attributes
    ----------
    classes_
        The k label names, after `fit`.
    lf_names_
        The m LF names seen by `fit`; later votes must have the same ones.
    notes_
        What a user should know before trusting the confidences, a sentence each.
    """

    lf_names_: tuple[str, ...]
    notes_: tuple[str, ...] = ()

    def set_params(self, **params: Any) -> Self:
        """Change settings; all or, where one is wrong, none.

        Raises
        ------
        SettingsError
            If there is no such setting, or a value is out of range.
        """
        Params.set_params(copy.copy(self), **params)  # checks them together
        return super().set_params(**params)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, Params)
        return bool(plain(self.get_params()) == plain(other.get_params()))

    __hash__ = None  # type: ignore[assignment]  # settings can change

    def fit(self, votes: Votes, gold: Gold | None = None, *, counts: Ints | None = None) -> Self:
        """Fit on a label matrix.

        Parameters
        ----------
        votes
            The label matrix, [n, m]; at least one row must be covered.
        gold
            Labels [n], by id or name; -1 or None where unknown. Each model says what it does with them.
        counts
            How often each row of the votes stands there, [n] whole numbers of at least 0; by default once. A gold label
            then is that of as many rows. What is learned is, to the last bit, what is learned of all rows one by one:
            a billion rows can be given as their distinct ones.

        Raises
        ------
        InputError
            If no row is covered, or gold or counts do not fit the votes.
        SettingsError
            If a setting does not fit the votes, such as a class balance of another length.
        """
        return self._fit_rows(votes, gold, counts)

    def _fit_rows(self, votes: Votes, gold: Gold | None, counts: Ints | None, strength: Strength | None = None) -> Self:
        check_votes(votes)
        labels = None if gold is None else check_gold(gold, len(votes), votes.labels)
        distinct, gold_rows = rows_to_fit(votes, labels, counts, strength)
        if not distinct.voters.any():
            raise InputError(
                f"no row is covered: none of the {len(votes.lf_names)} LFs votes on any of the "
                f"{distinct.counts.sum()} rows"
            )
        self.check_size(len(votes.lf_names), votes.n_labels)
        self.notes_ = ()
        self._fit(distinct, votes.lf_names, votes.labels, gold_rows)
        self.classes_, self.lf_names_ = votes.labels, votes.lf_names
        return self

    def predict_proba(self, votes: Votes) -> Probs:
        """Return class probabilities.

        Returns
        -------
        Probs
            An [n, k] float array, rows sum to 1. A row without any vote says nothing: it gets 1/k for each class.

        Raises
        ------
        InputError
            If the model is not fitted, or was fitted on other labels or LFs.
        """
        self._check(votes)
        return self._proba_of(distinct_rows(votes), votes.n_labels)

    def _proba_of(self, distinct: Distinct, k: int) -> Probs:
        """Return the probabilities [n, k] of all rows; `_proba` sees those with a vote."""
        probs = np.full((len(distinct.rows), k), 1 / k)
        covered = distinct.voters > 0
        if covered.any():
            probs[covered] = self._proba(distinct.rows[covered])
        return spread(probs, distinct)

    def predict(self, votes: Votes) -> npt.NDArray[np.int64]:
        """Return each row's most likely class [n]; `ABSTAIN` where no LF votes or the most likely classes tie."""
        return decide(self.predict_proba(votes), votes.covered)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted model as JSON: settings, labels, LF names and every number, without pickle.

        Raises
        ------
        InputError
            If the model is not fitted.
        WriteError
            If it cannot be written.
        """
        self._check(None)
        content = {
            "format": FORMAT,
            "kind": type(self).__name__,
            "settings": plain(self.get_params()),
            "labels": self.classes_,
            "lf_names": self.lf_names_,
            "notes": self.notes_,
            "state": plain(self._state()),
        }
        write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read what `save` wrote; the model then takes votes of the same labels and LFs, and refuses others.

        Raises
        ------
        InputError
            If the file is not there, or does not hold a model of this kind.
        """
        if not Path(path).is_file():
            raise InputError(f"{path}: no such file of a label model")
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            form, kind = content["format"], content["kind"]
        except (ValueError, KeyError, TypeError):
            raise InputError(f"{path} is not a label model written by labelfns") from None
        if form not in FORMATS or kind != cls.__name__:
            raise InputError(f"{path} holds a {kind} ({form}); this is {cls.__name__}.load ({FORMAT})")
        try:
            model = cls(**{name: tuple(v) if isinstance(v, list) else v for name, v in content["settings"].items()})
            model.classes_, model.lf_names_ = tuple(content["labels"]), tuple(content["lf_names"])
            model.notes_ = tuple(content["notes"])
            model._restore(content["state"])
            probs = model._proba(np.zeros((1, len(model.lf_names_)), dtype=np.int8))
            if probs.shape != (1, len(model.classes_)) or not np.isfinite(probs).all():
                raise ValueError("its numbers do not fit its labels and LFs")
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path} is a damaged {kind}: {error}; fit and save it again") from error
        return model

    def _check(self, votes: Votes | None) -> None:
        if not hasattr(self, "classes_"):
            raise InputError(f"this {type(self).__name__} is not fitted yet; call fit(votes) first")
        if votes is not None:
            check_votes(votes)
            self.check_names(votes.labels, votes.lf_names)

    def check_names(self, labels: Sequence[str], lf_names: Sequence[str]) -> None:
        """Check that votes of these LFs can be answered, before the LFs run.

        Raises
        ------
        InputError
            If the model was fitted on other labels or LFs, or in another order; what is missing and what is new is
            named.
        """
        model = f"this {type(self).__name__} was fitted on"
        for what, before, now in (("labels", self.classes_, labels), ("LFs", self.lf_names_, lf_names)):
            if tuple(now) == tuple(before):
                continue
            missing, new = [name for name in before if name not in now], [name for name in now if name not in before]
            parts = [f"without {some(missing)}"] if missing else []
            parts += [f"with {some(new)}, which it does not know"] if new else []
            changed = " and ".join(parts) or f"in another order, {some(now)}"
            raise InputError(f"{model} the {what} {some(before)}; these are {changed}")

    def check_size(self, n_lfs: int, n_labels: int) -> None:  # most take any
        """Check that so many LFs and labels can be fitted.

        Raises
        ------
        InputError
            If they cannot.
        """

    @abstractmethod
    def _fit(self, distinct: Distinct, lf_names: Sequence[str], labels: Sequence[str], gold: GoldRows | None) -> None:
        """Fit on distinct rows of m LFs and k labels, and those with gold: all that is known of the rows."""

    @abstractmethod
    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        """Return the probabilities [r, k] of distinct rows [r, m], each with a vote."""

    def _state(self) -> dict[str, Any]:
        """Return what `fit` learned, as numbers, strings, arrays, and lists and mappings of them."""
        return {}

    def _restore(self, state: dict[str, Any]) -> None:
        """Take back what `_state` returned, as JSON holds it."""


def renamed(old: str, new: str) -> Any:
    """Return a read-only property for an attribute's name of before, kept for one release."""

    def read(self: object) -> Any:
        message = f"{type(self).__name__}.{old} is now called {new}; the old name will be removed in the next release"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return getattr(self, new)

    return property(read, doc=f"The name of `{new}` before.")


def check_votes(votes: object) -> None:
    """Raise an `InputError` where these are not `Votes`."""
    if not isinstance(votes, Votes):
        raise InputError(
            f"a label model takes Votes, got {type(votes).__name__}; wrap a matrix: Votes(matrix, labels=[...])"
        )


def plain(value: Any) -> Any:
    """Return arrays as lists, tuples as lists and NumPy's numbers as Python's, within mappings too; JSON takes them."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def is_whole(value: object, low: int, high: float = math.inf) -> bool:
    """Whether a setting is a whole number in [low, high)."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(low <= value < high)


def is_number(value: object) -> bool:
    """Whether a setting is a finite number."""
    numbers = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    return numbers and math.isfinite(value)  # type: ignore[arg-type]


def is_balance(value: object, error: float = SUM_ERROR) -> bool:
    """Whether a setting is a class balance: at least two shares above 0 that sum to 1, but for an error."""
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, str) or len(value) < 2:
        return False
    return all(is_number(share) and share > 0 for share in value) and bool(abs(sum(value) - 1) < error)


def balance_array(balance: Sequence[float], k: int) -> Floats:
    """Return a class balance given as a setting as an array [k].

    Raises
    ------
    SettingsError
        If it does not have k shares.
    """
    if len(balance) != k:
        raise SettingsError(f"class_balance must have {k} shares, one per label; got {len(balance)}: {balance}")
    return np.asarray(balance, dtype=np.float64)
