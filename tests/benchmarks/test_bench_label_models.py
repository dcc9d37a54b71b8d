"""What `LabelModel` and `SnorkelLabelModel` are measured against; figures go to docs/label_models_measured.md.

Run with ``LABELFNS_DATA=... pytest tests/benchmarks/test_bench_label_models.py -s``; a target that is missed is an
expected failure with its figure.
"""

import time
import tracemalloc

import numpy as np
import pytest
from label_model_data import DATA, SETS, accuracy, cells, first_accuracy, real, synthetic
from label_model_rivals import RIVALS
from snorkel.labeling.model import LabelModel as SnorkelsOwn

from labelfns import Votes
from labelfns.models import LabelModel, MajorityVote, SnorkelLabelModel
from labelfns.models.evaluation.coverage import reliability

needs_data = pytest.mark.skipif(not (DATA / SETS[0]).is_dir(), reason="LABELFNS_DATA names no folder with the sets")


def judged(probs, votes, gold):
    """Return accuracy with ties drawn, accuracy with ties to the lowest id, and calibration error."""
    rows = votes.covered
    return accuracy(probs[rows], gold[rows]), first_accuracy(probs[rows], gold[rows]), error(probs, votes, gold)


def error(probs, votes, gold):
    return reliability(probs, votes, gold).error


def without_gold(name):
    votes, gold = real(name)
    found = {"majority vote": judged(MajorityVote().fit(votes).predict_proba(votes), votes, gold)}
    models = [SnorkelLabelModel(seed=seed, n_epochs=500).fit(votes) for seed in range(10)]
    found["Snorkel, mean of 10 seeds"] = np.mean([judged(m.predict_proba(votes), votes, gold) for m in models], axis=0)
    found |= {title: judged(rival(votes), votes, gold) for title, rival in RIVALS.items()}
    found["**LabelModel**"] = judged(LabelModel().fit(votes).predict_proba(votes), votes, gold)
    return found


@needs_data
def test_without_gold():
    table = {name: without_gold(name) for name in SETS}
    print("\naccuracy (ties drawn / ties to the lowest id), calibration error")
    for title in table[SETS[0]]:
        cells_ = [table[name][title] for name in SETS]
        print(f"| {title} | " + " | ".join(f"{a:.3f} / {f:.3f}, {e:.3f}" for a, f, e in cells_), end="")
        print(f" | {np.mean([c[0] for c in cells_]):.3f} / {np.mean([c[1] for c in cells_]):.3f} | "
              f"{np.mean([c[2] for c in cells_]):.3f} |")  # fmt: skip
    for ties in (0, 1):
        ours, majority, snorkel = (
            np.array([table[name][title][ties] for name in SETS])
            for title in ("**LabelModel**", "majority vote", "Snorkel, mean of 10 seeds")
        )
        lead = (ours - np.maximum(majority, snorkel)).mean()
        print(f"ties {ties}: against majority vote {np.round(ours - majority, 4)}, lead over the better {lead:.4f}")
        assert lead > 0.01
        assert (ours - majority).min() >= -0.005
    assert np.mean([table[name]["**LabelModel**"][2] for name in SETS]) <= 0.08


@needs_data
def test_with_fifty_gold_rows():
    lines, errors, losses = [], [], []
    for name in SETS:
        votes, gold = real(name)
        plain = judged(LabelModel().fit(votes).predict_proba(votes), votes, gold)
        found = []
        for seed in range(20):
            rows = np.random.default_rng(seed).choice(len(gold), 50, replace=False)
            known = np.full(len(gold), -1)
            known[rows] = gold[rows]
            found.append(judged(LabelModel().fit(votes, known).predict_proba(votes), votes, gold))
        mean, low = np.mean(found, axis=0), np.min(found, axis=0)
        lines.append(f"| {name} | {plain[0]:.3f} | {mean[0]:.3f} | {low[0]:.3f} | {plain[2]:.3f} | {mean[2]:.3f} |")
        errors.append(mean[2])
        losses.append(mean[0] - plain[0])
    print("\n" + "\n".join(lines), f"\nmean calibration error {np.mean(errors):.4f}, least gain {min(losses):.4f}")
    assert np.mean(errors) <= 0.05
    assert min(losses) > -1e-9


@needs_data
@pytest.mark.parametrize("name", SETS)
def test_no_spread(name):
    votes, _ = real(name)
    order = np.random.default_rng(0).permutation(len(votes))
    shuffled = votes.rows(order)
    first = LabelModel().fit(votes).predict_proba(votes)
    np.testing.assert_array_equal(LabelModel().fit(shuffled).predict_proba(shuffled), first[order])


