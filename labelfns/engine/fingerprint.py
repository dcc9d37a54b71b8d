"""What an LF is, as a hash: its definition and everything it refers to. None where that cannot be told.

A function's hash covers its byte code and constants, defaults, closure and the globals it names, functions and
functions among them followed in turn. Values are followed through plain containers. Whatever else it meets - a file,
a model, an import, a module other than a few pure ones of the standard library - gives None: when in doubt, the LF
is run again.
"""

import dis
import hashlib
import re
import sys
import types
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from labelfns.lfs.base import FunctionLF, LabelingFunction
from labelfns.lfs.context import Context
from labelfns.lfs.declared import DeclaredLF

_PLAIN = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis))
_IMPURE = frozenset({"open", "input", "eval", "exec", "__import__", "globals", "locals", "vars", "random", "time"})
_PURE_MODULES = frozenset(
    {"builtins", "re", "string", "math", "unicodedata", "html", "itertools", "functools", "operator"}
)


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
        if isinstance(lf, DeclaredLF):
            parts = [type(lf).__name__]
            parts += [_tell(getattr(lf, f.name), set()) for f in fields(lf) if f.compare and f.name != "name"]
            text = "|".join(parts)
        elif isinstance(lf, FunctionLF):
            text = _tell(lf.function, set())
        else:
            return None
    except _UnknownError:
        return None
    return hashlib.sha256(f"{sys.version_info[:3]}|{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _tell(value: Any, seen: set[int]) -> str:
    """Return a text that differs wherever two values may behave differently."""
    kind = type(value)
    if kind in _PLAIN:
        return f"{kind.__name__}:{value!r}"
    if id(value) in seen:
        return "again"
    seen = seen | {id(value)}
    if kind in (tuple, list):
        return f"{kind.__name__}[{','.join(_tell(item, seen) for item in value)}]"
    if kind in (set, frozenset):
        return f"set[{','.join(sorted(_tell(item, seen) for item in value))}]"
    if isinstance(value, Mapping) and kind in (dict, types.MappingProxyType):
        return f"dict[{','.join(f'{_tell(k, seen)}={_tell(v, seen)}' for k, v in value.items())}]"
    if isinstance(value, re.Pattern):
        return f"pattern:{value.pattern!r}:{value.flags}"
    if isinstance(value, Context):
        return f"context[{','.join(_tell(getattr(value, f.name), seen) for f in fields(value))}]"
    if isinstance(value, types.FunctionType):
        return _tell_function(value, seen)
    if isinstance(value, types.CodeType):
        return _tell_code(value, seen)
    if isinstance(value, types.ModuleType) and value.__name__ in _PURE_MODULES:
        return f"module:{value.__name__}"
    if isinstance(value, types.BuiltinFunctionType) and value.__name__ not in _IMPURE:
        return f"method:{_tell(value.__self__, seen)}.{value.__name__}"  # of a value, or of a module
    if isinstance(value, type) and value.__module__ == "builtins":
        return f"builtin:{value.__name__}"
    raise _UnknownError(kind.__name__)


def _tell_function(function: types.FunctionType, seen: set[int]) -> str:
    known = function.__globals__
    names = sorted(_names(function.__code__))
    if _IMPURE.intersection(names):
        raise _UnknownError("what it reads may change")
    told = [_tell_code(function.__code__, seen)]
    told += [f"{name}={_tell(known[name], seen)}" for name in names if name in known]
    try:
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
    except ValueError:
        raise _UnknownError("an empty closure cell") from None
    for value in (*cells, function.__defaults__, function.__kwdefaults__):
        told.append(_tell(value, seen))
    if function.__dict__:
        raise _UnknownError("a function with attributes")
    return f"function[{'|'.join(told)}]"


def _tell_code(code: types.CodeType, seen: set[int]) -> str:
    if any(step.opname == "IMPORT_NAME" for step in dis.get_instructions(code)):
        raise _UnknownError("an import")
    consts = ",".join(_tell(const, seen) for const in code.co_consts)
    shape = (code.co_code.hex(), code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_flags)
    return f"code[{shape}|{code.co_exceptiontable.hex()}|{consts}]"


def _names(code: types.CodeType) -> set[str]:
    """Return the global and attribute names of a function and of the functions inside it."""
    found = set(code.co_names)
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            found |= _names(const)
    return found
