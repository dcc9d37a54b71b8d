import numpy as np
import pytest

from labelfns.models.linear_head import head_probs, out_of_fold_probs


def two_clusters(n=200):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, n)
    return rng.normal(0, 0.3, (n, 4)) + np.eye(4)[labels], labels


def test_a_head_tells_clusters_apart_and_gives_missing_classes_nothing():
    features, labels = two_clusters()
    probs = head_probs(features[:150], 2 * labels[:150], 3, features[150:])
    assert (probs[:, 1] == 0).all()
    np.testing.assert_allclose(probs.sum(axis=1), 1)
    assert (probs.argmax(axis=1) == 2 * labels[150:]).mean() > 0.9


def test_how_frequent_a_label_was_says_nothing():
    features, labels = two_clusters(400)
    few = np.r_[np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)[:15]]
    between = np.array([[1.0, 1, 0, 0]])
    assert head_probs(features[few], labels[few], 2, between)[0, 1] == pytest.approx(0.5, abs=0.15)


def test_the_length_of_vectors_says_nothing():
    features, labels = two_clusters()
    longer = features * np.random.default_rng(1).uniform(1, 9, (len(features), 1))
    np.testing.assert_allclose(
        head_probs(longer, labels, 2, features[:5]), head_probs(features, labels, 2, 3 * features[:5]), atol=1e-4
    )


def test_one_label_is_all_there_is():
    assert head_probs(np.ones((3, 2)), np.array([1, 1, 1]), 2, np.ones((2, 2))).tolist() == [[0, 1], [0, 1]]


def test_no_row_judges_itself():
    rng = np.random.default_rng(0)
    features, labels = rng.normal(size=(60, 300)), rng.integers(0, 2, 60)  # each row can be known by heart
    seen = head_probs(features, labels, 2, features).argmax(axis=1) == labels
    unseen = out_of_fold_probs(features, labels, 2).argmax(axis=1) == labels
    assert seen.mean() == 1
    assert unseen.mean() < 0.7


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_rows_have_answers_too(n):
    np.testing.assert_allclose(out_of_fold_probs(np.ones((n, 2)), np.arange(n), 3).sum(axis=1), 1)
