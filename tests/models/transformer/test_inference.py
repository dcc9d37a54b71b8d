import numpy as np
import pytest

from labelfns.models.transformer import inference as scoring
from labelfns.models.transformer.backbone import load_backbone
from labelfns.progress import silent


@pytest.mark.parametrize("budget", [1, 7, 64, 10**6])
def test_batches_hold_each_row_once_within_the_budget(budget):
    lengths = np.random.default_rng(0).integers(1, 40, size=200)
    found = scoring.batches(lengths, budget)
    assert sorted(np.concatenate(found).tolist()) == list(range(200))
    for batch in found:
        assert len(batch) == 1 or lengths[batch].max() * len(batch) <= budget
    assert scoring.batches(np.array([], dtype=int), budget) == []


def test_chunks_and_batches_change_nothing(tiny_backbone, toy_texts, monkeypatch):
    model, tokenizer = load_backbone(tiny_backbone, ["a", "b", "c"])
    model.eval()
    texts, _ = toy_texts

    def score():
        return scoring.score(model, tokenizer, texts, max_length=16, progress=silent)

    whole = score()
    monkeypatch.setattr(scoring, "_CHUNK", 7)
    monkeypatch.setattr(scoring, "_TOKENS", {"cpu": 20})
    np.testing.assert_allclose(score(), whole, atol=1e-6)
    np.testing.assert_allclose(whole.sum(axis=1), 1, rtol=1e-5)
