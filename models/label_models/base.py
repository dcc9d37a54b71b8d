"""What every label model does: fit on votes, give probabilities, leave uncovered rows alone, save and load."""

import dataclasses
import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from labelfns.checks import Gold, check_gold
from labelfns.errors import InputError, SettingsError
from labelfns.lfs.base import ABSTAIN
from labelfns.votes import Probs, Votes

from .distinct_rows import Distinct, distinct_rows, spread

FORMAT = "labelfns.label_model/1"


class BaseLabelModel(ABC):
    """The interface of label models; a subclass fills in `_fit` and `_proba`.

    A model sees the distinct vote rows with their counts, never all rows, and no row without a vote.

    Attributes
    ----------
    classes_
        The k label names, after `fit`.
    lf_names_
        The m LF names seen by `fit`; later votes must have the same ones.
    notes_
        What a user should know before trusting the confidences, a sentence each.
    """

    classes_: tuple[str, ...]
    lf_names_: tuple[str, ...]
    notes_: tuple[str, ...] = ()

    def fit(self, votes: Votes, gold: Gold | None = None) -> Self:
        """Fit on a label matrix.

        Parameters
        ----------
        votes
            The label matrix, [n, m]; at least one row must be covered.
        gold
            Labels [n], by id or name; -1 or None where unknown. Each model says what it does with them.

        Raises
        ------
        InputError
            If no row is covered, or gold does not fit the votes.
        """
        return self._fit_rows(votes, gold, None)

    def _fit_rows(self, votes: Votes, gold: Gold | None, distinct: Distinct | None) -> Self:
        """Fit on the distinct rows given, or else on those of the votes."""
        if not isinstance(votes, Votes):
            raise InputError(f"fit takes Votes, got {type(votes).__name__}; wrap a matrix: Votes(matrix, labels=[...])")
        known = None if gold is None else check_gold(gold, len(votes), votes.labels)
        distinct = distinct or distinct_rows(votes)
        if not distinct.voters.any():
            raise InputError(
                f"no row is covered: none of the {len(votes.lf_names)} LFs votes on any of the {len(votes)} rows"
            )
        self.notes_ = ()
        self._fit(distinct, votes, known)
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
        distinct = distinct_rows(votes)
        probs = np.full((len(distinct.rows), votes.n_labels), 1 / votes.n_labels)
        covered = distinct.voters > 0
        if covered.any():
            probs[covered] = self._proba(distinct.rows[covered])
        return spread(probs, distinct)

    def predict(self, votes: Votes) -> npt.NDArray[np.int64]:
        """Return the surest class of each row [n]; `ABSTAIN` where no LF votes or the surest classes tie."""
        return decide(self.predict_proba(votes), votes.covered)

    def save(self, path: str | Path) -> None:
        """Write the fitted model as JSON: settings, labels, LF names and every number, without pickle.

        Raises
        ------
        InputError
            If the model is not fitted.
        """
        self._check(None)
        settings: dict[str, Any] = dataclasses.asdict(self) if dataclasses.is_dataclass(self) else {}
        content = {
            "format": FORMAT,
            "kind": type(self).__name__,
            "settings": settings,
            "labels": self.classes_,
            "lf_names": self.lf_names_,
            "notes": self.notes_,
            "state": self._state(),
        }
        Path(path).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Self:
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
        if (form, kind) != (FORMAT, cls.__name__):
            raise InputError(f"{path} holds a {kind} ({form}); this is {cls.__name__}.load ({FORMAT})")
        try:
            settings = {name: tuple(v) if isinstance(v, list) else v for name, v in content["settings"].items()}
            model = cls(**settings)
            model._restore(content["state"])
            model.classes_, model.lf_names_ = tuple(content["labels"]), tuple(content["lf_names"])
            model.notes_ = tuple(content["notes"])
        except (KeyError, TypeError, ValueError, SettingsError) as error:
            raise InputError(f"{path} is a damaged {kind}: {error}") from error
        return model

    def _check(self, votes: Votes | None) -> None:
        if not hasattr(self, "classes_"):
            raise InputError(f"this {type(self).__name__} is not fitted yet; call fit(votes) first")
        if votes is not None and (votes.labels, votes.lf_names) != (self.classes_, self.lf_names_):
            raise InputError(
                f"this {type(self).__name__} was fitted on labels {self.classes_} and LFs {self.lf_names_}; "
                f"the votes have labels {votes.labels} and LFs {votes.lf_names}"
            )

    @abstractmethod
    def _fit(self, distinct: Distinct, votes: Votes, gold: npt.NDArray[np.int64] | None) -> None: ...

    @abstractmethod
    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        """Return the probabilities [r, k] of distinct rows [r, m], each with a vote."""

    def _state(self) -> dict[str, Any]:
        """Return what `fit` found, as JSON takes it."""
        return {}

    def _restore(self, state: dict[str, Any]) -> None:  # noqa: B027, a model may have nothing to restore
        """Take back what `_state` returned."""


def decide(probs: Probs, covered: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.int64]:
    """Return the surest class of each row [n]; `ABSTAIN` where `covered` is false or the surest classes tie."""
    top = np.partition(probs, -2, axis=1)[:, -2:]
    clear = top[:, 1] - top[:, 0] > 1e-9
    if covered is not None:
        clear &= covered
    return np.where(clear, probs.argmax(axis=1), ABSTAIN)