@needs_data
@pytest.mark.parametrize("name", [*SETS, "random"])
def test_exact_mode_is_snorkel(name):
    votes = synthetic(5, n=3000, m=30, k=4, cov=(0.02, 0.6), acc=(0.5, 0.9))[0] if name == "random" else real(name)[0]
    own = SnorkelsOwn(cardinality=votes.n_labels, verbose=False)
    own.fit(votes.matrix.astype(int), n_epochs=300, seed=3, progress_bar=False)
    ours = SnorkelLabelModel(seed=3, n_epochs=300).fit(votes)
    np.testing.assert_allclose(ours.mu_, own.mu.detach().numpy(), atol=1e-6, rtol=0)
    ours.fits_ = own.mu.detach().numpy()[None]
    rows = votes.covered
    np.testing.assert_array_equal(ours.predict_proba(votes)[rows], own.predict_proba(votes.matrix.astype(int))[rows])


def test_synthetic_suite():
    draws, results = 4, {}
    for i, (name, settings) in enumerate(cells().items()):
        gains, errors = [], []
        for draw in range(draws if settings["n"] > 200 else 5 * draws):
            votes, truth = synthetic(1000 * i + draw, **settings)
            rows = votes.covered
            if rows.sum() < 10:
                continue
            ours, base = (m.fit(votes).predict_proba(votes) for m in (LabelModel(), MajorityVote()))
            gains.append(accuracy(ours[rows], truth[rows]) - accuracy(base[rows], truth[rows]))
            errors.append(error(ours, votes, truth))
        results[name] = np.mean(gains), np.std(gains, ddof=1) / np.sqrt(len(gains)), np.mean(errors)
    gains = np.array([gain for gain, *_ in results.values()])
    won, lost, calibration = (gains > 0).sum(), (gains < 0).sum(), np.mean([found for *_, found in results.values()])
    print(f"\n{len(gains)} cells: gain {gains.mean():.4f}, calibration {calibration:.3f}, won {won}, lost {lost}")
    for name, (gain, spread, found) in sorted(results.items(), key=lambda item: item[1][0]):
        if gain < 0:
            print(f"| {name} | {100 * gain:+.1f} | {100 * spread:.1f} | {found:.3f} |")
    assert gains.mean() > 0.01
    assert gains.min() > -0.03
    if gains.min() < -0.01:
        pytest.xfail(f"target -.01 in the worst cell; got {gains.min():.3f}, {(gains < -0.01).sum()} cells below")


def test_a_million_rows():
    n, k = 1_000_000, 3
    rng = np.random.default_rng(0)
    truth = rng.integers(0, k, n).astype(np.int8)
    matrix = np.full((n, 50), -1, dtype=np.int8)
    for j in range(50):
        on = np.flatnonzero(rng.random(n) < 0.02)
        right = rng.random(len(on)) < 0.75
        matrix[on, j] = np.where(right, truth[on], (truth[on] + rng.integers(1, k, len(on))) % k)

    def snorkel(votes):
        own = SnorkelsOwn(cardinality=k, verbose=False)
        wide = votes.matrix.astype(int)
        own.fit(wide, n_epochs=100, seed=0, progress_bar=False)
        own.predict_proba(wide)

    def measured(run):
        votes = Votes(matrix, labels=list("abc"))  # anew each time: distinct rows are kept with the votes
        start = time.perf_counter()
        run(votes)
        seconds = time.perf_counter() - start
        votes = Votes(matrix, labels=list("abc"))
        tracemalloc.start()
        run(votes)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return seconds, peak / 1e6

    runs = {
        "warm-up": lambda votes: SnorkelLabelModel(n_epochs=1).fit(votes.rows(slice(1000))),
        "snorkel": snorkel,
        "exact": lambda votes: SnorkelLabelModel(n_epochs=100).fit(votes).predict_proba(votes),
        "default": lambda votes: LabelModel().fit(votes).predict_proba(votes),
    }
    found = {name: measured(run) for name, run in runs.items()}
    for name, (seconds, megabytes) in found.items():
        print(f"\n{name}: {seconds:.2f} s, {megabytes:.0f} MB", end="")
    assert found["snorkel"][0] > 20 * found["exact"][0]
    assert found["snorkel"][1] > 10 * found["exact"][1]
    assert found["default"][0] < 2 * found["exact"][0]
