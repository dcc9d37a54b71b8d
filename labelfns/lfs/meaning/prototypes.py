"""LFs of sentences: a text gets the label whose sentences it is closest to, if it is close enough."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from labelfns.errors import LFError, some
from labelfns.lfs.base import ABSTAIN, Expects, Label, label_problems, naming

from .kept import digest_of
from .models import Numbers, Reader, opened
from .reading import ReadingLF, number_problems


@dataclass(frozen=True)
class PrototypesLF(ReadingLF):
    """An LF that knows each label by a few sentences; see `prototypes`."""

    sentences: Mapping[Label, tuple[str, ...]] = field(kw_only=True, hash=False)
    min_similarity: float = field(kw_only=True)
    margin: float = field(kw_only=True)
    kind: ClassVar[str] = "prototypes"

    def problems(self) -> list[str]:
        problems = super().problems()
        problems += number_problems(self.kind, min_similarity=self.min_similarity, margin=self.margin)
        if not self.sentences:
            problems.append("prototypes() takes a mapping from labels to lists of sentences; got an empty one")
        for label, sentences in self.sentences.items():
            problems += label_problems(label)
            if not sentences or not all(isinstance(one, str) and one.strip() for one in sentences):
                problems.append(f"prototypes(): {label!r} needs a list of at least one sentence; got {sentences!r}")
        return problems

    @property
    def known_labels(self) -> tuple[Label, ...]:
        return tuple(self.sentences)

    @property
    def about(self) -> str:
        counts = some([f"{len(sentences)} of {label}" for label, sentences in self.sentences.items()])
        lead = f", {self.margin:g} closer than to others" if self.margin else ""
        return f"like its sentences ({counts}): a cosine of {self.min_similarity:g} or more{lead}"

    def definition(self) -> str:
        sentences = [(label, list(given)) for label, given in self.sentences.items()]
        return digest_of(self.digest, sentences, float(self.min_similarity), float(self.margin))

    def reader(self) -> Reader:
        return opened("vectors", self.model)

    def similarities(self, texts: Sequence[str]) -> Numbers:
        """Return how close n texts are to the sentences of each label: cosines to their mean directions, [n, k]."""
        centers = [unit(unit(self.numbers(given)).mean(axis=0, keepdims=True)) for given in self.sentences.values()]
        return np.asarray(unit(self.numbers(texts)) @ np.concatenate(centers).T)

    def vote_batch(self, texts: Sequence[str]) -> Sequence[object]:
        labels = self.known_labels
        found = chosen(self.similarities(texts), self.min_similarity, self.margin)
        return [None if c == ABSTAIN else labels[c] for c in found.tolist()]


def chosen(similarities: Numbers, min_similarity: float, margin: float) -> np.ndarray:
    """Return the closest of k labels for each row of [n, k] similarities; `ABSTAIN` where none is close enough.

    Examples
    --------
    >>> chosen(np.array([[0.6, 0.2], [0.6, 0.58], [0.1, 0.3]]), 0.4, 0.05).tolist()
    [0, -1, -1]
    """
    ordered = np.sort(similarities, axis=1)
    lead = ordered[:, -1] - ordered[:, -2] if similarities.shape[1] > 1 else np.full(len(similarities), np.inf)
    close = (ordered[:, -1] >= min_similarity) & (lead >= margin)
    return np.where(close, similarities.argmax(axis=1), ABSTAIN)


def unit(vectors: Numbers) -> Numbers:
    """Return vectors [n, d] at length 1; those of zeros as they are."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def prototypes(
    sentences: Mapping[Label, Iterable[str]],
    *,
    min_similarity: float = 0.25,
    margin: float = 0.1,
    model: str = "embedded",
    cache: str | Path | None = None,
    batch_size: int = 256,
    name: str | None = None,
    expects: Expects | None = None,
) -> PrototypesLF:
    """Vote for the label whose sentences a text is closest to, where it is close enough.

    Texts and sentences are compared by the cosine of their sentence vectors; a label is the mean direction of its
    sentences. `labelfns.radii` shows what each `min_similarity` would cover, and with gold how often it is right.

    Parameters
    ----------
    sentences
        By label, at least one sentence each, such as a text of that label might be; five or more are better. A label of
        texts that should get no vote cannot be given: write what such texts say as sentences of another label.
    min_similarity
        The least cosine, in -1..1.
    margin
        By how much the next label must be further away, in -1..1.
    model
        ``"embedded"``, the MiniLM of the ``minilm`` extra; or a folder, or a name on the Hugging Face hub, of a
        sentence-transformers model or another transformer. It is opened when the LF is applied. Code that comes with
        a model is never run.
    cache
        The folder where vectors are kept, by the content of model and text; by default in the user's folder of caches.
    batch_size
        How many texts are read at a time, at least 1.
    name
        The LF's name; by default ``prototypes``.
    expects
        Texts and the votes they must get.

    Raises
    ------
    LFError
        If a setting is not right; all at once.

    References
    ----------
    Snell, Swersky & Zemel 2017, "Prototypical Networks for Few-shot Learning", of which this is the nearest mean; Chen
    et al. 2022, "Shoring Up the Foundations: Fusing Model Embeddings and Weak Supervision" (Liger), for votes by
    distance.
    """
    if not isinstance(sentences, Mapping) or any(isinstance(given, str) for given in sentences.values()):
        raise LFError(f'prototypes() takes {{"label": ["a sentence", ...], ...}}; got {sentences!r}')
    return PrototypesLF(
        **naming(name, "prototypes"),
        sentences={label: tuple(given) for label, given in sentences.items()},
        min_similarity=min_similarity,
        margin=margin,
        model=model,
        cache=cache,
        batch_size=batch_size,
        expects={} if expects is None else expects,
    )
