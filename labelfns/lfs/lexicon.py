"""The builder of LFs that add up weights of words, and a published list of such weights."""

import re
from collections.abc import Mapping
from numbers import Real
from typing import TypeGuard, cast

from labelfns.errors import LFError, MissingExtraError, raise_all
from labelfns.lfs.base import Expects, Label
from labelfns.lfs.builders import common
from labelfns.lfs.context import Context
from labelfns.lfs.declared import LexiconLF
from labelfns.text.tokens import fold, tokens
from labelfns.text.word_lists import warn_of_spaceless

_MOST = 1e6  # sums of thousandths stay whole numbers that every engine holds


def lexicon(
    label: Label,
    weights: Mapping[str, float],
    *,
    threshold: float | None = None,
    negated: float = -0.74,
    name: str | None = None,
    where: Context | None = None,
    expects: Expects | None = None,
) -> LexiconLF:
    """Vote `label` where the weights of a text's words add up to a threshold.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    weights
        A number for each word, kept to three decimals. Words are whole, as in `keywords`; hashtags do not count.
    threshold
        Must be given, and not be 0. A positive one is reached by sums of at least that, a negative one by sums of at
        most that.
    negated
        What a word after a negation counts, kept to two decimals; VADER's -0.74 by default, 0 to leave it out.
    name, where, expects
        As in all builders, see `labelfns.lfs.builders`; `where` says in which places a word may stand for the LF to
        vote, once the sum is reached.

    Raises
    ------
    LFError
        If an entry is not one word and a finite number, the list is empty, or a setting is not right; all at once.

    Examples
    --------
    >>> lf = lexicon("positive", {"good": 1.9, "great": 3.1, "awful": -2.0}, threshold=2)
    >>> lf("great, if awful"), lf("Good. GREAT!"), lf("not great")
    (-1, 'positive', -1)
    """
    thousandths, typed = _check(weights, threshold, negated)
    warn_of_spaceless("lexicon()", weights, 2)
    assert threshold is not None
    return LexiconLF(
        label=label,
        weights={word: weight for word, weight in thousandths.items() if weight},
        threshold=round(threshold * 1000),
        negated_percent=round(negated * 100),
        typed=typed,
        **common("lexicon", label, name, where, expects),
    )


def _check(weights: object, threshold: object, negated: object) -> tuple[dict[str, int], dict[str, str]]:
    """Return the weights in thousandths, by folded word, and how words were typed that folded are none."""
    problems: list[str] = []
    thousandths: dict[str, int] = {}
    typed: dict[str, str] = {}
    if not isinstance(weights, Mapping):
        problems.append(f'lexicon() takes words with their weights, as {{"good": 1.5}}; got {weights!r}')
    elif not weights:
        problems.append("lexicon() was given no words; it would never vote")
    for word, weight in weights.items() if isinstance(weights, Mapping) else ():
        if not isinstance(word, str) or not _is_word(word.strip()):
            problems.append(f"lexicon(): {word!r} is not one word")
        elif not _is_number(weight):
            problems.append(f"lexicon(): the weight of {word!r} must be a number of at most a million; got {weight!r}")
        else:
            folded = fold(word.strip())
            thousandths[folded] = round(weight * 1000)
            if folded != word.strip() and not _is_word(folded):
                typed[folded] = word.strip()
    if threshold is None:
        problems.append("lexicon(): threshold is missing: the sum of weights from which on it votes")
    elif not _is_number(threshold):
        problems.append(f"lexicon(): threshold must be a number of at most a million; got {threshold!r}")
    elif round(threshold * 1000) == 0:
        problems.append(f"lexicon(): threshold must not be 0; got {threshold!r}")
    if not _is_number(negated):
        problems.append(f"lexicon(): negated must be a number of at most a million; got {negated!r}")
    raise_all(LFError, problems)
    return thousandths, typed


def _is_word(text: str) -> bool:
    words = tokens(text)
    return len(words) == 1 and not words[0].tag and words[0].raw == text


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool) and abs(cast(float, value)) <= _MOST


def vader_words(*, at_least: float = 0.0) -> dict[str, float]:
    """Return VADER's word list (Hutto & Gilbert 2014, MIT) with weights from -4 to 4, through its own package.

    Entries that are not one word, as emoticons, are left out.

    Parameters
    ----------
    at_least
        The least distance of a word's weight from 0; words with a smaller one are left out.

    Raises
    ------
    MissingExtraError
        If the package is not installed.
    """
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError as error:
        raise MissingExtraError("VADER's words are in an extra: pip install 'labelfns[vader]'") from error
    words = cast(dict[str, float], SentimentIntensityAnalyzer().lexicon)
    return {
        word: weight
        for word, weight in words.items()
        if abs(weight) >= at_least and re.fullmatch(r"[^\W\d_][\w'-]*", word) and len(tokens(word)) == 1
    }
