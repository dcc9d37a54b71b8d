"""Which label model a pipeline uses: its kind, and the settings of that kind's class."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from labelfns.errors import SettingsError, did_you_mean, raise_all
from labelfns.models.label_models.base import BaseLabelModel
from labelfns.models.label_models.fit import WITHOUT_GOLD
from labelfns.models.label_models.kinds import FORMER_KINDS, KINDS
from labelfns.setting_types import brief
from labelfns.settings import Reader, joined

ONCE_WRITTEN = {"n_epochs": 100, "lr": 0.01, "l2": 0.0, "prec_init": 0.7}
"""What runs once wrote out for every kind of label model, and all but Snorkel's ignored."""


@dataclass(frozen=True)
class LabelModelSettings:
    """Which label model, and its settings.

    Parameters
    ----------
    kind
        ``"snorkel"`` (see `SnorkelLabelModel`), ``"labelfns"`` (`LabelModel`), ``"majority"`` (`MajorityVote`),
        ``"dawid_skene"`` (`DawidSkene`) or ``"mace"`` (`MACE`).
    options
        The fields of that class, by name; what is not named has the class's default. A seed that a class cannot do
        without is the pipeline's.

    Raises
    ------
    SettingsError
        If there is no such kind, it has no such field, or a field is not right; all at once.

    Examples
    --------
    >>> LabelModelSettings("labelfns", {"accuracy": 0.9}).build(seed=0)
    LabelModel(accuracy=0.9, class_balance='votes', floor='auto')
    """

    kind: str = "snorkel"
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", _kind_now(self.kind))
        reader = Reader(type(self))
        model = _read(self.kind, self.options, "", reader)
        raise_all(SettingsError, reader.problems)
        names = [name for name in _fields(KINDS[self.kind]) if name != "seed" or "seed" in self.options]
        object.__setattr__(self, "options", {name: getattr(model, name) for name in names})

    def build(self, seed: int) -> BaseLabelModel:
        """Return the label model, not yet fitted."""
        model = KINDS[self.kind](**self.options)
        if "seed" in self.options or model.get_params().get("seed") is None:
            return model
        return model.set_params(seed=seed)

    @classmethod
    def read_table(cls, values: Mapping[str, Any], section: str, reader: Reader) -> Self | None:
        """Read ``kind`` and, beside it, the fields of that kind."""
        given, before = values.get("kind", cls.kind), len(reader.problems)
        kind = _kind_now(given)
        if kind != given:
            reader.old_names.append(f'{joined(section, "kind")} = "{given}" is now "{kind}"')
        options = {name: value for name, value in values.items() if name != "kind"}
        if isinstance(kind, str) and kind in KINDS:
            had = {name: value for name, value in ONCE_WRITTEN.items() if name not in _fields(KINDS[kind])}
            options = {name: value for name, value in options.items() if name not in had or had[name] != value}
        _read(kind, options, section, reader)
        return cls(kind, options) if len(reader.problems) == before else None

    def to_table(self) -> dict[str, Any]:
        """Return ``kind`` and, beside it, the fields of that kind."""
        options = {name: value for name, value in self.options.items() if value is not None}
        return {"kind": self.kind} | {n: list(v) if isinstance(v, tuple) else v for n, v in options.items()}

    @classmethod
    def setting_names(cls) -> set[str]:
        """Return ``kind`` and the fields of every kind."""
        return {"kind", *(name for model in KINDS.values() for name in _fields(model))}


def notes_of(model: BaseLabelModel, *, few_gold: bool = False) -> list[str]:
    """Return the notes of a label model that a run fits; what it notes of gold is said of the files that gold is in.

    Parameters
    ----------
    model
        The fitted label model.
    few_gold
        Whether the run has a few gold rows.
    """
    calibrates = "data.few_gold calibrate the answers of LFs and classifier together"
    of_gold = (
        f"fitted on votes alone: accuracies and confidences come from these; the gold rows of {calibrates}"
        if few_gold
        else "fitted on votes alone: accuracies come from these and confidences are not calibrated; in a run 20 to 200 "
        f"gold rows of {calibrates}, while those of val, test and data.pool_gold are for figures, and train nothing"
    )
    return [of_gold if note == WITHOUT_GOLD else note for note in model.notes_]


def _kind_now(kind: Any) -> Any:
    """Return what a kind is called now."""
    return FORMER_KINDS.get(kind, kind) if isinstance(kind, str) else kind


def _fields(model: type[BaseLabelModel]) -> tuple[str, ...]:
    """Return the names of a label model's settings."""
    return tuple(entry.name for entry in dataclasses.fields(model)) if dataclasses.is_dataclass(model) else ()


def _read(kind: Any, options: Mapping[str, Any], section: str, reader: Reader) -> BaseLabelModel | None:
    """Return the label model that the options make; what is wrong goes to the reader's problems."""
    if not isinstance(kind, str) or kind not in KINDS:
        words = " or ".join(f'"{word}"' for word in KINDS)
        hint = did_you_mean(str(kind), KINDS)
        reader.problems.append(f"{joined(section, 'kind')} must be {words}; got {brief(kind)}{hint}")
        return None
    model, fields = KINDS[kind], _fields(KINDS[kind])
    for name in [name for name in options if name not in fields]:
        reader.problems.append(f"{joined(section, name)} is not a setting{_place(name, kind, section, reader)}")
    options = {name: value for name, value in options.items() if name in fields}
    return reader.read(model, options, section) if dataclasses.is_dataclass(model) else model()


def _place(name: str, kind: str, section: str, reader: Reader) -> str:
    """Return which kinds have a setting that this one has not, or the section where it belongs."""
    kinds = [f"kind = {other!r}" for other, model in KINDS.items() if name in _fields(model)]
    if kinds:
        return f" of kind {kind!r}; it goes with {' or '.join(kinds)}"
    return reader.place_of(name, section, dict.fromkeys(_fields(KINDS[kind])))
