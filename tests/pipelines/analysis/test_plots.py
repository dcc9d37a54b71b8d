"""What an analysis draws, and what it says where a figure is not known."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

from labelfns import LFSet, keywords
from labelfns.errors import InputError
from labelfns.models import MajorityVote
from labelfns.pipelines import analyze

LFS = LFSet(
    ["no", "yes"],
    [keywords("yes", ["good"], name="good"), keywords("no", ["bad"], name="bad"), keywords("no", ["zzz"], name="zzz")],
)
TEXTS = ["good"] * 6 + ["bad"] * 3 + ["bad but good", "the 8:15"]
GOLD = ["yes"] * 5 + ["no"] * 4 + ["yes", "yes"]
OF_GOLD = ("lf_accuracy", "coverage_by_class", "accuracy_against_coverage", "reliability", "confusion")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def analysis():
    return analyze(LFS, TEXTS, GOLD, label_model=MajorityVote())


def test_how_right_each_lf_is(analysis):
    ax = analysis.plot_lf_accuracy()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["good  (7)", "bad  (4)"]  # zzz never votes
    assert ax.containers[0].lines[0].get_xdata().tolist() == [pytest.approx(6 / 7), 0.75]


def test_the_confusion_has_ties_and_uncovered_rows_apart(analysis):
    image = analysis.plot_confusion().images[0].get_array().filled(-1)
    assert image.tolist() == [[0.75, 0.25, 0], [0, pytest.approx(5 / 7), pytest.approx(2 / 7)]]


@pytest.mark.parametrize("what", [*OF_GOLD, "coverage", "overlaps", "conflicts"])
def test_each_draws_on_the_axes_given(analysis, what):
    _, ax = plt.subplots()
    assert getattr(analysis, f"plot_{what}")(ax=ax) is ax


@pytest.mark.parametrize("what", OF_GOLD)
def test_without_gold_it_says_that_there_is_none(what):
    with pytest.raises(InputError, match=r"cannot be drawn: there are no gold labels; give some: analyze\(lfs"):
        getattr(analyze(LFS, TEXTS, label_model=MajorityVote()), f"plot_{what}")()


def test_without_a_label_model_it_says_why():
    with pytest.raises(InputError, match="reliability cannot be drawn: there is no label model: no text"):
        analyze(LFS, ["nothing"], ["no"]).plot_reliability()
    with pytest.raises(InputError, match="how right LFs are cannot be drawn: no vote stands on a text with gold"):
        analyze(LFS, ["nothing"], ["no"]).plot_lf_accuracy()
