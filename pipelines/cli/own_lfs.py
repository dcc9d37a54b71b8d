"""LFs to begin with for a user's own texts: made of words that stand in them, and written as Python."""

import json
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from labelfns.analysis.suggest import suggest
from labelfns.analysis.terms import Kind, Term, is_pair, says_nothing, terms
from labelfns.checks import Ints
from labelfns.errors import LabelFnsWarning, LFError, number_of
from labelfns.io.corpus import Texts
from labelfns.lfs.base import ABSTAIN, LabelingFunction, labeling_function
from labelfns.lfs.builders import count, emoji, hashtags, keywords, regex
from labelfns.lfs.declared import Count, count_of
from labelfns.lfs.lexicon import lexicon
from labelfns.lfset import LFSet
from labelfns.progress import silent
from labelfns.text.emoji import styled
from labelfns.votes import Votes

Words = Mapping[Kind, Sequence[str]]
"""What LFs for one label can be made of, by builder, the best first."""

_ROWS = 20_000  # words are looked for in about so many texts, taken evenly
_TERMS = 40  # of one label
_LISTED = 20  # frequent words at the end of the file
_COMMON = 0.25  # a word on a larger share of the texts says little
_LONGEST = 120  # characters of a text in `expects`


@dataclass(frozen=True)
class _Example:
    """An LF, what is said of it, its code before and after `expects`, and a text on which it should vote."""

    about: str
    lf: LabelingFunction
    label: str
    before: str
    after: str
    sample: str


