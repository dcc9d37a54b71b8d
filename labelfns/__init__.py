"""labelfns: label text by writing functions instead of reading rows, and get a fine-tuned transformer out of it.

This room is light: it needs numpy, and polars when a table is made. Label models and classifiers are in
`labelfns.models`, the self-training rounds and the command line in `labelfns.pipelines`.
"""

from labelfns.batched import column, model, row_function
from labelfns.builders import emoji, hashtags, keywords, regex
from labelfns.context import Context
from labelfns.expects import expectations
from labelfns.gaps import Suggestion, suggest
from labelfns.lf import ABSTAIN, LabelingFunction, labeling_function
from labelfns.lfset import LFSet
from labelfns.redundancy import NearCopies, near_copies
from labelfns.scores import count, lexicon, vader_words
from labelfns.sparse import SparseVotes
from labelfns.streaming import apply_file
from labelfns.trying import try_on
from labelfns.votes import Fault, Votes
from labelfns.word_files import read_lfs, read_words

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
__version__ = "0.1.0"
