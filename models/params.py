"""An estimator as scikit-learn knows it, without scikit-learn: parameters, tags, `score`."""

from collections.abc import Iterable
from inspect import signature
from typing import Any, Self

import numpy as np

from labelfns.checks import Gold, check_gold
from labelfns.errors import InputError, SettingsError, did_you_mean


class LabelNames(tuple[str, ...]):
    """Label names: a tuple that has, as scikit-learn asks of ``classes_``, a shape."""

    __slots__ = ()

    @property
    def shape(self) -> tuple[int]:
        """How many there are, (k,)."""
        return (len(self),)


class Params:
    """Gives a class `get_params` and `set_params`, so that `sklearn.base.clone` copies it unfitted, tags and `score`.

    The class keeps every argument of its constructor, as it came, in an attribute of that name. With it scikit-learn's
    ``cross_val_predict``, ``GridSearchCV`` and ``Pipeline`` take it; docs/how_to/scikit_learn.md says how.
    """

    @property
    def classes_(self) -> LabelNames:
        """The k label names, after `fit`."""
        try:
            names: LabelNames = vars(self)["classes_"]
        except KeyError:
            raise AttributeError(f"this {type(self).__name__} is not fitted yet") from None
        return names

    @classes_.setter
    def classes_(self, names: Iterable[str]) -> None:
        vars(self)["classes_"] = LabelNames(names)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the constructor's arguments by name; `deep` changes nothing, as none of them is an estimator."""
        return {name: getattr(self, name) for name in signature(type(self)).parameters}

    def set_params(self, **params: Any) -> Self:
        """Set constructor arguments by name, and return the object.

        Raises
        ------
        SettingsError
            If there is no such argument.
        """
        names = signature(type(self)).parameters
        for name in params:
            if name not in names:
                raise SettingsError(f"{name} is not an argument of {type(self).__name__}{did_you_mean(name, names)}")
        values = self.get_params() | params
        self.__init__(**values)  # type: ignore[misc]  # checks them all, as at the start
        return self

    def score(self, rows: Any, gold: Gold) -> float:
        """Return the share, in [0, 1], of rows with gold that `predict` gets right; an abstain is not right.

        Parameters
        ----------
        rows
            What `predict` takes.
        gold
            Labels [n], by id or name; -1 or None where unknown.

        Raises
        ------
        InputError
            If no row has gold, gold does not fit, or for the reasons of `predict`.
        """
        predicted = self.predict(rows)  # type: ignore[attr-defined]  # the class has it
        labels = check_gold(gold, len(predicted), self.classes_)
        known = labels >= 0
        if not known.any():
            raise InputError(f"none of the {len(labels)} rows has a gold label, so there is nothing to score")
        return float(np.mean(predicted[known] == labels[known]))

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn asks of an estimator: a classifier of `Votes` or texts, not of arrays of numbers."""
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=False),
            classifier_tags=ClassifierTags(),
            input_tags=InputTags(two_d_array=False),
            no_validation=True,
        )
