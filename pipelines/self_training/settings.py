"""`Rounds`: how the rounds of self-training go."""

from dataclasses import dataclass, field
from typing import Literal

from labelfns.models.label_models.base import is_balance
from labelfns.models.ranges import choices, numbers, only_with
from labelfns.models.selection import Selection
from labelfns.settings import check

Teacher = Literal["last", "best", "mean"]

MAX_ROWS = 1_000_000
"""A million texts are some 300 MB, and their vectors of a small backbone 1.5 GB."""


@dataclass(frozen=True)
class Rounds:
    """How the rounds go.

    Parameters
    ----------
    rounds
        At most how many rounds follow round 0, at least 0.
    first
        Which covered rows round 0 trains on; by default, as in `later`, the 80% of each class whose neighbors in the
        backbone's features share its label most (the cut statistic).
    later
        Which rows of the pool the later rounds train on.
    adjust_logits
        Whether the biases of each fitted model's last layer are shifted towards the classes that it gives to fewer of
        the covered rows than the LFs do (`labelfns.models.class_balance.balancing_shift`). A model whose last layer
        has no biases stays as it is.
    teacher
        Whose probabilities the pseudo-labels of rounds 1, 2, ... are: those of the ``"last"`` round's model, of the
        ``"best"`` one's so far, or the ``"mean"`` over all rounds.
    sharpen
        Whether the teacher's probabilities are sharpened (`labelfns.models.selection.sharpen`).
    align_classes
        Whether the teacher's probabilities are scaled until their mean over the covered rows is the class balance
        (`labelfns.models.class_balance.alignment_shift`). Of use where `adjust_logits` is off.
    class_balance
        The pool's share of each class, [k], above 0 and with sum 1, where it is known; `adjust_logits`,
        `align_classes` and selections that keep the class balance then hold the whole pool to it. By default the
        balance is that of the LFs' labels, and only the covered rows are held to it.
    use_votes
        Whether the pseudo-label of a covered row combines teacher and LFs, or is the teacher's alone.
    warm_start
        Whether a student starts from its teacher's weights or from the backbone's.
    warm_rate
        Factor, above 0, on the learning rate of a student that starts from its teacher's weights.
    judges
        Share, in [0, 1), of the covered rows of each class that are held out: no round trains on these rows, the
        judges, and their LF labels say which round is best. At 0 the last round is the best.
    patience
        The rounds end after this many in a row that were not judged better; at 0 they never end for that.
    min_changed
        The rounds end after one that changed the labels of less than this share, in [0, 1), of the pool.
    max_rows
        Of a pool of more rows so many, at least 2, are drawn, by class and by what is hard: judges, features,
        selections and training are of these. LFs, label model and weak labels are of the whole pool all the same, and
        the kept model labels all of it in the end. The pool's texts then stay on the disk.

    Raises
    ------
    SettingsError
        If settings are out of range; all at once.
    """

    rounds: int = 1
    first: Selection = field(default_factory=Selection)
    later: Selection = field(default_factory=Selection)
    adjust_logits: bool = True
    teacher: Teacher = "last"
    sharpen: bool = False
    align_classes: bool = False
    class_balance: tuple[float, ...] | None = None
    use_votes: bool = True
    warm_start: bool = False
    warm_rate: float = 0.5
    judges: float = 0.15
    patience: int = 1
    min_changed: float = 0.0
    max_rows: int = MAX_ROWS

    def __post_init__(self) -> None:
        balance = self.class_balance
        check(
            *numbers(self, "[0, 1000000]", "rounds", whole=True),
            *numbers(self, "[0, inf)", "patience", whole=True),
            *numbers(self, "[2, inf)", "max_rows", whole=True),
            *numbers(self, "(0, 1000]", "warm_rate"),
            *numbers(self, "[0, 1)", "judges", "min_changed"),
            *choices(self),
            *(
                (isinstance(getattr(self, name), Selection), f"{name} must be a Selection")
                for name in ("first", "later")
            ),
            (
                balance is None or is_balance(balance, 1e-3),
                f"class_balance must be above 0 and sum to 1; got {balance}",
            ),
            *only_with(self, bool(self.warm_start), "warm_start = true", "warm_rate"),
        )

    @property
    def needs_gold(self) -> bool:
        """Whether a selection judges by few gold rows."""
        return self.first.needs_gold or self.later.needs_gold
