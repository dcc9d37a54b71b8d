"""Was the model worth it: label model, classifier, and both together, where LFs vote and where they do not."""

from collections.abc import Mapping
from typing import Any

from labelfns.display.numbers import percent
from labelfns.models.evaluation.bootstrap import Difference

PARTS = {"covered": "with a vote", "uncovered": "without", "all_rows": "all"}


def who_answers(metrics: Mapping[str, Any]) -> str:
    """Return who gives the answers of a run, in words.

    Examples
    --------
    >>> who_answers({"predictor": {"second_view": True}})
    'LFs, classifier and second view together'
    """
    predictor = metrics.get("predictor")
    if predictor is None:
        return "classifier"
    return "LFs, classifier and second view together" if predictor.get("second_view") else "LFs and classifier together"


def worth(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return for each set with gold who is how right where, and what that comes to.

    Parameters
    ----------
    metrics
        The content of ``metrics.json``, or what a pipeline knows of its fit.

    Returns
    -------
    list
        Of each set its ``name``; ``voters``, each with its ``name`` and by part of the rows (see `PARTS`) its `Scores`
        as JSON has them, or None; ``rows`` with gold by part; ``by_confidence``, the accuracy of the answers as their
        least confidence rises; ``sentences``. Empty for runs of version 0.1, whose classifier answered alone.
    """
    predictor = metrics.get("predictor") or {}
    return [
        _set(name, metrics, predictor) for name, parts in predictor.get("together", {}).items() if parts["all_rows"]
    ]


def _set(name: str, metrics: Mapping[str, Any], predictor: Mapping[str, Any]) -> dict[str, Any]:
    together, alone = predictor["together"][name], predictor["classifier"][name]
    by_votes = metrics.get("baselines", {}).get("label_model", {}).get(name, {})
    found = metrics.get("evaluation", {}).get(name)
    rows = {part: (together[part] or {"rows": 0})["rows"] for part in PARTS}
    who = who_answers(metrics)
    return {
        "name": name,
        "rows": rows,
        "voters": [
            {"name": "label model alone", **dict.fromkeys(PARTS), **by_votes},
            {"name": "classifier alone", **alone},
            {"name": who, **together},
        ],
        "by_confidence": [] if found is None else [dict(point) for point in found["by_confidence"]],
        "sentences": list(_sentences(name, who, together, by_votes, found)),
    }


def _sentences(name: str, who: str, together: Any, by_votes: Mapping[str, Any], found: Any) -> Any:
    covered, uncovered, votes = together["covered"], together["uncovered"], by_votes.get("covered")
    if covered and votes:
        gain = None if found is None else found["over_label_model"]
        yield (
            f"On the {covered['rows']:,} {name} texts with a vote, {who} are right on {percent(covered['accuracy'])}, "
            f"the label model alone on {percent(votes['accuracy'])}" + ("." if gain is None else f": {_verdict(gain)}.")
        )
    everywhere, guessed = together["all_rows"], by_votes.get("all_rows")
    if uncovered:
        said = f"On the {uncovered['rows']:,} without one, where the label model says nothing, they are right on "
        said += percent(uncovered["accuracy"])
        if guessed:
            said += (
                f"; on all {everywhere['rows']:,} on {percent(everywhere['accuracy'])}, the label model, with its most "
                f"frequent label where it says nothing, on {percent(guessed['accuracy'])}"
            )
        yield said + "."
    if found is not None:
        yield f"Against the classifier alone, on all {name} texts: {_verdict(found['over_classifier'])}."


def _verdict(gain: Mapping[str, Any]) -> str:
    found = Difference(**gain)
    low, high = found.interval
    return str(found) if found.is_none or low > 0 or high < 0 else f"{found}, which may be chance"
