"""A model's card: what it learned from, how right it is, how gold was used, and where not to rely on it.

A page of Markdown as the Hugging Face hub shows it (Mitchell et al. 2019, "Model Cards for Model Reporting"). It is
made of counts and names, never of texts, and says the same whenever and wherever it is written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns._version import __version__
from labelfns.display.names import markdown
from labelfns.display.numbers import percent
from labelfns.votes import Votes

if TYPE_CHECKING:
    from jinja2 import Template

    from labelfns.models import BaseLabelModel

CARD = "README.md"
"""Its name, beside the weights."""

_EMBEDDED = "sentence-transformers/all-MiniLM-L6-v2"
_HUB_MODEL = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?")
HUB_DATA = re.compile(r"hub:([\w-][\w.-]*/[\w-][\w.-]*)(:.*)?", re.DOTALL)
_MOST_LFS = 200
_NOBODY = "labelfns classifier"
"""What a model without a place on a hub is called."""


def model_card(
    facts: Mapping[str, Any],
    labels: Sequence[str],
    label_model: "BaseLabelModel | None" = None,
    *,
    repo: str | None = None,
    lfs: str = "lfs.toml",
) -> str:
    """Return the card of a classifier that was trained on LFs' labels.

    Parameters
    ----------
    facts
        What is known of its run: the content of a ``metrics.json``, or what `labelfns.pipelines.run.metrics.facts`
        gives.
    labels
        The k label names.
    label_model
        The label model, fitted; without it the card does not say how right each LF was taken to be.
    repo
        Its name on a hub; None where it lies in a folder.
    lfs
        The LF file that is beside it, ``"lfs.py"`` or ``"lfs.toml"``; empty where there is none.
    """
    predictor = facts.get("predictor") or {}
    kept: Mapping[str, Any] = next((one for one in facts["rounds"] if one["round"] == facts["best_round"]), {})
    few_gold = facts.get("few_gold") or {}
    scores = few_gold.get("refined") or kept.get("scores", {})  # version 0.1 had no predictor
    alone = predictor.get("classifier") or {name: {"all_rows": one} for name, one in scores.items()}
    together = predictor.get("together", {})
    data = facts.get("data", {})
    base = base_model(str(facts.get("backbone", "")))
    said = {
        "labels": labels,
        "rows": facts["coverage"]["rows"],
        "covered": facts["coverage"]["covered"],
        "conflicting": facts["coverage"]["conflicting"],
        "sets": {name: one["rows"] for name, one in data.items() if name != "pool"},
        "base": base,
        "further": few_gold["rows"] if few_gold.get("trained_further") else 0,
        "rounds": len(facts["rounds"]),
        "best": facts["best_round"],
        "trained_on": kept.get("trained_on"),
        "figures": list(_figures(alone, together, facts.get("baselines", {}))),
        "gold": facts.get("gold_rows", {}),
        "lfs": list(_lfs(facts["lfs"][:_MOST_LFS], labels, label_model)),
        "more": max(len(facts["lfs"]) - _MOST_LFS, 0),
        "n_lfs": len(facts["lfs"]),
        "silent": [one["lf"] for one in facts["lfs"] if one.get("coverage", 1) == 0],
        "cautions": _cautions(facts),
        "failed": sorted({one["lf"] for one in facts.get("faults", ())}),
        "repo": repo,
        "lf_file": lfs,
        "version": facts.get("versions", {}).get("labelfns", __version__),
    }
    page: str = _template().render(said)
    return f"---\n{_front_matter(alone, data, base, repo)}\n---\n\n{page}"


def _front_matter(alone: Mapping[str, Any], data: Mapping[str, Any], base: str | None, repo: str | None) -> str:
    """Return what the hub reads; the figures are those of the classifier alone, which is what a hub runs."""
    from huggingface_hub import EvalResult, ModelCardData

    sources = {name: HUB_DATA.fullmatch(str(one.get("source", ""))) for name, one in data.items()}
    named = {name: found[1] for name, found in sources.items() if found}
    results = [
        EvalResult(
            task_type="text-classification",
            task_name="Text classification",
            dataset_type=named.get(name, "custom"),
            dataset_name=named.get(name, f"{name}, with gold labels"),
            dataset_split=name,
            metric_type=kind,
            metric_name=shown,
            metric_value=round(float(scores["all_rows"][key]), 4),
        )
        for name, scores in alone.items()
        if scores["all_rows"]
        for kind, shown, key in (("accuracy", "Accuracy", "accuracy"), ("f1", "Macro F1", "macro_f1"))
    ]
    values = ModelCardData(
        library_name="transformers",
        pipeline_tag="text-classification",
        tags=["labelfns", "weak-supervision"],
        base_model=base,
        datasets=sorted(set(named.values())) or None,
        metrics=["accuracy", "f1"] if results else None,
        model_name=(repo or _NOBODY) if results else None,
        eval_results=results or None,
    )
    return str(values.to_yaml()).strip()


def base_model(backbone: str) -> str | None:
    """Return a backbone's name on the hub; None for a folder, whose name would say something of a machine."""
    if backbone == "embedded":
        return _EMBEDDED
    return backbone if _HUB_MODEL.fullmatch(backbone) and not Path(backbone).is_dir() else None


