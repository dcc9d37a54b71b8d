"""What an evaluation draws, against its own figures."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.models import evaluate

LABELS = ["no", "yes"]


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def found():
    """Two hundred rows: with two votes right in 19 of 20, with one in 7 of 10; ten of "yes" without a vote."""
    votes = np.array([[0, 0]] * 100 + [[1, -1]] * 90 + [[-1, -1]] * 10)
    gold = np.array([0] * 95 + [1] * 5 + [1] * 63 + [0] * 27 + [1] * 10)
    probs = np.array([[0.95, 0.05]] * 100 + [[0.3, 0.7]] * 90 + [[0.5, 0.5]] * 10)
    return evaluate(probs, Votes(votes, labels=LABELS), gold)


def test_the_curve_has_its_band_oracle_chance_and_promises(found):
    ax = found.plot_accuracy_against_coverage()
    ax.figure.canvas.draw()
    curve, oracle, chance, *promises = ax.lines
    assert curve.get_xdata().tolist() == [0.5, 0.95]
    assert curve.get_ydata().tolist() == [0.95, pytest.approx(158 / 190)]
    assert oracle.get_ydata().tolist() == [1, pytest.approx(158 / 190)]
    assert set(chance.get_ydata()) == {curve.get_ydata()[-1]}
    band = ax.collections[0].get_paths()[0].vertices
    assert {round(float(y), 4) for y in band[:, 1]} >= {
        round(end, 4) for point in found.curve for end in point.interval
    }
    kept = [one.coverage if one.rows else None for one in found.promises]
    assert [None if np.isnan(line.get_xdata()[0]) else line.get_xdata()[0] for line in promises] == kept
    said = [text.get_text() for text in ax.get_legend().get_texts()]
    assert said[-1] == "95% right: cannot be promised"
    assert said[4].startswith("80% right: promised up to 50%")


def test_reliability_has_a_dot_and_an_interval_for_each_bin(found):
    ax = found.plot_reliability()
    ax.figure.canvas.draw()
    bins = found.calibration.bins
    np.testing.assert_allclose(ax.collections[-1].get_offsets(), [(one.confidence, one.accuracy) for one in bins])
    (ends,) = ax.containers[0].lines[2]
    drawn = [segment[:, 1].tolist() for segment in ends.get_segments()]
    np.testing.assert_allclose(drawn, [one.interval for one in bins])
    assert ax.lines[0].get_xdata()[1] == ax.lines[0].get_ydata()[1] == 1  # where confidence means what it says


def test_coverage_by_class_has_what_is_answered_and_what_is_right(found):
    ax = found.plot_coverage_by_class()
    answered, right = (container.lines[0].get_xdata().tolist() for container in ax.containers)
    assert answered == [1, pytest.approx(68 / 78)]
    assert right == [pytest.approx(95 / 122), pytest.approx(63 / 68)]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["no  (122)", "yes  (78)"]


def test_without_an_answer_there_is_nothing_to_draw():
    votes = Votes([[-1], [-1]], labels=LABELS)
    found = evaluate(np.full((2, 2), 0.5), votes, [0, 1])
    for draw in (found.plot_accuracy_against_coverage, found.plot_reliability):
        with pytest.raises(InputError, match="none of the 2 texts with gold gets an answer"):
            draw()
    assert found.plot_coverage_by_class().containers[0].lines[0].get_xdata().tolist() == [0, 0]
