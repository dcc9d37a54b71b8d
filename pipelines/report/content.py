"""What a page shows, as one plain value that JSON takes: of a run, or of an analysis."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labelfns.pipelines.self_training.sample import drawn_sentence

from . import lfs_content, rows_content
from .evidence import Evidence
from .headline import analysis_answer, next_steps, run_answer
from .sample import MOST_SIGNS, Sample
from .worth import PARTS, who_answers, worth

SETS = ("val", "test")
NO_NAME = "texts"
"""What texts are called that have no name."""


def run_content(metrics: Mapping[str, Any], run: str = "", evidence: Evidence | None = None) -> dict[str, Any]:
    """Return what the page of a run shows.

    Parameters
    ----------
    metrics
        What `RunFolder.read_metrics` gives.
    run
        The run folder, as it was given: the page says how to call it again.
    evidence
        What is known of its rows; without it there are figures alone.
    """
    evidence = evidence or Evidence()
    sample = Sample(metrics["labels"], evidence.lfs)
    content = _shared(metrics["labels"], metrics, evidence, sample, counts=metrics["label_model"]["by_label"])
    best = next(ledger for ledger in metrics["rounds"] if ledger["round"] == metrics["best_round"])
    for one in content["classes"]:
        one["share"] = best["predicted_shares"].get(one["label"])
    measured = _measured(metrics)
    sentence, numbers = run_answer(metrics, measured)
    steps = next_steps(content, metrics["coverage"], gold=measured["scores"]["rows"] if measured else 0, run=run)
    return content | {
        "name": Path(run).absolute().name if run else "",
        "metrics": dict(metrics),
        "sets": [name for name in SETS if name in metrics["data"]],
        "kept_scores": _kept_scores(metrics),
        "worth": worth(metrics),
        "who": who_answers(metrics),
        "parts": PARTS,
        "answer": {"sentence": sentence, "numbers": numbers, "next": steps},
        "warnings": list(metrics["warnings"]),
        "faults": [dict(fault) for fault in metrics["faults"]],
        "sampled": drawn_sentence(metrics["rounds"][0].get("drawn")),
        "rounds": rows_content.rounds(metrics["rounds"], metrics["best_round"], evidence, sample),
        **_of_sample(sample),
    }


def analysis_content(figures: Mapping[str, Any], evidence: Evidence, alarms: Sequence[str] = ()) -> dict[str, Any]:
    """Return what the page of an analysis shows.

    Parameters
    ----------
    figures
        What `Analysis.to_json` gives.
    evidence
        What is known of its rows: one set, with votes.
    alarms
        What went wrong, one sentence each.
    """
    pool = evidence.pool
    assert pool is not None
    assert pool.votes is not None
    labels, model = pool.votes.labels, figures["label_model"] or {}
    sample = Sample(labels, evidence.lfs)
    content = _shared(labels, figures, evidence, sample, counts=model.get("by_label", {}))
    sentence, numbers = analysis_answer(figures, content["lfs"])
    return content | {
        "name": "" if pool.name == NO_NAME else pool.name,
        "metrics": None,
        "worth": [],
        "answer": {
            "sentence": sentence,
            "numbers": numbers,
            "next": next_steps(content, figures["coverage"], gold=figures["gold_rows"], run=""),
        },
        "warnings": list(alarms),
        "faults": [{"set": pool.name, **fault} for fault in figures["faults"]],
        "rounds": [],
        **_of_sample(sample),
    }


def _shared(
    labels: Sequence[str],
    figures: Mapping[str, Any],
    evidence: Evidence,
    sample: Sample,
    *,
    counts: Mapping[str, int],
) -> dict[str, Any]:
    """Return what the pages of runs and of analyses have in common; the rows that matter most are sampled first."""
    pool = evidence.pool
    ask = rows_content.worth_gold(pool, sample)
    confusions = [one for data in evidence.sets if (one := rows_content.confusion(data, labels, sample))]
    lfs = lfs_content.lf_table(
        figures["lfs"],
        figures.get("lfs_val"),
        figures["from_text"] or (),
        [{"set": "pool" if pool is None else pool.name, **fault} for fault in figures["faults"]],
        evidence,
        sample,
    )
    return {
        "labels": list(labels),
        "coverage": dict(figures["coverage"]),
        "lfs": lfs,
        "map": None if pool is None or pool.votes is None else lfs_content.heat_map(pool.votes),
        "copies": lfs_content.closest_copies(None if pool is None else pool.votes, lfs),
        "classes": lfs_content.by_class(labels, lfs, counts),
        "curves": rows_content.curves(evidence, labels) if evidence.sets else [],
        "confusions": confusions,
        "ask": ask,
        "suggestions": rows_content.suggestions(evidence),
        "label_model_notes": list((figures["label_model"] or {}).get("notes", ())),
        "notes": list(evidence.notes),
        "settings": evidence.settings,
        "made_from": None if evidence.made_from is None else {k: dict(v) for k, v in evidence.made_from.items()},
    }


def _of_sample(sample: Sample) -> dict[str, Any]:
    limits = {"most": sample.most, "signs": MOST_SIGNS, "read": rows_content.MOST_READ}
    return {"rows": sample.rows, "sample": {"rows": len(sample.rows), **limits}}


def _measured(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how right what is kept is, on test where there is one, else on val."""
    kept, predictor = _kept_scores(metrics), metrics["predictor"]
    for name in reversed(SETS):
        together = None if predictor is None else (predictor["together"].get(name) or {}).get("all_rows")
        scores = together or kept.get(name)
        if scores:
            majority = (metrics["baselines"]["majority_vote"].get(name) or {}).get("all_rows")
            who = who_answers(metrics) if together else "The kept classifier"
            return {"set": name, "scores": scores, "majority": majority, "who": who}
    return None


def _kept_scores(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of the kept model by labeled set."""
    few = metrics["few_gold"]
    if few:
        return dict(few["refined"])
    return dict(next(ledger["scores"] for ledger in metrics["rounds"] if ledger["round"] == metrics["best_round"]))
