"""Models that LFs read texts with (`labelfns.lfs.meaning.models`): sentence vectors, and entailment.

Both are transformers in a folder, in a package or on the hub, checked as backbones are: nothing that comes with them is
run.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.errors import InputError
from labelfns.lfs.meaning.models import Numbers
from labelfns.progress import silent

if TYPE_CHECKING:
    from labelfns.models.transformer.classifier import TransformerClassifier
    from labelfns.models.transformer.inference import Pooling

_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "modules.json")
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
_POOLINGS = {"pooling_mode_cls_token": "cls", "pooling_mode_mean_tokens": "mean"}


@dataclass(frozen=True)
class SentenceVectors:
    """A transformer's sentence vectors: the mean of its token vectors, or the first, as its files say.

    Parameters
    ----------
    model
        ``"embedded"``, a folder, or a name on the hub.
    """

    model: str

    @cached_property
    def digest(self) -> str:
        return content_digest(self._source, self._pooling)

    def read(self, texts: Sequence[str]) -> Numbers:
        return self._backbone.frozen_features(texts, keep_open=True, pooling=self._pooling, progress=silent)

    @cached_property
    def _source(self) -> str:
        from labelfns.models.transformer.model_files import check_files, locate_backbone

        source = locate_backbone(self.model)
        check_files(source, allow_pickle=False)
        return source

    @cached_property
    def _backbone(self) -> "TransformerClassifier":
        from labelfns.models.transformer.classifier import TransformerClassifier

        return TransformerClassifier(self._source, labels=("0", "1"))

    @cached_property
    def _pooling(self) -> "Pooling":
        """How token vectors are pooled, ``"mean"`` or ``"cls"``."""
        from labelfns.models.transformer.model_files import find_file, read_json

        modules = find_file(self._source, "modules.json")
        parts = {} if modules is None else _modules(modules, self.model)
        folder = parts.get("Pooling")
        path = None if folder is None else find_file(self._source, f"{folder}/config.json")
        if path is None:
            return "mean"
        config = read_json(path)
        given = [name for key, name in _POOLINGS.items() if config.get(key) is True]
        others = [key for key, value in config.items() if key.startswith("pooling_mode_") and value is True]
        pooling = config.get("pooling_mode", given[0] if len(given) == len(others) == 1 else others)
        if pooling not in ("mean", "cls"):
            raise InputError(f'model {self.model} pools its tokens by {pooling}; "mean" and "cls" are read')
        return pooling  # type: ignore[no-any-return]


def _modules(path: Path, model: str) -> dict[str, str]:
    """Return the folders of a sentence-transformers model's modules, by kind."""
    import json

    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        found = {str(one["type"]).rpartition(".")[2]: str(one["path"]) for one in entries}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"model {model}: modules.json is not that of sentence-transformers ({error})") from error
    unknown = [name for name in found if name not in ("Transformer", "Pooling", "Normalize")]
    if unknown or any(Path(folder).name != folder for folder in found.values()):
        raise InputError(
            f"model {model} has modules that are not read ({', '.join(unknown) or 'in other folders'}): take one of a "
            "transformer and a pooling alone"
        )
    return found


def content_digest(source: str, *more: Any) -> str:
    """Return a hash of a model's files, in a folder or on the hub, and of what else its answers depend on."""
    from labelfns.models.transformer.model_files import file_sha256, find_file, read_json

    names = [*_FILES, *_WEIGHTS]
    if (index := find_file(source, _WEIGHTS[1])) is not None:
        names += sorted(set(read_json(index).get("weight_map", {}).values()))
    found = {name: find_file(source, name) for name in names}
    digests = [(name, file_sha256(path)) for name, path in found.items() if path is not None]
    return hashlib.sha256(repr((digests, more)).encode()).hexdigest()


@dataclass(frozen=True)
class Entailment:
    """How far a text entails each of k hypotheses, by ``transformers.pipeline("zero-shot-classification")``.

    Parameters
    ----------
    model
        A folder, or a name on the hub.
    hypotheses
        The k sentences.
    """

    model: str
    hypotheses: tuple[str, ...]

    @cached_property
    def digest(self) -> str:
        return content_digest(self._source, self.hypotheses)

    def read(self, texts: Sequence[str]) -> Numbers:
        numbers = np.zeros((len(texts), len(self.hypotheses)), dtype=np.float32)
        said = self._pipeline(list(texts), candidate_labels=list(self.hypotheses), hypothesis_template="{}")
        for row, one in zip(numbers, said, strict=True):
            scores = dict(zip(one["labels"], one["scores"], strict=True))
            row[:] = [scores[hypothesis] for hypothesis in self.hypotheses]
        return numbers

    @cached_property
    def _source(self) -> str:
        from labelfns.models.transformer.model_files import check_files, locate

        source = locate(self.model, f"model {self.model!r} cannot be opened: it is no saved transformer")
        check_files(source, allow_pickle=False)
        return source

    @cached_property
    def _pipeline(self) -> Any:
        from transformers import ZeroShotClassificationPipeline

        from labelfns.models.transformer.backbone import load_classifier, quiet

        model, tokenizer, labels = load_classifier(self._source)
        if not any(label.lower().startswith("entail") for label in labels):
            raise InputError(
                f"model {self.model} does not tell entailment, as its labels are {', '.join(labels)}: take one that "
                "was trained on natural language inference"
            )
        with quiet():
            return ZeroShotClassificationPipeline(model=model, tokenizer=tokenizer)  # type: ignore[no-untyped-call]
