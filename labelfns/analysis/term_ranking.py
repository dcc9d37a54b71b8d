"""How far terms stand out: the log-odds ratio with an informative Dirichlet prior, over rows (see `suggest`)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from labelfns.analysis.terms import Term, is_pair

Ranked = tuple[float, Term, str | None]
"""The z value of a term, and the class that it is of, if any."""
_PRIOR = 0.1  # with a weaker one, a term that stands nowhere else never gets far from 0, however often it stands here
_ELSEWHERE = 1.5  # on how many rows a pair's words stand, for one on which the pair does


def without_idle_pairs(ranked: Sequence[Ranked], rows_of: Mapping[Term, Sequence[int]]) -> Iterable[Ranked]:
    """Leave out pairs that say no more than one of their words: it has the better z, or stands hardly anywhere else."""
    z_of = {(term, label): z for z, term, label in ranked}
    for z, term, label in ranked:
        words: list[Term] = [("keywords", word) for word in term[1].split()] if is_pair(term) else []
        listed = [word for word in words if word in rows_of]  # words of two letters are no terms
        better = any(z_of.get((word, label), 0.0) >= z for word in listed)
        if not better and all(len(rows_of[word]) >= _ELSEWHERE * len(rows_of[term]) for word in listed):
            yield z, term, label


def rows_of_terms(rows: Iterable[set[Term]]) -> Counter[Term]:
    """Count on how many rows each term stands."""
    counts: Counter[Term] = Counter()
    for row in rows:
        counts.update(row)
    return counts


def rank(here: Counter[Term], there: Counter[Term]) -> list[Ranked]:
    """Return the z value of each term of `here`; pairs of words are weighed among themselves."""
    ranked: list[Ranked] = []
    for pairs in (False, True):
        mine, others = (Counter({t: k for t, k in side.items() if is_pair(t) == pairs}) for side in (here, there))
        ranked += [(z, term, None) for term, z in _log_odds(mine, others)]
    return ranked


def _log_odds(here: Counter[Term], there: Counter[Term]) -> list[tuple[Term, float]]:
    """Return the z value of each term of `here`; the prior is a tenth of both."""
    both = here + there
    n_here, n_there, n_both = here.total(), there.total(), both.total() * _PRIOR
    z_values = []
    for term, count in here.items():
        prior, other = both[term] * _PRIOR, there[term]
        odds_here = (count + prior) / max(n_here + n_both - count - prior, _PRIOR)
        odds_there = (other + prior) / max(n_there + n_both - other - prior, _PRIOR) if n_there else odds_here
        spread = np.sqrt(1 / (count + prior) + 1 / (other + prior))
        z_values.append((term, float(np.log(odds_here / odds_there) / spread)))
    return z_values
