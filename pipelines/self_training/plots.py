"""What rounds draw: what each trained on, and its figures, from ledgers as JSON has them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from labelfns.display.plots import Dots, lines, round_bars
from labelfns.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TRAINED_ON = {"kept": "kept, same label", "flipped": "kept, other label", "added": "added"}
_ERRORS = 1.96  # standard errors from the middle to either end of a 95% interval


def plot_changes(ledgers: Sequence[Mapping[str, Any]], best: int, *, ax: "Axes | None") -> "Axes":
    """Draw what each round trained on, by what became of the rows since the round before."""
    totals = {change: [sum(one[change].values()) for one in ledgers] for change in (*_TRAINED_ON, "dropped")}
    return round_bars(
        _names(ledgers, best),
        [(name, totals[change]) for change, name in _TRAINED_ON.items()],
        totals["dropped"],
        ax=ax,
    )


def plot_figures(ledgers: Sequence[Mapping[str, Any]], best: int, *, ax: "Axes | None") -> "Axes":
    """Draw how each round is judged, and its macro F1 on sets with gold.

    Raises
    ------
    InputError
        If no round was judged or measured.
    """
    series = []
    if any(one["judged"] is not None for one in ledgers):
        judged = [one["judged"] for one in ledgers]
        errors = [_ERRORS * (one["judged_error"] or 0.0) for one in ledgers]
        ends = [None if at is None else (at - e, at + e) for at, e in zip(judged, errors, strict=True)]
        series.append(Dots("judged by LFs, without gold (mean recall)", judged, ends))
    for name in dict.fromkeys(name for one in ledgers for name in one["scores"]):
        scores = [one["scores"].get(name) for one in ledgers]
        shares = [None if one is None else one["macro_f1"] for one in scores]
        ends = [None if one is None else tuple(one["macro_f1_interval"]) for one in scores]
        series.append(Dots(f"macro F1 on {name}", shares, ends))
    if not series:
        raise InputError(
            "figures by round cannot be drawn: no round was judged (self_training.judges = 0), and no set with gold "
            "was given (data.val, data.test)"
        )
    return lines(_names(ledgers, best), series, title="Figures by round", y="share, with 95% intervals", ax=ax)


def _names(ledgers: Sequence[Mapping[str, Any]], best: int) -> list[str]:
    return [f"round {one['round']}" + (", kept" if one["round"] == best else "") for one in ledgers]
