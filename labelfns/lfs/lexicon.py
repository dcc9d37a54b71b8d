"""Builders of declared LFs that count or add up: thresholds on counts, and weighted word lists."""

import math
import re
from collections.abc import Mapping
from typing import cast

from labelfns.errors import LFError, MissingExtraError, raise_all
from labelfns.lfs.base import Label
from labelfns.lfs.builders import Expects
from labelfns.lfs.context import Context
from labelfns.lfs.declared import Count, CountLF, LexiconLF, check_count
from labelfns.text.tokens import fold, tokens


def count(
    label: Label,
    what: Count,
    *,
    at_least: int,
    at_most: int | None = None,
    name: str | None = None,
    where: Context | None = None,
    expects: Expects | None = None,
) -> CountLF:
    """Vote `label` where a count is in a range.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    what
        ``"exclamations"`` or ``"questions"``, marks of that kind; ``"capitals"``, upper-case characters;
        ``"shouted"``, words of two or more letters all in capitals; ``"letters"``, characters of any kind;
        ``"words"``, words without hashtags.
    at_least, at_most
        The range, both ends included; from 0, without an upper end by default.
    name
        The LF's name; by default ``<what>_<label>``.
    where
        A further condition; only `only_with` makes sense here, a count stands in no place.
    expects
        Texts and the votes they must get; what ``labelfns test-lfs`` runs.

    Raises
    ------
    LFError
        If `what` is unknown or a number is not right.

    Examples
    --------
    >>> lf = count("positive", "exclamations", at_least=3)
    >>> lf("yes!!!"), lf("yes!")
    ('positive', -1)
    """
    check_count(what, at_least, at_most)
    lf_name = name or f"{what}_{label}"
    return CountLF(lf_name, label, what, at_least, at_most, where=where, expects=expects or {})


def lexicon(
    label: Label,
    weights: Mapping[str, float],
    *,
    threshold: float,
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
        Not 0. A positive one is reached by sums of at least that, a negative one by sums of at most that.
    negated
        What a word after a negation counts, kept to two decimals; VADER's -0.74 by default, 0 to leave it out.
    name
        The LF's name; by default ``lexicon_<label>``.
    where
        In which places a word may stand for the LF to vote, once the sum is reached.
    expects
        Texts and the votes they must get; what ``labelfns test-lfs`` runs.

    Raises
    ------
    LFError
        If an entry is not one word and a finite number, the list is empty, or the threshold is 0.

    Examples
    --------
    >>> lf = lexicon("positive", {"good": 1.9, "great": 3.1, "awful": -2.0}, threshold=2)
    >>> lf("great, if awful"), lf("Good. GREAT!"), lf("not great")
    (-1, 'positive', -1)
    """
    problems: list[str] = []
    kept: dict[str, int] = {}
    for word, weight in weights.items():
        found = tokens(word) if isinstance(word, str) else ()
        if len(found) != 1 or found[0].tag or found[0].raw != word.strip():
            problems.append(f"lexicon(): {word!r} is not one word")
        elif isinstance(weight, bool) or not isinstance(weight, int | float) or not math.isfinite(weight):
            problems.append(f"lexicon(): the weight of {word!r} must be a number; got {weight!r}")
        else:
            kept[fold(found[0].raw)] = round(weight * 1000)
    if not weights:
        problems.append("lexicon() was given no words; it would never vote")
    if not math.isfinite(threshold) or round(threshold * 1000) == 0:
        problems.append(f"lexicon(): threshold must not be 0; got {threshold!r}")
    raise_all(LFError, problems)
    nonzero = {word: weight for word, weight in kept.items() if weight}
    return LexiconLF(
        name or f"lexicon_{label}",
        label,
        nonzero,
        round(threshold * 1000),
        round(negated * 100),
        where=where,
        expects=expects or {},
    )


def vader_words(*, at_least: float = 0.0) -> dict[str, float]:
    """Return VADER's word list (Hutto & Gilbert 2014, MIT) with weights from -4 to 4, through its own package.

    Entries that are not one word, as emoticons, are left out.

    Parameters
    ----------
    at_least
        Only words whose weight is at least so far from 0.

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
