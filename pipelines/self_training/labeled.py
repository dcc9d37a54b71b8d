"""`Labeled`: texts whose gold labels are known, and a model's figures on them."""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labelfns.checks import Gold, Ints, check_gold, one_per_text
from labelfns.errors import InputError, number_of, raise_all
from labelfns.io.texts import as_texts
from labelfns.progress import Progress
from labelfns.text.spans import Span

if TYPE_CHECKING:
    from labelfns.models.evaluation.metrics import Scores
    from labelfns.models.transformer.classifier import TransformerClassifier


@dataclass(frozen=True, eq=False)
class Labeled:
    """Texts whose gold labels are known, to report figures on.

    Parameters
    ----------
    texts
        The n texts.
    gold
        Labels [n], by id or name; -1 or None where unknown.
    cues
        For each text the spans that make LFs fire, as `LFSet.cues` returns them, to report figures with these words
        hidden too.

    Raises
    ------
    InputError
        If a text is null, blank or not a string, or gold or cues are not as many as the texts.
    """

    texts: Sequence[str]
    gold: Gold
    cues: Sequence[Sequence[Span]] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", as_texts(self.texts))
        check_lengths(len(self.texts), gold=self.gold)
        if self.cues is not None:
            object.__setattr__(self, "cues", one_per_text(self.cues, len(self.texts), "cues"))

    def gold_ids(self, labels: Sequence[str]) -> Ints:
        """Return the gold labels as ids [n] in -1..k-1, -1 where unknown.

        Parameters
        ----------
        labels
            The k label names.

        Raises
        ------
        InputError
            If one is neither a label nor an id; the rows are named.
        """
        return check_gold(self.gold, len(self.texts), labels)


Labelled = Labeled  # its name in 0.1


def check_sets(labeled: Mapping[str, Labeled], labels: Sequence[str]) -> None:
    """Check that the gold labels of all sets are of the k labels.

    Raises
    ------
    InputError
        If one is not; sets and rows are named, all at once.
    """
    problems = []
    for name, data in labeled.items():
        try:
            data.gold_ids(labels)
        except InputError as error:
            problems.append(f"{name}: {error}")
    raise_all(InputError, problems)


def check_lengths(n: int, **rows: Sized | None) -> None:
    """Check that arguments with one entry per text have n of them; those that are None are left out.

    Raises
    ------
    InputError
        If one is longer or shorter; every such argument is named, with both lengths.

    Examples
    --------
    >>> check_lengths(3, gold=[0, 1, 0], cues=None)
    """
    raise_all(
        InputError,
        [
            f"{name} must be a sequence, one value per text; got a {type(entries).__name__}"
            if not hasattr(entries, "__len__")
            else f"{name} has {number_of(len(entries), 'entry', 'entries')} for {number_of(n, 'text')}; it needs one "
            "per text, in the order of the texts"
            for name, entries in rows.items()
            if entries is not None and (not hasattr(entries, "__len__") or len(entries) != n)
        ],
    )


def score_sets(
    classifier: "TransformerClassifier", labeled: Mapping[str, Labeled], progress: Progress
) -> tuple[dict[str, "Scores"], dict[str, "Scores"]]:
    """Return a fitted classifier's figures on labeled sets, by name; sets without any gold are left out.

    Parameters
    ----------
    classifier
        The classifier.
    labeled
        The sets, by name.
    progress
        Called with what is done and how far it is.

    Returns
    -------
    tuple[dict[str, Scores], dict[str, Scores]]
        The figures on the texts as they are; and, of sets whose cues are known, with these words hidden.
    """
    from labelfns.models.evaluation.metrics import score

    plain, hidden = {}, {}
    k = len(classifier.classes_)
    for name, data in labeled.items():
        gold = data.gold_ids(classifier.classes_)
        predicted = classifier.predict(data.texts, progress=progress)
        plain[name] = score(gold, predicted, k)
        if data.cues is not None:
            if rows := [i for i, spans in enumerate(data.cues) if spans]:
                texts, spans = [data.texts[i] for i in rows], [data.cues[i] for i in rows]
                predicted[rows] = classifier.predict_proba(texts, hidden=spans, progress=progress).argmax(axis=1)
            hidden[name] = score(gold, predicted, k)
    return _with_gold(plain), _with_gold(hidden)


def _with_gold(scores: "Mapping[str, Scores | None]") -> "dict[str, Scores]":
    return {name: figures for name, figures in scores.items() if figures is not None}
