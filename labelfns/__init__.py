"""labelfns: label text by writing functions instead of reading rows, and get a fine-tuned transformer out of it.

The way the data goes::

    texts ──LFSet.apply──> Votes ──label model──> probabilities ──selection──> training set ──> classifier
                                                   │     ^                                       │     │
                                                   │     └───── the next round's pseudo-labels ──┘     │
                                                   └───> predictor: LFs and classifier together <──────┘

This package goes from texts to votes. It needs numpy, and polars once LFs are applied or a table is made. Its rooms,
each of which uses only those before it: `text`, what counts as a word, a hashtag and an emoji; `lfs`, what a user
writes; `votes`, what comes of it; `io`, files in and out; `engine`, how LFs are applied; `lfset`; `analysis`, what LFs
did and what to write next; `streaming`, files larger than memory. Label models and classifiers are in
`labelfns.models`, the rounds and the command line in `labelfns.pipelines`.
"""

import labelfns._starting  # noqa: F401 - first of all: what Ctrl-C does while the rest is imported
from labelfns._version import __version__ as __version__
from labelfns.analysis.coverage import Coverage
from labelfns.analysis.expectations import expectations
from labelfns.analysis.near_copies import NearCopies, near_copies
from labelfns.analysis.radii import Radii, radii
from labelfns.analysis.rows import FoundRows, Row, find_rows, select_rows
from labelfns.analysis.suggest import Suggestion, suggest
from labelfns.analysis.try_on import try_on
from labelfns.errors import LabelFnsError, LabelFnsWarning
from labelfns.io.read import read_texts
from labelfns.io.texts import Texts, as_texts
from labelfns.lfs.base import ABSTAIN, LabelingFunction, labeling_function
from labelfns.lfs.builders import count, emoji, hashtags, keywords, regex
from labelfns.lfs.classifier import model
from labelfns.lfs.columns import column, row_function
from labelfns.lfs.context import Context
from labelfns.lfs.lexicon import lexicon, vader_words
from labelfns.lfs.load import read_lfs, read_words
from labelfns.lfs.meaning.models import Reader as _Reader
from labelfns.lfs.meaning.models import provide as _provide
from labelfns.lfs.meaning.prompt import prompt
from labelfns.lfs.meaning.prototypes import prototypes
from labelfns.lfs.meaning.zero_shot import zero_shot
from labelfns.lfset import LFSet
from labelfns.sparse import SparseVotes
from labelfns.streaming import apply_file
from labelfns.votes import Fault, Votes


def _sentence_vectors(model: str) -> _Reader:
    from labelfns.models.reading import SentenceVectors

    return SentenceVectors(model)


def _entailment(model: str, hypotheses: tuple[str, ...]) -> _Reader:
    from labelfns.models.reading import Entailment

    return Entailment(model, hypotheses)


_provide("vectors", _sentence_vectors)  # LFs may not import models: here, above both, they are joined
_provide("entailment", _entailment)

__all__ = [
    "ABSTAIN",
    "Context",
    "Coverage",
    "Fault",
    "FoundRows",
    "LFSet",
    "LabelFnsError",
    "LabelFnsWarning",
    "LabelingFunction",
    "NearCopies",
    "Radii",
    "Row",
    "SparseVotes",
    "Suggestion",
    "Texts",
    "Votes",
    "apply_file",
    "as_texts",
    "column",
    "count",
    "emoji",
    "expectations",
    "find_rows",
    "hashtags",
    "keywords",
    "labeling_function",
    "lexicon",
    "model",
    "near_copies",
    "prompt",
    "prototypes",
    "radii",
    "read_lfs",
    "read_texts",
    "read_words",
    "regex",
    "row_function",
    "select_rows",
    "suggest",
    "try_on",
    "vader_words",
    "zero_shot",
]
