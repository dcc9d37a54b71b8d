"""What makes it doubtful that a function answers alike in every process and at every call: told by its byte code.

Two things a hash of a definition does not cover, though every part of it is a plain value: a list, mapping or set that
the function changes as it runs, and the order of a set of strings, which differs between processes. Both are taken to
be there unless the code shows that they are not: a set or list that is only asked what it holds.
"""

import dis
import types
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

_MUTATORS_LIST = (
    "add append clear discard extend insert pop popitem remove reverse setdefault sort update difference_update "
    "intersection_update symmetric_difference_update"
)
MUTATORS = frozenset(_MUTATORS_LIST.split())
"""Methods that change what they belong to."""

_MUTABLE = (list, dict, set, bytearray)
_SETS = (set, frozenset)
_LOADS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF"})
_ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_ASKED = frozenset({"isdisjoint", "issubset", "issuperset"})
_READ = frozenset({"get", "keys", "values", "items", "index", "count", "intersection", "union", "difference"})
_STORES = frozenset({"STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE"})
_SET_NAMES = frozenset({"set", "frozenset"})
_SET_METHODS = frozenset({"intersection", "union", "difference", "symmetric_difference"})
_BUILDS_SET = frozenset({"BUILD_SET", "SET_ADD", "SET_UPDATE"})
_SHOWS_ORDER_LIST = (
    "GET_ITER GET_YIELD_FROM_ITER UNPACK_SEQUENCE UNPACK_EX LIST_EXTEND CALL_FUNCTION_EX FORMAT_VALUE FORMAT_SIMPLE "
    "FORMAT_WITH_SPEC CONVERT_VALUE"
)
_SHOWS_ORDER = frozenset(_SHOWS_ORDER_LIST.split())
_NAMES_THAT_SHOW_ORDER_LIST = (
    "iter list tuple enumerate map filter zip max min sum sorted reversed next dict str repr ascii format join pop "
    "fromkeys extend update itertools functools operator"
)
_NAMES_THAT_SHOW_ORDER = frozenset(_NAMES_THAT_SHOW_ORDER_LIST.split())


class _Uses(NamedTuple):
    """What a piece of code does, without what is inside it.

    Parameters
    ----------
    loose
        Names that it loads for anything else than what follows.
    read
        Names of what it goes through, or asks for an item; what it only asks whether it holds something is in neither.
    mutates
        Whether it changes some container.
    has_set, shows_order
        Whether it makes a set, and whether it does something that may depend on the order of one.
    """

    loose: frozenset[str]
    read: frozenset[str]
    mutates: bool
    has_set: bool
    shows_order: bool


def doubt(function: types.FunctionType) -> str:
    """Return what may differ between calls or processes; empty where nothing does.

    What the function refers to must be plain values, pure modules, and functions of this kind.

    Examples
    --------
    >>> GOOD, SEEN = {"good"}, []
    >>> doubt(lambda text: any(word in GOOD for word in text.split()))
    ''
    >>> doubt(lambda text: SEEN.append(text)), doubt(lambda text: "a" in list(GOOD)[0])
    ('a list, mapping or set that it may change', 'the order of a set, which differs between processes')
    """
    functions: list[types.FunctionType] = []
    _collect(function, functions, set())
    codes = [code for one in functions for code in _inner(one.__code__)]
    uses = [_uses(code) for code in codes]
    values = [pair for one in functions for pair in _values(one)]
    if any(use.mutates for use in uses) and any(_is_open(name, value, uses) for name, value in values):
        return "a list, mapping or set that it may change"
    has_set = any(use.has_set for use in uses) or any(_is_open_set(name, value, uses) for name, value in values)
    if has_set and any(use.shows_order for use in uses):
        return "the order of a set, which differs between processes"
    return ""


def _collect(function: types.FunctionType, functions: list[types.FunctionType], seen: set[int]) -> None:
    if id(function) not in seen:
        seen.add(id(function))
        functions.append(function)
        for _, value in _values(function):
            for item in _flat(value, set()):
                if isinstance(item, types.FunctionType):
                    _collect(item, functions, seen)


def _values(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what a function refers to, by the name that its code loads it by; defaults have none."""
    code = function.__code__
    for name in {name for inner in _inner(code) for name in inner.co_names}:
        if name in function.__globals__:
            yield name, function.__globals__[name]
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        yield name, cell.cell_contents
    for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        yield "", value


def _inner(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _inner(const)


def _flat(value: Any, seen: set[int]) -> Iterator[Any]:
    """Yield a value and what its containers hold."""
    if id(value) in seen:
        return
    seen.add(id(value))
    yield value
    if isinstance(value, types.BuiltinFunctionType):
        yield from _flat(value.__self__, seen)
    items = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    if isinstance(value, dict | list | tuple | set | frozenset):
        for item in items:
            yield from _flat(item, seen)


def _is_open(name: str, value: Any, uses: list[_Uses]) -> bool:
    """Tell whether a value may be changed by code that changes some container."""
    held = [item for item in _flat(value, set()) if isinstance(item, _MUTABLE)]
    flat = len(held) == 1 and held[0] is value
    return bool(held) and not (name and all(name not in use.loose and (flat or name not in use.read) for use in uses))


def _is_open_set(name: str, value: Any, uses: list[_Uses]) -> bool:
    """Tell whether a value is a set, or holds one, that may be gone through."""
    if not any(isinstance(item, _SETS) for item in _flat(value, set())):
        return False
    return not (name and isinstance(value, _SETS) and all(name not in use.loose | use.read for use in uses))


@lru_cache(maxsize=1 << 12)
def _uses(code: types.CodeType) -> _Uses:
    steps = list(dis.get_instructions(code))
    loose: set[str] = set()
    read: set[str] = set()
    mutates = has_set = shows_order = False
    for step, after in pairwise([*steps, steps[-1]]):
        name, attribute = str(step.argval), str(after.argval) if after.opname in _ATTRIBUTES else ""
        asked = after.opname == "CONTAINS_OP" or attribute in _ASKED
        if step.opname in _LOADS:
            if not asked:
                (read if after.opname == "GET_ITER" or attribute in _READ else loose).add(name)
            has_set |= name in _SET_NAMES
        has_set |= step.opname in _BUILDS_SET or (step.opname in _ATTRIBUTES and name in _SET_METHODS)
        has_set |= isinstance(step.argval, frozenset) and not asked
        mutates |= step.opname in _STORES or (step.opname in _ATTRIBUTES and name in MUTATORS)
        mutates |= step.opname == "BINARY_OP" and step.argrepr.endswith("=")
        shows_order |= step.opname in _SHOWS_ORDER
        shows_order |= step.opname in _LOADS | _ATTRIBUTES and name in _NAMES_THAT_SHOW_ORDER
    return _Uses(frozenset(loose), frozenset(read), mutates, has_set, shows_order)
