"""`Prediction`: how LFs and classifier answer together."""

from dataclasses import dataclass

from labelfns.settings import check_types


@dataclass(frozen=True)
class Prediction:
    """How LFs and classifier answer together.

    Parameters
    ----------
    second_view
        Whether a linear head on the frozen backbone's vectors answers with them (see `SecondView`): better by half a
        point or more on average, and twice the time per text.
    label_pool
        Whether a run whose rounds worked on a sample of its pool labels the whole pool in the end
        (``pool_labels.parquet``).

    Raises
    ------
    SettingsError
        If a setting is of another type.
    """

    second_view: bool = True
    label_pool: bool = True

    def __post_init__(self) -> None:
        check_types(self)
