"""What is not there is one message: the engine, Java, a cluster; and which engine a frame is of."""

import socket
import subprocess
import sys

import pytest

from labelfns.errors import InputError, MissingExtraError
from labelfns.frames import dask_client, spark_session
from labelfns.frames.engines import engine_of


@pytest.fixture
def closed():
    """A port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.mark.parametrize(
    ("start", "module", "extra"), [(spark_session, "pyspark", "spark"), (dask_client, "dask", "dask")]
)
def test_an_engine_that_is_not_installed(monkeypatch, start, module, extra):
    for name in (module, f"{module}.sql", f"{module}.dataframe"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=rf'pip install "labelfns\[{extra}\]"'):
        start()


def test_java_that_is_not_there(monkeypatch, tmp_path):
    pytest.importorskip("pyspark", reason="needs the extra spark")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"Spark needs Java 17 or later, and there is none on the path\. .*JAVA_HOME"):
        spark_session()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InputError, match="and holds none"):
        spark_session()


@pytest.mark.parametrize("scheme", ["spark", "sc"])
def test_a_spark_cluster_that_is_not_there(closed, scheme):
    pytest.importorskip("pyspark", reason="needs the extra spark")
    with pytest.raises(InputError, match=rf"no Spark cluster answers at {scheme}://127\.0\.0\.1:{closed} "):
        spark_session(f"{scheme}://127.0.0.1:{closed}")


def test_a_dask_cluster_that_is_not_there(closed):
    pytest.importorskip("distributed", reason="needs the extra dask")
    with pytest.raises(InputError, match=rf"no Dask cluster answers at tcp://127\.0\.0\.1:{closed} "):
        dask_client(f"tcp://127.0.0.1:{closed}")


def of_module(module, name):
    return type(name, (), {"__module__": module})()


@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        ("pyspark.pandas.frame", "DataFrame", r"got a DataFrame: give frame\.to_spark\(\)"),
        ("pyspark.core.rdd", "RDD", "of Spark, DataFrames are taken; got a RDD: give a DataFrame with a column"),
        ("dask.bag.core", "Bag", "of Dask, DataFrames are taken; got a Bag"),
        ("dask.dataframe.dask_expr._collection", "Series", "got a Series: give a DataFrame"),
    ],
)
def test_what_is_no_frame_is_one_message(module, name, message):
    with pytest.raises(InputError, match=message):
        engine_of(of_module(module, name))


@pytest.mark.parametrize(
    ("module", "engine"),
    [
        ("pyspark.sql.classic.dataframe", "Spark"),
        ("pyspark.sql.connect.dataframe", "Spark"),
        ("dask.dataframe.dask_expr._collection", "Dask"),
        ("pandas", None),
        ("polars.dataframe.frame", None),
    ],
)
def test_the_engine_is_told_by_the_frames_type(module, engine):
    found = engine_of(of_module(module, "DataFrame"))
    assert (found and found.NAME) == engine


CONNECT = """
import warnings
from labelfns import LFSet, keywords, labeling_function
from labelfns.frames import counted_votes, faults_of
from pyspark.sql import SparkSession

if __name__ == "__main__":
    session = SparkSession.builder.remote("local[1]").getOrCreate()
    words = {"bad"}

    @labeling_function
    def bad(text):
        return "no" if words & set(text.split()) else [][1] if text == "odd" else None

    frame = session.sql("select * from values (1, 'good'), (2, 'so bad'), (3, 'odd'), (4, null) as t(id, text)")
    lfs = LFSet(["no", "yes"], [keywords("yes", ["good"], name="good"), bad])
    votes = lfs.apply(frame, keys=["id"])
    print(type(votes).__module__)
    print(sorted((row.id, row.good, row.bad) for row in votes.collect()))
    print(counted_votes(votes, lfs)[1].tolist(), faults_of(votes, keys=["id"]).select("type", "rows", "key").rows())
    session.stop()
"""


@pytest.mark.slow
def test_spark_connect(spark, tmp_path):
    pytest.importorskip("grpc_status", reason="needs the extra spark")
    (tmp_path / "connect.py").write_text(CONNECT)
    done = subprocess.run(
        [sys.executable, tmp_path / "connect.py"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.splitlines() == [
        "pyspark.sql.connect.dataframe",
        "[(1, 1, -1), (2, -1, 0), (3, -1, -1), (4, -1, -1)]",
        "[2, 1, 1] [('IndexError', 1, {'id': 3})]",
    ], done.stderr
