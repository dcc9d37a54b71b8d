"""What to write next: words, hashtags and emoji that stand out where the LFs are silent or disagree.

The measure is the log-odds ratio with an informative Dirichlet prior of Monroe, Colaresi & Quinn 2008 ("Fightin'
Words"), over rows instead of word counts; its z value ranks. No model is called and no network is used.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from labelfns.checks import Ints, check_gold
from labelfns.errors import InputError
from labelfns.text.tokens import fold, tokens
from labelfns.votes import Votes

Kind = Literal["keywords", "hashtags", "emoji"]
Term = tuple[Kind, str]
Ranked = tuple[float, Term, str | None]
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001f3fa\U0001f400-\U0001faff]")
_PRIOR = 0.1  # with a weaker one, a term that stands nowhere else never gets far from 0, however often it stands here
_EXAMPLES = 3


@dataclass(frozen=True)
class Suggestion:
    """A term worth an LF.

    Parameters
    ----------
    kind, term
        The builder it goes into, and the word, the tag without ``#``, or the emoji.
    label
        The class it stands out in; None where nothing is known of classes.
    rows
        On how many uncovered or conflicting rows it stands.
    z
        How many standard errors its log-odds here are above those elsewhere. A word that stands everywhere is near
        0; one word in forty reaches 2 by chance, one in thirty thousand 4.
    examples
        Up to three of these rows' texts.
    """

    kind: Kind
    term: str
    label: str | None
    rows: int
    z: float
    examples: tuple[str, ...]

    @property
    def line(self) -> str:
        """The LF, ready to paste; without a class, ``LABEL`` is to be filled in."""
        return f'{self.kind}("{self.label or "LABEL"}", ["{self.term}"])'


def suggest(
    texts: Sequence[str],
    votes: Votes,
    *,
    labelled: tuple[Sequence[str], Ints] | None = None,
    n: int = 20,
    at_least: int = 5,
    min_z: float = 2.0,
) -> list[Suggestion]:
    """List terms that are over-represented in uncovered or conflicting rows.

    Parameters
    ----------
    texts
        The n texts the LFs voted on.
    votes
        Their votes, [n, m].
    labelled
        Texts and their classes in -1..k-1 (gold, or a model's labels; -1 where unknown), the same texts or others.
        Terms are then ranked by class on these: rows of the class against those of other classes.
    n
        At most so many suggestions, by class where classes are known.
    at_least
        On how many uncovered or conflicting rows a term must stand.
    min_z
        The least z, more than 0, see `Suggestion`; it keeps out words that stand everywhere, as "the".

    Raises
    ------
    InputError
        If texts, votes and labels do not fit each other, or `min_z` is not more than 0.

    Examples
    --------
    >>> from labelfns import LFSet, keywords
    >>> texts = ["good day", "good one"] * 5 + ["late train"] * 5
    >>> votes = LFSet(["no", "yes"], [keywords("yes", ["good"])]).apply(texts)
    >>> [(s.line, s.rows) for s in suggest(texts, votes)]
    [('keywords("LABEL", ["late"])', 5), ('keywords("LABEL", ["train"])', 5)]
    """
    if len(texts) != len(votes):
        raise InputError(f"{len(texts)} texts for {len(votes)} rows of votes")
    if not min_z > 0:
        raise InputError(f"min_z must be more than 0; got {min_z!r}")
    open_rows = ~votes.covered | votes.conflicting
    rows_of = [terms(text) for text in texts]
    wanted = _rows(rows_of[i] for i in np.flatnonzero(open_rows))
    if labelled is None:
        rest = _rows(rows_of[i] for i in np.flatnonzero(~open_rows))
        ranked: list[Ranked] = [(z, term, None) for term, z in _log_odds(wanted, rest)]
    else:
        ranked = _by_class(labelled, votes)
    found: list[Suggestion] = []
    taken: Counter[str | None] = Counter()
    for z, term, label in sorted(ranked, key=lambda one: (-one[0], one[1])):
        if z >= min_z and wanted[term] >= at_least and taken[label] < n:
            taken[label] += 1
            shown = (texts[i] for i in np.flatnonzero(open_rows).tolist() if term in rows_of[i])
            examples = tuple(text for text, _ in zip(shown, range(_EXAMPLES), strict=False))
            found.append(Suggestion(*term, label, wanted[term], z, examples))
    return found


def terms(text: str) -> set[Term]:
    """Return the words of three letters or more, hashtags and emoji of a text.

    Examples
    --------
    >>> sorted(terms("So Good #Win \U0001f44d\U0001f3fd 8:15"))
    [('emoji', '👍'), ('hashtags', 'win'), ('keywords', 'good')]
    """
    found: set[Term] = {("emoji", symbol) for symbol in _EMOJI.findall(text)}
    for token in tokens(text):
        key = fold(token.raw)
        if token.tag:
            found.add(("hashtags", key))
        elif len(key) > 2 and not key.isdigit():
            found.add(("keywords", key))
    return found


def _rows(rows: Iterable[set[Term]]) -> Counter[Term]:
    counts: Counter[Term] = Counter()
    for row in rows:
        counts.update(row)
    return counts


def _by_class(labelled: tuple[Sequence[str], Ints], votes: Votes) -> list[Ranked]:
    texts, given = labelled
    classes = check_gold(given, len(texts), votes.labels)
    rows_of = [terms(text) for text in texts]
    ranked: list[Ranked] = []
    for c, label in enumerate(votes.labels):
        mine = _rows(rows_of[i] for i in np.flatnonzero(classes == c))
        others = _rows(rows_of[i] for i in np.flatnonzero((classes >= 0) & (classes != c)))
        ranked += [(z, term, label) for term, z in _log_odds(mine, others)]
    return ranked


def _log_odds(here: Counter[Term], there: Counter[Term]) -> list[tuple[Term, float]]:
    """Return the z value of each term of `here`; the prior is a tenth of what is known of both."""
    both = here + there
    n_here, n_there, n_both = here.total(), there.total(), both.total() * _PRIOR
    found = []
    for term, count in here.items():
        prior, other = both[term] * _PRIOR, there[term]
        odds_here = (count + prior) / (n_here + n_both - count - prior)
        odds_there = (other + prior) / (n_there + n_both - other - prior) if n_there else odds_here
        spread = np.sqrt(1 / (count + prior) + 1 / (other + prior))
        found.append((term, float(np.log(odds_here / odds_there) / spread)))
    return found
