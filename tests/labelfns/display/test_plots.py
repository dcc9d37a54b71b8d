"""What stands on the Axes, against counts by hand; how it looks was looked at."""

import inspect
import warnings

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns import Votes
from labelfns.display import curves, maps, plots
from labelfns.display.maps import confusion_map
from labelfns.display.of_votes import most_voting, pairs_of_most
from labelfns.display.plots import Dots, dots, lines, round_bars
from labelfns.display.style import COLORS, as_text
from labelfns.errors import InputError

VOTES = Votes([[0, -1, 0], [0, 1, -1], [-1, 1, -1], [-1, -1, -1]], labels=["no", "yes"], lf_names=["a", "b", "c"])
LONG = "W" * 60
ODD = [
    "$",
    "$x$ and $y$",
    "_leading",
    "a\\$b",
    "جيد جدا",
    "很好",
    "😍",
    "👩‍🚀",
    "x" * 200,
    "\x1b[2J",
    "\u202eevil",
    "<b>",
]


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def bars(ax):
    return [[round(float(bar.get_width()), 3) for bar in group] for group in ax.containers]


def row_names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def legend_names(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def drawn(ax):
    """Draw for real: all of it lies within the figure; no sign lacks a glyph, and no name is taken for mathematics."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.canvas.draw()
    box = ax.figure.get_tightbbox(ax.figure.canvas.get_renderer())
    assert box.min.min() > -0.01
    assert (box.max < ax.figure.get_size_inches() + 0.01).all()
    return ax


def test_coverage_has_a_bar_per_lf_split_by_label_and_its_conflicts():
    ax = drawn(VOTES.plot_coverage())
    assert row_names(ax) == ["a", "b", "c"]
    assert bars(ax) == [[0.5, 0, 0.25], [0, 0.5, 0], [0.25, 0.25, 0]]
    assert legend_names(ax) == ["no", "yes", "in conflict with another LF"]
    assert ax.get_ylim() == (2.5, -0.5)  # the first at the top


def test_coverage_by_class_counts_rows_once():
    ax = drawn(VOTES.plot_coverage_by_class())
    assert row_names(ax) == ["no", "yes"]
    assert np.sum(bars(ax)[:2], axis=0).tolist() == [0.5, 0.5]
    assert bars(ax)[2] == [0.25, 0.25]


def test_overlaps_and_conflicts_are_of_the_votes_of_the_row():
    overlaps, conflicts = (drawn(draw()).images[0].get_array() for draw in (VOTES.plot_overlaps, VOTES.plot_conflicts))
    assert overlaps.filled(-1).tolist() == [[-1, 0.5, 0.5], [0.5, -1, 0], [1, 0, -1]]
    assert conflicts.filled(-1).tolist() == [[-1, 0.5, 0], [0.5, -1, 0], [0, 0, -1]]


def test_a_small_share_of_a_pair_is_written_and_none_is_not():
    votes = Votes([[0, 1, -1], *[[0, -1, -1]] * 249, [-1, -1, 0]], labels=["no", "yes"])
    said = [text.get_text() for text in drawn(votes.plot_conflicts()).texts]
    assert [one for one in said if one and not one.endswith("  ")] == ["<1", "100"]


def test_it_draws_on_the_axes_given_and_on_no_others():
    _, mine = plt.subplots()
    assert VOTES.plot_coverage(ax=mine) is mine
    assert VOTES.plot_conflicts(ax=mine) is mine
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("draw", ["plot_coverage", "plot_coverage_by_class", "plot_overlaps", "plot_conflicts"])
@pytest.mark.parametrize("shape", [(0, 2), (2, 0)])
def test_without_votes_there_is_nothing_to_draw(draw, shape):
    votes = Votes(np.full(shape, -1), labels=["no", "yes"])
    with pytest.raises(InputError, match=f"cannot be drawn: there are {shape[0]} rows and {shape[1]} LFs"):
        getattr(votes, draw)()


def test_two_lfs_must_vote_for_a_map_of_pairs():
    votes = Votes([[0, -1], [1, -1]], labels=["no", "yes"])
    with pytest.raises(InputError, match="of these 2 LFs 1 votes"):
        votes.plot_conflicts()
    assert "never votes" in drawn(votes.plot_coverage()).texts[0].get_text()


@pytest.mark.slow
def test_of_many_lfs_and_labels_most_are_named():
    matrix = np.full((200, 70), -1)
    for j in range(70):
        matrix[: 100 + j, j] = j % 9
    votes = Votes(matrix, labels=[f"label {c}" for c in range(9)])
    ax = drawn(votes.plot_coverage())
    assert row_names(ax) == [f"lf_{j}" for j in range(10, 70)]
    assert "the 60 LFs, of 70, that vote most" in ax.get_title(loc="left")
    assert legend_names(ax)[len(COLORS)] == "2 other labels"
    np.testing.assert_allclose(np.sum(bars(ax)[:-1], axis=0), np.arange(110, 170) / 200, atol=0.002)
    assert drawn(votes.plot_overlaps()).images[0].get_array().shape == (60, 60)


def test_every_plot_makes_room_for_its_names():
    drawing = [f for module in (curves, maps, plots) for f in vars(module).values() if "ax" in parameters(f, module)]
    assert len(drawing) == 8
    assert all(hasattr(f, "__wrapped__") for f in drawing if f is not maps.confusion_map)  # that is a heat map


def parameters(f, module):
    return inspect.signature(f).parameters if inspect.isfunction(f) and f.__module__ == module.__name__ else ()


@pytest.mark.slow
@pytest.mark.parametrize("lfs", [2, 12, 40])
@pytest.mark.parametrize("draw", ["plot_coverage", "plot_coverage_by_class", "plot_overlaps", "plot_conflicts"])
def test_long_names_lie_within_the_figure(draw, lfs):
    votes = Votes(
        np.arange(30 * lfs).reshape(30, lfs) % 5 - 1,
        labels=[f"{LONG}_{c}" for c in range(4)],
        lf_names=[f"{LONG}_{j}" for j in range(lfs)],
    )
    drawn(getattr(votes, draw)())


@pytest.mark.slow
@pytest.mark.parametrize("k", [2, 3, 30])
def test_long_labels_lie_within_the_figure(k):
    counts = np.arange(k * (k + 1)).reshape(k, k + 1)
    ax = drawn(confusion_map(counts, [f"{LONG}_{c}" for c in range(k)], who="label model " * 9, ax=None))
    assert all(name.endswith(f"  ({n:,})") for name, n in zip(row_names(ax), counts.sum(axis=1), strict=True))
    series = [Dots(f"{LONG} {i}", [0.5] * k, [(0.4, 0.6)] * k) for i in range(3)]
    drawn(dots([f"{LONG} {c}" for c in range(k)], series, title="title " * 30, x="share " * 30, ax=None))
    drawn(lines([f"round {c}, kept" for c in range(k)], series, title="title " * 30, y="share " * 15, ax=None))


@pytest.mark.slow
@pytest.mark.parametrize("draw", ["plot_coverage", "plot_coverage_by_class", "plot_overlaps", "plot_conflicts"])
def test_odd_names_are_drawn_as_text(draw):
    votes = Votes([[0] * len(ODD), [1] * len(ODD)], labels=["$a$ $b$", "_b"], lf_names=ODD)
    drawn(getattr(votes, draw)())


def test_signs_of_no_font_at_hand_are_boxes_and_dollars_no_mathematics():
    assert as_text("很好 a_$5") == "▯▯ a_\\$5"
    assert as_text("👩‍🚀").replace("\u200d", "") == "▯▯"
    assert as_text("جيد") == "جيد"


@settings(max_examples=20)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_no_name_is_mathematics(name):
    from matplotlib.cbook import is_math_text

    assert not is_math_text(as_text(name))


def test_pairs_are_counted_as_one_by_one():
    rng = np.random.default_rng(0)
    matrix = rng.integers(-1, 3, (50, 6)).astype(np.int8)
    matrix[:, 4] = -1
    lfs, both, same = pairs_of_most(matrix, 4)
    assert len(lfs) == 4
    assert lfs == most_voting(matrix, 4)
    for i, a in enumerate(lfs):
        for j, b in enumerate(lfs):
            voted = (matrix[:, a] >= 0) & (matrix[:, b] >= 0)
            assert both[i, j] == voted.sum()
            assert same[i, j] == (voted & (matrix[:, a] == matrix[:, b])).sum()


def test_dots_are_where_shares_are_known_with_their_intervals():
    series = [Dots("ours", [0.5, None], [(0.4, 0.7), None]), Dots("theirs", [0.6, 0.2], [(0.5, 0.8), (0.2, 0.3)])]
    ax = drawn(dots(["x", "y"], series, title="t", x="share", ax=None))
    ours, theirs = (container.lines[0].get_xdata().tolist() for container in ax.containers)
    assert (ours, theirs) == ([0.5], [0.6, 0.2])
    (ends,) = ax.containers[0].lines[2]
    np.testing.assert_allclose(ends.get_segments()[0][:, 0], [0.4, 0.7])
    assert legend_names(ax) == ["ours", "theirs"]
    drawn(lines(["round 0", "round 1"], series, title="t", y="share", ax=None))


def test_rounds_stack_what_they_train_on_and_drop_below():
    ax = drawn(round_bars(["0", "1"], [("kept", [0, 3]), ("flipped", [0, 1]), ("added", [5, 2])], [0, 1], ax=None))
    heights = [[bar.get_height() for bar in group] for group in ax.containers]
    assert heights == [[0, 3], [0, 1], [5, 2], [0, -1]]
    assert [text.get_text() for text in ax.texts] == ["5", "6"]
    assert legend_names(ax) == ["kept", "flipped", "added", "dropped"]


def test_a_confusion_has_a_column_for_no_answer_where_there_is_one():
    counts = np.array([[2, 1, 1], [0, 4, 0]])
    ax = drawn(confusion_map(counts, ["no", "yes"], who="label model", ax=None))
    assert ax.images[0].get_array().filled(-1).tolist() == [[0.5, 0.25, 0.25], [0, 1, 0]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["no", "yes", "(no answer)"]
    assert ax.get_title(loc="left") == "Label model: 6 of 8 right"
    everywhere = confusion_map(counts * [1, 1, 0], ["no", "yes"], who="val", ax=None)
    assert everywhere.images[0].get_array().shape == (2, 2)
