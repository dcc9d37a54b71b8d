"""What to write next: words, pairs of words, hashtags and emoji that stand out where the LFs are silent or disagree.

The measure is the log-odds ratio with an informative Dirichlet prior of Monroe, Colaresi & Quinn 2008 ("Fightin'
Words"), over rows instead of word counts; its z value ranks. No model is called and no network is used.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from labelfns.analysis.near_copies import OVERLAP
from labelfns.analysis.term_ranking import Ranked, rank, rows_of_terms, without_idle_pairs
from labelfns.analysis.terms import Kind, Term, already_in, is_pair, is_phrase, says_nothing, terms, word_pairs
from labelfns.checks import Bools, Gold, check_gold, check_texts
from labelfns.errors import InputError, number_of
from labelfns.lfs.base import ABSTAIN, LabelingFunction
from labelfns.lfs.builders import emoji, hashtags, keywords
from labelfns.text.emoji import styled
from labelfns.text.spans import Span
from labelfns.text.tokens import fold
from labelfns.votes import Votes

Gap = Literal["silent", "disagreeing"]
_EXAMPLES = 3
_MAX_LFS = 3
_MAX_PHRASES = 3
_ONE_PHRASE = 0.9  # of a word's texts: from there on the phrase is suggested
_LEAST_TEXTS = 3  # that have the phrase, copies once
_MAX_SAME = 3


@dataclass(frozen=True)
class Suggestion:
    """A term worth an LF.

    Parameters
    ----------
    kind, term
        The builder it goes into, and the word or pair of words, the tag without ``#``, or the emoji.
    label
        The class it stands out in; None where nothing is known of classes.
    rows
        On how many rows of the gap it stands, see `gap`.
    z
        How many standard errors its log-odds here are above those elsewhere. A word that stands everywhere is near
        0; one word in forty reaches 2 by chance, one in thirty thousand 4.
    examples
        Up to three of these rows' texts, each once, none of them known to be of another class.
    gap
        Where it stands out: on ``"silent"`` rows, without a vote, or on ``"disagreeing"`` ones, with votes for
        different labels.
    new_rows
        On how many rows an LF for it would cast the first vote.
    lfs
        The LFs that vote most often on its disagreeing rows, at most three.
    gold
        By label, how many of the labeled texts that hold it are of this class; empty without labeled texts.
    phrases
        The pairs of words that it most often stands in on rows of the gap, with how many of these; at most three, on
        at least two rows each. Empty for what is no word.
    same
        Other terms that stand out and that stand on nearly the same texts, tags with ``#``.
    """

    kind: Kind
    term: str
    label: str | None
    rows: int
    z: float
    examples: tuple[str, ...]
    gap: Gap = "silent"
    new_rows: int = 0
    lfs: tuple[str, ...] = ()
    gold: Mapping[str, int] = field(default_factory=dict)
    phrases: Mapping[str, int] = field(default_factory=dict)
    same: tuple[str, ...] = ()

    @property
    def right(self) -> int | None:
        """On how many of the labeled texts that hold it an LF for its class would be right; None where none is."""
        return self.gold.get(self.label or "") if self.label is not None and any(self.gold.values()) else None

    @property
    def line(self) -> str:
        """The LF, ready to paste; without a class, ``LABEL`` is to be filled in."""
        label = '"LABEL"' if self.label is None else _quoted(self.label)
        return f"{self.kind}({label}, [{_quoted(self.term)}])"

    def spans(self, text: str) -> list[Span]:
        """Return where it stands in a text."""
        builders: dict[Kind, Callable[[str, list[str]], LabelingFunction]] = {
            "keywords": keywords,
            "hashtags": hashtags,
            "emoji": emoji,
        }
        return builders[self.kind](self.label or "?", [self.term]).spans(text)

    @property
    def about(self) -> str:
        """What speaks for it, in words: what is new, what it gets right where gold is, z, phrases."""
        if self.gap == "silent":
            said = [f"new on {number_of(self.new_rows, 'text')}"]
        else:
            said = [f"on {number_of(self.rows, 'text')} on which {' and '.join(self.lfs)} disagree"]
            said += [f"new on {number_of(self.new_rows, 'text')}"] if self.new_rows else []
        counts = sorted(((name, count) for name, count in self.gold.items() if count), key=lambda one: -one[1])
        others = ", ".join(f"{count} {name}" for name, count in counts if name != self.label)
        if self.right is not None:
            said.append(
                f"right on {self.right} of {sum(self.gold.values())} with gold{f' ({others})' if others else ''}"
            )
        elif counts:
            said.append(f"with gold: {others}")
        said.append(f"z {self.z:.1f}")
        if self.phrases:
            said.append(f"in phrases: {', '.join(f'{phrase} {count}' for phrase, count in self.phrases.items())}")
        if self.same:
            more = f" and {len(self.same) - _MAX_SAME} more" if len(self.same) > _MAX_SAME else ""
            said.append(f"on nearly the same texts: {', '.join(self.same[:_MAX_SAME])}{more}")
        return "; ".join(said)


def suggest(
    texts: Sequence[str],
    votes: Votes,
    *,
    labeled: tuple[Sequence[str], Gold] | None = None,
    lfs: Iterable[LabelingFunction] | None = None,
    n: int = 20,
    at_least: int = 5,
    min_z: float = 2.0,
    grouped: bool = True,
    labelled: tuple[Sequence[str], Gold] | None = None,
) -> list[Suggestion]:
    """List terms that are over-represented in silent rows, and then in disagreeing ones.

    Stop words are left out, and terms that the LFs have already. A pair of words is offered where it stands out more
    than each of its words does, and in place of a word that stands nearly always in it. Terms on nearly the same texts
    are one suggestion.

    Parameters
    ----------
    texts
        The n texts the LFs voted on.
    votes
        Their votes, [n, m].
    labeled
        Texts and their classes, by id or name (gold, or a model's labels; -1 or None where unknown), the same texts or
        others. Terms are then ranked by class on these: rows of the class against those of other classes. Where none
        stands out, as with few labeled texts, they are ranked without.
    lfs
        The LFs, an `LFSet` for example: what their lists have is left out. Without them, words are taken to be an LF's
        if it votes on each of their rows.
    n
        How many suggestions at most, for silent and for disagreeing rows each, by class where classes are known.
    at_least
        On how many rows of the gap a term must stand, at least 1.
    min_z
        The least z, more than 0, see `Suggestion`; it keeps out words that stand everywhere.
    grouped
        Whether terms on nearly the same texts are one suggestion, and a word gives way to the phrase that it stands in.
    labelled
        The former name of `labeled`, kept for one release.

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
    [('keywords("LABEL", ["late"])', 5)]
    """
    if not min_z > 0:
        raise InputError(f"min_z must be more than 0; got {min_z!r}")
    lfs = None if lfs is None else tuple(lfs)
    rows = _Rows.of(texts, votes)
    labeled = labelled if labeled is None else labeled
    known = None if labeled is None else _Labeled.of(labeled, votes.labels)
    suggestions = _suggested(rows, known, lfs, n, at_least, min_z, grouped=grouped)
    if known is not None and not suggestions:
        suggestions = _suggested(rows, None, lfs, n, at_least, min_z, grouped=grouped)
    return suggestions


def _suggested(
    rows: "_Rows",
    known: "_Labeled | None",
    lfs: tuple[LabelingFunction, ...] | None,
    n: int,
    at_least: int,
    min_z: float,
    *,
    grouped: bool,
) -> list[Suggestion]:
    suggestions: list[Suggestion] = []
    for gap in _GAPS:
        mine = rows.counts(rows.gaps == gap)
        ranked = rank(mine, rows.counts(rows.gaps == "")) if known is None else known.ranked
        candidates = [
            (z, term, label)
            for z, term, label in sorted(ranked, key=lambda one: (-one[0], one[1]))
            if z >= min_z and mine[term] >= at_least and not says_nothing(term)
        ]
        groups: list[tuple[Ranked, list[Term]]] = []
        taken: Counter[str | None] = Counter()
        for z, word, label in without_idle_pairs(candidates, rows.rows_of):
            if rows.is_taken(word, lfs):
                continue
            term = rows.one_phrase(word, mine, at_least) if grouped else word
            alike = [same for (_, first, of), same in groups if grouped and of == label and rows.are_alike(first, term)]
            if alike:
                alike[0].append(term)
            elif taken[label] < n and not rows.is_taken(term, lfs):
                taken[label] += 1
                groups.append(((z, term, label), []))
        suggestions += [_suggestion(rows, known, gap, first, same) for first, same in groups]
    return suggestions


_GAPS: tuple[Gap, ...] = ("silent", "disagreeing")


@dataclass(frozen=True)
class _Rows:
    """The texts the LFs voted on: their terms, votes, and gaps ("" where there is none)."""

    texts: list[str]
    votes: Votes
    terms: list[set[Term]]
    gaps: npt.NDArray[np.str_]
    rows_of: dict[Term, list[int]]

    @classmethod
    def of(cls, texts: Sequence[str], votes: Votes) -> "_Rows":
        by_position = check_texts(texts)
        if len(by_position) != len(votes):
            raise InputError(f"{number_of(len(by_position), 'text')} for {number_of(len(votes), 'row')} of votes")
        by_row = [terms(text) | word_pairs(text) for text in by_position]
        gaps = np.where(~votes.covered, "silent", np.where(votes.conflicting, "disagreeing", ""))
        rows_of: dict[Term, list[int]] = {}
        for i, row in enumerate(by_row):
            for term in row:
                rows_of.setdefault(term, []).append(i)
        return cls(by_position, votes, by_row, gaps, rows_of)

    def counts(self, mask: Bools) -> Counter[Term]:
        return rows_of_terms(self.terms[i] for i in np.flatnonzero(mask))

    def phrases(self, term: Term, mine: Iterable[int]) -> dict[str, int]:
        """Return the pairs of words that a word most often stands in on some rows."""
        if term[0] != "keywords" or is_pair(term):
            return {}
        pairs = rows_of_terms(
            {one for one in self.terms[i] if is_pair(one) and term[1] in one[1].split() and not says_nothing(one)}
            for i in mine
        )
        ranked = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        return {written: count for (_, written), count in ranked[:_MAX_PHRASES] if count > 1}

    def one_phrase(self, term: Term, mine: Mapping[Term, int], at_least: int) -> Term:
        """Return the phrase that a word nearly always stands in; the term where there is none."""
        if term[0] != "keywords" or is_pair(term):
            return term
        distinct = {_folded(self.texts[i]): i for i in self.rows_of[term]}.values()  # copies tell of one text
        pairs = rows_of_terms(
            {one for one in self.terms[i] if is_phrase(one) and term[1] in one[1].split()} for i in distinct
        )
        least = max(_ONE_PHRASE * len(distinct), _LEAST_TEXTS)
        found = [(count, one) for one, count in pairs.items() if count >= least and mine[one] >= at_least]
        return max(found, default=(0, term))[1]

    def are_alike(self, one: Term, other: Term) -> bool:
        """Return whether two terms stand on nearly the same texts."""
        first, second = set(self.rows_of[one]), set(self.rows_of[other])
        return len(first & second) >= OVERLAP * len(first | second)

    def is_taken(self, term: Term, lfs: Iterable[LabelingFunction] | None) -> bool:
        """Return whether an LF has the term already; where LFs are not known, one that votes on all its rows."""
        if lfs is not None:
            return already_in(lfs, term)
        return not is_pair(term) and bool((self.votes.matrix[self.rows_of[term]] != ABSTAIN).all(axis=0).any())


@dataclass(frozen=True)
class _Labeled:
    """Texts whose classes are known: how terms rank by class, in how many texts of each they stand, class by text."""

    ranked: list[Ranked]
    counts: dict[str, Counter[Term]]
    label_of: dict[str, str]

    @classmethod
    def of(cls, labeled: tuple[Sequence[str], Gold], labels: tuple[str, ...]) -> "_Labeled":
        texts, gold = check_texts(labeled[0]), labeled[1]
        classes = check_gold(gold, len(texts), labels).tolist()
        rows = [(terms(text) | word_pairs(text), c) for text, c in zip(texts, classes, strict=True) if c >= 0]
        counts = {label: rows_of_terms(row for row, c in rows if labels[c] == label) for label in labels}
        ranked: list[Ranked] = []
        for label in labels:
            others = sum((counts[other] for other in labels if other != label), start=Counter[Term]())
            ranked += [(z, term, label) for z, term, _ in rank(counts[label], others)]
        return cls(ranked, counts, {text: labels[c] for text, c in zip(texts, classes, strict=True) if c >= 0})


def _suggestion(rows: _Rows, known: _Labeled | None, gap: Gap, ranked: Ranked, same: Sequence[Term]) -> Suggestion:
    z, term, label = ranked
    mine = [i for i in rows.rows_of[term] if rows.gaps[i] == gap]
    label_of = known.label_of if known else {}
    fitting: dict[str, str] = {}
    for text in (rows.texts[i] for i in mine):
        if label_of.get(text, label) == label:
            fitting.setdefault(_folded(text), text)
    voted = (rows.votes.matrix[mine] != ABSTAIN).sum(axis=0) if gap == "disagreeing" else np.zeros(0, dtype=int)
    order = [j for j in np.argsort(-voted, kind="stable").tolist() if voted[j]]
    kind, written = term
    return Suggestion(
        kind,
        styled(written) if kind == "emoji" else written,
        label,
        len(mine),
        z,
        tuple(fitting.values())[:_EXAMPLES],
        gap,
        sum(rows.gaps[i] == "silent" for i in rows.rows_of[term]),
        tuple(rows.votes.lf_names[j] for j in order[:_MAX_LFS]),
        {name: counts[term] for name, counts in known.counts.items()} if known else {},
        rows.phrases(term, mine),
        _named(term, same),
    )


def _named(term: Term, same: Sequence[Term]) -> tuple[str, ...]:
    """Return terms by name, but those of words that are named already, as the words of a phrase are."""
    seen, names = set(term[1].split()), list[str]()
    for kind, written in same:
        if not seen.issuperset(written.split()):
            names.append({"hashtags": f"#{written}", "emoji": styled(written)}.get(kind, written))
        seen.update(written.split())
    return tuple(names)


def _folded(text: str) -> str:
    """Return a text as copies of it have it too."""
    return " ".join(fold(text).split())


def _quoted(text: str) -> str:
    """Return a text as a Python string in double quotes, on one line."""
    return re.sub("[\x7f-\x9f\u2028\u2029]", lambda c: f"\\u{ord(c[0]):04x}", json.dumps(text, ensure_ascii=False))
