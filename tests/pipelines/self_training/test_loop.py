import dataclasses

import numpy as np
import pytest

from labelfns import LFSet, Votes, hashtags, keywords
from labelfns.errors import InputError, LabelFnsWarning, NotAttainableError
from labelfns.models import FineTuning, MajorityVote, Selection, TransformerClassifier
from labelfns.models.class_balance import balancing_shift, predicted_balance, shifted
from labelfns.models.transformer.views import hide
from labelfns.pipelines import Labeled, Rounds, SelfTraining
from labelfns.pipelines.self_training.copies import copy_groups
from labelfns.pipelines.self_training.judges import hold_out
from labelfns.pipelines.self_training.loop import check_trainable, stop_reason

LABELS = ["negative", "positive"]
LFS = LFSet(
    LABELS,
    [
        hashtags(1, ["happy"], name="happy"),
        hashtags(0, ["fail"], name="fail"),
        keywords(1, ["great"], name="great"),
        keywords(0, ["awful"], name="awful"),
    ],
)
LEARN = FineTuning(epochs=8, min_steps=1, learning_rate=5e-3, hide_cues=0.0, frozen_layers=-1)


def quiet(what, done, total):
    pass


@pytest.fixture(scope="module")
def ran(tiny_backbone, toy_texts):
    """Three rounds on the toy texts, everything recorded."""
    texts, gold = toy_texts
    training = SelfTraining(
        MajorityVote(),
        TransformerClassifier(tiny_backbone, settings=LEARN),
        Rounds(rounds=2, first=Selection("threshold"), later=Selection("quota", keep=0.75), judges=0.2, patience=0),
    )
    seen = []
    result = training.run(
        texts,
        LFS.apply(texts),
        cues=LFS.cues(texts),
        gold=gold,
        labeled={
            "test": Labeled(texts[:40], gold[:40]),
            "cued": Labeled(texts[:40], gold[:40], LFS.cues(texts[:40])),
        },
        on_round=seen.append,
        progress=quiet,
    )
    return result, seen, texts, gold


@pytest.mark.slow
def test_round_0_trains_on_covered_rows_less_the_judges(ran):
    result, _, texts, _ = ran
    votes = LFS.apply(texts)
    first = result.rounds[0]
    assert (first.selected <= votes.covered).all()
    assert votes.covered.sum() == 64
    assert first.selected.sum() == 64 - 2 * int(0.2 * 32)
    np.testing.assert_array_equal(first.labels, result.weak_labels)


def test_later_rounds_train_on_the_surest_of_the_whole_pool_and_never_on_judges(ran):
    result, _, texts, _ = ran
    judges = hold_out(LFS.apply(texts), result.weak_labels, 0.2, 0, copy_groups(texts))
    assert judges.sum() == 12
    assert result.copies == 0
    for done in result.rounds:
        assert not (done.selected & judges).any()
    later = result.rounds[1]
    labels = later.labels.argmax(axis=1)
    for c in range(2):
        candidates = ~judges & (labels == c)
        assert later.selected[candidates].sum() == np.ceil(0.75 * candidates.sum())
    assert (later.selected & ~LFS.apply(texts).covered).any()


def test_ledgers_add_up(ran):
    result, seen, _, gold = ran
    assert [done.ledger.round for done in result.rounds] == [0, 1, 2]
    assert tuple(seen) == result.rounds
    before = 0
    for done in result.rounds:
        ledger = done.ledger
        kept, added, dropped, flipped = (
            sum(counts.values()) for counts in (ledger.kept, ledger.added, ledger.dropped, ledger.flipped)
        )
        assert ledger.trained_on == done.selected.sum() == kept + added + flipped
        assert before == kept + dropped + flipped
        before = ledger.trained_on
        right = done.labels.argmax(axis=1)[done.selected] == gold[done.selected]
        assert ledger.pseudo_label_accuracy == pytest.approx(right.mean())
        assert ledger.scores["test"].rows == 40
        assert sum(ledger.predicted_shares.values()) == pytest.approx(1)


def test_figures_with_cues_hidden_show_what_is_left_without_them(ran):
    result, _, texts, gold = ran
    hidden = [hide(text, spans, "[MASK]") for text, spans in zip(texts[:40], LFS.cues(texts[:40]), strict=True)]
    for done in result.rounds:
        ledger = done.ledger
        assert ledger.scores["cued"] == ledger.scores["test"]
        assert set(ledger.hidden_scores) == {"cued"}
        right = done.classifier.predict(hidden, progress=quiet) == gold[:40]
        assert ledger.hidden_scores["cued"].accuracy == pytest.approx(right.mean())


def test_it_learns_what_the_lfs_say(ran):
    result, *_ = ran
    assert result.best.ledger.agreement > 0.9


