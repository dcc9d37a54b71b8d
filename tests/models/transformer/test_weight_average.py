from types import SimpleNamespace

import pytest
import torch

from labelfns.models.transformer.weight_average import WeightAverage


def test_the_average_by_hand(tmp_path):
    model = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.fill_(1.0)
    average = WeightAverage(0.25, None)
    average.on_train_begin(None, None, None, model=model)
    for step, weight in ((1, 2.0), (2, 4.0)):
        with torch.no_grad():
            model.weight.fill_(weight)
        average.on_step_end(None, SimpleNamespace(global_step=step), None, model=model)
    # decays min(.25, 2 / 11) and min(.25, 3 / 12): 2 / 11 * 1 + 9 / 11 * 2 = 20 / 11; a quarter of it and 3
    expected = 20 / 11 / 4 + 3
    average.save(tmp_path)
    again = WeightAverage(0.25, tmp_path)
    again.on_train_begin(None, None, None, model=model)
    again.on_train_end(None, None, None, model=model)
    assert model.weight.item() == pytest.approx(expected)


def test_frozen_weights_have_no_average():
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
    model[0].requires_grad_(False)
    average = WeightAverage(0.9, None)
    average.on_train_begin(None, None, None, model=model)
    assert set(average.average) == {"1.weight", "1.bias"}
