"""Constructor arguments as scikit-learn reads them, without scikit-learn (a leaf: standard library)."""

from inspect import signature
from typing import Any, Self

from labelfns.errors import SettingsError, did_you_mean


class Params:
    """Gives a class `get_params` and `set_params`, so that `sklearn.base.clone` copies it unfitted.

    The class keeps every argument of its constructor, as it came, in an attribute of that name.
    """

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
