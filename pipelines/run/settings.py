"""The pipeline file: every setting of a run, as TOML, checked at once."""

import dataclasses
import os
import re
import tomllib
import warnings
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

from labelfns.checks import check_labels
from labelfns.engine.options import MOST_WORKERS, OnError
from labelfns.errors import InputError, LabelFnsWarning, SettingsError, number_of, raise_all, some
from labelfns.io.read import OnBadRows, is_hub
from labelfns.models.selection import GOLD_NEEDED
from labelfns.models.transformer.settings import FineTuning
from labelfns.pipelines.few_gold.settings import FewGold
from labelfns.pipelines.prediction.settings import Prediction
from labelfns.pipelines.self_training.settings import Rounds
from labelfns.setting_types import PathSetting, Unbounded, bare, brief, marks
from labelfns.settings import Reader, check, check_types, joined, read_toml, type_hints

from .label_model_settings import LabelModelSettings

S = TypeVar("S")

RENAMED = {
    "little_gold": "few_gold",
    "class_shares": "class_balance",
    "balance": "adjust_logits",
    "min_flips": "min_changed",
    "hold_shares": "keep_class_balance",
}
"""Settings that had another name: old ones are taken, with a warning, for one release."""

DataPath = Annotated[str, PathSetting(unless=is_hub)]


def is_name(backbone: str) -> bool:
    """Tell whether a backbone is a name rather than a folder, which begins with a sign of a path."""
    return not backbone.startswith((".", "/", "~")) and not Path(backbone).is_absolute()


@dataclass(frozen=True)
class DataSettings:
    """Where the texts come from.

    Parameters
    ----------
    labels
        The class names; their positions are the class ids.
    pool
        The texts to label: a CSV, TSV, JSON-lines, Parquet or ``.txt`` file (one text per line), or
        ``hub:OWNER/NAME[:CONFIG]:SPLIT``.
    val, test
        Texts with gold labels, for figures alone.
    few_gold
        A few texts with gold labels, at least 2 of each, to train the kept model further and calibrate it with, where
        that helps (`FewGold`).
    text
        The column of texts.
    gold
        The column of gold labels, names or ids; val, test and few_gold must have it.
    pool_gold
        Gold labels of texts of the pool: a file with the columns of texts and of gold labels, where `labelfns studio`
        saves the rows that one marks. They are for figures and suggestions; nothing is trained on them. A label there
        counts before one in the pool itself.
    on_bad_rows
        What becomes of rows of any of these files that cannot be read, or whose text is blank: ``"raise"``, an error
        that names them, or ``"skip"``, a warning that does.

    Raises
    ------
    SettingsError
        If the labels are not right, one column is named for texts and gold, or none for the labels of pool_gold.
    """

    labels: tuple[str, ...]
    pool: DataPath
    val: DataPath | None = None
    test: DataPath | None = None
    few_gold: DataPath | None = None
    text: str = "text"
    gold: str = "label"
    pool_gold: DataPath | None = None
    on_bad_rows: OnBadRows = "raise"

    def __post_init__(self) -> None:
        check_types(self)
        try:
            check_labels(self.labels)
        except InputError as error:
            raise SettingsError(str(error)) from None
        check(
            (self.text != self.gold, f"text and gold are both the column {self.text!r}: name two"),
            (
                self.pool_gold is None or bool(self.gold),
                "pool_gold is set, and gold, the name of its column of labels, is empty",
            ),
        )


