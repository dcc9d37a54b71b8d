"""The pipeline file: every setting of a run, as TOML, checked at once."""

import dataclasses
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_type_hints

from labelfns.checks import check_labels
from labelfns.engine.options import OnError
from labelfns.errors import InputError, SettingsError, raise_all
from labelfns.io.reading import is_hub
from labelfns.models import BaseLabelModel, FineTuning, LabelModel, MajorityVote, SnorkelLabelModel
from labelfns.models.transformer.backbone import EMBEDDED
from labelfns.pipelines.few_gold import LittleGold
from labelfns.pipelines.self_training.ledger import Rounds
from labelfns.settings import check, from_mapping


@dataclass(frozen=True)
class DataSettings:
    """Where the texts come from.

    Parameters
    ----------
    labels
        The class names; their positions are the class ids.
    pool
        The texts to label: a CSV, TSV, JSON-lines, Parquet or ``.txt`` file (a text a line), or
        ``hub:OWNER/NAME[:CONFIG]:SPLIT``.
    val, test
        Texts with gold labels, for figures alone.
    few_gold
        A few texts with gold labels, at least 2 of each, to train the kept model further and calibrate it with, where
        that helps (`LittleGold`).
    text
        The column of texts.
    gold
        The column of gold labels, names or ids; val, test and few_gold must have it.
    """

    labels: tuple[str, ...]
    pool: str
    val: str | None = None
    test: str | None = None
    few_gold: str | None = None
    text: str = "text"
    gold: str = "label"

    def __post_init__(self) -> None:
        try:
            check_labels(self.labels)
        except InputError as error:
            raise SettingsError(str(error)) from None


@dataclass(frozen=True)
class LFSettings:
    """Where the LFs come from.

    Parameters
    ----------
    file
        A Python file; its list ``lfs``, or else every LF at its top level, in order.
    on_error
        What an LF that raises does: ``"abstain"``, the fault kept and shown at the end, or ``"raise"``.
    """

    file: str
    on_error: OnError = "abstain"


@dataclass(frozen=True)
class LabelModelSettings:
    """Which label model, and its settings.

    Parameters
    ----------
    kind
        ``"snorkel"`` (see `SnorkelLabelModel`), ``"default"`` (see `LabelModel`) or ``"majority"``.
    n_epochs, lr, l2, prec_init
        Settings of Snorkel's label model; the others do not read them.
    class_balance
        The class shares, for ``"snorkel"`` and ``"default"``; by default each model's own rule.
    """

    kind: Literal["default", "snorkel", "majority"] = "snorkel"
    n_epochs: int = 100
    lr: float = 0.01
    l2: float = 0.0
    prec_init: float = 0.7
    class_balance: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        self.build(seed=0)

    def build(self, seed: int) -> BaseLabelModel:
        """Return the label model, not yet fitted."""
        if self.kind == "majority":
            return MajorityVote()
        if self.kind == "default":
            return LabelModel() if self.class_balance is None else LabelModel(class_balance=self.class_balance)
        options = {name: value for name, value in vars(self).items() if name != "kind"}
        return SnorkelLabelModel(seed=seed, **options)


@dataclass(frozen=True)
class ClassifierSettings(FineTuning):
    """The backbone, and how it is fine-tuned (see `FineTuning`).

    Parameters
    ----------
    backbone
        ``"embedded"``, a folder, or a name on the Hugging Face hub.
    """

    backbone: str = EMBEDDED


@dataclass(frozen=True)
class PipelineSettings:
    """Every setting of a run; one field a section of the pipeline file."""

    data: DataSettings
    lfs: LFSettings
    seed: int = 0
    label_model: LabelModelSettings = field(default_factory=LabelModelSettings)
    classifier: ClassifierSettings = field(default_factory=ClassifierSettings)
    self_training: Rounds = field(default_factory=Rounds)
    little_gold: LittleGold = field(default_factory=LittleGold)

    def __post_init__(self) -> None:
        labels = self.data.labels
        shares = {
            "label_model.class_balance": self.label_model.class_balance,
            "self_training.class_shares": self.self_training.class_shares,
        }
        check(
            (0 <= self.seed < 2**32, f"seed must be in 0..2**32 - 1; got {self.seed}"),
            *(
                (
                    given is None or len(given) == len(labels),
                    f"{name} must have {len(labels)} shares, one a label; got {given}",
                )
                for name, given in shares.items()
            ),
        )


