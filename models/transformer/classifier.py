"""`TransformerClassifier`: any Hugging Face sequence classifier, fine-tuned on class probabilities."""

import copy
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import Linear
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    TrainerCallback,
)

from labelfns.checks import check_texts
from labelfns.errors import InputError, raise_all, some
from labelfns.io.atomic import remove
from labelfns.models.seeding import isolated_rng
from labelfns.progress import Bar, Progress
from labelfns.text.spans import Span
from labelfns.votes import Probs

from . import distributed as parallel
from .backbone import freeze, load_backbone, quiet
from .checkpoints import UNFINISHED, Checkpoints, last_checkpoint
from .inference import embed, score
from .trainer import FineTuning, ProgressCallback, WeakLabelTrainer
from .training_plan import MASK_FALLBACK, Padded, TrainingPlan, TrainingRows
from .views import hide
from .weight_average import WeightAverage


class TransformerClassifier:
    """A text classifier on a pretrained transformer.

    Parameters
    ----------
    backbone
        A name on the Hugging Face hub, a folder, or ``"embedded"`` for the MiniLM of the ``minilm`` extra.
    labels
        The k label names; by default ``LABEL_0`` to ``LABEL_<k-1>``.
    settings
        How it is fine-tuned.
    seed
        Seed of the head, the order of rows, dropout and the views; global generators are left as they were.
    callbacks
        `transformers.TrainerCallback` objects, handed to the `Trainer`.

    Attributes
    ----------
    model_, tokenizer_
        The fine-tuned transformer and its tokenizer, after `fit`.
    classes_
        The label names, after `fit`.
    """

    model_: PreTrainedModel
    tokenizer_: PreTrainedTokenizerBase
    classes_: tuple[str, ...]

    def __init__(
        self,
        backbone: str | Path,
        *,
        labels: Sequence[str] | None = None,
        settings: FineTuning | None = None,
        seed: int = 0,
        callbacks: Sequence[TrainerCallback] = (),
    ) -> None:
        self.backbone = backbone
        self.labels = labels
        self.settings = settings or FineTuning()
        self.seed = seed
        self.callbacks = list(callbacks)

    def fit(
        self,
        texts: Sequence[str],
        probs: Probs,
        *,
        weights: npt.ArrayLike | None = None,
        cues: Sequence[Sequence[Span]] | None = None,
        start: "TransformerClassifier | None" = None,
        checkpoints: Path | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Fine-tune on class probabilities.

        Parameters
        ----------
        texts
            The n texts.
        probs
            An [n, k] array, rows sum to 1.
        weights
            Row weights [n], at least 0, scaled to mean 1; by default all rows count the same.
        cues
            For each text the pieces that `FineTuning.hide_cues` may hide, as `LFSet.cues` returns them.
        start
            A fitted classifier whose weights are the starting point, in place of the backbone's.
        checkpoints
            A folder, for this fit alone, to save a checkpoint to every `FineTuning.checkpoint_minutes`. Where it holds
            one, the fit goes on from there and ends with the weights of an undisturbed fit; input and settings must
            be the same, which is not checked here. By default there are none.
        progress
            Called after each step; by default a bar is shown.

        Raises
        ------
        InputError
            If the texts, probabilities or weights are not right, or the backbone cannot be opened.
        MissingExtraError
            If the backbone is the embedded one and its extra is not installed.
        WriteError
            If a checkpoint cannot be written.
        """
        texts = _writable(texts)
        targets, row_weights = _check_targets(len(texts), probs, weights)
        spans = cues if cues is not None else [[]] * len(texts)
        labels = tuple(self.labels or (f"LABEL_{c}" for c in range(targets.shape[1])))
        if len(labels) != targets.shape[1]:
            raise InputError(f"probs has {targets.shape[1]} columns for {len(labels)} labels: {some(labels)}")
        rows = TrainingRows(texts, targets, row_weights, spans)
        watch: list[TrainerCallback] = [ProgressCallback(progress or Bar(), "fine-tuning")]
        if checkpoints is not None:
            watch.append(Checkpoints(self.settings.checkpoint_minutes))
        with isolated_rng(self.seed), _working_folder(checkpoints) as folder:
            if start is None:
                model, tokenizer = load_backbone(self.backbone, labels, self.settings.layers)
            else:
                model, tokenizer = copy.deepcopy(start.model_), start.tokenizer_
            freeze(model, self.settings.frozen_layers)
            last = last_checkpoint(folder)
            trainer = WeakLabelTrainer(
                loss=self.settings.loss,
                average=WeightAverage(self.settings.average, last) if self.settings.average else None,
                model=model,
                args=self.settings.arguments(str(folder), self.seed, len(texts)),
                data_collator=Padded(tokenizer),
                train_dataset=TrainingPlan(rows, tokenizer, self.settings, self.seed),
                callbacks=[*watch, *self.callbacks],
            )
            if parallel.processes() > 1:  # else all would drop the same units
                torch.manual_seed(self.seed + parallel.rank() * 2**32)
            trainer.train(resume_from_checkpoint=None if last is None else str(last))
            for left in ("forward", "_original_forward", "_is_accelerate_prepared"):
                vars(model).pop(left, None)  # else it would score in bfloat16, and not be trained in it again
        self.model_, self.tokenizer_, self.classes_ = model.eval(), tokenizer, labels  # type: ignore[no-untyped-call]
        return self

    def predict_proba(
        self,
        texts: Sequence[str],
        *,
        hidden: Sequence[Sequence[Span]] | None = None,
        progress: Progress | None = None,
    ) -> Probs:
        """Return class probabilities.

        Of several processes that train together all must call this: they share the work out, and each gets the whole.

        Parameters
        ----------
        texts
            The n texts.
        hidden
            Pieces of each text that the model may not see, as `LFSet.cues` returns them.
        progress
            Called after each batch; by default a bar is shown.

        Returns
        -------
        Probs
            An [n, k] float32 array, rows sum to 1.

        Raises
        ------
        InputError
            If the model is not fitted or a text is not right.
        """
        if not hasattr(self, "model_"):
            raise InputError("this TransformerClassifier is not fitted yet; call fit(texts, probs) first")
        texts = _writable(texts)
        if hidden is not None:
            mask = str(self.tokenizer_.mask_token or MASK_FALLBACK)
            texts = [hide(text, spans, mask) for text, spans in zip(texts, hidden, strict=True)]
        return score(
            self.model_, self.tokenizer_, texts, max_length=self.settings.max_length, progress=progress or Bar()
        )

    def frozen_features(self, texts: Sequence[str], *, progress: Progress | None = None) -> npt.NDArray[np.float32]:
        """Return the backbone's mean token vectors, as they are before any fine-tuning: an [n, d] float32 array.

        Raises
        ------
        InputError
            If a text is not right, or the backbone cannot be opened.
        """
        model, tokenizer = load_backbone(self.backbone, ("0", "1"), self.settings.layers)
        model = model.eval().to(self.settings.arguments("unused", self.seed, rows=1).device)  # type: ignore[no-untyped-call]
        return embed(
            model, tokenizer, _writable(texts), max_length=self.settings.max_length, progress=progress or Bar()
        )

    def predict(self, texts: Sequence[str], *, progress: Progress | None = None) -> npt.NDArray[np.int64]:
        """Return the surest class id of each text [n]."""
        return np.asarray(self.predict_proba(texts, progress=progress).argmax(axis=1))

    @property
    def adjustable(self) -> bool:
        """Whether the fitted model's last layer is known, which `adjusted` can scale."""
        return len(self._heads()) == 1

    @property
    def shiftable(self) -> bool:
        """Whether it is known and has biases, which `adjusted` can shift."""
        return self.adjustable and self._heads()[0].bias is not None

    def adjusted(self, *, temperature: float = 1.0, shift: npt.ArrayLike | None = None) -> "TransformerClassifier":
        """Return a copy whose logits are divided by a temperature (Guo et al. 2017), then shifted.

        It is the last layer that is changed, so what `save_pretrained` writes is changed too.

        Parameters
        ----------
        temperature
            Above 0; labels stay the same.
        shift
            What to add to the logit of each class, [k].

        Raises
        ------
        InputError
            If the model has no single last linear layer that gives the logits, or one without biases is to be shifted.
        """
        copied = TransformerClassifier(self.backbone, labels=self.labels, settings=self.settings, seed=self.seed)
        copied.model_, copied.tokenizer_, copied.classes_ = copy.deepcopy(self.model_), self.tokenizer_, self.classes_
        heads = copied._heads()
        if len(heads) != 1 or (shift is not None and heads[0].bias is None):
            what = "tell the last layer" if len(heads) != 1 else "shift the last layer, which has no biases,"
            raise InputError(f"cannot {what} of a {type(self.model_).__name__}, so it was not adjusted")
        with torch.no_grad():
            for parameter in heads[0].parameters():
                parameter.div_(temperature)
            if shift is not None:
                heads[0].bias.add_(torch.as_tensor(np.asarray(shift)).to(heads[0].bias))
        return copied

    def _heads(self) -> list[Linear]:
        """Return the linear layers outside the backbone that give a number a class; one where the head is known."""
        outer = [part for name, part in self.model_.named_modules() if not _within(name, self.model_)]
        return [part for part in outer if isinstance(part, Linear) and part.out_features == len(self.classes_)]

    def save_pretrained(self, folder: str | Path) -> None:
        """Write model and tokenizer so that ``transformers.pipeline("text-classification", folder)`` opens them."""
        if self.tokenizer_.is_fast:  # how it was last called is no part of it; saved, it would come back as settings
            self.tokenizer_.backend_tokenizer.no_truncation()
            self.tokenizer_.backend_tokenizer.no_padding()
        with quiet():
            self.model_.save_pretrained(folder)
            self.tokenizer_.save_pretrained(folder)

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> "TransformerClassifier":
        """Open what `save_pretrained` wrote, or any other sequence classifier in a folder, ready to predict.

        Raises
        ------
        InputError
            If the folder does not hold a saved classifier.
        """
        if not (Path(folder) / "config.json").is_file():
            raise InputError(f"{folder} does not hold a saved classifier: there is no config.json in it")
        with quiet():
            model = AutoModelForSequenceClassification.from_pretrained(folder)
        names = model.config.id2label
        fitted = cls(folder, labels=[names[i] for i in range(len(names))])
        fitted.model_, fitted.classes_ = model.eval(), tuple(fitted.labels or ())
        fitted.tokenizer_ = AutoTokenizer.from_pretrained(folder)
        return fitted


@contextmanager
def _working_folder(checkpoints: Path | None) -> Iterator[Path]:
    """Give the folder of the checkpoints, without what a stopped run left unfinished, or a temporary one."""
    if checkpoints is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    if parallel.is_main():
        checkpoints.mkdir(parents=True, exist_ok=True)
        remove(checkpoints / UNFINISHED)
    parallel.wait()
    yield checkpoints


def _within(name: str, model: PreTrainedModel) -> bool:
    """Tell whether a part's name lies within the backbone, under the head."""
    return name.startswith(f"{model.base_model_prefix}.")


def _writable(texts: Sequence[str]) -> list[str]:
    """Return checked texts, half surrogate pairs replaced one for one: tokenizers take only what UTF-8 can write."""
    return [text.encode("utf-8", "replace").decode() for text in check_texts(texts)]


def _check_targets(n: int, probs: Probs, weights: npt.ArrayLike | None) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    targets = np.asarray(probs)
    if targets.ndim != 2 or targets.shape[0] != n or targets.shape[1] < 2:
        hint = "; for class ids use np.eye(k)[ids]" if targets.ndim == 1 else ""
        raise InputError(f"probs must have shape ({n}, k), a row a text, k at least 2; got {targets.shape}{hint}")
    row_weights = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    if row_weights.shape != (n,):
        raise InputError(f"weights must have shape ({n},); got {row_weights.shape}")
    bad = np.flatnonzero(~((targets >= 0).all(axis=1) & (abs(targets.sum(axis=1) - 1) < 1e-3)))
    bad_weights = np.flatnonzero(~(np.isfinite(row_weights) & (row_weights >= 0)))
    problems = []
    if len(bad):
        problems.append(f"probs of row {some(bad.tolist())} are not in [0, 1] with sum 1; got {targets[bad[0]]}")
    if len(bad_weights):
        problems.append(f"weights of row {some(bad_weights.tolist())} are not numbers of at least 0")
    elif row_weights.sum() == 0:
        problems.append("all weights are 0: there is nothing to learn from")
    raise_all(InputError, problems)
    return targets, row_weights / row_weights.mean()
