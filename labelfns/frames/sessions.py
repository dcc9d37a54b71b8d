"""Spark sessions and Dask clients; what is not there, the engine, Java or a cluster, is one message."""

import os
import re
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

from labelfns.errors import InputError, MissingExtraError, first_line

_WAIT = 5.0  # seconds for a cluster to answer


def spark_session(master: str = "local[*]", **config: object) -> Any:
    """Return a Spark session.

    Parameters
    ----------
    master
        ``"local[*]"`` for all cores of this machine, ``"local[2,4]"`` for two and four tries of a task,
        ``"spark://HOST:PORT"`` for a cluster, ``"sc://HOST:PORT"`` for Spark Connect; or what Spark else takes.
    config
        Settings of Spark, with ``__`` for each dot: ``spark__driver__memory="4g"``.

    Returns
    -------
    pyspark.sql.SparkSession
        The session; the one that runs already, if one does. ``session.stop()`` ends it.

    Raises
    ------
    MissingExtraError
        If there is no pyspark.
    InputError
        If there is no Java, it is too old, or the cluster does not answer.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtraError('Spark needs the extra spark: pip install "labelfns[spark]"') from error
    _check_answers(master, "Spark")
    if master.startswith("sc://"):
        builder = SparkSession.builder.remote(master)
    else:
        builder = SparkSession.builder.master(master)
        java = _java()
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if master.startswith("local"):
        local = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false"}
        for name, value in local.items():
            builder = builder.config(name, value)
    for name, given in config.items():
        builder = builder.config(name.replace("__", "."), given)
    try:
        return builder.getOrCreate()
    except Exception as error:
        if "JAVA_GATEWAY_EXITED" in str(error) or "UnsupportedClassVersion" in str(error):
            raise InputError(f"Spark could not start {java}: it needs Java 17 or later. {_INSTALL}") from error
        raise InputError(
            f"Spark cannot be started at {master!r} ({type(error).__name__}: {first_line(error)})"
        ) from error


def dask_client(address: str | None = None, **config: Any) -> Any:
    """Return a Dask client.

    Parameters
    ----------
    address
        ``"tcp://HOST:PORT"`` of a scheduler; by default workers are started here, one process per core, as Python
        functions share one core in a process.
    config
        Settings of ``distributed.Client``, or of ``distributed.LocalCluster`` where there is no address.

    Returns
    -------
    distributed.Client
        The client, from now on the default of Dask; ``client.close()`` ends it, and workers that it started.

    Raises
    ------
    MissingExtraError
        If there is no dask.
    InputError
        If the scheduler does not answer.
    """
    try:
        import dask.dataframe  # noqa: F401
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError('Dask needs the extra dask: pip install "labelfns[dask]"') from error
    if address is None:
        return Client(**{"threads_per_worker": 1, "dashboard_address": None, **config})
    _check_answers(address, "Dask")
    try:
        return Client(address, **{"timeout": _WAIT, **config})
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at {address} ({first_line(error)})") from error


_INSTALL = "Install it, on Debian by apt install openjdk-17-jre-headless, or set JAVA_HOME to where it is"


def _java() -> str:
    """Return the Java that Spark will take."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or not Path(java).exists():
        where = f"JAVA_HOME is {home}, and holds none" if home else "there is none on the path"
        raise InputError(f"Spark needs Java 17 or later, and {where}. {_INSTALL}")
    return java


def _check_answers(address: str, engine: str) -> None:
    """Raise where a host and port are named and nothing listens there: engines would wait for minutes."""
    named = re.match(r"(?:spark|sc|tcp|tls)://(?:[^@/]*@)?(\[[^\]]+\]|[^:/;,]+):(\d+)", address)
    if named is None:
        return
    host, port = named[1].strip("[]"), int(named[2])
    try:
        socket.create_connection((host, port), timeout=_WAIT).close()
    except OSError as error:
        raise InputError(
            f"no {engine} cluster answers at {address} ({first_line(error)}): check the address, and that it runs"
        ) from error
