"""`TransformerClassifier`: any Hugging Face sequence classifier, fine-tuned on class probabilities."""

import copy
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase, TrainerCallback

from labelfns.checks import one_per_text
from labelfns.errors import InputError, number_of
from labelfns.io.texts import as_texts
from labelfns.models.params import Params
from labelfns.models.ranges import number
from labelfns.models.seeding import isolated_rng
from labelfns.progress import Bar, Progress
from labelfns.settings import check, check_classes
from labelfns.text.spans import Span
from labelfns.votes import Probs

from . import distributed as parallel
from .architecture import adjust, freeze, heads, text_length
from .backbone import check_backbone, load_backbone, load_classifier, save
from .checkpoints import Checkpoints, going_on, last_checkpoint, working_folder
from .inference import Pooling, embed, score
from .inference_settings import FILE, MASK, InferenceSettings
from .settings import FineTuning
from .targets import check_labels_agree, check_weights, targets_of
from .training_plan import PadCollator, TrainingPlan, TrainingRows
from .views import hide
from .weight_average import WeightAverage

DEFAULT = FineTuning()


class TransformerClassifier(Params):
    """A text classifier on a pretrained transformer.

    Parameters
    ----------
    backbone
        A name on the Hugging Face hub, a folder, or ``"embedded"`` for the MiniLM of the ``minilm`` extra. Code that
        comes with a model is never run.
    labels
        The k label names; by default ``LABEL_0`` to ``LABEL_<k-1>``, or the names that `fit` is given.
    settings
        How it is fine-tuned.
    seed
        At least 0: seed of the head, the order of rows, dropout and the views; global generators are left as they were.
    callbacks
        `transformers.TrainerCallback` objects, handed to its `transformers.Trainer`.

    Attributes
    ----------
    model_, tokenizer_
        The fine-tuned transformer and its tokenizer, after `fit`.
    classes_
        The label names, after `fit`.
    """

    model_: PreTrainedModel
    tokenizer_: PreTrainedTokenizerBase

    def __init__(
        self,
        backbone: str | Path,
        *,
        labels: Sequence[str] | None = None,
        settings: FineTuning = DEFAULT,
        seed: int = 0,
        callbacks: Sequence[TrainerCallback] = (),
    ) -> None:
        self.backbone = backbone
        self.labels = labels
        self.settings = settings
        self.seed = seed
        self.callbacks = callbacks
        self._mask = MASK
        self._open: _Opened | None = None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = tags.input_tags.string = tags.target_tags.required = True
        return tags

    def unfitted(
        self, labels: Sequence[str] | None = None, *, settings: FineTuning | None = None, seed: int | None = None
    ) -> "TransformerClassifier":
        """Return a classifier of the same backbone and callbacks, not fitted, with what is given here changed.

        Raises
        ------
        InputError
            If this one was made for other labels.
        """
        if labels is not None and self.labels is not None:
            check_labels_agree(self.labels, labels)
        return TransformerClassifier(
            self.backbone,
            labels=self.labels if labels is None else labels,
            settings=settings or self.settings,
            seed=self.seed if seed is None else seed,
            callbacks=self.callbacks,
        )

    def check_backbone(self, labels: Sequence[str]) -> None:
        """Check all of the backbone that `fit` would refuse and that can be told without its weights.

        Raises
        ------
        InputError
            As `fit` does for the backbone.
        MissingExtraError
            If it is the embedded one and its extra is not installed.
        """
        check_backbone(
            self.backbone,
            labels,
            self.settings.layers,
            frozen_layers=self.settings.frozen_layers,
            max_length=self.settings.max_length,
            allow_pickle=self.settings.allow_pickle,
        )

    def fit(
        self,
        texts: Sequence[str],
        probs: npt.ArrayLike,
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
            An [n, k] array, rows sum to 1; or the n labels, as class ids in 0..k-1 or as names.
        weights
            Row weights [n], at least 0, scaled to mean 1; by default all rows count the same.
        cues
            For each text the pieces that `FineTuning.hide_cues` may hide, as `LFSet.cues` returns them.
        start
            A fitted classifier whose weights are the starting point, in place of the backbone's.
        checkpoints
            A folder, for this fit alone, to save a checkpoint to every `FineTuning.checkpoint_minutes`. Where it holds
            one, the fit resumes from there and ends with the weights of an undisturbed fit; input and settings must
            be the same, which is not checked here. By default there are none.
        progress
            Called after each step; by default a bar is shown.

        Raises
        ------
        InputError
            If the texts, probabilities, weights or cues are not right, the backbone cannot be opened or reads fewer
            tokens than `FineTuning.max_length`, or a checkpoint is not as it was written.
        SettingsError
            If backbone, settings or seed are not right, or transformers does not take `FineTuning.trainer`.
        MissingExtraError
            If the backbone is the embedded one and its extra is not installed.
        WriteError
            If a checkpoint cannot be written.
        ProcessError
            If another of several processes that train together has stopped, or does not answer in time.
        """
        from .trainer import ProgressCallback, WeakLabelTrainer, training_arguments, unwrapped

        check_classes(
            backbone=(self.backbone, str | Path, '"embedded", a folder, or a name on the hub'),
            settings=(self.settings, FineTuning, "FineTuning(...)"),
        )
        check(number("seed", self.seed, "[0, 9223372036854775807]", whole=True))
        texts = _texts(texts)
        targets, labels = targets_of(probs, len(texts), self.labels)
        if start is not None:
            check_labels_agree(start.classes_, labels)
        spans = [[]] * len(texts) if cues is None else one_per_text(cues, len(texts), "cues")
        rows = TrainingRows(texts, targets, check_weights(weights, len(texts)), spans)
        watch: list[TrainerCallback] = [ProgressCallback(progress or Bar(), "fine-tuning")]
        if checkpoints is not None:
            watch.append(Checkpoints(self.settings.checkpoint_minutes))
        with isolated_rng(self.seed), working_folder(checkpoints) as folder:
            model, tokenizer = (
                self._opened(labels) if start is None else (copy.deepcopy(start.model_), start.tokenizer_)
            )
            settings = dataclasses.replace(self.settings, max_length=text_length(model, self.settings.max_length))
            freeze(model, settings.frozen_layers)
            last = last_checkpoint(folder)
            trainer = WeakLabelTrainer(
                settings,
                average=WeightAverage(settings.average, last) if settings.average else None,
                model=model,
                args=training_arguments(settings, folder, self.seed, len(texts)),
                data_collator=PadCollator(tokenizer),
                train_dataset=TrainingPlan(rows, tokenizer, settings, self.seed),
                callbacks=[*watch, *self.callbacks],
            )
            if parallel.processes() > 1:  # else all would drop the same units
                torch.manual_seed(self.seed + parallel.rank() * 2**32)
            with going_on(last, lambda: trainer.state.global_step), parallel.others():
                trainer.train(resume_from_checkpoint=None if last is None else str(last))
        self.model_, self.tokenizer_, self.classes_ = unwrapped(model), tokenizer, labels
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
            If the model is not fitted, a text is not right, or `hidden` is of another length.
        """
        if not hasattr(self, "model_"):
            raise InputError("this TransformerClassifier is not fitted yet; call fit(texts, probs) first")
        texts = _texts(texts)
        if hidden is not None:
            hidden = one_per_text(hidden, len(texts), "hidden")
            mask = str(self.tokenizer_.mask_token or self._mask)
            texts = [hide(text, spans, mask) for text, spans in zip(texts, hidden, strict=True)]
        length = text_length(self.model_, self.settings.max_length)
        probs = score(self.model_, self.tokenizer_, texts, max_length=length, progress=progress or Bar())
        if len(wrong := np.flatnonzero(~np.isfinite(probs).all(axis=1))):
            raise InputError(
                f"model {self.backbone} gives no probabilities for {len(wrong):,} of {number_of(len(texts), 'text')}, "
                f"the first is number {wrong[0]}: its weights are damaged, or their training diverged. Fetch it "
                "again, or train it with a lower learning_rate"
            )
        return probs

    def predict(self, texts: Sequence[str], *, progress: Progress | None = None) -> npt.NDArray[np.int64]:
        """Return the id of the most probable class of each text, [n]; `label` returns names."""
        return np.asarray(self.predict_proba(texts, progress=progress).argmax(axis=1))

    def label(self, texts: Sequence[str], *, progress: Progress | None = None) -> npt.NDArray[np.str_]:
        """Return the name of the most probable class of each text, an array of strings [n]."""
        ids = self.predict(texts, progress=progress)
        return np.array(self.classes_)[ids]

    def frozen_features(
        self,
        texts: Sequence[str],
        *,
        keep_open: bool = False,
        pooling: Pooling = "mean",
        progress: Progress | None = None,
    ) -> npt.NDArray[np.float32]:
        """Return the backbone's sentence vectors, as they are before any fine-tuning: an [n, d] float32 array.

        Parameters
        ----------
        texts
            The n texts.
        keep_open
            Whether the backbone is held in memory until this classifier's next `fit`, which then does not open it
            again and gives the same weights. `labels` must be set.
        pooling
            ``"mean"`` of a text's token vectors, or ``"cls"``, the first of them.
        progress
            Called after each batch; by default a bar is shown.

        Raises
        ------
        InputError
            If a text is not right, or the backbone cannot be opened.
        """
        texts = _texts(texts)
        keep = keep_open and self.labels is not None
        with isolated_rng(self.seed):
            model, tokenizer = self._opened(tuple(self.labels or ("0", "1")), keep=keep)
        model = model.eval().to(parallel.device(self.settings))  # type: ignore[no-untyped-call]
        length = text_length(model, self.settings.max_length)
        return embed(model, tokenizer, texts, max_length=length, pooling=pooling, progress=progress or Bar())

    def save_backbone(self, folder: str | Path) -> None:
        """Write the backbone as it is before any fine-tuning, without a head, and its tokenizer."""
        with isolated_rng(self.seed):
            model, tokenizer = self._opened(tuple(self.labels or ("0", "1")), keep=self.labels is not None)
        save(model.base_model, tokenizer, folder)

    def _opened(
        self, labels: tuple[str, ...], *, keep: bool = False
    ) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
        """Open the backbone with a fresh head, or take the one that was kept; training seeds all generators again."""
        settings = self.settings
        key = (str(self.backbone), labels, settings.layers, settings.allow_pickle, self.seed)
        opened, self._open = self._open, None
        if opened is None or opened.key != key:
            model, tokenizer = load_backbone(self.backbone, labels, settings.layers, allow_pickle=settings.allow_pickle)
            opened = _Opened(key, model, tokenizer)
        if keep:
            self._open = opened
        return opened.model, opened.tokenizer

    @property
    def adjustable(self) -> bool:
        """Whether the fitted model's last layer is known, which `adjusted` can scale."""
        return len(heads(self.model_, len(self.classes_))) == 1

    @property
    def shiftable(self) -> bool:
        """Whether it is known and has biases, which `adjusted` can shift."""
        return self.adjustable and heads(self.model_, len(self.classes_))[0].bias is not None

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
        copied._mask = self._mask
        adjust(copied.model_, len(self.classes_), temperature, None if shift is None else np.asarray(shift))
        return copied

    def save_pretrained(self, folder: str | Path) -> None:
        """Write what `from_pretrained` opens, and ``transformers.pipeline("text-classification", folder)`` too.

        Beside model and tokenizer stands ``labelfns.json``: what decides the answers besides the weights.
        """
        save(self.model_, self.tokenizer_, folder)
        mask = str(self.tokenizer_.mask_token or self._mask)
        InferenceSettings(self.classes_, self.settings.max_length, mask).write(Path(folder))

    @classmethod
    def from_pretrained(cls, folder: str | Path, *, allow_pickle: bool = False) -> "TransformerClassifier":
        """Open what `save_pretrained` wrote, or any other fine-tuned sequence classifier, ready to predict.

        Code that comes with a model is never run.

        Parameters
        ----------
        folder
            A folder, or a name on the Hugging Face hub.
        allow_pickle
            Whether weights may be read from ``pytorch_model.bin`` where there are no safetensors
            (`FineTuning.allow_pickle`).

        Raises
        ------
        InputError
            If there is no whole classifier: files or weights are missing or do not fit each other.
        """
        model, tokenizer, labels = load_classifier(folder, allow_pickle=allow_pickle)
        saved = InferenceSettings.read(str(Path(folder).expanduser()), labels, str(tokenizer.mask_token or MASK))
        try:
            text_length(model, saved.max_length)
        except InputError as error:
            raise InputError(f"model {folder}: {FILE}: {error}") from error
        settings = FineTuning(max_length=saved.max_length, allow_pickle=allow_pickle)
        fitted = cls(folder, labels=labels, settings=settings)
        fitted.model_, fitted.tokenizer_, fitted.classes_, fitted._mask = model, tokenizer, labels, saved.mask
        return fitted


class _Opened(NamedTuple):
    """An opened backbone, and for what it was opened."""

    key: tuple[Any, ...]
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase


def _texts(texts: Sequence[str]) -> list[str]:
    """Return checked texts, half surrogate pairs replaced one for one: tokenizers take only what UTF-8 can write."""
    return [text.encode("utf-8", "replace").decode() for text in as_texts(texts)]
