"""Which engine a frame is of, told without importing one, and what an engine must be able to do.

An engine is a module of functions (`labelfns.frames.spark`, `labelfns.frames.dask`): everything else is shared.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from labelfns._version import __version__
from labelfns.errors import InputError, LFError, first_line, raise_all, some
from labelfns.frames.travel import packed
from labelfns.frames.work import Sent, Work
from labelfns.io.corpus import check_columns

if TYPE_CHECKING:
    import pyarrow as pa

_ENGINES = {"pyspark": "spark", "dask": "dask"}
_UNREACHABLE = (
    *("ConnectionError", "CommClosedError", "Py4JNetworkError", "SparkConnectException", "RpcError"),
    *("TimeoutError", "RetriesExceeded"),
)


class Frame(Protocol):
    """A frame whose rows lie elsewhere: a Spark or a Dask one."""

    def persist(self, *args: Any, **kwargs: Any) -> Any:
        """Keep it, which frames in memory cannot be asked to."""


class Engine(Protocol):
    """What is asked of an engine's module."""

    NAME: str

    def columns(self, frame: Any) -> list[Any]:
        """Return the names of a frame's columns."""

    def same_name(self, frame: Any) -> Callable[[Any], Any]:
        """Return a function that makes equal what the engine takes for one name."""

    def kind(self, frame: Any, name: Any) -> str:
        """Return ``"string"`` for a column that may hold texts, or else what it holds."""

    def mapped(self, frame: Any, sent: Sent, kept: Sequence[Any], read: Sequence[Any]) -> Any:
        """Return a frame with the columns that are kept and the answers, lazily; work reads some columns more."""

    def counted(self, frame: Any, names: Sequence[str], most: int) -> "pa.Table":
        """Return the distinct rows of m int8 columns in m columns, and the count of each; at most `most` + 1."""

    def faults(self, frame: Any, keys: Sequence[Any], limit: int) -> list[dict[str, Any]]:
        """Return how often each LF raised each kind of error; see `labelfns.frames.counting.Faults`."""


def engine_of(data: object) -> Engine | None:
    """Return the engine of a frame; None for data in memory.

    Raises
    ------
    InputError
        If it is something else of Spark or Dask.
    """
    for kind in type(data).__mro__:
        package, _, rest = kind.__module__.partition(".")
        if package not in _ENGINES:
            continue
        if kind.__name__ == "DataFrame" and not rest.startswith("pandas"):
            return cast(Engine, import_module(f"labelfns.frames.{_ENGINES[package]}"))
        hint = "frame.to_spark()" if rest.startswith("pandas") else "a DataFrame with a column of texts"
        raise InputError(
            f"of {_ENGINES[package].title()}, DataFrames are taken; got a {type(data).__name__}: give {hint}"
        )
    return None


def need_engine(frame: object) -> Engine:
    """Return the engine of a frame.

    Raises
    ------
    InputError
        If it has none.
    """
    engine = engine_of(frame)
    if engine is None:
        raise InputError(f"this takes a Spark or a Dask DataFrame; got a {type(frame).__name__}")
    return engine


def columns_of(frame: Any) -> list[Any]:
    """Return the names of a frame's columns; errors as in `need_engine` and `running`."""
    engine = need_engine(frame)
    with running(engine):
        return engine.columns(frame)


def work_on(
    frame: Any,
    work: Work,
    parts: dict[str, object],
    *,
    keys: Sequence[Any] | None,
    read: Sequence[Any],
    texts: Any = None,
) -> Any:
    """Return a frame of the same engine with key columns and the answers of some work; nothing runs yet.

    Parameters
    ----------
    frame
        The frame.
    work
        The work.
    parts
        What the work is made of, by name, for messages.
    keys
        The columns that stay beside the answers; all by default.
    read
        The columns that the work reads.
    texts
        The one of them that holds texts, if there is one.

    Raises
    ------
    InputError
        If a column is missing, there twice or has the name of an answer; all at once.
    LFError
        If the work cannot be sent to a worker.
    """
    engine = need_engine(frame)
    where = f"the {engine.NAME} frame"
    if isinstance(keys, str):
        raise InputError(f"keys must be a list of columns; got {keys!r}: write keys=[{keys!r}]")
    with running(engine):
        columns = engine.columns(frame)
        kept = list(columns if keys is None else keys)
        check_columns(columns, list(dict.fromkeys([*([] if texts is None else [texts]), *read, *kept])), where)
        answers = work.schema.names
        problems = _names_twice(engine, frame, columns, kept, answers)
        if texts is not None and (kind := engine.kind(frame, texts)) != "string":
            problems.append(f'column {texts!r} of {where} holds {kind}, not texts; name their column with text="..."')
        raise_all(InputError, problems)
        sent = Sent(packed(work, parts), work.schema, __version__)
        return engine.mapped(frame, sent, kept, list(read))


def _names_twice(engine: Engine, frame: Any, columns: list[Any], kept: list[Any], answers: list[str]) -> list[str]:
    """Return what is wrong with names that the engine would take for one another."""
    same = engine.same_name(frame)
    ours, problems = set(map(same, answers)), []
    if clash := [name for name in kept if same(name) in ours]:
        problems.append(
            f"columns that stay have the names of answers, {some(clash)}: rename them, or list in keys=[...] which stay"
        )
    for names, what in ((columns, "columns of the frame"), (kept, "keys"), (answers, "answers, LFs or labels,")):
        times = Counter(map(same, names))
        if twice := [name for name in names if times[same(name)] > 1]:
            problems.append(f"{what} have one name for {engine.NAME}: {some(twice)}; rename them")
    return problems


@contextmanager
def running(engine: Engine) -> Iterator[None]:
    """Say in one message what an engine that is asked now says at length.

    Raises
    ------
    LFError
        If an LF ended the job.
    InputError
        If the engine's cluster is not there, or not any more.
    """
    try:
        yield
    except (InputError, LFError):
        raise
    except Exception as error:
        if said := _of_labelfns(str(error)):
            raise LFError(said) from error
        if any(kind.__name__ in _UNREACHABLE for kind in type(error).__mro__) or _is_stopped(error):
            raise InputError(
                f"{engine.NAME} does not answer ({type(error).__name__}: {first_line(error)}): its cluster is not "
                "there, or not any more. Connect again, and make the frame anew"
            ) from error
        raise


def _is_stopped(error: Exception) -> bool:
    return "stopped SparkContext" in str(error) or "'NoneType' object has no attribute 'sc'" in str(error)


def _of_labelfns(text: str) -> str:
    """Return what an error of ours says inside a traceback of a worker."""
    marks = [f"labelfns.errors.{kind}: " for kind in ("LFError", "InputError")]
    for mark in marks:
        if mark in text:
            said = text.rpartition(mark)[2]
            return said.partition("\n\tat ")[0].strip()
    return ""
