r"""Lists of words, phrases and hashtags, and where they stand in a text: the reference for the compiled engine."""

import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from labelfns.errors import LabelFnsWarning, LFError, raise_all, some
from labelfns.text.characters import is_space, without_spaces
from labelfns.text.signs import Signed, as_written, marks_of
from labelfns.text.spans import Span, outer, outside
from labelfns.text.tokens import Token, fold, keys, parts, skipped, tokens


@dataclass(frozen=True)
class Words:
    """A parsed list of words and phrases.

    Parameters
    ----------
    singles
        Words, folded.
    prefixes
        Beginnings of words, folded: entries that end in ``*``.
    phrases
        By first word, the other words of each phrase and whether the last one is a beginning.
    signed
        By first word, a hashtag with its ``#``: entries with other signs than letters (``c++``).
    wordless
        What entries with signs and no word of ours (``@joe``) are searched with, None where there are none.
    sign_marks
        For each entry with signs, characters one of which is in every text that holds it.
    """

    singles: frozenset[str]
    prefixes: frozenset[str]
    phrases: dict[str, list[tuple[tuple[str, ...], bool]]]
    signed: dict[str, list[Signed]]
    wordless: re.Pattern[str] | None
    sign_marks: frozenset[str]

    @classmethod
    def of(cls, builder: str, entries: Iterable[str]) -> "Words":
        """Parse a list.

        Raises
        ------
        LFError
            If it is empty or an entry is not right; all entries at once.
        """
        singles: set[str] = set()
        prefixes: set[str] = set()
        patterns: list[str] = []
        marks: set[str] = set()
        phrases: dict[str, list[tuple[tuple[str, ...], bool]]] = {}
        signed: dict[str, list[Signed]] = {}
        for entry in check_entries(builder, entries, _check_word):
            ending = entry.strip().endswith("*")
            stem = entry.strip().removesuffix("*")
            words = tokens(stem)
            if any(token.tag for token in words) or "".join(stem.split()) != "".join(t.raw for t in words):
                marks |= marks_of(stem)
                entry_with_signs = Signed.of(stem, ending)
                if entry_with_signs is None:
                    patterns.append(as_written(stem, ending))
                else:
                    (tag, first), *_ = entry_with_signs.words
                    signed.setdefault("#" * tag + first, []).append(entry_with_signs)
            elif len(words) > 1:
                first, *rest = (fold(token.raw) for token in words)
                phrases.setdefault(first, []).append((tuple(rest), ending))
            else:
                (prefixes if ending else singles).add(fold(words[0].raw))
        pattern = "|".join(sorted(patterns, key=len, reverse=True))
        compiled = re.compile(pattern, re.IGNORECASE) if patterns else None
        return cls(frozenset(singles), frozenset(prefixes), phrases, signed, compiled, frozenset(marks))

    def find(self, text: str) -> list[Span]:
        """Return where entries stand, in order; one inside a longer one is left out."""
        words, beginnings = tokens(text), tuple(self.prefixes)
        hits = [match.span() for match in self.wordless.finditer(text)] if self.wordless else []
        if self.signed:
            hits += self._find_signed(text, words)
        if hits:
            hits = outside(hits, skipped(text))
        for i, token in enumerate(words):
            if token.tag:
                continue
            forms = keys(token.raw)
            if not self.singles.isdisjoint(forms) or (beginnings and any(key.startswith(beginnings) for key in forms)):
                hits.append((token.start, token.end))
            for key in forms if self.phrases else ():
                for rest, ending in self.phrases.get(key, ()):
                    if _follows(text, words, i, rest, ending):
                        hits.append((token.start, words[i + len(rest)].end))
        return outer(hits)

    def _find_signed(self, text: str, words: Sequence[Token]) -> list[Span]:
        hits = []
        open_ones = [(first, entry) for first, entries in self.signed.items() for entry in entries if entry.open]
        for i, token in enumerate(words):
            forms = [f"#{key}" for key in keys(token.raw)] if token.tag else keys(token.raw)
            entries = [entry for form in forms if form in self.signed for entry in self.signed[form]]
            if open_ones:
                entries += [entry for first, entry in open_ones if any(form.startswith(first) for form in forms)]
            hits += [span for entry in entries if (span := entry.span(text, words, i)) is not None]
        return hits


