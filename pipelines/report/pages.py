"""The report: one self-contained HTML page made from ``metrics.json`` (jinja2, matplotlib)."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from labelfns.io.atomic import whole

_INK, _OURS, _BASE, _FAINT = "#222222", "#1f6f8b", "#c8963e", "#bbbbbb"


def write_report(folder: Path, metrics: Mapping[str, Any]) -> Path:
    """Write ``report.html`` into a run folder and return its path.

    Parameters
    ----------
    folder
        The run folder.
    metrics
        What its ``metrics.json`` holds.
    """
    environment = Environment(
        loader=PackageLoader("labelfns.pipelines.report", "."), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("report.html.jinja").render(
        m=metrics,
        sets=[name for name in ("val", "test") if name in metrics["data"]],
        rounds_picture=_svg(lambda axes: _draw_rounds(axes, metrics), (7, 3.2)) if len(metrics["data"]) > 1 else "",
        lfs_picture=_svg(lambda axes: _draw_lfs(axes, metrics), (7, 0.6 + 0.24 * len(metrics["lfs"]))),
        confidence_picture=_svg(lambda axes: _draw_confidence(axes, metrics), (7, 2.4)),
    )
    path = folder / "report.html"
    with whole(path) as part:
        part.write_text(page, encoding="utf-8")
    return path


def _draw_rounds(axes: Any, metrics: Mapping[str, Any]) -> None:
    """Macro F1 by round with 95 % intervals, majority vote as a dashed line."""
    numbers = [ledger["round"] for ledger in metrics["rounds"]]
    sets = [name for name in ("val", "test") if name in metrics["data"]]
    for i, name in enumerate(sets):
        scores = [ledger["scores"][name] for ledger in metrics["rounds"]]
        f1 = [s["macro_f1"] for s in scores]
        low = [s["macro_f1"] - s["macro_f1_interval"][0] for s in scores]
        high = [s["macro_f1_interval"][1] - s["macro_f1"] for s in scores]
        at = [n + 0.06 * (i - (len(sets) - 1) / 2) for n in numbers]
        colour = _OURS if name == "test" else _FAINT
        axes.errorbar(at, f1, yerr=[low, high], marker="o", capsize=3, color=colour, label=f"{name}, fine-tuned")
        base = metrics["baselines"]["majority_vote"][name]["all_rows"]["macro_f1"]
        axes.axhline(base, ls="--", lw=1, color=_BASE if name == "test" else _FAINT, label=f"{name}, majority vote")
    axes.set_xticks(numbers, [f"round {n}" + (" (kept)" if n == metrics["best_round"] else "") for n in numbers])
    axes.set_ylabel("macro F1")
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))


def _draw_lfs(axes: Any, metrics: Mapping[str, Any]) -> None:
    """Coverage of each LF, the part in conflict with other LFs marked."""
    lfs = metrics["lfs"][::-1]
    names = [lf["lf"] for lf in lfs]
    axes.barh(names, [lf["coverage"] * 100 for lf in lfs], color=_OURS, label="covered")
    axes.barh(names, [lf["conflicts"] * 100 for lf in lfs], color=_BASE, label="of it in conflict")
    axes.set_xlabel("share of the pool, %")
    axes.tick_params(axis="y", labelsize=8)
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))


def _draw_confidence(axes: Any, metrics: Mapping[str, Any]) -> None:
    """How sure the label model is of the covered rows."""
    bins = metrics["label_model"]["by_confidence"]
    bars = axes.bar(list(bins), list(bins.values()), color=_OURS)
    axes.bar_label(bars, fontsize=8)
    axes.set_xlabel("probability of the surest class")
    axes.set_ylabel("covered rows")


def _svg(draw: Callable[[Any], None], size: tuple[float, float]) -> str:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "labelfns", "text.color": _INK, "font.size": 9}):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()[buffer.getvalue().index("<svg") :]
