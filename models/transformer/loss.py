"""The loss on weak labels, part by part: tensors come in, so settings do not wait for torch.

Sources: label smoothing, Szegedy et al. 2016; confidence threshold on the student, Sohn et al. 2020 (FixMatch);
agreement of two dropout passes, Liang et al. 2021 (R-Drop).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from labelfns.models.ranges import choices, numbers, only_with
from labelfns.settings import check

if TYPE_CHECKING:
    from torch import Tensor

Consistency = Literal["none", "two_passes", "perturbed", "hidden_cues"]


@dataclass(frozen=True)
class WeakLabelLoss:
    """The settings of the loss, and the loss itself.

    Parameters
    ----------
    label_weight
        Weight of the cross-entropy with the labels, at least 0.
    smoothing
        Label smoothing s in [0, 1): a label keeps 1 - s, each other class gets s / (k - 1).
    min_confidence
        Rows whose label has a probability below this, in [0, 1], add nothing.
    min_student_confidence
        Rows on which the student's current probability of its own surest class is not above this, in [0, 1], add
        nothing to the label part. A fresh student is sure of nothing and would never start, so the rule sets in
        after `student_warmup`.
    student_warmup
        Share of the training steps, in [0, 1], before `min_student_confidence` sets in.
    consistency
        ``"none"``; ``"two_passes"``: labels are learned from two dropout passes, and their symmetric KL divergence
        is added; ``"perturbed"``: the label loss on a view with words dropped is added to that on the plain one;
        ``"hidden_cues"``: the same with a view in which every word that made an LF fire is hidden.
    consistency_weight
        Weight of what `consistency` adds, at least 0.
    consistency_ramp
        Share of the training steps, in [0, 1], over which that weight rises from 0.

    Raises
    ------
    SettingsError
        If settings are out of range; all at once.
    """

    label_weight: float = 1.0
    smoothing: float = 0.1
    min_confidence: float = 0.0
    min_student_confidence: float = 0.0
    student_warmup: float = 0.5
    consistency: Consistency = "none"
    consistency_weight: float = 1.0
    consistency_ramp: float = 0.0

    def __post_init__(self) -> None:
        check(
            *numbers(self, "[0, 1)", "smoothing"),
            *numbers(self, "[0, 1]", "min_confidence", "min_student_confidence", "student_warmup", "consistency_ramp"),
            *numbers(self, "[0, inf)", "label_weight", "consistency_weight"),
            *choices(self),
            *only_with(self, self.min_student_confidence != 0, "min_student_confidence", "student_warmup"),
            *only_with(self, self.consistency != "none", "consistency", "consistency_weight", "consistency_ramp"),
        )

    @property
    def n_views(self) -> int:
        """How many times each text is read in a training step: 1 or 2."""
        return 1 if self.consistency == "none" else 2

    def __call__(
        self,
        logits: "Tensor",
        targets: "Tensor",
        weights: "Tensor",
        second: "Tensor | None" = None,
        progress: float = 1.0,
    ) -> "Tensor":
        """Return the loss of a batch, a scalar: the mean over its b rows.

        Parameters
        ----------
        logits
            The student's [b, k] scores for the plain view.
        targets
            The labels' [b, k] probabilities, rows sum to 1.
        weights
            The rows' [b] weights, at least 0.
        second
            The [b, k] scores for the second view, where `n_views` is 2.
        progress
            Share of the training steps done, in [0, 1].
        """
        smooth = smoothed(targets, self.smoothing)
        weights = weights * (targets.amax(dim=1) >= self.min_confidence)
        label_weights = weights * self.label_weight
        if self.min_student_confidence > 0 and progress >= self.student_warmup:
            sure = logits.detach().softmax(dim=1).amax(dim=1) > self.min_student_confidence
            label_weights = label_weights * sure
        rows = label_weights * soft_cross_entropy(logits, smooth)
        ramp = min(progress / self.consistency_ramp, 1.0) if self.consistency_ramp else 1.0
        consistency_weight = self.consistency_weight * ramp
        if second is not None and self.consistency in ("perturbed", "hidden_cues"):
            rows = rows + consistency_weight * label_weights * soft_cross_entropy(second, smooth)
        if second is not None and self.consistency == "two_passes":
            rows = (rows + label_weights * soft_cross_entropy(second, smooth)) / 2
            rows = rows + consistency_weight * weights * symmetric_kl(logits, second)
        return rows.mean()


def smoothed(targets: "Tensor", smoothing: float) -> "Tensor":
    """Smooth [b, k] label probabilities: a one-hot row becomes 1 - s on its label, s / (k - 1) elsewhere."""
    return (1 - smoothing) * targets + smoothing / (targets.shape[1] - 1) * (1 - targets)


def soft_cross_entropy(logits: "Tensor", targets: "Tensor") -> "Tensor":
    """Return the cross-entropy of each row [b] with [b, k] label probabilities, in nats."""
    return -(targets * logits.log_softmax(dim=1)).sum(dim=1)


def symmetric_kl(first: "Tensor", second: "Tensor") -> "Tensor":
    """Return (KL(p || q) + KL(q || p)) / 2 of each row [b], p and q the softmax of [b, k] scores, in nats."""
    log_p, log_q = first.log_softmax(dim=1), second.log_softmax(dim=1)
    return ((log_p.exp() - log_q.exp()) * (log_p - log_q)).sum(dim=1) / 2
