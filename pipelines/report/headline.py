"""The first screen: what came out, in a sentence and four numbers, and what to do next."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labelfns.display.numbers import percent
from labelfns.errors import number_of

ENOUGH_GOLD = 50
"""Rows with gold from which on a share says something."""
NEW_TEXTS = "new_texts.csv"
_FEW_COVERED, _OFTEN_WRONG = 0.6, 0.5

Number = dict[str, str]


def run_answer(metrics: Mapping[str, Any], measured: Mapping[str, Any] | None) -> tuple[str, list[Number]]:
    """Return the sentence and the numbers of a run.

    Parameters
    ----------
    metrics
        The content of ``metrics.json``.
    measured
        Where there is gold: the ``set``, the ``scores`` of what is kept there and those of ``majority`` vote on all
        rows, and ``who`` answers.
    """
    best = next(ledger for ledger in metrics["rounds"] if ledger["round"] == metrics["best_round"])
    rows, coverage = metrics["data"]["pool"]["rows"], metrics["coverage"]
    numbers = [
        _number(percent(coverage["covered"] / max(coverage["rows"], 1)), f"of {_texts(rows)} a vote"),
        _number(f"{best['trained_on']:,}", f"texts trained on in round {best['round']}, which is kept"),
    ]
    if measured is None:
        numbers += [
            _number(percent(best["agreement"]), "of the texts with a vote get the LFs' label from the classifier"),
            _number("0", "gold labels to measure it by"),
        ]
        sentence = (
            f"A classifier was trained on {best['trained_on']:,} of {number_of(rows, 'text')}. How right it is is "
            "not known: there are no gold labels to measure it by."
        )
        return sentence, numbers
    scores, majority, name = measured["scores"], measured["majority"], measured["set"]
    low, high = scores["accuracy_interval"]
    gain = None if majority is None else 100 * (scores["accuracy"] - majority["accuracy"])
    numbers.append(
        _number(
            percent(scores["accuracy"]),
            f"right of {scores['rows']:,} {name} texts; 95% interval {percent(low, 0)} to {percent(high, 0)}",
        )
    )
    if gain is not None:
        numbers.append(_number(f"{gain:+.1f}", "points of accuracy against majority vote, all rows"))
    else:
        numbers.append(_number(f"{scores['macro_f1']:.3f}", f"macro F1 on {name}"))
    sentence = (
        f"{measured['who']} {'label' if ' and ' in measured['who'] else 'labels'} {percent(scores['accuracy'])} of the "
        f"{scores['rows']:,} {name} texts right (macro F1 {scores['macro_f1']:.3f})"
    )
    if majority is not None:
        sentence += f"; majority vote, with its most frequent label where it has none, {percent(majority['accuracy'])}"
    return sentence + ".", numbers


def analysis_answer(figures: Mapping[str, Any], lfs: Sequence[Mapping[str, Any]]) -> tuple[str, list[Number]]:
    """Return the sentence and the numbers of an analysis, from what `Analysis.to_json` gives."""
    coverage = figures["coverage"]
    rows = max(coverage["rows"], 1)
    numbers = [
        _number(percent(coverage["covered"] / rows), f"of {_texts(coverage['rows'])} a vote"),
        _number(percent(coverage["conflicting"] / rows), "have votes for different labels"),
    ]
    give = number_of(len(lfs), "LF gives", "LFs give")
    sentence = f"{give} {coverage['covered']:,} of {number_of(coverage['rows'], 'text')} a vote"
    evaluation = (figures["label_model"] or {}).get("evaluation")
    if evaluation and evaluation["answers"]["accuracy"] is not None:
        ours, theirs = evaluation["answers"], evaluation["majority_vote"]
        numbers.append(
            _number(
                percent(ours["accuracy"]),
                f"of the label model's answers are right, of {number_of(evaluation['rows'], 'text')} with gold",
            )
        )
        gain = 100 * (ours["abstain_wrong"] - theirs["abstain_wrong"])
        numbers.append(
            _number(f"{gain:+.1f}", "points more of all texts with gold labeled right than by majority vote")
        )
        sentence += f"; where the label model answers, it is right on {percent(ours['accuracy'])}"
    else:
        failing = sum(bool(lf["faults"]) for lf in lfs)
        numbers.append(_number(f"{failing}", "LFs raised"))
        numbers.append(_number(f"{figures['gold_rows']:,}", "gold labels to measure by"))
        if figures["problem"]:
            sentence += ". There is no label model: " + figures["problem"].rstrip(".")
        elif not figures["gold_rows"]:
            sentence += ". How right they are is not known: there are no gold labels"
    return sentence + ".", numbers


def _texts(n: int) -> str:
    return number_of(n, "text has", "texts have")


def _number(value: str, what: str) -> Number:
    return {"value": value, "what": what}


def next_steps(content: Mapping[str, Any], coverage: Mapping[str, Any], *, gold: int, run: str) -> list[dict[str, str]]:
    """Return what to do next, at most five steps, what is broken first.

    Parameters
    ----------
    content
        The page so far: ``lfs``, ``copies``, ``map``, ``ask``, ``suggestions``, ``classes``.
    coverage
        How much the LFs reach.
    gold
        On how many rows the answers were measured.
    run
        The run folder; empty where there is none.
    """
    steps = [*_broken(content["lfs"]), *_gaps(content, coverage), *_doubts(content)]
    if gold < ENOUGH_GOLD and content["ask"]["rows"]:
        steps.append(_step("Give gold labels to some of the rows that would tell most", "#ask"))
    if run:
        steps = steps[:4]
        command = shlex.join(["labelfns", "predict", run, NEW_TEXTS, "--output", "labels.csv"])
        steps.append(_step(f"Label more texts, those of a file {NEW_TEXTS}:", code=command))
    return steps[:5]


def _broken(lfs: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    failing = sorted((lf for lf in lfs if lf["faults"]), key=lambda lf: -sum(len(f["rows"]) for f in lf["faults"]))
    if failing:
        others = f" and {len(failing) - 1} more" if len(failing) > 1 else ""
        yield _step("Mend", "#lfs", name=failing[0]["name"], after=f"{others}: raised, and abstains there")


def _gaps(content: Mapping[str, Any], coverage: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    silent = [one["label"] for one in content["classes"] if not one["lfs"]]
    if silent:
        yield _step("Write an LF for", "#classes", name=silent[0], after=": none votes for it")
    if coverage["rows"] and coverage["covered"] / coverage["rows"] < _FEW_COVERED:
        share = percent(1 - coverage["covered"] / coverage["rows"])
        where = "#suggestions" if content["suggestions"] else "#classes"
        yield _step(
            f"Write more LFs: {share} of the texts have no vote"
            + (", and words for them are suggested" if content["suggestions"] else ""),
            where,
        )


def _doubts(content: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    lfs = content["lfs"]
    measured = [(one, lf) for lf in lfs for one in (lf["val"] and lf["val"]["right"], lf["gold"]) if one]
    wrong = sorted((pair for pair in measured if pair[0]["high"] < _OFTEN_WRONG), key=lambda pair: pair[0]["share"])
    if wrong:
        one, lf = wrong[0]
        yield _step(
            "Look at",
            "#lfs",
            name=lf["name"],
            after=f": right on {percent(one['share'])} of {number_of(one['of'], 'gold row')}",
        )
    worst = (content["map"] or {}).get("worst")
    if worst:
        a, b = (lfs[worst[side]]["name"] for side in ("a", "b"))
        yield _step(
            "Settle between", "#map", name=a, other=b, after=f": they disagree on {number_of(worst['rows'], 'text')}"
        )
    copies = content["copies"]
    if copies:
        same = copies["overlap"] == copies["agreement"] == 1
        after = ": they vote on the same texts and agree"
        if not same:
            after = (
                f", where they look for the same: both vote on {percent(copies['overlap'])} of the texts on which "
                f"either does, and agree on {percent(copies['agreement'])} of these"
            )
        yield _step("Merge", "#lfs", name=copies["a"], other=copies["b"], after=after)


def _step(
    text: str, link: str = "", *, name: str = "", other: str = "", after: str = "", code: str = ""
) -> dict[str, str]:
    return {"text": text, "link": link, "name": name, "other": other, "after": after, "code": code}
