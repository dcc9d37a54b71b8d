"""labelfns: label text by writing functions instead of reading rows, and get a fine-tuned transformer out of it.

This room is light: it needs numpy, and polars when a table is made. Label models and classifiers are in
`labelfns.models`, the self-training rounds and the command line in `labelfns.pipelines`.
"""

from labelfns._version import __version__ as __version__
from labelfns.analysis.expectations import expectations
from labelfns.analysis.near_copies import NearCopies, near_copies
from labelfns.analysis.suggest import Suggestion, suggest
from labelfns.analysis.try_on import try_on
from labelfns.lfs.base import ABSTAIN, LabelingFunction, labeling_function
from labelfns.lfs.builders import count, emoji, hashtags, keywords, regex
from labelfns.lfs.classifier import model
from labelfns.lfs.columns import column, row_function
from labelfns.lfs.context import Context
from labelfns.lfs.lexicon import lexicon, vader_words
from labelfns.lfs.load import read_lfs, read_words
from labelfns.lfset import LFSet
from labelfns.sparse import SparseVotes
from labelfns.streaming import apply_file
from labelfns.votes import Fault, Votes

__all__ = [
    "ABSTAIN",
    "Context",
    "Fault",
    "LFSet",
    "LabelingFunction",
    "NearCopies",
    "SparseVotes",
    "Suggestion",
    "Votes",
    "apply_file",
    "column",
    "count",
    "emoji",
    "expectations",
    "hashtags",
    "keywords",
    "labeling_function",
    "lexicon",
    "model",
    "near_copies",
    "read_lfs",
    "read_words",
    "regex",
    "row_function",
    "suggest",
    "try_on",
    "vader_words",
]