@dataclass(frozen=True)
class Tags:
    """A parsed list of hashtags.

    Parameters
    ----------
    singles, prefixes
        Whole tags and beginnings of tags, folded.
    in_parts
        Whether a part of a CamelCase tag counts as the tag.
    """

    singles: frozenset[str]
    prefixes: frozenset[str]
    in_parts: bool

    @classmethod
    def of(cls, entries: Iterable[str], *, in_parts: bool) -> "Tags":
        """Parse a list, as `Words.of`."""
        tags = [entry.strip().lstrip("#\uff03") for entry in check_entries("hashtags", entries, _check_tag)]
        return cls(
            frozenset(fold(tag) for tag in tags if not tag.endswith("*")),
            frozenset(fold(tag[:-1]) for tag in tags if tag.endswith("*")),
            in_parts,
        )

    def find(self, text: str) -> list[Span]:
        """Return where tags of the list stand, in order."""
        if "#" not in text and "\uff03" not in text:
            return []
        return [(token.start, token.end) for token in tokens(text) if token.tag and self._holds(token.raw)]

    def _holds(self, raw: str) -> bool:
        forms = [*keys(raw), *(parts(raw) if self.in_parts else ())]
        return any(key in self.singles or key.startswith(tuple(self.prefixes)) for key in forms)


def as_list(builder: str, entries: Iterable[str], label: object = None) -> tuple[str, ...]:
    """Return entries as a tuple.

    Raises
    ------
    LFError
        If they are one string, or nothing to go through; where `label`, given before them, is a list, they changed
        places.
    """
    if isinstance(entries, str) and isinstance(label, list | tuple | set | dict):
        raise LFError(f"{builder}() takes the label first, then what it looks for: {builder}({entries!r}, {label!r})")
    if isinstance(entries, str):
        raise LFError(f"{builder}() takes a list of entries, got the string {entries!r}: write [{entries!r}]")
    if isinstance(entries, bytes) or not isinstance(entries, Iterable):
        raise LFError(f"{builder}() takes a list of entries; got {entries!r}")
    return tuple(entries)


def warn_of_spaceless(builder: str, entries: Iterable[object], stacklevel: int) -> None:
    """Warn of words in scripts without spaces, which would hardly ever stand between two.

    Parameters
    ----------
    builder
        Who was given them.
    entries
        The entries; those that are no strings are passed over.
    stacklevel
        How far up the user's line is, from here.

    Warns
    -----
    LabelFnsWarning
        If there are any.
    """
    spaceless = [entry.strip() for entry in entries if isinstance(entry, str) and without_spaces(entry)]
    if spaceless:
        pattern = "|".join(re.escape(entry.removesuffix("*")) for entry in spaceless[:3])
        warnings.warn(
            f"{builder}: {some(spaceless)} {'is' if len(spaceless) == 1 else 'are'} in a script that is written "
            "without spaces, and a word is what stands between spaces or punctuation. Where texts are not cut into "
            f'words, use regex(label, "{pattern}{"|..." * (len(spaceless) > 3)}"), which finds it anywhere',
            LabelFnsWarning,
            stacklevel=stacklevel + 1,
        )


def check_entries(builder: str, entries: Iterable[str], check: Callable[[str], None]) -> list[str]:
    """Return a list's entries without repeats.

    Raises
    ------
    LFError
        If the list is a string or empty, or an entry is not a string or fails `check`; all at once.
    """
    good: list[str] = []
    problems = []
    for entry in as_list(builder, entries):
        try:
            if not isinstance(entry, str):
                raise LFError(f"{entry!r} is a {type(entry).__name__}, not a string")
            check(entry)
            good.append(entry)
        except LFError as error:
            problems.append(f"{builder}(): {error}")
    raise_all(LFError, problems)
    if not good:
        raise LFError(f"{builder}() was given an empty list; an LF without words would never vote")
    return list(dict.fromkeys(good))


def _check_word(entry: str) -> None:
    if not re.search(r"\w", entry.strip().removesuffix("*")):
        raise LFError(f"{entry!r} has no letter or digit; for symbols use emoji() or regex()")


def _check_tag(entry: str) -> None:
    tag = entry.strip().lstrip("#\uff03").removesuffix("*")
    tags = tokens(f"#{tag}")
    if len(tags) != 1 or tags[0].raw != tag:
        raise LFError(f"{entry!r} is not a hashtag: letters, digits, marks and _ only")


def _follows(text: str, words: Sequence[Token], i: int, rest: tuple[str, ...], ending: bool) -> bool:
    if i + len(rest) >= len(words):
        return False
    for k, word in enumerate(rest, start=1):
        token = words[i + k]
        if token.tag or not is_space(text[words[i + k - 1].end : token.start]):
            return False
        forms = keys(token.raw)
        if word not in forms and not (ending and k == len(rest) and any(form.startswith(word) for form in forms)):
            return False
    return True
