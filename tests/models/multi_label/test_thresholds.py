import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelfns.errors import InputError
from labelfns.models import prevalence_thresholds


@given(
    st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.5, 0.9]), min_size=1, max_size=30),
    st.floats(0.01, 0.99),
)
def test_no_other_cut_comes_nearer_to_the_prevalence(scores, share):
    column = np.array(scores)
    (cut,) = prevalence_thresholds(column[:, None], [share])
    reached = abs((column >= cut).mean() - share)
    assert reached <= min(abs((column >= other).mean() - share) for other in [*scores, np.inf]) + 1e-12


def test_the_scale_of_scores_does_not_matter():
    scores = np.random.default_rng(0).random((200, 2))
    cuts = prevalence_thresholds(scores, [0.1, 0.3])
    assert (scores >= cuts).mean(axis=0).tolist() == [0.1, 0.3]
    assert ((scores**5 >= prevalence_thresholds(scores**5, [0.1, 0.3])) == (scores >= cuts)).all()


@pytest.mark.parametrize("prevalence", [[0.5], [0.5, 1.0], [0.5, float("nan")]])
def test_prevalence_is_a_share_per_label(prevalence):
    with pytest.raises(InputError, match="2 shares between 0 and 1"):
        prevalence_thresholds(np.zeros((3, 2)), prevalence)