def load_settings(path: Path, overrides: Sequence[str] = ()) -> PipelineSettings:
    """Read a pipeline file; paths in it become absolute, environment variables in them are filled in.

    Parameters
    ----------
    path
        The TOML file; paths in it are relative to its folder.
    overrides
        ``section.key=value`` each; the value is read as TOML, or else as a string.

    Raises
    ------
    InputError
        If there is no such file.
    SettingsError
        If it is not TOML, or settings are unknown, missing, of the wrong type or out of range; all at once.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such pipeline file")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    problems: list[str] = []
    for override in overrides:
        _override(values, override, problems)
    for section in ("data", "lfs"):
        values.setdefault(section, {})
    settings = from_mapping(PipelineSettings, values, "", problems)
    raise_all(SettingsError, [_named(problem, path) for problem in problems])
    assert settings is not None
    return _resolved(settings, path.parent.resolve())


def _named(problem: str, path: Path) -> str:
    """Name the file, and the right section of a setting that stands in the wrong one."""
    problem = problem.removeprefix(".")
    stray = re.match(r"(?:[\w.]+\.)?(\w+) is not a setting", problem)
    homes = [section for section, kind in _sections(PipelineSettings) if stray and _has(kind, stray[1])]
    if stray and homes:
        places = " or ".join(f"under [{section}]" if section else "at the top, before any section" for section in homes)
        problem = f"{stray[0]} here; it goes {places}"
    return f"{path.name}: {problem}"


def _has(kind: type, name: str) -> bool:
    return any(field.name == name and not dataclasses.is_dataclass(field.type) for field in dataclasses.fields(kind))


def _sections(kind: type, name: str = "") -> Iterator[tuple[str, type]]:
    """Yield the sections of the pipeline file, by their full names, "" for its top."""
    yield name, kind
    for part, hint in get_type_hints(kind).items():
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            yield from _sections(hint, f"{name}.{part}".removeprefix("."))


def _override(values: dict[str, Any], override: str, problems: list[str]) -> None:
    name, equals, text = override.partition("=")
    keys = name.strip().split(".")
    if not equals or not all(keys):
        problems.append(f"--set takes section.key=value; got {override!r}")
        return
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    table = values
    for key in keys[:-1]:
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            problems.append(f"--set {override}: {key} is not a table of settings")
            return
    table[keys[-1]] = value


def _resolved(settings: PipelineSettings, base: Path) -> PipelineSettings:
    """Return the settings with every path made absolute."""
    problems: list[str] = []

    def resolve(name: str, value: str) -> str:
        filled = os.path.expandvars(value)
        unset = re.search(r"\$\{?(\w+)", filled)
        if unset:
            problems.append(f"{name} is {value!r}, but the environment variable {unset[1]} is not set")
        return filled if is_hub(filled) else str(base / Path(filled).expanduser())

    data: dict[str, Any] = {
        name: resolve(f"data.{name}", value)
        for name in ("pool", "val", "test", "few_gold")
        if (value := getattr(settings.data, name)) is not None
    }
    backbone = settings.classifier.backbone
    if backbone.startswith((".", "/", "~", "$")):
        backbone = resolve("classifier.backbone", backbone)
    lf_file = resolve("lfs.file", settings.lfs.file)
    raise_all(SettingsError, problems)
    return dataclasses.replace(
        settings,
        data=dataclasses.replace(settings.data, **data),
        lfs=dataclasses.replace(settings.lfs, file=lf_file),
        classifier=dataclasses.replace(settings.classifier, backbone=backbone),
    )
