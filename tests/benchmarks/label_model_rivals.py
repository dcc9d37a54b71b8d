"""Methods that were tried for `LabelModel`, and its parts by themselves, for docs/label_models_measured.md."""

import numpy as np
from scipy.optimize import linear_sum_assignment, minimize

from labelfns.analysis.pairs import one_hot, vote_pairs
from labelfns.models.arrays import softmax
from labelfns.models.label_models.distinct_rows import collapse
from labelfns.models.label_models.em import Prior
from labelfns.models.label_models.fit import near_duplicates, share_votes
from labelfns.models.label_models.independent import fit_independent
from labelfns.models.label_models.majority import vote_counts
from labelfns.models.label_models.mixture import fit_mixture
from labelfns.models.label_models.one_accuracy import accuracy_log_odds, fit_accuracies


def weighted(votes, accuracy):
    """Vote with log-odds weights of one accuracy an LF."""
    k = votes.n_labels
    weight = np.log(accuracy * (k - 1) / (1 - accuracy))
    return softmax(one_hot(votes.matrix, k) @ (np.repeat(weight, k)[:, None] * np.tile(np.eye(k), (len(weight), 1))))


def log_odds_vote(votes):
    return softmax(vote_counts(votes.matrix, votes.n_labels) * np.log(0.8 * (votes.n_labels - 1) / 0.2))


def anchored_em(votes):
    """One accuracy an LF by EM, anchored; abstains carry nothing. The part of `LabelModel` by itself."""
    distinct, k = collapse(votes.matrix), votes.n_labels
    hot, shares = one_hot(distinct.rows, k), np.ones(votes.matrix.shape[1])
    found, _ = fit_accuracies(distinct, hot, shares, Prior(), k)
    return softmax(one_hot(votes.matrix, k) @ accuracy_log_odds(found, shares, k))


def triplets(votes):
    """FlyingSquid's triplets (Fu et al. 2020) on agreement rates: the median over triplets of an LF's accuracy."""
    k, matrix = votes.n_labels, votes.matrix
    voted = (matrix >= 0).astype(float)
    both = voted.T @ voted
    same = sum((matrix == c).astype(float).T @ (matrix == c).astype(float) for c in range(k))
    moment = np.where(both >= 10, (k * same / np.maximum(both, 1) - 1) / (k - 1), np.nan)
    found = np.full(matrix.shape[1], 0.75)
    for i in range(len(found)):
        others = [j for j in range(len(found)) if j != i]
        with np.errstate(divide="ignore", invalid="ignore"):
            values = [moment[i, a] * moment[i, b] / moment[a, b] for a in others for b in others if a < b]
        good = [np.sqrt(abs(v)) for v in values if np.isfinite(v)]
        if good:
            found[i] = 1 / k + (1 - 1 / k) * min(float(np.median(good)), 0.98)
    return weighted(votes, np.clip(found, 1 / k + 0.02, 0.98))


def converged_snorkel(votes):
    """Snorkel's loss at its optimum: L-BFGS from the mean of Snorkel's starts."""
    from labelfns.models.label_models.snorkel_fit import overlap_matrix

    k = votes.n_labels
    overlaps = overlap_matrix(collapse(votes.matrix), k).double().numpy()
    d = len(overlaps)
    outside = np.arange(d)[:, None] // k != np.arange(d)[None, :] // k
    margins = overlaps.diagonal()
    start = np.zeros((d, k))
    start[np.arange(d), np.arange(d) % k] = np.minimum(margins * 0.7 * k, 1) / 2
    scale = np.maximum(margins, 1e-6)[:, None]  # rows of rare votes move as fast as those of common ones

    def loss(x):
        mu = x.reshape(d, k) * scale
        rest, margin = (mu @ mu.T / k - overlaps) * outside, mu.sum(axis=1) / k - margins
        gradient = (4 * rest @ mu / k + 2 * margin[:, None] / k) * scale
        return (rest**2).sum() * 1e4 + (margin**2).sum() * 1e4, gradient.ravel() * 1e4

    bounds = [(0, top) for top in np.repeat(1 / scale[:, 0], k)]  # mu is a probability; without bounds it is worse
    found = minimize(
        loss, (start / scale).ravel(), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000}
    )
    mu = found.x
    mu = mu.reshape(d, k) * scale
    _, columns = linear_sum_assignment(-mu.reshape(-1, k, k).sum(axis=0))  # LFs are right most, as in snorkel
    mu = np.clip(mu[:, columns], 1e-4, 1 - 1e-4)
    return softmax(one_hot(votes.matrix, k) @ np.log(mu))


def mixture(votes, prior=Prior()):  # noqa: B008, it is frozen
    """The mixture over votes by itself: a precision a vote, class shares half way to those of the votes."""
    distinct, k = collapse(votes.matrix), votes.n_labels
    hot = one_hot(distinct.rows, k)
    by_class = np.asarray(hot.T @ distinct.counts).reshape(-1, k).sum(axis=0)
    balance = (1 / k + by_class / by_class.sum()) / 2
    model, _ = fit_mixture(distinct, hot, balance, np.ones(votes.matrix.shape[1]), prior)
    return softmax(model.scores(one_hot(votes.matrix, k)))


def free_mixture(votes):
    return mixture(votes, Prior(rows=5.0, pull=0.0))


def independent(votes):
    """LFs taken for independent whatever the pairs of votes say, abstains read as evidence."""
    distinct, k = collapse(votes.matrix), votes.n_labels
    hot = one_hot(distinct.rows, k)
    by_class = np.asarray(hot.T @ distinct.counts).reshape(-1, k).sum(axis=0)
    balance = (1 / k + by_class / by_class.sum()) / 2
    pairs = vote_pairs(hot, distinct.counts, k)
    near = near_duplicates(pairs, k)
    model = fit_independent(distinct, hot, pairs, near, balance, share_votes(near), Prior(), tolerance=np.inf).model
    weights, start = model.log_odds()
    return softmax(one_hot(votes.matrix, k) @ weights + start)


RIVALS = {
    "log-odds vote, every LF right 80 %": log_odds_vote,
    "Snorkel's loss, converged": converged_snorkel,
    "triplets on agreement": triplets,
    "anchored EM, one accuracy an LF": anchored_em,
    "mixture over votes, weak prior": free_mixture,
    "mixture over votes, anchored": mixture,
    "independent LFs, abstains read": independent,
}
