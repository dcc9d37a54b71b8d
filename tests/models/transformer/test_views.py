import numpy as np

from labelfns.models.transformer.views import drop_words, hide_some


def test_hide_some_hides_each_span_by_itself():
    rng = np.random.default_rng(0)
    seen = {hide_some("a b", [(0, 1), (2, 3)], 0.5, "_", rng) for _ in range(60)}
    assert seen == {"a b", "_ b", "a _", "_ _"}


def test_none_and_all():
    rng = np.random.default_rng(0)
    assert hide_some("a b", [(0, 1)], 0.0, "_", rng) == "a b"
    assert drop_words("a  bc\nd", 1.0, "_", rng) == "_  _\n_"
    assert drop_words("a b", 0.0, "_", rng) == "a b"