def test_a_model_is_shifted_towards_what_it_gives_too_seldom(ran):
    result, _, texts, _ = ran
    covered = LFS.apply(texts).covered
    target = predicted_balance(result.weak_labels[covered])
    for done in result.rounds:
        shift = np.array(list(done.ledger.shift.values()))
        np.testing.assert_allclose(shift, balancing_shift(target, shifted(done.predicted, -shift)[covered]), atol=1e-6)
        np.testing.assert_allclose(done.classifier.predict_proba(texts, progress=quiet), done.predicted, atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "judged", "changed", "why"),
    [
        ({"rounds": 1}, [0.5, 0.7], 0.5, "all 2 rounds"),
        ({"rounds": 0}, [None], 0.5, "round 0 was all that was asked for (rounds = 0)"),
        ({"rounds": 5}, [0.5], 0.5, None),
        ({"rounds": 5}, [0.5, 0.7], 0.5, None),
        ({"rounds": 5}, [0.5, 0.7, 0.7], 0.5, "the last round was not judged better"),
        ({"rounds": 5, "patience": 2}, [0.5, 0.7, 0.7], 0.5, None),
        ({"rounds": 5, "patience": 2}, [0.7, 0.7, 0.7], 0.5, "the last 2 rounds were not judged better"),
        ({"rounds": 5, "patience": 0}, [0.5, 0.7, 0.7], 0.5, None),
        ({"rounds": 5, "judges": 0.0}, [None, None], 0.5, None),
        ({"rounds": 5, "min_changed": 0.01}, [0.5, 0.7], 0.002, "the last round changed 0.20%"),
    ],
)
def test_when_rounds_end(rounds_of, settings, judged, changed, why):
    stopped = stop_reason(Rounds(**settings), rounds_of(judged, label_changes=changed))
    assert stopped is None if why is None else stopped.startswith(why)


@pytest.mark.slow
def test_same_seed_same_run(tiny_backbone, toy_texts):
    texts, _ = toy_texts
    template = TransformerClassifier(tiny_backbone, settings=dataclasses.replace(LEARN, epochs=1), seed=5)

    def run():
        result = SelfTraining(MajorityVote(), template).run(
            texts, LFS.apply(texts), cues=LFS.cues(texts), progress=quiet
        )
        return [dataclasses.asdict(done.ledger) for done in result.rounds]

    assert run() == run()


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        Rounds(warm_start=True, adjust_logits=False, use_votes=False),
        Rounds(rounds=0),
        Rounds(first=Selection("threshold"), later=Selection("softmatch", keep_class_balance=True)),
        Rounds(rounds=2, teacher="mean", sharpen=True, align_classes=True, class_balance=(0.4, 0.6), patience=0),
        Rounds(rounds=2, teacher="best", later=Selection("freematch"), patience=0),
    ],
)
def test_every_part_can_be_off_or_another(tiny_backbone, toy_texts, settings):
    texts, _ = toy_texts
    template = TransformerClassifier(tiny_backbone, settings=dataclasses.replace(LEARN, epochs=1))
    result = SelfTraining(MajorityVote(), template, settings).run(
        texts, LFS.apply(texts), cues=LFS.cues(texts), progress=quiet
    )
    assert len(result.rounds) == settings.rounds + 1
    assert result.best.ledger.scores == {}


@pytest.mark.slow
@pytest.mark.parametrize("shares", [None, (0.3, 0.7)])
def test_alignment_is_to_shares_of_the_covered_rows_or_those_given(tiny_backbone, toy_texts, shares):
    texts, _ = toy_texts
    votes = LFS.apply(texts)
    template = TransformerClassifier(tiny_backbone, settings=dataclasses.replace(LEARN, epochs=1))
    settings = Rounds(align_classes=True, class_balance=shares, use_votes=False)
    result = SelfTraining(MajorityVote(), template, settings).run(texts, votes, cues=LFS.cues(texts), progress=quiet)
    labels, covered = result.rounds[1].labels, votes.covered
    if shares is None:
        mean, target = labels[covered].mean(axis=0), result.weak_labels[covered].mean(axis=0)
    else:
        mean, target = labels.mean(axis=0), shares
    assert mean == pytest.approx(target, abs=1e-3)


def test_a_threshold_that_nothing_reaches():
    both = LFSet(LABELS, [keywords(1, ["t"], name="a"), keywords(0, ["t"], name="b")])
    never = Rounds(first=Selection("threshold", min_confidence=0.9))
    with pytest.raises(InputError, match=r"round 0 has no row to train on.*selection first.*0\.50"):
        SelfTraining(MajorityVote(), TransformerClassifier("never opened"), never).run(
            ["t", "t", "t"], both.apply(["t", "t", "t"]), cues=[[], [], []], progress=quiet
        )


@pytest.mark.parametrize(
    ("texts", "matrix", "message"),
    [
        (["a"], [[0], [1]], "votes has 2 entries for 1 text"),
        (["a", "b"], [[-1], [-1]], "no row is covered"),
        (["a", "b"], [[0], [0]], "no LF votes for 'yes'"),
    ],
)
def test_nothing_to_learn(texts, matrix, message):
    with pytest.raises(InputError, match=message):
        check_trainable(texts, Votes(matrix, labels=["no", "yes"]))