@dataclass(frozen=True)
class LFSettings:
    """Where the LFs come from, and how they are applied; every command that runs LFs goes by it.

    Parameters
    ----------
    file
        A Python file, whose list ``lfs`` is taken, or else every LF at its top level, in order; or a TOML file.
    on_error
        What an LF that raises does: ``"abstain"``, the fault kept and shown, or ``"raise"``.
    time_limit
        Seconds, above 0, that one search of a pattern may take on one text; ``inf`` for no limit.
    workers
        In how many processes Python functions run, at least 1.
    cache
        A folder where votes are kept, so that an LF that has not changed does not run again; by default none is.

    Raises
    ------
    SettingsError
        If settings are out of range; all at once.
    """

    file: Annotated[str, PathSetting()]
    on_error: OnError = "abstain"
    time_limit: Annotated[float, Unbounded] = 2.0
    workers: int = 1
    cache: Annotated[str, PathSetting()] | None = None

    def __post_init__(self) -> None:
        check_types(self)
        check(
            (self.time_limit > 0, f"time_limit must be above 0; got {self.time_limit}"),
            (self.workers >= 1, f"workers must be at least 1; got {self.workers}"),
            (self.workers <= MOST_WORKERS, f"workers must be at most {MOST_WORKERS}; got {self.workers}"),
        )

    @property
    def options(self) -> dict[str, Any]:
        """What `LFSet.apply` and `apply_file` take of it."""
        return {name: value for name, value in vars(self).items() if name != "file"}


@dataclass(frozen=True)
class ClassifierSettings(FineTuning):
    """The backbone, and how it is fine-tuned (see `FineTuning`).

    Parameters
    ----------
    backbone
        ``"embedded"``, a folder, which begins with ``.``, ``/`` or ``~``, or a name on the Hugging Face hub.
    """

    backbone: Annotated[str, PathSetting(unless=is_name)] = "embedded"


@dataclass(frozen=True)
class PipelineSettings:
    """Every setting of a run; one field per section of the pipeline file.

    Raises
    ------
    SettingsError
        If a setting is of another type, or settings do not go together; all at once.
    """

    data: DataSettings
    lfs: LFSettings
    seed: int = 0
    label_model: LabelModelSettings = field(default_factory=LabelModelSettings)
    classifier: ClassifierSettings = field(default_factory=ClassifierSettings)
    self_training: Rounds = field(default_factory=Rounds)
    few_gold: FewGold = field(default_factory=FewGold)
    prediction: Prediction = field(default_factory=Prediction)

    def __post_init__(self) -> None:
        check_types(self)
        k, top = len(self.data.labels), 2**32 - 1 - max(self.self_training.rounds, 1)
        shares = {
            "label_model.class_balance": self.label_model.options.get("class_balance"),
            "self_training.class_balance": self.self_training.class_balance,
        }
        check(
            (
                self.data.few_gold is not None or self.few_gold == FewGold(),
                "few_gold would do nothing: its settings go with data.few_gold, which is not set",
            ),
            *(
                (
                    self.data.few_gold is not None or not getattr(self.self_training, name).needs_gold,
                    f"self_training.{name}.{GOLD_NEEDED}",
                )
                for name in ("first", "later")
            ),
            (
                self.self_training.max_rows >= k,
                f"self_training.max_rows must be at least {k}, a row for each label; got {self.self_training.max_rows}",
            ),
            (0 <= self.seed <= top, f"seed must be in 0..{top}; got {self.seed}"),
            *(
                (
                    not isinstance(value, tuple) or len(value) == k,
                    f"{name} must have {number_of(k, 'share')}, one per label; got {value}",
                )
                for name, value in shares.items()
            ),
        )


def load_settings(path: str | os.PathLike[str], overrides: Sequence[str] = ()) -> PipelineSettings:
    """Read a pipeline file; paths in it become absolute, environment variables in them are filled in.

    Parameters
    ----------
    path
        The TOML file; paths in it are relative to its folder.
    overrides
        ``section.key=value`` each; the value is read as TOML, or else as a string. Nothing after ``=`` takes a setting
        back to its default, and makes one that is a string empty.

    Raises
    ------
    InputError
        If there is no such file.
    SettingsError
        If it is not TOML, or settings are unknown, missing, of the wrong type or out of range; all at once.

    Warns
    -----
    LabelFnsWarning
        If settings have names of before.
    """
    path = Path(path)
    reader = Reader(PipelineSettings, RENAMED)
    values: dict[str, Any] = {"data": {}, "lfs": {}} | _toml(path)
    sections = set(values)
    for name in sorted(names := [override.partition("=")[0].strip() for override in overrides]):
        if names.count(name) > 1:
            reader.problems.append(f"--set {name} is given {names.count(name)} times: keep one")
    for override in overrides:
        _override(values, override, reader.problems)
    settings = reader.read(PipelineSettings, values)
    if settings is not None:
        settings = _with_paths(settings, path.parent.resolve(), "", reader.problems)
    problems = [_whose(problem, path, sections, overrides) for problem in dict.fromkeys(reader.problems)]
    raise_all(SettingsError, problems)
    assert settings is not None
    if reader.old_names:
        names_now = "; ".join(reader.old_names)
        warnings.warn(
            f"{path.name}: {names_now}. The old names will be removed in the next release",
            LabelFnsWarning,
            stacklevel=2,
        )
    return settings


