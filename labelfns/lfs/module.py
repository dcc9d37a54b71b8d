"""The LFs that a module defines."""

import warnings
from collections.abc import Iterable
from dataclasses import replace
from types import FunctionType, ModuleType

from labelfns.errors import LabelFnsWarning, LFError, raise_all, some
from labelfns.lfs.base import LabelingFunction, as_lf, is_snorkel_lf


def lfs_of_module(module: ModuleType, *, where: str | None = None, warn: bool = True) -> list[LabelingFunction]:
    """Return the LFs of a module.

    Its list ``lfs`` is taken; without one, every LF at its top level, ours and Snorkel's, in the order of definition.
    An LF without a name of its own takes its variable's.

    Parameters
    ----------
    module
        The module.
    where
        What messages call it; by default its name.
    warn
        Whether to warn of functions that are no LFs.

    Raises
    ------
    LFError
        If it defines no LF, or an entry of its list is none; all entries at once.

    Warns
    -----
    LabelFnsWarning
        If there is no list and plain functions stand at its top level: they may have lost their decorator.
    """
    where = where or module.__name__
    variables = {name: value for name, value in vars(module).items() if not isinstance(value, ModuleType)}
    names = {id(value): name for name, value in reversed(variables.items())}
    listed = variables.get("lfs")
    if listed is None:
        candidates = [
            value for value in variables.values() if isinstance(value, LabelingFunction) or is_snorkel_lf(value)
        ]
        candidates = list({id(value): value for value in candidates}.values())
    elif isinstance(listed, str | LabelingFunction) or not isinstance(listed, Iterable):
        raise LFError(f"{where}: the variable lfs must be a list of labeling functions; got {listed!r}")
    else:
        candidates = list(listed)
    lfs, problems = [], []
    for candidate in candidates:
        try:
            lf = as_lf(candidate)
        except LFError as error:
            problems.append(f"{where}: {error}")
            continue
        lfs.append(lf if lf.named or id(candidate) not in names else replace(lf, name=names[id(candidate)], named=True))
    raise_all(LFError, problems)
    if warn and listed is None:
        _warn_of_plain_functions(module, lfs, where)
    if not lfs:
        raise LFError(
            f"{where} defines no labeling function: use the builders, or decorate functions with @labeling_function"
        )
    return lfs


def _warn_of_plain_functions(module: ModuleType, lfs: list[LabelingFunction], where: str) -> None:
    used = {id(part) for lf in lfs for part in vars(lf).values()}
    used |= {id(getattr(getattr(lf, "original", None), "_f", None)) for lf in lfs}
    plain = [
        name
        for name, value in vars(module).items()
        if isinstance(value, FunctionType)
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and id(value) not in used
    ]
    if plain:
        one = len(plain) == 1
        what = "is a plain function and casts no vote" if one else "are plain functions and cast no votes"
        warnings.warn(
            f"{where}: {some(plain)} {what}. An LF is decorated with @labeling_function; the name of a helper begins "
            "with _",
            LabelFnsWarning,
            stacklevel=3,
        )
