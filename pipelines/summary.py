"""What LFs, rounds and gold did, in a few lines."""

from collections.abc import Iterator, Mapping
from typing import Any

from labelfns.display.numbers import percent
from labelfns.lfs.meaning.prompt import cost_so_far
from labelfns.pipelines.self_training.judges import may_be_guess


def summary(facts: Mapping[str, Any]) -> str:
    """Return the lines, from what `labelfns.pipelines.run.metrics.facts` gives or the content of a ``metrics.json``."""
    rows = [*_lfs(facts), *_rounds(facts), *_gold(facts)]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in rows)


def _lfs(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    coverage = facts["coverage"]
    rows, covered, conflicting = (coverage[name] for name in ("rows", "covered", "conflicting"))
    yield "LFs", f"{len(facts['lfs'])}"
    yield (
        "texts",
        f"{rows}, {covered} with a vote ({percent(covered / rows)}), {conflicting} with votes for several labels",
    )
    for one in facts.get("asked", ()):
        yield "asked", f"{one['lf']}: {cost_so_far(one)}"


def _rounds(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    drawn = facts["rounds"][0].get("drawn") if facts["rounds"] else None
    if drawn:
        yield "sample", f"{drawn['rows']:,} of {drawn['of']:,} texts, for the rounds"
    for ledger in facts["rounds"]:
        judged = "" if ledger["judged"] is None else f", judged {ledger['judged']:.3f}"
        kept = ""
        if ledger["round"] == facts["best_round"]:
            kept = ", kept; the judges cannot tell it from a guess" if may_be_guess(ledger) else ", kept"
        yield f"round {ledger['round']}", f"trained on {ledger['trained_on']} texts{judged}{kept}"
    yield "stopped", facts["stopped"]


def _gold(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    few_gold = facts.get("few_gold") or facts.get("little_gold")  # as 0.1 called it
    if few_gold is None:
        yield "gold", "none used in training"
        (figures,) = (ledger["scores"] for ledger in facts["rounds"] if ledger["round"] == facts["best_round"])
    else:
        use = "further training and calibration" if few_gold["trained_further"] else "calibration"
        yield "gold", f"{few_gold['rows']} rows, for {use}"
        figures = few_gold["refined"]
    together = (facts.get("predictor") or {}).get("together", {})  # version 0.1 had no predictor
    for name, scores in figures.items():
        best = together.get(name, {}).get("all_rows") or scores
        accuracy, f1 = best["accuracy"], best["macro_f1"]
        yield name, f"accuracy {accuracy:.3f}, macro F1 {f1:.3f} on {best['rows']} texts with gold"