def test_a_class_share_for_each_label():
    training = SelfTraining(
        MajorityVote(), TransformerClassifier("never opened"), Rounds(class_balance=(0.5, 0.3, 0.2))
    )
    texts = ["great", "awful"]
    with pytest.raises(InputError, match="class_balance must have 2 shares"):
        training.run(texts, LFS.apply(texts), cues=LFS.cues(texts), progress=quiet)


class Watched(SelfTraining):
    """Self-training that keeps the pool in place of training on it."""

    def _round(self, pool, before, student, labeled, checkpoints, progress):
        self.pool = pool
        return self.make_round(round=len(before), label_changes=1.0)


@pytest.fixture
def watched(make_round):
    def make(**settings):
        settings = Rounds(first=Selection("threshold"), **settings)  # which needs no features
        training = Watched(MajorityVote(), TransformerClassifier("never opened"), settings)
        training.make_round = make_round
        return training

    return make


TEXTS = ["so great", "so awful", "lunch"] * 10


def test_cues_are_those_of_the_votes_unless_others_are_passed(watched):
    votes, cues = LFS.apply(TEXTS), LFS.cues(TEXTS)
    object.__setattr__(votes, "cues", cues)
    training = watched()
    training.run(TEXTS, votes, progress=quiet)
    assert training.pool.cues == cues
    others = [[] for _ in TEXTS]
    training.run(TEXTS, votes, cues=others, progress=quiet)
    assert training.pool.cues == others


def test_unknown_cues_are_warned_of_where_judges_choose(watched, recwarn):
    votes = LFS.apply(TEXTS)
    for settings in ({"rounds": 0}, {"judges": 0.0}):
        watched(**settings).run(TEXTS, votes, progress=quiet)
    assert not recwarn.list
    with pytest.warns(LabelFnsWarning, match="judges see them") as warned:
        watched().run(TEXTS, votes, progress=quiet)
    assert len(warned) == 1


def test_copies_of_judges_are_held_out_and_counted(watched):
    texts = [f"so {word} {i}" for i in range(20) for word in ("great", "awful")]
    texts += [f"RT @ann: {text.upper()}" for text in texts] + ["lunch"]
    training = watched(judges=0.25)
    result = training.run(texts, LFS.apply(texts), cues=LFS.cues(texts), progress=quiet)
    assert result.copies == 40
    originals = np.array([text.lower().removeprefix("rt @ann: ") for text in texts])
    held_out = training.pool.held_out
    assert training.pool.judges.sum() == 20
    assert not set(originals[held_out]) & set(originals[~held_out])


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"cues": [[]]}, "cues has 1 entry for 30 texts"),
        ({"gold": [0, 1]}, "gold has 2 entries for 30 texts"),
        ({"labeled": {"val": Labeled(["a"], ["maybe"])}}, "val: the gold label of row 0"),
    ],
)
def test_what_does_not_fit_the_texts(watched, parts, message):
    with pytest.raises(InputError, match=message):
        watched().run(TEXTS, LFS.apply(TEXTS), **{"cues": [[] for _ in TEXTS], **parts}, progress=quiet)


def test_a_later_round_that_cannot_keep_its_promise_ends_the_rounds(watched, make_round):
    class Refused(Watched):
        def _round(self, pool, before, student, labeled, checkpoints, progress):
            self.pool = pool
            if before:
                raise NotAttainableError("a precision of .9 is not attainable")
            return make_round(round=0)

    settings = Rounds(first=Selection("threshold"), later=Selection("precision"))
    training = Refused(MajorityVote(), TransformerClassifier("never opened"), settings)
    few = Labeled(["so great", "so awful"], ["positive", None]), LFS.apply(["so great", "so awful"])
    votes, cues = LFS.apply(TEXTS), LFS.cues(TEXTS)
    result = training.run(TEXTS, votes, cues=cues, few_gold=few, progress=quiet)
    assert len(result.rounds) == 1
    assert result.stopped == "round 1 has no rows to train on: a precision of .9 is not attainable"
    assert training.pool.few_gold.gold.tolist() == [1, -1]
    assert training.pool.few_gold.weak.tolist() == [[0, 1], [1, 0]]
    with pytest.raises(InputError, match="needs gold rows: hand in few_gold"):
        training.run(TEXTS, votes, cues=cues, progress=quiet)
    with pytest.raises(InputError, match="votes has 30 entries for 2 texts"):
        training.run(TEXTS, votes, cues=cues, few_gold=(few[0], votes), progress=quiet)


def test_round_0_that_cannot_keep_its_promise_is_an_error():
    training = SelfTraining(MajorityVote(), TransformerClassifier("never opened"), Rounds(first=Selection("precision")))
    few = Labeled(TEXTS[:20], ["positive", "negative"] * 10), LFS.apply(TEXTS[:20])
    with pytest.raises(NotAttainableError, match="of 14 gold rows the labels of"):
        training.run(TEXTS, LFS.apply(TEXTS), cues=LFS.cues(TEXTS), few_gold=few, progress=quiet)
