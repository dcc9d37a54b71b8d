"""LFs and label models over Spark and Dask frames, as many rows as there are; ``LFSet.apply`` takes such frames.

Neither engine is imported before it is used. One mechanism (`labelfns.frames.work`) goes from Arrow batches to Arrow
batches; an engine hands it the rows of a partition, and takes the answers beside the row's own columns.
"""

from labelfns.frames.asked import counted_votes, faults_of
from labelfns.frames.sessions import dask_client, spark_session
from labelfns.frames.weighing import probabilities

__all__ = ["counted_votes", "dask_client", "faults_of", "probabilities", "spark_session"]
