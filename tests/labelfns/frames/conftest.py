"""A small cluster of each engine, and one way to ask them; where an engine or Java is missing, its tests say so."""

import shutil
import warnings

import pyarrow as pa
import pytest

QUIET = "PySpark does not yet fully support pandas"


class Spark:
    name = "Spark"

    def __init__(self, session):
        self.session = session

    def frame(self, table, partitions=3):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", QUIET, FutureWarning)
            frame = self.session.createDataFrame(table)
        return frame.repartition(partitions)

    def table(self, frame):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", QUIET, FutureWarning)
            return frame.toArrow()


class Dask:
    name = "Dask"

    def frame(self, table, partitions=3):
        import dask.dataframe as dd
        import pandas as pd

        pandas = table.to_pandas(types_mapper=pd.ArrowDtype).sample(frac=1, random_state=3)
        parts = [pandas.iloc[i::partitions] for i in range(partitions)]
        return dd.from_map(lambda part: part, parts, meta=pandas.iloc[:0])

    def table(self, frame):
        return pa.Table.from_pandas(frame.compute(), preserve_index=False)


@pytest.fixture(scope="session")
def spark():
    pytest.importorskip("pyspark", reason="needs the extra spark")
    if shutil.which("java") is None:
        pytest.skip("needs Java")
    from labelfns.frames import spark_session

    quick = {"spark__sql__codegen__wholeStage": "false", "spark__driver__extraJavaOptions": "-XX:TieredStopAtLevel=1"}
    session = spark_session("local[2,4]", spark__sql__shuffle__partitions=2, spark__driver__memory="1g", **quick)
    session.sparkContext.setLogLevel("OFF")
    yield Spark(session)
    session.stop()


@pytest.fixture
def dask():
    dask = pytest.importorskip("dask", reason="needs the extra dask")
    pytest.importorskip("dask.dataframe", reason="needs the extra dask")
    with dask.config.set(scheduler="synchronous"):
        yield Dask()


@pytest.fixture
def dask_cluster():
    """Dask with two processes of its own."""
    pytest.importorskip("distributed", reason="needs the extra dask")
    from labelfns.frames import dask_client

    with dask_client(n_workers=2, memory_limit=0):
        yield Dask()


@pytest.fixture(params=["spark", "dask"])
def engine(request):
    """Each engine in turn."""
    return request.getfixturevalue(request.param)
