"""`FewGold`: how a few gold rows are used."""

from dataclasses import dataclass

from labelfns.models.ranges import numbers
from labelfns.settings import check


@dataclass(frozen=True)
class FewGold:
    """How a few gold rows are used.

    Parameters
    ----------
    folds
        Into how many parts the gold rows are split, at least 2; each part is held out in turn from a further training
        on the others. A class with fewer rows than this lowers it, down to 2.
    steps
        How many steps are trained on gold, at least 1.
    rate
        Factor, above 0, on the classifier's learning rate for further training.

    Raises
    ------
    SettingsError
        If settings are out of range; all at once.
    """

    folds: int = 4
    steps: int = 50
    rate: float = 0.5

    def __post_init__(self) -> None:
        check(
            *numbers(self, "[2, inf)", "folds", whole=True),
            *numbers(self, "[1, 1000000000]", "steps", whole=True),
            *numbers(self, "(0, 1000]", "rate"),
        )


LittleGold = FewGold  # its name in 0.1