def _figures(
    alone: Mapping[str, Any], together: Mapping[str, Any], baselines: Mapping[str, Any]
) -> Iterator[tuple[str, str, int, str, str]]:
    """Yield set, who answers, on how many rows, accuracy and macro F1 with their intervals."""
    named = {name: (one or {}) for name, one in baselines.get("majority_vote", {}).items()}
    for name in alone:
        for who, scores in (
            ("this model alone", alone[name]),
            ("with its LFs, as labelfns answers", together.get(name, {})),
            ("majority vote of the LFs, else its most common label", named.get(name, {})),
        ):
            if found := scores.get("all_rows"):
                numbers = (_with_interval(found, key) for key in ("accuracy", "macro_f1"))
                yield name, who, found["rows"], *numbers


def _with_interval(scores: Mapping[str, Any], key: str) -> str:
    interval = scores.get(f"{key}_interval")  # version 0.1 had some of them
    return f"{scores[key]:.3f}" + ("" if interval is None else " ({:.3f} to {:.3f})".format(*interval))


def _lfs(
    lfs: Sequence[Mapping[str, Any]], labels: Sequence[str], label_model: "BaseLabelModel | None"
) -> Iterator[tuple[str, Sequence[str], str, str, str]]:
    """Yield of each LF its name, what it votes for, coverage, conflicts, how sure its vote makes the label model."""
    taken = {} if label_model is None else _votes_alone(label_model)
    for one in lfs:
        polarity = [label for label in one.get("polarity", ()) if label in labels]
        sure = ", ".join(percent(taken[one["lf"], label]) for label in polarity if (one["lf"], label) in taken)
        shares = (percent(one[key]) if key in one else "" for key in ("coverage", "conflicts"))
        yield one["lf"], polarity, *shares, sure


def _votes_alone(label_model: "BaseLabelModel") -> dict[tuple[str, str], float]:
    """Return how sure a label model is of a label where one LF votes for it and no other votes: by LF and label."""
    names, labels = label_model.lf_names_, label_model.classes_
    m, k = len(names), len(labels)
    matrix = np.full((m * k, m), -1, dtype=np.int8)
    matrix[np.arange(m * k), np.repeat(np.arange(m), k)] = np.tile(np.arange(k), m)
    probs = label_model.predict_proba(Votes(matrix, labels=labels, lf_names=names))
    return {(names[row // k], labels[row % k]): float(probs[row, row % k]) for row in range(m * k)}


def _cautions(facts: Mapping[str, Any]) -> list[str]:
    """Return what a run warns of; not what LFs raised, which may quote a text, nor of rounds that are not kept."""
    raised = tuple(f"{one['set']}: {one['lf']} raised " for one in facts.get("faults", ()))
    never = tuple(f"LF {one['lf']} never votes" for one in facts["lfs"])
    rounds = (done["round"] for done in facts["rounds"] if done["round"] != facts["best_round"])
    others = tuple(f"class collapse in round {number}:" for number in rounds)
    left_out = (*raised, *never, *others, "the report could not")
    return [one for one in facts.get("warnings", ()) if not one.startswith(left_out)]


@cache
def _template() -> "Template":
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("labelfns.pipelines.sharing", "."),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # it is Markdown: the filter md makes names safe
    )
    made.filters |= {"md": markdown, "sentence": lambda text: markdown(text, 1000), "percent": percent}
    return made.get_template("card.md.jinja")
