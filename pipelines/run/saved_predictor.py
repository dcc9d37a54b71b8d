"""What a folder keeps of a predictor beside its classifier: ``predictor.json``, ``label_model.json``, ``second_view/``.

The LFs stand beside them. A TOML file of LFs is data. A Python file is code, and a folder may come from a stranger: it
is run where this user's own run wrote exactly this content on this machine, as its signature shows, and elsewhere
where the user says so. What runs unasked is a copy in a folder of its own, so that nothing that lies beside the file,
modules, links or data, has a part in it.
"""

import dataclasses
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelfns.engine.options import ApplyOptions
from labelfns.errors import InputError, LFError, raise_all
from labelfns.io.atomic import whole
from labelfns.lfset import LFSet
from labelfns.pipelines.prediction.predictor import Predictor, VoteWeight
from labelfns.pipelines.prediction.second_view import SecondView
from labelfns.pipelines.prediction.signature import is_signed, signature

from .lf_copy import copied_lfs, models_read, word_lists
from .output_folder import SETTINGS
from .saved import read_json, reading, write_json

if TYPE_CHECKING:
    from labelfns.models import TransformerClassifier

PREDICTOR, LABEL_MODEL, SECOND_VIEW = "predictor.json", "label_model.json", "second_view"
_FORMAT = "labelfns.predictor/1"
_OPTIONS = ("time_limit", "on_error")
_WITHOUT = "Its classifier answers without it: --without-lfs, or Pipeline.load(folder, without_lfs=True)"
_GIVE = "Or give the LFs: --lfs FILE, or Pipeline.load(folder, lfs=LFSet.from_file(...))"


def save_predictor(
    folder: Path, predictor: Predictor, *, lf_source: bytes | None, options: Mapping[str, Any] | None = None
) -> None:
    """Write all but classifier and LFs, beside ``model/`` and the LF file.

    Parameters
    ----------
    folder
        The folder.
    predictor
        The predictor.
    lf_source
        The content of the Python file of LFs that this user ran, or trusts; None where there is none.
    options
        How the LFs are applied; what decides their votes is kept.
    """
    predictor.label_model.save(folder / LABEL_MODEL)
    signed = "" if lf_source is None else signature(lf_source)
    kept = {name: value for name, value in (options or {}).items() if name in _OPTIONS}
    if view := predictor.second_view:
        with whole(folder / SECOND_VIEW) as part:
            view.save(part)
    content = {**dataclasses.asdict(predictor.weight), SECOND_VIEW: view is not None}
    content |= {"lf_options": kept, "lfs_signature": signed}
    write_json(folder / PREDICTOR, {"format": _FORMAT, **content})


def has_predictor(folder: Path) -> bool:
    """Return whether `save_predictor` wrote to a folder."""
    return (folder / PREDICTOR).is_file()


def load_predictor(folder: Path, classifier: "TransformerClassifier") -> Predictor:
    """Read what `save_predictor` wrote; the LFs are not read.

    Raises
    ------
    InputError
        If it is damaged, or of other labels than the classifier.
    """
    from labelfns.models.label_models.kinds import load_label_model

    path = folder / PREDICTOR
    content = read_json(path, _WITHOUT)
    with reading(path, _WITHOUT):
        if content["format"] != _FORMAT:
            raise InputError(f"its format is {content['format']!r}; this version reads {_FORMAT!r}")
        known = {field.name for field in dataclasses.fields(VoteWeight)}
        weight = VoteWeight(**{name: value for name, value in content.items() if name in known})
    with reading(folder / LABEL_MODEL, _WITHOUT):
        predictor = Predictor(classifier, load_label_model(folder / LABEL_MODEL), weight)
    if not content.get(SECOND_VIEW):  # a folder of before has none
        return predictor
    with reading(folder / SECOND_VIEW, _WITHOUT):
        return dataclasses.replace(predictor, second_view=SecondView.load(folder / SECOND_VIEW, classifier.classes_))


