"""The pictures of the report, as SVG (matplotlib)."""

import io
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

from .names import short

_INK, _OURS, _BASE, _FAINT = "#222222", "#1f6f8b", "#c8963e", "#bbbbbb"
_NAME, _MOST = 40, 60  # signs of a name, and LFs, that fit into a picture
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"


def rounds_picture(metrics: Mapping[str, Any], sets: list[str]) -> str:
    """Draw macro F1 by round with 95 % intervals, majority vote as a dashed line; an empty string without sets."""
    return _svg("rounds", lambda axes: _draw_rounds(axes, metrics, sets), (7, 3.2)) if sets else ""


def lfs_picture(metrics: Mapping[str, Any]) -> str:
    """Draw the coverage of the LFs, the part in conflict with others marked; of many LFs those that cover most."""
    lfs = metrics["lfs"]
    if len(lfs) > _MOST:
        lfs = sorted(lfs, key=lambda lf: -lf["coverage"])[:_MOST]
    return _svg("lfs", lambda axes: _draw_lfs(axes, lfs[::-1]), (7, 0.6 + 0.24 * len(lfs)))


def confidence_picture(metrics: Mapping[str, Any]) -> str:
    """Draw how confident the label model is of the covered rows."""
    return _svg("confidence", lambda axes: _draw_confidence(axes, metrics), (7, 2.4))


def _draw_rounds(axes: Any, metrics: Mapping[str, Any], sets: list[str]) -> None:
    for i, name in enumerate(sets):
        color = _OURS if name == "test" else _FAINT
        points = [(ledger["round"], ledger["scores"][name]) for ledger in metrics["rounds"] if name in ledger["scores"]]
        if points:
            f1 = [scores["macro_f1"] for _, scores in points]
            low = [scores["macro_f1"] - scores["macro_f1_interval"][0] for _, scores in points]
            high = [scores["macro_f1_interval"][1] - scores["macro_f1"] for _, scores in points]
            at = [number + 0.06 * (i - (len(sets) - 1) / 2) for number, _ in points]
            axes.errorbar(at, f1, yerr=[low, high], marker="o", capsize=3, color=color, label=f"{name}, fine-tuned")
        majority = metrics["baselines"]["majority_vote"].get(name, {}).get("all_rows")
        if majority:
            line = _BASE if name == "test" else _FAINT
            axes.axhline(majority["macro_f1"], ls="--", lw=1, color=line, label=f"{name}, majority vote")
    numbers = [ledger["round"] for ledger in metrics["rounds"]]
    axes.set_xticks(numbers, [f"round {n}" + (" (kept)" if n == metrics["best_round"] else "") for n in numbers])
    axes.set_ylabel("macro F1")
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))


def _draw_lfs(axes: Any, lfs: list[dict[str, Any]]) -> None:
    places = range(len(lfs))
    axes.barh(places, [lf["coverage"] * 100 for lf in lfs], color=_OURS, label="covered")
    axes.barh(places, [lf["conflicts"] * 100 for lf in lfs], color=_BASE, label="of it in conflict")
    axes.set_yticks(places, [short(lf["lf"], _NAME) for lf in lfs], fontsize=8)
    axes.set_xlabel("share of the pool, %")
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))


def _draw_confidence(axes: Any, metrics: Mapping[str, Any]) -> None:
    bins = metrics["label_model"]["by_confidence"]
    bars = axes.bar(list(bins), list(bins.values()), color=_OURS)
    axes.bar_label(bars, fontsize=8)
    axes.set_xlabel("probability of the most likely class")
    axes.set_ylabel("covered rows")


def _svg(name: str, draw: Callable[[Any], None], size: tuple[float, float]) -> str:
    """Return a picture as an SVG element whose ids begin with its name: a page may not hold an id twice."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings: dict[Any, Any] = {
        "font.size": 9,
        "svg.fonttype": "none",
        "svg.hashsalt": "labelfns",
        "text.color": _INK,
        "text.parse_math": False,  # a name with dollar signs is no formula
    }
    buffer = io.StringIO()
    with rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the browser has its own fonts
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return _with_own_ids(buffer.getvalue(), name)


def _with_own_ids(picture: str, name: str) -> str:
    root = ElementTree.fromstring(picture)
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, f"{name}-{value}")
            elif key == f"{{{_XLINK}}}href":
                element.set(key, value.replace("#", f"#{name}-", 1))
            else:
                element.set(key, re.sub(r"url\(#", f"url(#{name}-", value))
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    return ElementTree.tostring(root, encoding="unicode")
