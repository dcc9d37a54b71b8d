"""LFs of hypotheses: a text gets the label whose sentence it entails, by a model of natural language inference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from labelfns.errors import LFError
from labelfns.lfs.base import Expects, Label, label_problems, naming

from .kept import digest_of
from .models import Reader, opened
from .reading import ReadingLF, number_problems


@dataclass(frozen=True)
class ZeroShotLF(ReadingLF):
    """An LF that knows each label by a sentence that is true of its texts; see `zero_shot`."""

    hypotheses: Mapping[Label, str] = field(kw_only=True, hash=False)
    at_least: float = field(kw_only=True)
    soft: bool = field(default=False, kw_only=True)
    kind: ClassVar[str] = "zero_shot"

    def problems(self) -> list[str]:
        problems = super().problems() + number_problems(self.kind, at_least=self.at_least)
        if not self.hypotheses:
            problems.append("zero_shot() takes labels, or a mapping from labels to hypotheses; got none")
        for label, hypothesis in self.hypotheses.items():
            problems += label_problems(label)
            if not isinstance(hypothesis, str) or not hypothesis.strip():
                problems.append(f"zero_shot(): {label!r} needs a hypothesis, a sentence; got {hypothesis!r}")
        if len(set(self.hypotheses.values())) < len(self.hypotheses):
            problems.append("zero_shot(): two labels have the same hypothesis; write what tells them apart")
        return problems

    @property
    def known_labels(self) -> tuple[Label, ...]:
        return tuple(self.hypotheses)

    @property
    def about(self) -> str:
        return f"{self.model} on {' / '.join(self.hypotheses.values())}: a score of {self.at_least:g} or more"

    def definition(self) -> str:
        return digest_of(self.digest, list(self.hypotheses.items()), float(self.at_least))

    def reader(self) -> Reader:
        return opened("entailment", self.model, tuple(self.hypotheses.values()))

    def vote_batch(self, texts: Sequence[str]) -> Sequence[object]:
        numbers = self.numbers(texts)
        best = [self.known_labels[c] for c in numbers.argmax(axis=1).tolist()]
        scores = np.minimum(numbers.max(axis=1), 1).tolist()
        votes = [label if score >= self.at_least else None for label, score in zip(best, scores, strict=True)]
        return list(zip(votes, scores, strict=True)) if self.soft else votes


def zero_shot(
    hypotheses: Iterable[str] | Mapping[Label, str],
    *,
    model: str,
    at_least: float = 0.5,
    template: str = "This text is about {}.",
    soft: bool = False,
    cache: str | Path | None = None,
    batch_size: int = 64,
    name: str | None = None,
    expects: Expects | None = None,
) -> ZeroShotLF:
    """Vote for the label whose hypothesis a text entails, by ``transformers.pipeline("zero-shot-classification")``.

    The scores of the hypotheses of one text sum to 1; of a single hypothesis the score is against its contradiction.

    Parameters
    ----------
    hypotheses
        A sentence for each label, such as ``{"anger": "The writer is angry."}``; or the labels, with `template`.
    model
        A folder, or a name on the Hugging Face hub, of a model that was trained on natural language inference. It is
        opened when the LF is applied. Code that comes with a model is never run.
    at_least
        The score from which on it votes, in [0, 1].
    template
        How a label becomes a hypothesis: ``{}`` stands for it.
    soft
        Whether its score counts: it is how much of a vote each vote is (`Votes.strength`).
    cache
        The folder where scores are kept, by the content of model, hypotheses and text; by default in the user's folder
        of caches.
    batch_size
        How many texts are read at a time, at least 1.
    name
        The LF's name; by default ``zero_shot``.
    expects
        Texts and the votes they must get.

    Raises
    ------
    LFError
        If a setting is not right; all at once.

    References
    ----------
    Yin, Hay & Roth 2019, "Benchmarking Zero-shot Text Classification: Datasets, Evaluation and Entailment Approach".
    """
    if isinstance(hypotheses, str):
        raise LFError(f"zero_shot() takes labels, or a mapping from labels to hypotheses; got {hypotheses!r}")
    if not isinstance(hypotheses, Mapping):
        if "{}" not in template:
            raise LFError(f"zero_shot(): {{}} must stand in the template, for the label; got {template!r}")
        hypotheses = dict[Label, str]((label, template.replace("{}", str(label))) for label in hypotheses)
    return ZeroShotLF(
        **naming(name, "zero_shot"),
        hypotheses=hypotheses,
        at_least=at_least,
        soft=soft,
        model=model,
        cache=cache,
        batch_size=batch_size,
        expects={} if expects is None else expects,
    )