def lf_options(folder: Path) -> dict[str, Any]:
    """Return how a folder's LFs are applied, as keyword arguments of `LFSet.apply`."""
    kept = read_json(folder / PREDICTOR, _WITHOUT).get("lf_options", {})
    options = {name: value for name, value in kept.items() if name in _OPTIONS} if isinstance(kept, dict) else {}
    with reading(folder / PREDICTOR, _WITHOUT):
        ApplyOptions(**options)
    return options


def saved_lfs(folder: Path, labels: tuple[str, ...], *, trust: bool) -> LFSet:
    """Read the LFs that a folder keeps. A Python file runs.

    Parameters
    ----------
    folder
        The folder.
    labels
        The label names.
    trust
        Whether a Python file runs that no run of this user left here on this machine; it runs where it lies.

    Raises
    ------
    InputError
        If there is no LF file, it is not trusted, or a TOML file names word lists or models outside of the folder.
    LFError
        If it does not run to its end.
    """
    file = copied_lfs(folder)
    if file is None:
        raise InputError(
            f"{folder} was saved without its LFs, which are Python and were in no file, so they cannot vote. Give "
            f"them: Pipeline.load(folder, lfs=LFSet(...)). {_WITHOUT}"
        )
    if trust:
        return LFSet.from_file(file, labels)
    if file.suffix == ".toml":
        _check_inside(file)
        return LFSet.from_file(file, labels)
    source = signed_source(file)
    if source is None:
        raise InputError(
            f"{file} is Python code that no run of yours left here on this machine, and to let the LFs vote it is run. "
            "If you know where it comes from, trust it: --trust-lfs, or Pipeline.load(folder, trust_lfs=True). "
            f"{_WITHOUT}. {_GIVE}"
        )
    with tempfile.TemporaryDirectory() as alone:
        copy = Path(alone) / file.name
        copy.write_bytes(source)
        try:
            return LFSet.from_file(copy, labels)
        except LFError as error:
            raise LFError(
                f"{str(error).replace(str(copy), str(file))}. It is run by itself, without the files beside the one "
                f"that it is a copy of. {_GIVE}"
            ) from error


def signed_source(file: Path) -> bytes | None:
    """Return the content of a Python file of LFs that a run or `Pipeline.save` of this user wrote; None for others."""
    if not has_predictor(file.parent):
        return None
    source = file.read_bytes()
    return source if is_signed(source, read_json(file.parent / PREDICTOR, _WITHOUT).get("lfs_signature")) else None


def text_column(folder: Path, facts: Mapping[str, Any]) -> str:
    """Return the column of texts of a saved pipeline, by its facts, or of a run, by its settings; else ``"text"``."""
    name, file = facts.get("text"), folder / SETTINGS
    if name is None and file.is_file():
        with suppress(OSError, ValueError, AttributeError, RecursionError):
            name = tomllib.loads(file.read_text(encoding="utf-8")).get("data", {}).get("text")
    return name if isinstance(name, str) and name else "text"


def _check_inside(file: Path) -> None:
    """Check that the word lists of a TOML file are files of its own folder, and that it names no model elsewhere."""
    folder = file.parent.resolve()
    places = {folder, file.resolve().parent}  # in a hub's cache all files are links to one folder of contents
    outside = [path for path in word_lists(file) if places.isdisjoint(path.resolve().parents) or not path.is_file()]
    elsewhere = [model for model in models_read(file) if model != "embedded"]
    raise_all(
        InputError,
        [f"{file} names {path}, which is no file in {folder}: what a folder keeps lies in it" for path in outside]
        + [
            f"{file} has LFs that read texts with the model {model}, which is not in the folder. If you know where "
            f"both come from, trust them: --trust-lfs, or Pipeline.load(folder, trust_lfs=True). {_WITHOUT}"
            for model in elsewhere
        ],
    )
