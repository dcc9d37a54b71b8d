"""Votes, answers and annotations in the forms of other libraries and tools."""

from labelfns.interop.answers import Answers
from labelfns.interop.label_studio import read_label_studio, write_label_studio
from labelfns.interop.votes import votes_from, votes_from_sparse, votes_to, votes_to_sparse

__all__ = [
    "Answers",
    "read_label_studio",
    "votes_from",
    "votes_from_sparse",
    "votes_to",
    "votes_to_sparse",
    "write_label_studio",
]
