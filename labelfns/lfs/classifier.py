"""LFs that ask a classifier, and vote where it is confident."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from labelfns.errors import LFError
from labelfns.lfs.base import Expects, Label, naming
from labelfns.lfs.columns import TextsLF


@dataclass(frozen=True)
class ModelLF(TextsLF):
    """An LF that is a classifier; see `model`."""

    classifier: Any
    at_least: float
    labels: Mapping[str, Label | None] | None
    soft: bool = field(default=False, kw_only=True)
    kind: ClassVar[str] = "model"

    @property
    def about(self) -> str:
        return f"{type(self.classifier).__name__}, from a confidence of {self.at_least:g} on"

    def problems(self) -> list[str]:
        problems = super().problems()
        if not hasattr(self.classifier, "predict_proba") and not callable(self.classifier):
            problems.append(f"model() takes a classifier with predict_proba, or a pipeline; got {self.classifier!r}")
        if isinstance(self.at_least, bool) or not isinstance(self.at_least, Real) or not 0 <= self.at_least <= 1:
            problems.append(f"model(): at_least must be in [0, 1]; got {self.at_least!r}")
        if not isinstance(self.labels, Mapping | None):
            problems.append(f'model(): labels is a mapping {{"class": "label"}}; got {self.labels!r}')
        return problems

    def vote_batch(self, texts: Sequence[str]) -> Sequence[object]:
        said = _predict(self.classifier, list(texts))
        votes = [self._vote(name) if confidence >= self.at_least else None for name, confidence in said]
        return list(zip(votes, (confidence for _, confidence in said), strict=True)) if self.soft else votes

    def _vote(self, name: object) -> object:
        plain = name.item() if isinstance(name, np.generic) else name
        if self.labels is None:
            return plain
        if plain not in self.labels:
            raise LFError(f"LF {self.name!r}: the model says {plain!r}, for which `labels` has no entry")
        return self.labels[plain]  # type: ignore[index]


def model(
    classifier: Any,
    *,
    at_least: float,
    labels: Mapping[str, Label | None] | None = None,
    soft: bool = False,
    batch_size: int = 256,
    name: str | None = None,
    expects: Expects | None = None,
) -> ModelLF:
    """Let a classifier vote where it is confident.

    Parameters
    ----------
    classifier
        A fitted scikit-learn classifier or pipeline of texts (``predict_proba``, ``classes_``), or a Hugging Face
        ``pipeline("text-classification")``.
    at_least
        The confidence from which on it votes, in [0, 1].
    labels
        The label for each of the model's classes, None for one that is no vote; by default they are the same.
    soft
        Whether its confidence counts: it is how much of a vote each vote is (`Votes.strength`).
    batch_size
        How many texts it is given at a time, at least 1.
    name
        The LF's name; by default ``model``.
    expects
        Texts and the votes they must get.

    Raises
    ------
    LFError
        If a setting is not right; all at once.
    """
    expects = {} if expects is None else expects
    return ModelLF(
        **naming(name, "model"),
        expects=expects,
        classifier=classifier,
        at_least=at_least,
        labels=labels,
        soft=soft,
        batch_size=batch_size,
    )


def _predict(classifier: Any, texts: list[str]) -> list[tuple[object, float]]:
    if hasattr(classifier, "predict_proba"):
        probs = np.asarray(classifier.predict_proba(texts))
        return [(classifier.classes_[c], float(probs[i, c])) for i, c in enumerate(probs.argmax(axis=1))]
    return [(answer["label"], float(answer["score"])) for answer in classifier(texts)]
