"""Which rows to draw for a gold label, with known probabilities, so that what is measured on them holds for all rows.

Rows are drawn with probability proportional to a score, systematically along an order (Madow 1949): neighbors in the
order are seldom drawn together, so that each stretch of it, a class for instance, gets its share. A part of the chance
is dealt evenly, so that no row stands for more than a few times as many as it would in an even draw. A row drawn with
probability p stands for 1 / p rows (Horvitz and Thompson 1952).
"""

import numpy as np

from labelfns.checks import Bools, Ints

from .arrays import Floats

EVEN = 0.25
"""The part of the chance that is dealt evenly: no row stands for more than 4 times as many as in an even draw."""


def inclusion(score: Floats, k: int, even: float = EVEN) -> Floats:
    """Return with which probability each row is drawn, [n] in (0, 1], k in all.

    Parameters
    ----------
    score
        How much each row is worth, [n], at least 0.
    k
        How many rows are drawn, in 1..n.
    even
        The part of the chance, in (0, 1], that goes to all rows evenly.

    Examples
    --------
    >>> inclusion(np.array([1.0, 1.0, 0.0, 0.0]), 2, even=0.5).tolist()
    [0.75, 0.75, 0.25, 0.25]
    """
    n = len(score)
    total = float(score.sum())
    size = np.full(n, 1 / n) if total <= 0 else even / n + (1 - even) * score / total
    chance, sure = np.zeros(n), np.zeros(n, dtype=bool)
    while True:  # rows whose share is above 1 are drawn in any case, and leave their rest to the others
        chance[sure] = 1.0
        if not sure.all():
            chance[~sure] = (k - sure.sum()) * size[~sure] / size[~sure].sum()
        above = ~sure & (chance >= 1)
        if not above.any():
            return chance
        sure |= above


def systematic(chance: Floats, seed: int) -> Ints:
    """Draw rows by their probabilities, along the order they have.

    Parameters
    ----------
    chance
        The probability of each row, [n] in (0, 1], whole in sum.
    seed
        Seed of the draw.

    Returns
    -------
    Ints
        The rows drawn, ascending, as many as the probabilities sum to.
    """
    ends = np.cumsum(chance)
    points = np.random.default_rng(seed).random() + np.arange(round(float(ends[-1])))
    return np.minimum(np.searchsorted(ends, points, side="right"), len(chance) - 1)


def of_all_draws(weights: Floats, draws: Ints, known: Bools) -> Floats:
    """Return how many rows each row with gold stands for, all draws together.

    Each draw, scaled to all the rows it was drawn from, is an estimate for these, beside the rows that were known
    before it, which stand for themselves; the estimates count by how many rows of theirs are known.

    Parameters
    ----------
    weights
        How many rows each row stands for in its draw, [n]; not read where it is of none.
    draws
        The number of each row's draw, [n], the first is 1; 0 for rows that were not drawn.
    known
        Whether each row has gold, [n]: of a draw some may not have it yet. They must be known in random order.

    Returns
    -------
    Floats
        The weights, [n]; 0 where gold is not known.

    Examples
    --------
    Two of four drawn rows are known so far, and one that was not drawn:

    >>> of_all_draws(np.full(5, 10.0), np.array([1, 1, 1, 1, 0]), np.array([True, True, False, False, True])).tolist()
    [20.0, 20.0, 0.0, 0.0, 1.0]
    """
    found = np.zeros(len(draws))
    answered = np.array([(known & (draws == draw)).sum() for draw in range(draws.max(initial=0) + 1)])
    answered[0] = 0
    share = answered / max(answered.sum(), 1)
    for draw in range(len(share)):
        later = share[draw + 1 :].sum()
        mine = known & (draws == draw)
        if not draw:
            found[mine] = 1.0
        elif mine.any():
            scale = weights[draws == draw].sum() / weights[mine].sum()
            found[mine] = share[draw] * scale * weights[mine] + later
    return found
