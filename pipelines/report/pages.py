"""The report: one self-contained HTML page made from ``metrics.json`` (jinja2)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labelfns.io.atomic import write_text

from .names import name_html, printable
from .plots import confidence_picture, lfs_picture, rounds_picture

SETS = ("val", "test")


def write_report(folder: Path, metrics: Mapping[str, Any]) -> Path:
    """Write ``report.html`` into a run folder and return its path.

    Parameters
    ----------
    folder
        The run folder.
    metrics
        What `RunFolder.read_metrics` gives.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    path = folder / "report.html"
    write_text(path, report_page(metrics, folder.absolute().name))
    return path


def report_page(metrics: Mapping[str, Any], run: str = "") -> str:
    """Return the page of a run of that name; equal metrics give an equal page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("labelfns.pipelines.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: printable(value, keep="\n\t") if type(value) is str else value,
    )
    environment.filters["name"] = name_html
    sets = [name for name in SETS if name in metrics["data"]]
    return environment.get_template("report.html.jinja").render(
        m=metrics,
        run=run,
        sets=sets,
        kept_scores=_kept_scores(metrics),
        rounds_picture=rounds_picture(metrics, sets),
        lfs_picture=lfs_picture(metrics),
        confidence_picture=confidence_picture(metrics),
    )


def _kept_scores(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of the kept model by labeled set."""
    few = metrics["few_gold"]
    if few:
        return dict(few["refined"])
    return dict(next(ledger["scores"] for ledger in metrics["rounds"] if ledger["round"] == metrics["best_round"]))