def _toml(path: Path) -> dict[str, Any]:
    if path.is_dir():
        files = sorted(map(str, path.glob("*.toml")))
        raise InputError(f"{path} is a folder; name the pipeline file in it{f', {some(files)}' if files else ''}")
    if not path.is_file():
        raise InputError(f"{path}: no such pipeline file")
    try:
        return read_toml(path)
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, a number of thousands of digits, too deep
        hint = "" if path.suffix == ".toml" else "; name the pipeline file, a .toml file"
        raise SettingsError(f"{path} is not valid TOML: {error}{hint}") from error


def _whose(problem: str, path: Path, sections: Container[str], overrides: Sequence[str]) -> str:
    """Say where a problem comes from: the file, with its sections, or what overrides it."""
    if problem.startswith("--set"):
        return problem
    name = problem.split(" ")[0]
    given = [override.partition("=")[0].strip() for override in overrides]
    if name not in given and (name in sections or not any(one.startswith(f"{name}.") for one in given)):
        return f"{path.name}: {problem}"
    return f"--set {problem}{', in a shell within single quotes' if 'a list is written' in problem else ''}"


def _override(values: dict[str, Any], override: str, problems: list[str]) -> None:
    name, equals, text = override.partition("=")
    keys = name.strip().split(".")
    if not equals or not all(keys):
        problems.append(f"--set takes section.key=value; got {brief(override)}")
        return
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        value = text.strip()
    table = values
    for key in keys[:-1]:
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            problems.append(f"--set {override}: {key} is not a table of settings")
            return
    if text.strip() or _is_string(keys):
        table[keys[-1]] = value
    else:
        table.pop(keys[-1], None)


def _is_string(keys: Sequence[str]) -> bool:
    """Tell whether a setting must be a string."""
    hint: Any = PipelineSettings
    for key in keys:
        hint = type_hints(bare(hint)).get(key) if dataclasses.is_dataclass(bare(hint)) else None
    return bare(hint) is str


def _with_paths(settings: S, base: Path, section: str, problems: list[str]) -> S:
    """Return settings with every path made absolute, in nested ones too."""
    changes: dict[str, Any] = {}
    for name, hint in type_hints(type(settings)).items():
        value = getattr(settings, name, None)
        if dataclasses.is_dataclass(value):
            changes[name] = _with_paths(value, base, joined(section, name), problems)
        for mark in marks(hint):
            if isinstance(mark, PathSetting) and value is not None:
                changes[name] = _resolved(joined(section, name), value, mark, base, problems)
    return dataclasses.replace(settings, **changes) if changes else settings  # type: ignore[type-var]


def _resolved(name: str, value: str, mark: PathSetting, base: Path, problems: list[str]) -> str:
    filled = os.path.expandvars(value)
    if not filled.strip() or "\0" in filled:
        problems.append(f"{name} must be a path; got {brief(value)}")
        return filled
    unset = re.search(r"\$\{?(\w+)", filled)
    if unset:
        problems.append(f"{name} is {value!r}, but the environment variable {unset[1]} is not set")
    return filled if mark.unless(filled) else str(_below(base, Path(filled).expanduser()))


def _below(base: Path, path: Path) -> Path:
    """Return a path from a folder, which is resolved, without ``..`` at its beginning."""
    parts = path.parts
    while parts[:1] == ("..",):
        base, parts = base.parent, parts[1:]
    return base.joinpath(*parts)
