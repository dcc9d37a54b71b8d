"""What a folder keeps of a predictor beside its classifier: ``predictor.json`` and ``label_model.json``.

The LFs stand beside them. A TOML file of LFs is data. A Python file is code, and a folder may come from a stranger: it
is run where this user's own run left it on this machine, as its signature shows, and elsewhere where the user says so.
"""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from labelfns.errors import InputError
from labelfns.lfset import LFSet
from labelfns.pipelines.prediction.predictor import Predictor, VoteWeight
from labelfns.pipelines.prediction.signature import is_signed, signature

from .lf_copy import copied_lfs
from .saved import read_json, reading, write_json

if TYPE_CHECKING:
    from labelfns.models import TransformerClassifier

PREDICTOR, LABEL_MODEL = "predictor.json", "label_model.json"
_FORMAT = "labelfns.predictor/1"
_FIX = "Its classifier alone answers without it: --without-lfs, or Pipeline.predict(texts, without_lfs=True)"


def save_predictor(folder: Path, predictor: Predictor, *, sign: bool) -> None:
    """Write the label model, and how it answers together with the classifier, beside the LF file and ``model/``.

    `sign` says whether that LF file is this user's own, or trusted.
    """
    file = copied_lfs(folder)
    predictor.label_model.save(folder / LABEL_MODEL)
    signed = signature(file) if sign and file is not None else ""
    write_json(folder / PREDICTOR, {"format": _FORMAT, **dataclasses.asdict(predictor.weight), "lfs_signature": signed})


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
    content = read_json(path, _FIX)
    with reading(path, _FIX):
        weight = VoteWeight(*(content[field.name] for field in dataclasses.fields(VoteWeight)))
    return Predictor(classifier, load_label_model(folder / LABEL_MODEL), weight)


def saved_lfs(folder: Path, labels: tuple[str, ...], *, trust: bool) -> LFSet:
    """Read the LFs that a folder keeps. A Python file runs.

    Parameters
    ----------
    folder
        The folder.
    labels
        The label names.
    trust
        Whether a Python file runs that no run of this user left here on this machine.

    Raises
    ------
    InputError
        If there is no LF file, or it is not trusted.
    LFError
        If it does not run to its end.
    """
    file = copied_lfs(folder)
    if file is None:
        raise InputError(
            f"{folder} was saved without its LFs, which are Python and were in no file, so they cannot vote. Give "
            f"them: Pipeline.load(folder, lfs=LFSet(...)). {_FIX}"
        )
    if not (trust or is_own(file)):
        raise InputError(
            f"{file} is Python code that no run of yours left here on this machine, and to let the LFs vote it is run. "
            "If you know where it comes from: --trust-lfs, or Pipeline.load(folder, trust_lfs=True). "
            f"{_FIX}"
        )
    return LFSet.from_file(file, labels)


def is_own(file: Path) -> bool:
    """Whether an LF file is no code, or code that this user left there, and nothing that it might import is with it.

    A folder counts too: ``re/__init__.py`` would be taken for the ``re`` that the file imports.
    """
    if file.suffix == ".toml":
        return True
    others = [path for path in file.parent.rglob("*") if path.suffix in _CODE or path.is_symlink()]
    if [path for path in others if path != file and path.parent.name != "__pycache__"] or not has_predictor(
        file.parent
    ):
        return False
    return is_signed(file, read_json(file.parent / PREDICTOR, _FIX).get("lfs_signature"))


_CODE = {".py", ".pyw", ".pyc", ".pyd", ".so", ".dll"}
