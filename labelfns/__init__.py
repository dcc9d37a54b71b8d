"""labelfns: label text by writing functions instead of reading rows, and get a fine-tuned transformer out of it.

This room is light: it needs numpy, and polars when a table is made. Label models and classifiers are in
`labelfns.models`, the self-training rounds and the command line in `labelfns.pipelines`.
"""

from labelfns.builders import emoji, hashtags, keywords, regex
from labelfns.context import Context
from labelfns.lf import ABSTAIN, LabelingFunction, labeling_function
from labelfns.lfset import LFSet
from labelfns.scores import count, lexicon, vader_words
from labelfns.sparse import SparseVotes
from labelfns.streaming import apply_file
from labelfns.votes import Fault, Votes

__all__ = [
    "ABSTAIN",
    "Context",
    "Fault",
    "LFSet",
    "LabelingFunction",
    "SparseVotes",
    "Votes",
    "apply_file",
    "count",
    "emoji",
    "hashtags",
    "keywords",
    "labeling_function",
    "lexicon",
    "regex",
    "vader_words",
]
__version__ = "0.1.0"
