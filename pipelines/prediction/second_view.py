"""`SecondView`: a linear head on the frozen backbone's sentence vectors, beside the fine-tuned classifier."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from labelfns.checks import Bools, Ints
from labelfns.errors import InputError
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import decide
from labelfns.models.class_balance import Floats
from labelfns.models.linear_head import LinearHead
from labelfns.progress import Progress, silent
from labelfns.votes import Probs

if TYPE_CHECKING:
    from labelfns.models import TransformerClassifier

HEAD = "head.json"
"""The file of the head, beside those of the backbone."""
GOLD = 10.0
"""How many weakly labeled texts a gold row is worth to the head: on two data sets better than 3 with 200 of them, and
as good with 50; what that wins is in docs/how_to/label_rows.md."""
_FORMAT = "labelfns.second_view/1"


@dataclass(frozen=True, eq=False)
class SecondView:
    """What the backbone knew of a text before it was fine-tuned: another reading of it, with other errors.

    Parameters
    ----------
    backbone
        A classifier that is not fitted, of the k labels, whose frozen vectors are read; it is opened when first asked,
        and stays open.
    head
        What is made of the vectors.
    """

    backbone: "TransformerClassifier"
    head: LinearHead

    @classmethod
    def fit(
        cls,
        backbone: "TransformerClassifier",
        features: Floats,
        weak: Probs,
        rows: Bools,
        gold: tuple[Floats, Ints] | None = None,
    ) -> "SecondView | None":
        """Fit a head to the label model's labels.

        Parameters
        ----------
        backbone
            A classifier that is not fitted, of the k labels.
        features
            Its frozen vectors of the n texts, [n, d].
        weak
            The label model's probabilities, [n, k].
        rows
            A mask [n]: texts that may be fitted to. Of these, ones whose classes tie are left out.
        gold
            The vectors of further texts, [g, d], and their class ids [g], by gold; each counts as ten others.

        Returns
        -------
        SecondView | None
            None where a label is the label of none of these texts: the head would deny it everywhere.
        """
        labels = np.where(rows, decide(weak), ABSTAIN)
        fitted, k = labels != ABSTAIN, weak.shape[1]
        if len(np.unique(labels[fitted])) < k:
            return None
        on, given = features[fitted], labels[fitted]
        counted = np.ones(len(given))
        if gold is not None:
            on, given = np.concatenate([on, gold[0]]), np.concatenate([given, gold[1]])
            counted = np.r_[counted, np.full(len(gold[1]), GOLD)]
        return cls(backbone, LinearHead.fit(on, given, k, counted))

    def predict_proba(self, texts: Sequence[str], *, progress: Progress) -> Probs:
        """Return probabilities [n, k] of n texts.

        Raises
        ------
        InputError
            If a text is not right, the backbone cannot be opened, or its weights or the head are damaged.
        """
        features = self.backbone.frozen_features(texts, keep_open=True, progress=progress)
        with np.errstate(over="ignore", invalid="ignore"):
            probs = self.head.predict_proba(features)
        if not np.isfinite(probs).all():
            raise InputError(
                f"the second view on backbone {self.backbone.backbone} gives no probabilities: its weights are "
                "damaged; fetch or save it again"
            )
        return probs

    def save(self, folder: Path) -> None:
        """Write the backbone and the head into a folder, with all that `load` needs."""
        self.backbone.save_backbone(folder)
        content = {
            "format": _FORMAT,
            "labels": self.backbone.labels,
            "max_length": self.backbone.settings.max_length,
            "coefficients": self.head.coefficients.tolist(),
            "intercepts": self.head.intercepts.tolist(),
        }
        (folder / HEAD).write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, labels: Sequence[str]) -> "SecondView":
        """Read what `save` wrote, and try it on a text. Nothing in the folder is run.

        Parameters
        ----------
        folder
            The folder.
        labels
            The k label names that it must be of.

        Raises
        ------
        InputError, KeyError, TypeError, ValueError
            If it is damaged.
        """
        from labelfns.models import FineTuning, TransformerClassifier
        from labelfns.models.transformer.model_files import find_file, read_json

        file = find_file(str(folder), HEAD)
        if file is None:
            raise InputError(f"there is no {HEAD} in it")
        content = read_json(file)
        if content["format"] != _FORMAT:
            raise InputError(f"its format is {content['format']!r}; this version reads {_FORMAT!r}")
        if list(content["labels"]) != list(labels):
            raise InputError(f"{HEAD} is of the labels {content['labels']}, the classifier of {list(labels)}")
        head = LinearHead(np.array(content["coefficients"], dtype=float), np.array(content["intercepts"], dtype=float))
        if head.coefficients.ndim != 2 or not {len(head.coefficients), *head.intercepts.shape} == {len(labels)}:
            raise InputError(f"{HEAD} must have a row of coefficients and an intercept for each label")
        if not np.isfinite(head.coefficients).all() or not np.isfinite(head.intercepts).all():
            raise InputError(f"{HEAD} must hold finite numbers")
        settings = FineTuning(max_length=content["max_length"])
        view = cls(TransformerClassifier(folder, labels=tuple(labels), settings=settings), head)
        view.predict_proba(["a text"], progress=silent)
        return view
