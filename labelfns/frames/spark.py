"""Spark frames, classic and of Spark Connect, through `mapInArrow`: no pandas between, nulls and int8 as they are."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from labelfns.errors import InputError
from labelfns.frames.voting import FAULTS
from labelfns.frames.work import Sent

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "Spark"


def columns(frame: Any) -> list[str]:
    """Return the names of the columns."""
    context = getattr(frame.sparkSession, "_sc", None)  # a classic session; its frames outlive it
    if context is not None and context._jsc is None:
        raise InputError("the Spark session of this frame was stopped; start one, and make the frame anew")
    return list(frame.columns)


def same_name(frame: Any) -> Callable[[str], str]:
    """Return how Spark compares names: without case, unless it was told otherwise."""
    return str if frame.sparkSession.conf.get("spark.sql.caseSensitive") == "true" else str.lower


def kind(frame: Any, name: str) -> str:
    """Return ``"string"`` for a column of texts, or else its type."""
    from pyspark.sql.types import StringType

    held = frame.schema[name].dataType
    return "string" if isinstance(held, StringType) else str(held.simpleString())


def mapped(frame: Any, sent: Sent, kept: Sequence[str], read: Sequence[str]) -> Any:
    """Return the frame of kept columns and answers."""
    from pyspark.sql.types import StructField, StructType

    schema = StructType(
        [*(frame.schema[name] for name in kept), *(StructField(f.name, _spark_type(f.type)) for f in sent.schema)]
    )
    content, arrow, version, names = sent.content, sent.schema, sent.version, list(kept)

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        try:
            from labelfns.frames.work import Sent, answered
        except ImportError as error:
            raise RuntimeError(
                f"a Spark worker cannot import labelfns ({error}): install labelfns[spark]=={version} where it runs"
            ) from error
        for table in answered(batches, Sent(content, arrow, version), names):
            yield from table.combine_chunks().to_batches()

    with _without_its_warning():
        needed = dict.fromkeys([*kept, *read])
        return frame.select(*map(_column, needed)).mapInArrow(run, schema)


def counted(frame: Any, names: Sequence[str], most: int) -> "pa.Table":
    """Return the distinct rows of columns, and the count of each."""
    from pyspark.sql import functions as F

    short = [f"v{j}" for j in range(len(names))]  # an LF may be called count
    votes = frame.select(*(_column(name).alias(own) for name, own in zip(names, short, strict=True)))
    return _collected(votes.groupBy(*short).agg(F.count(F.lit(1)).alias("count")).limit(most + 1))


def faults(frame: Any, keys: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Return how often each LF raised each kind of error."""
    from pyspark.sql import functions as F

    first = [F.col("fault.traceback").isNull(), F.col("key"), F.col("fault.error"), F.col("fault.traceback")]
    key = F.struct(*map(_column, keys)) if keys else F.lit(None)
    each = frame.where(_column(FAULTS).isNotNull()).select(key.alias("key"), F.explode(_column(FAULTS)).alias("fault"))
    groups = each.groupBy(F.col("fault.lf").alias("lf"), F.substring_index("fault.error", ":", 1).alias("type")).agg(
        F.count(F.lit(1)).alias("rows"), F.min(F.struct(*first)).alias("first")
    )
    found = groups.orderBy(F.desc("rows"), "lf", "type").limit(limit)
    parts = [F.col("first")[name].alias(name) for name in ("error", "traceback", "key")]
    return list(_collected(found.select("lf", "type", "rows", *parts)).to_pylist())


def _collected(frame: Any) -> "pa.Table":
    with _without_its_warning():
        return frame.toArrow()


@contextmanager
def _without_its_warning() -> Iterator[None]:
    """Pass over what Spark says of pandas, none of which is used here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


def _column(name: str) -> Any:
    """Return a column by its whole name, in which Spark would read a dot as a path."""
    from pyspark.sql import functions as F

    return F.col("`" + name.replace("`", "``") + "`")


def _spark_type(kind: "pa.DataType") -> Any:
    """Return the Spark type of a column of answers."""
    import pyarrow as pa
    from pyspark.sql import types as T

    if pa.types.is_list(kind):
        return T.ArrayType(_spark_type(kind.value_type))
    if pa.types.is_struct(kind):
        return T.StructType([T.StructField(field.name, _spark_type(field.type)) for field in kind])
    return {pa.int8(): T.ByteType(), pa.float64(): T.DoubleType(), pa.string(): T.StringType()}[kind]
