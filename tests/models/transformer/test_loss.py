"""Every part of the loss against a value worked out by hand."""

from math import log

import pytest
import torch
from torch import tensor

from labelfns.errors import SettingsError
from labelfns.models.transformer.loss import WeakLabelLoss, smoothed, soft_cross_entropy, symmetric_kl

# softmax of these scores: (3/4, 1/4) and (1/2, 1/2)
THREE_TO_ONE = tensor([[log(3.0), 0.0]])
EVEN = tensor([[0.0, 0.0]])
ONE = tensor([1.0])
PLAIN = {"smoothing": 0.0, "consistency": "none"}


def near(value):
    return pytest.approx(value, abs=1e-6)


def test_smoothing_of_a_hard_label():
    assert torch.allclose(smoothed(tensor([[0.0, 1.0, 0.0]]), 0.1), tensor([[0.05, 0.9, 0.05]]))


def test_smoothing_of_a_soft_label_still_sums_to_one():
    # 0.8 * 0.7 + 0.2 / 2 * 0.3 = 0.59;  0.8 * 0.3 + 0.1 * 0.7 = 0.31;  0.1 * 1 = 0.1
    assert torch.allclose(smoothed(tensor([[0.7, 0.3, 0.0]]), 0.2), tensor([[0.59, 0.31, 0.1]]))


def test_soft_cross_entropy():
    # -(0.5 ln 3/4 + 0.5 ln 1/4) = 0.5 (ln 4/3 + ln 4)
    assert soft_cross_entropy(THREE_TO_ONE, tensor([[0.5, 0.5]])).item() == near(0.5 * (log(4 / 3) + log(4)))


def test_symmetric_kl():
    # KL(p||q) = 3/4 ln 3/2 + 1/4 ln 1/2;  KL(q||p) = 1/2 ln 2/3 + 1/2 ln 2;  their mean is ln 3 / 8
    assert symmetric_kl(THREE_TO_ONE, EVEN).item() == near(log(3) / 8)
    assert symmetric_kl(EVEN, EVEN).item() == 0


def test_the_mean_is_over_rows_with_their_weights():
    loss = WeakLabelLoss(**PLAIN)
    logits = torch.cat([THREE_TO_ONE, EVEN])
    targets = tensor([[1.0, 0.0], [0.0, 1.0]])
    # (2 ln 4/3 + 0.5 ln 2) / 2
    assert loss(logits, targets, tensor([2.0, 0.5])).item() == near((2 * log(4 / 3) + 0.5 * log(2)) / 2)


def test_label_weight_scales_the_label_part():
    loss = WeakLabelLoss(label_weight=3.0, **PLAIN)
    assert loss(EVEN, tensor([[1.0, 0.0]]), ONE).item() == near(3 * log(2))


def test_smoothing_within_the_loss():
    loss = WeakLabelLoss(smoothing=0.2, consistency="none")
    # 0.8 ln 4/3 + 0.2 ln 4
    assert loss(THREE_TO_ONE, tensor([[1.0, 0.0]]), ONE).item() == near(0.8 * log(4 / 3) + 0.2 * log(4))


def test_confidence_threshold_on_the_label():
    loss = WeakLabelLoss(min_confidence=0.8, **PLAIN)
    logits = torch.cat([EVEN, EVEN])
    targets = tensor([[0.7, 0.3], [0.9, 0.1]])
    assert loss(logits, targets, tensor([1.0, 1.0])).item() == near(log(2) / 2)  # the first row adds nothing


def test_confidence_threshold_on_the_student():
    loss = WeakLabelLoss(min_student_confidence=0.7, student_warmup=0.5, **PLAIN)
    logits = torch.cat([EVEN, THREE_TO_ONE])  # sure to 1/2 and to 3/4
    targets = tensor([[1.0, 0.0], [1.0, 0.0]])
    weights = tensor([1.0, 1.0])
    assert loss(logits, targets, weights, progress=0.6).item() == near(log(4 / 3) / 2)
    assert loss(logits, targets, weights, progress=0.4).item() == near((log(2) + log(4 / 3)) / 2)


def test_two_passes():
    loss = WeakLabelLoss(smoothing=0.0, consistency="two_passes", consistency_weight=2.0)
    # labels: (ln 4/3 + ln 2) / 2;  consistency: 2 * ln 3 / 8
    found = loss(THREE_TO_ONE, tensor([[1.0, 0.0]]), ONE, EVEN).item()
    assert found == near((log(4 / 3) + log(2)) / 2 + 2 * log(3) / 8)


@pytest.mark.parametrize("consistency", ["perturbed", "hidden_cues"])
def test_second_view(consistency):
    loss = WeakLabelLoss(smoothing=0.0, consistency=consistency, consistency_weight=0.5)
    found = loss(THREE_TO_ONE, tensor([[1.0, 0.0]]), ONE, EVEN).item()
    assert found == near(log(4 / 3) + 0.5 * log(2))


@pytest.mark.parametrize(("progress", "share"), [(0.0, 0.0), (0.1, 0.25), (0.4, 1.0), (0.9, 1.0)])
def test_consistency_ramps_up(progress, share):
    loss = WeakLabelLoss(smoothing=0.0, consistency="perturbed", consistency_ramp=0.4)
    found = loss(THREE_TO_ONE, tensor([[1.0, 0.0]]), ONE, EVEN, progress).item()
    assert found == near(log(4 / 3) + share * log(2))


def test_consistency_needs_no_sure_student():
    loss = WeakLabelLoss(smoothing=0.0, min_student_confidence=0.99, consistency="two_passes")
    assert loss(THREE_TO_ONE, tensor([[1.0, 0.0]]), ONE, EVEN).item() == near(log(3) / 8)


def test_nothing_to_learn_from_is_zero_and_has_a_gradient():
    logits = EVEN.clone().requires_grad_()
    loss = WeakLabelLoss(min_confidence=0.9)(logits, tensor([[0.5, 0.5]]), ONE, EVEN)
    loss.backward()
    assert loss.item() == 0
    assert logits.grad.abs().sum() == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"smoothing": 1.0}, r"smoothing must be in \[0, 1\); got 1.0"),
        ({"min_confidence": 1.5, "label_weight": -1}, "2 problems"),
        ({"consistency": "rdrop"}, "two_passes"),
    ],
)
def test_settings_are_checked(options, message):
    with pytest.raises(SettingsError, match=message):
        WeakLabelLoss(**options)
