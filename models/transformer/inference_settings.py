"""What decides a model's answers besides its weights, in a small file beside them."""

import json
from dataclasses import dataclass
from pathlib import Path

from labelfns._version import __version__
from labelfns.errors import InputError, SettingsError
from labelfns.models.ranges import number
from labelfns.settings import check

from .model_files import find_file, read_json
from .settings import MAX_LENGTH

FILE = "labelfns.json"
"""Its name, in the folder that `transformers` opens."""

MASK = "..."
"""What stands for a hidden cue where the tokenizer has no mask token."""


@dataclass(frozen=True)
class InferenceSettings:
    """What decides a model's answers besides its weights.

    Parameters
    ----------
    labels
        The k label names, in the order of the model's answers.
    max_length
        Tokens kept of a text, at least 8.
    mask
        What stands for a hidden cue.

    Raises
    ------
    SettingsError
        If one is not right.
    """

    labels: tuple[str, ...]
    max_length: int = MAX_LENGTH
    mask: str = MASK

    def __post_init__(self) -> None:
        names = isinstance(self.labels, tuple) and all(isinstance(label, str) for label in self.labels)
        check(
            (names, f"labels must be a list of strings; got {self.labels!r}"),
            number("max_length", self.max_length, "[8, inf)", whole=True),
            (isinstance(self.mask, str) and bool(self.mask), f"mask must be a string; got {self.mask!r}"),
        )

    def write(self, folder: Path) -> None:
        """Write them into a model's folder."""
        values = {"version": __version__, "labels": self.labels, "max_length": self.max_length, "mask": self.mask}
        (folder / FILE).write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, source: str, labels: tuple[str, ...], mask: str) -> "InferenceSettings":
        """Read them from a model's folder or from the hub; a model that has none, as of other makers, gets the default.

        Parameters
        ----------
        source
            The folder, or the name on the hub.
        labels
            The labels that its configuration names, which must be the same.
        mask
            What stands for a hidden cue by default.

        Raises
        ------
        InputError
            If the file is not right.
        """
        path = find_file(source, FILE)
        if path is None:
            return cls(labels, mask=mask)
        try:
            values = read_json(path)
            saved = cls(
                tuple(values.get("labels") or labels),
                values.get("max_length", MAX_LENGTH),
                values.get("mask", mask),
            )
        except (InputError, SettingsError, TypeError) as error:
            raise InputError(
                f"model {source}: {FILE} is not as it was written: {error}; save the model again, or remove that file: "
                "max_length is the default then"
            ) from error
        if saved.labels != labels:
            raise InputError(
                f"model {source}: {FILE} names the labels {', '.join(saved.labels)}, but config.json "
                f"{', '.join(labels)}: they are not of one model; save it again"
            )
        return saved
