"""What an LF is, as a hash: its definition and everything it refers to. None where that cannot be told.

A function's hash covers its byte code and constants, defaults, closure and the globals it names; functions and
functions among them are followed in turn, values through plain containers. Everything it names must be one of these,
a pure built-in, or a pure module of the standard library. Whatever else there is - a file, a model, an import, an
object with a state, `hash` and `id`, which differ between processes, a global that it writes or changes, the order of
a set (`labelfns.engine.doubts`) - gives None: when in doubt, the LF is run again.
"""

import builtins
import dis
import hashlib
import re
import sys
import sysconfig
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from labelfns.engine.doubts import MUTATORS, doubt
from labelfns.engine.options import can_compile
from labelfns.lfs.base import FunctionLF, LabelingFunction
from labelfns.lfs.columns import TextsLF
from labelfns.lfs.context import Context

_PURE_MODULES = frozenset({"re", "string", "math", "unicodedata", "html", "itertools", "functools", "operator"})
_PURE = (
    "abs all any ascii bin bool bytes callable chr dict divmod enumerate filter float format frozenset hex int "
    "isinstance issubclass iter len list map max min next oct ord pow range repr reversed round set slice sorted str "
    "sum tuple type zip"
)
_PURE_BUILTINS = frozenset(_PURE.split())
_NAMES_LOADED = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})
_STATEFUL = frozenset(
    {"IMPORT_NAME", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_BUILD_CLASS", "STORE_ATTR", "DELETE_ATTR", "DELETE_DEREF"}
)
_ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
Trail = tuple[int, ...]
"""The values that are being described, by `id`, the outermost first."""


class _UnknownError(Exception):
    """Something whose state a hash cannot cover."""


def fingerprint(lf: LabelingFunction) -> str | None:
    """Return a hash of an LF's definition, without its name and `expects`; None where it cannot be told.

    Examples
    --------
    >>> from labelfns import hashtags
    >>> a, b = hashtags("yes", ["x", "y"], name="a"), hashtags("yes", ["x", "z"], name="b")
    >>> fingerprint(a) == fingerprint(hashtags("yes", ["x", "y"])), fingerprint(a) == fingerprint(b)
    (True, False)
    """
    try:
        if can_compile(lf):
            parts = [type(lf).__name__]
            parts += [_describe(getattr(lf, f.name), ()) for f in fields(lf) if f.compare and f.name != "name"]
            text = "|".join(parts)
        elif type(lf) is FunctionLF:
            text = _describe(lf.function, ())
            if isinstance(lf.function, types.FunctionType) and doubt(lf.function):
                return None
        elif isinstance(lf, TextsLF) and (definition := lf.definition()) is not None:
            text = f"{type(lf).__name__}|{definition}"
        else:
            return None
    except (_UnknownError, RecursionError):
        return None
    return hashlib.sha256(f"{sys.version_info[:3]}|{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _describe(value: Any, trail: Trail) -> str:
    """Return a text that differs wherever two values may behave differently."""
    if id(value) in trail:
        return f"again:{trail.index(id(value))}"
    describe = _DESCRIBE.get(type(value))
    if describe is None:
        raise _UnknownError(type(value).__name__)
    return describe(value, (*trail, id(value)))


def _plain(value: object, trail: Trail) -> str:
    return f"{type(value).__name__}:{value!r}"


def _sequence(value: Any, trail: Trail) -> str:
    return f"{type(value).__name__}[{','.join(_describe(item, trail) for item in value)}]"


def _set(value: Any, trail: Trail) -> str:
    return f"set[{','.join(sorted(_describe(item, trail) for item in value))}]"


def _mapping(value: Any, trail: Trail) -> str:
    return f"dict[{','.join(f'{_describe(key, trail)}={_describe(item, trail)}' for key, item in value.items())}]"


def _pattern(value: re.Pattern[Any], trail: Trail) -> str:
    return f"pattern:{value.pattern!r}:{value.flags}"


def _context(value: Context, trail: Trail) -> str:
    return f"context[{','.join(_describe(getattr(value, f.name), trail) for f in fields(value))}]"


def _module(value: types.ModuleType, trail: Trail) -> str:
    if value.__name__ in _PURE_MODULES and sys.modules.get(value.__name__) is value and _is_of_python(value):
        return f"module:{value.__name__}"
    raise _UnknownError(f"module {value.__name__}")


@cache
def _is_of_python(module: types.ModuleType) -> bool:
    """Tell whether a module is the standard library's; a file of the user may have the same name."""
    origin = getattr(module.__spec__, "origin", None)
    if origin is None or origin in ("built-in", "frozen"):
        return origin is not None
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    file = Path(origin)
    return "site-packages" not in file.parts and any(file.is_relative_to(folder) for folder in folders if folder)


def _builtin(value: types.BuiltinFunctionType, trail: Trail) -> str:
    owner = value.__self__
    if owner is builtins:
        if value.__name__ not in _PURE_BUILTINS or getattr(builtins, value.__name__) is not value:
            raise _UnknownError(value.__name__)
        return f"builtin:{value.__name__}"
    if value.__name__ in MUTATORS:
        raise _UnknownError(f"a method that changes {owner!r:.40}")
    return f"method:{_describe(owner, trail)}.{value.__name__}"  # of a value, or of a module


def _type(value: type, trail: Trail) -> str:
    name = value.__name__
    if getattr(builtins, name, None) is value and (name in _PURE_BUILTINS or issubclass(value, BaseException)):
        return f"builtin:{name}"
    raise _UnknownError(name)


def _function(value: types.FunctionType, trail: Trail) -> str:
    if value.__dict__ or not _has_usual_builtins(value):
        raise _UnknownError("a function with attributes, or with built-ins of its own")
    parts = [_code(value.__code__, trail)]
    for name in sorted(set(_global_names(value.__code__))):
        if name in value.__globals__:
            parts.append(f"{name}={_describe(value.__globals__[name], trail)}")
        elif name not in _PURE_BUILTINS and not _is_exception(name):
            raise _UnknownError(name)
    try:
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
    except ValueError:
        raise _UnknownError("an empty closure cell") from None
    parts += [_describe(part, trail) for part in (*cells, value.__defaults__, value.__kwdefaults__)]
    return f"function[{'|'.join(parts)}]"


def _has_usual_builtins(function: types.FunctionType) -> bool:
    """Tell whether a function's built-ins are Python's, apart from the import that functions of an LF file have."""
    own: Mapping[str, Any] = getattr(function, "__builtins__", {})
    usual = vars(builtins)
    return own is usual or all(own.get(name) is value for name, value in usual.items() if name != "__import__")


def _code(value: types.CodeType, trail: Trail) -> str:
    doubt = _steps(value).doubt
    if doubt:
        raise _UnknownError(doubt)
    consts = ",".join(_describe(const, trail) for const in value.co_consts)
    shape = (value.co_code.hex(), value.co_names, value.co_varnames, value.co_freevars, value.co_cellvars)
    return f"code[{shape}|{value.co_flags}|{value.co_exceptiontable.hex()}|{consts}]"


class _Steps(NamedTuple):
    """The global names that a function's code loads, and a step of it that is not a function of its arguments."""

    names: frozenset[str]
    doubt: str


@lru_cache(maxsize=1 << 12)
def _steps(code: types.CodeType) -> _Steps:
    names, doubt = set(), ""
    for step in dis.get_instructions(code):
        if step.opname in _NAMES_LOADED:
            names.add(step.argval)
        outer = step.opname == "STORE_DEREF" and step.argval in code.co_freevars
        hidden = step.opname in _ATTRIBUTES and str(step.argval).startswith("__")
        hidden |= isinstance(step.argval, str) and step.opname == "LOAD_CONST" and "__" in step.argval
        if step.opname in _STATEFUL or outer or hidden:
            doubt = f"{step.opname} {step.argval}"
    return _Steps(frozenset(names), doubt)


def _global_names(code: types.CodeType) -> Iterator[str]:
    """Yield the global names that a function and the functions inside it load."""
    yield from _steps(code).names
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _global_names(const)


def _is_exception(name: str) -> bool:
    value = getattr(builtins, name, None)
    return isinstance(value, type) and issubclass(value, BaseException)


_DESCRIBE: dict[type, Callable[[Any, Trail], str]] = {
    **dict.fromkeys((str, bytes, int, float, complex, bool, type(None), type(Ellipsis)), _plain),
    **dict.fromkeys((tuple, list), _sequence),
    **dict.fromkeys((set, frozenset), _set),
    **dict.fromkeys((dict, types.MappingProxyType), _mapping),
    re.Pattern: _pattern,
    Context: _context,
    types.ModuleType: _module,
    types.BuiltinFunctionType: _builtin,
    type: _type,
    types.FunctionType: _function,
    types.CodeType: _code,
}