def own_lfs(texts: Texts, labels: Sequence[str]) -> tuple[str, list[str]]:
    """Write LFs for texts: a word list for each label, and one LF of each other kind.

    With gold they are made of what stands out in a label's texts; without, of frequent words, dealt to the labels in
    turn. Each votes on some of the texts, and has one of these in its `expects`.

    Parameters
    ----------
    texts
        The texts, with gold where there is some.
    labels
        The k label names.

    Returns
    -------
    tuple
        Python code, and the labels for which no LF votes, as no word was found.
    """
    looked_at = texts[:: 1 + len(texts) // _ROWS]
    counts = Counter(term for text in looked_at for term in terms(text) if not says_nothing(term))
    words = _dealt(counts, len(looked_at), labels) if looked_at.gold is None else _standing_out(looked_at, labels)
    examples = list(_examples(texts, words))
    matrix = np.full((len(texts), 0), ABSTAIN)
    if examples:
        matrix = LFSet(labels, [one.lf for one in examples]).apply(texts.texts, progress=silent).matrix
    parts: list[str] = []
    for j, one in enumerate(examples):
        rows = np.flatnonzero(matrix[:, j] != ABSTAIN)
        if len(rows):
            is_first = all(one.about != before.about for before in examples[:j])
            about = f"# {one.about}\n" if is_first else ""
            parts.append(about + _code(one, texts, rows, labels.index(one.label)))
    frequent = [term for term in sorted(counts, key=lambda term: (-counts[term], term)) if _is_plain(term)][:_LISTED]
    listed = ", ".join(written for _, written in frequent)
    parts += [f"# Frequent in the texts that init read: {listed}.\n"] if listed else []
    return "\n".join(parts), [label for c, label in enumerate(labels) if not (matrix == c).any()]


def literal(value: Any) -> str:
    """Return a value as Python code; strings in double quotes where they can be."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(key)}: {literal(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if not isinstance(value, str):
        return repr(value)
    if "\\" in value and value.isprintable() and '"' not in value and value[-1] != "\\":
        return f'r"{value}"'
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else ascii(value)


def _dealt(counts: Mapping[Term, int], n: int, labels: Sequence[str]) -> dict[str, Words]:
    """Deal the terms of n texts to the labels in turn, frequent ones first; what says little comes last."""

    def rank(term: Term) -> tuple[bool, int, Term]:
        says_little = counts[term] > max(1, _COMMON * n) or (term[0] != "emoji" and not _is_plain(term))
        return says_little, -counts[term], term

    k, kinds = len(labels), get_args(Kind)
    by_kind = {kind: [term[1] for term in sorted(counts, key=rank) if term[0] == kind] for kind in kinds}
    return {
        label: {kind: written[i : k * _TERMS : k] for kind, written in by_kind.items()}
        for i, label in enumerate(labels)
    }


def _is_plain(term: Term) -> bool:
    """Return whether a term is a word or hashtag of some length."""
    return term[0] != "emoji" and len(term[1]) > 3


def _standing_out(texts: Texts, labels: Sequence[str]) -> dict[str, Words]:
    """Return the terms that stand out in each label's texts."""
    assert texts.gold is not None
    nothing = Votes(np.full((len(texts), 1), ABSTAIN), labels=tuple(labels))
    found = suggest(
        texts.texts,
        nothing,
        labeled=(texts.texts, texts.gold),
        lfs=(),
        n=_TERMS,
        at_least=min(5, 1 + len(texts) // 100),
        min_z=0.1,
        grouped=False,  # a list takes all of them
    )
    words: dict[str, dict[Kind, list[str]]] = {label: {} for label in labels}
    for term in found:
        if term.label is not None:
            words[term.label].setdefault(term.kind, []).append(term.term)
    return dict(words)


def _examples(texts: Texts, words: Mapping[str, Words]) -> Iterator[_Example]:
    """Yield a word list for each label, and then LFs of the other kinds; those that can be made."""
    names = _Names(words)
    made: list[_Example | None] = []
    for label, mine in words.items():
        if listed := mine.get("keywords", ())[:5]:
            about = "Words and phrases, whole; a star at the end of one stands for any ending."
            made.append(_declared(about, names.of("words", label), keywords, label, list(listed), sample=listed[0]))
    kinds: tuple[tuple[Kind, Callable[..., LabelingFunction], str, str], ...] = (
        ("hashtags", hashtags, "#", "Hashtags, with or without the sign, in any case."),
        ("emoji", emoji, "", "Emoji and emoticons."),
    )
    for kind, builder, sign, about in kinds:
        having = [label for label, mine in words.items() if mine.get(kind)]
        for label in having[: 1 if texts.gold is None else None]:
            listed = [styled(symbol) for symbol in words[label][kind][:5]]
            name = names.of("tags" if kind == "hashtags" else "emoji", label)
            made.append(_declared(about, name, builder, label, listed, sample=sign + listed[0]))
    single = {
        label: [word for word in mine.get("keywords", ()) if not is_pair(("keywords", word))]
        for label, mine in words.items()
    }
    ready = [label for label, mine in single.items() if mine]
    if ready:
        made += _of_words(names, single, ready)
        made.append(_count(texts, names, ready[-1], list(words)))
    yield from (one for one in made if one is not None)


def _of_words(names: "_Names", single: Mapping[str, Sequence[str]], ready: Sequence[str]) -> Iterator[_Example | None]:
    """Yield a pattern, weighted words and a Python function, for one label after the other."""
    first, second, third = (ready[i % len(ready)] for i in range(3))
    some = (single[first][5:7] or single[first])[:2]
    about = "A regular expression, upper and lower case alike."
    pattern = rf"\b({'|'.join(map(re.escape, some))})\b"
    yield _declared(about, names.of("pattern", first), regex, first, pattern, sample=some[0])
    weights = dict(zip((single[second][5:8] or single[second])[:3], (1.0, 1.0, 0.5), strict=False))
    weights |= {single[first][0]: -1.0} if first != second else {}
    about = "Weights of words, added up; it votes where the sum reaches the threshold. A negation turns a weight round."
    name = names.of("weighted", second)
    yield _declared(about, name, lexicon, second, weights, threshold=1.0, sample=next(iter(weights)))
    word = (single[third][8:9] or single[third])[0]
    name, vote = names.of("function", third), literal(third)

    def function(text: str) -> str | None:
        return third if word in text.lower() else None

    yield _Example(
        "Anything else, in Python: return a label, or None to say nothing.",
        labeling_function(name=name)(function),
        third,
        "@labeling_function(",
        f")\ndef {name}(text):\n    return {vote} if {literal(word)} in text.lower() else None\n",
        word,
    )


def _count(texts: Texts, names: "_Names", label: str, labels: Sequence[str]) -> _Example | None:
    """Return a count that some texts reach and most do not; with gold, of the label that it tells best."""
    about = 'Counts: "exclamations", "questions", "capitals", "shouted", "letters" or "words".'
    kinds: tuple[Count, ...] = ("questions", "exclamations", "words")
    counts = {what: np.array([count_of(what, text) for text in texts]) for what in kinds}
    ranges = dict.fromkeys(kinds, 1) | {"words": max(1, int(np.quantile(counts["words"], 1 - _COMMON / 2)))}
    reach = {what: counts[what] >= ranges[what] for what in kinds}
    usual: list[Count] = [what for what in kinds if 0 < reach[what].mean() <= _COMMON] or ["words"]
    what = usual[0]
    if texts.gold is not None:
        of_label = {name: texts.gold == c for c, name in enumerate(labels)}
        lift = {
            (what, name): mine[reach[what]].mean() - mine.mean() for what in usual for name, mine in of_label.items()
        }
        what, label = max(lift, key=lambda one: lift[one])
    sample = {"questions": "?", "exclamations": "!"}.get(what, "so " * ranges[what])
    return _declared(
        about,
        names.of("long" if what == "words" else what, label),
        count,
        label,
        what,
        at_least=ranges[what],
        sample=sample,
    )


def _declared(
    about: str,
    name: str,
    builder: Callable[..., LabelingFunction],
    label: str,
    what: Any,
    *,
    sample: str,
    **settings: Any,
) -> _Example | None:
    """Return the example of a builder; None where it does not take what is given, as words of Thai or Chinese."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", LabelFnsWarning)
        try:
            lf = builder(label, what, name=name, **settings)
        except (LFError, LabelFnsWarning):
            return None
    arguments = [literal(label), literal(what), *(f"{key}={literal(value)}" for key, value in settings.items())]
    lines = "".join(f"    {argument},\n" for argument in arguments)
    return _Example(about, lf, label, f"{name} = {builder.__name__}(\n{lines}    ", ",\n)\n", sample)


def _code(example: _Example, texts: Texts, rows: Ints, label_id: int) -> str:
    """Write an example, with the shortest text on which it votes: one that has its label, where there is gold."""
    right = rows if texts.gold is None else rows[texts.gold[rows] == label_id]
    shortest = min((texts[i] for i in (right if len(right) else rows).tolist()), key=len).strip()
    text = shortest if len(shortest) <= _LONGEST else example.sample
    votes = example.lf(text) == example.label
    expects = f"expects={literal({text: example.label})}" if votes else ""
    of_them = "" if texts.gold is None else f", {len(right):,} of {int((texts.gold[rows] >= 0).sum()):,} right by gold"
    about = f"# As init wrote it: {number_of(len(rows), 'vote')} on {number_of(len(texts), 'text')}{of_them}.\n"
    return f"{about}{example.before}{expects}{example.after}"


class _Names:
    """Names of variables, each once: of the labels where Python takes them all, else of their numbers."""

    def __init__(self, labels: Mapping[str, object]) -> None:
        plain = [re.sub(r"\W+", "_", label).strip("_").lower() for label in labels]
        usable = len(set(plain)) == len(plain) and all(name and f"a_{name}".isidentifier() for name in plain)
        self._names = dict(zip(labels, plain if usable else map(str, range(1, len(plain) + 1)), strict=True))

    def of(self, what: str, label: str) -> str:
        return f"{what}_{self._names[label]}"
