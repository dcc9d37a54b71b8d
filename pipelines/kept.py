"""`KeptPipeline`: how a pipeline is saved, opened again, and shared on a hub."""

import tempfile
import warnings
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from labelfns.errors import InputError, LabelFnsWarning, some
from labelfns.io.atomic import whole, write_text
from labelfns.lfset import LFSet

from .prediction.predictor import Predictor
from .run.lf_copy import copied_lfs, copy_lfs, lfs_as_toml, models_read
from .run.output_folder import name_instead
from .run.run_files import MARK, strangers
from .run.saved import read_json, reading, write_json
from .run.saved_predictor import (
    has_predictor,
    lf_options,
    load_predictor,
    save_predictor,
    signed_source,
    text_column,
)
from .sharing.card import CARD, base_model, model_card
from .sharing.hub import CONTENT, REST, Pushed, fetch, is_on_hub, parts, push, shared
from .summary import summary

if TYPE_CHECKING:
    from labelfns.models import BaseLabelModel, TransformerClassifier

_MODEL = "model"
_FORMAT = "labelfns.pipeline/1"
_SAVE_AGAIN = "Save the pipeline again"


class KeptPipeline:
    """The part of `labelfns.pipelines.Pipeline` that is about folders and hubs."""

    lfs: LFSet | None
    label_model_: "BaseLabelModel | None"
    predictor_: Predictor | None
    classifier_: "TransformerClassifier"
    classes_: tuple[str, ...]
    text_: str
    _facts: Mapping[str, Any] | None
    _folder: Path | None
    _trust_lfs: bool
    _saved_lfs: LFSet | None
    _lf_options: Mapping[str, Any]

    @abstractmethod
    def __init__(self, lfs: LFSet | None, backbone: str | Path = "embedded") -> None: ...

    @abstractmethod
    def _check_fitted(self) -> None: ...

    def save(self, folder: str | Path, *, lf_file: str | Path | None = None, overwrite: bool = False) -> None:
        """Write a folder that `load` opens; its ``model/`` opens in ``transformers.pipeline`` too.

        Parameters
        ----------
        folder
            A new or empty folder.
        lf_file
            The file that the LFs come from, which is copied, with the word lists of a TOML file; by default the one
            that the `LFSet` was read from. Where there is none, LFs that builders made are written to a TOML file.
        overwrite
            Whether a pipeline that was saved there is replaced. A folder that holds anything else is not.

        Raises
        ------
        InputError
            If the pipeline is not fitted, or the folder is not empty and not to be replaced.
        WriteError
            If it cannot be written; nothing of it is left then.

        Warns
        -----
        LabelFnsWarning
            If LFs are Python and come from no file: the LFs are not saved then.
        """
        self._check_fitted()
        target = Path(folder)
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            _check_replaced(target, overwrite=overwrite)
        file, source = self._lfs_to_keep(lf_file)
        toml = lfs_as_toml(self.lfs) if file is None and self.lfs is not None else None
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole(target) as part:
            part.mkdir()
            if file is not None:
                copy_lfs(file, part, source)
            self._write(part, part / _MODEL, self._facts or {}, toml, source)

    save_pretrained = save

    def push_to_hub(
        self,
        repo: str,
        *,
        python_lfs: bool = False,
        private: bool | None = None,
        message: str = "Pipeline of labelfns",
    ) -> Pushed:
        """Upload classifier, card and predictor to the Hugging Face hub, from where `load` opens them by their name.

        The classifier and its card (``README.md``) lie at the top, where ``transformers.pipeline`` looks, and in
        ``labelfns/`` what the predictor needs: the second view, the label model with the names of the LFs, figures,
        and the LFs: a TOML file as it is, `expects` included, with its word lists, or what builders made, as TOML. No
        text that was labeled is uploaded, no path of this machine, nothing that LFs raised. A README that is there is
        replaced, but for what else stands at its top.

        Parameters
        ----------
        repo
            ``"OWNER/NAME"``; made where there is none.
        python_lfs
            Whether a Python file of LFs is uploaded too. It is code, all that it holds included, and runs elsewhere
            only where one says so (`load`).
        private
            Whether a new repository is private; by default what the owner has set on the hub.
        message
            What the commit says.

        Raises
        ------
        InputError
            If the pipeline is not fitted, its LFs read texts with a model in a folder, or it cannot be uploaded.

        Warns
        -----
        LabelFnsWarning
            If LFs are Python and are not uploaded.
        """
        self._check_fitted()
        if self._facts is None:
            raise InputError(
                "this pipeline is a classifier alone; upload that: pipeline.classifier_.model_.push_to_hub(...) and "
                "tokenizer_.push_to_hub(...)"
            )
        file, source = self._lfs_to_keep(None)
        toml = lfs_as_toml(self.lfs) if file is None and self.lfs is not None else None
        if file is not None and file.suffix != ".toml" and not python_lfs:
            warnings.warn(
                f"{file.name} is Python code and is not uploaded; upload it with python_lfs=True, or who loads the "
                f"pipeline gives the LFs: Pipeline.load({repo!r}, lfs=LFSet.from_file(...))",
                LabelFnsWarning,
                stacklevel=2,
            )
            file = None
        with tempfile.TemporaryDirectory() as folder:
            top = Path(folder)
            (top / REST).mkdir()
            if file is not None:
                copy_lfs(file, top / REST, source)
            self._write(top / REST, top, shared(self._facts), toml, None, repo=repo)
            _check_others_have_them(copied_lfs(top / REST))
            return push(top, repo, private=private, message=message)

    def _write(
        self,
        content: Path,
        model: Path,
        facts: Mapping[str, Any],
        toml: str | None,
        source: bytes | None,
        *,
        repo: str | None = None,
    ) -> None:
        """Write the model with its card to one folder, and the rest to another, where an LF file may be already."""
        self.classifier_.save_pretrained(model)
        if toml is not None:
            write_text(content / "lfs.toml", toml)
        if self.predictor_ is not None:
            save_predictor(content, self.predictor_, lf_source=source, options=self._lf_options)
        about = {"format": _FORMAT, "labels": self.classes_, "text": self.text_}
        write_json(content / CONTENT, about | dict(facts))
        if self._facts is not None:
            lfs = copied_lfs(content)
            card = model_card(
                self._facts, self.classes_, self.label_model_, repo=repo, lfs="" if lfs is None else lfs.name
            )
            write_text(model / CARD, card)

    def _lfs_to_keep(self, lf_file: str | Path | None) -> tuple[Path | None, bytes | None]:
        """Return the LF file to copy, and what of it is known to be the user's own; a stranger's stays a stranger's."""
        if lf_file is not None:
            return Path(lf_file), Path(lf_file).read_bytes()
        if self.lfs is not None:
            return self.lfs.file, self.lfs.source
        file = copied_lfs(self._folder) if self._folder else None
        if file is None or file.suffix == ".toml":
            return file, None
        return file, self._saved_lfs.source if self._saved_lfs is not None else signed_source(file)

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        lfs: LFSet | None = None,
        trust_lfs: bool = False,
        without_lfs: bool = False,
        revision: str | None = None,
    ) -> Self:
        """Open what `save` or `push_to_hub` wrote, or the folder of a finished run, to predict; it runs nothing of it.

        Its LFs are read when they are first asked. A Python file of LFs is code: it runs where a run or `save` of this
        user left it on this machine, and other files only with `trust_lfs`.

        Parameters
        ----------
        folder
            The folder; or ``"OWNER/NAME"`` on the Hugging Face hub, where there is no such folder here.
        lfs
            The LFs; by default those of the LF file in the folder.
        trust_lfs
            Whether a Python file of LFs from elsewhere may run.
        without_lfs
            Whether the classifier answers alone; the label model and the LFs are not looked at then.
        revision
            The commit, branch or tag of a repository on the hub; by default its main branch, which its owner can
            change: name a commit where `trust_lfs` is given.

        Raises
        ------
        InputError
            If it is none of these, is damaged, or cannot be fetched.
        """
        if isinstance(folder, str) and is_on_hub(folder):
            folder = fetch(folder, revision)
        folder, model = parts(Path(folder))
        file = next((folder / name for name in (CONTENT, "metrics.json") if (folder / name).is_file()), None)
        if file is None or not model.is_dir():
            raise InputError(
                f"{folder} holds neither a saved Pipeline nor a finished run: it lacks {_MODEL}/, {CONTENT} or "
                f"metrics.json. {name_instead(folder)}"
            )
        from labelfns.models import TransformerClassifier

        pipeline = cls(lfs, model)
        pipeline._facts, pipeline._folder = read_json(file, _SAVE_AGAIN), folder
        with reading(file, _SAVE_AGAIN):
            summary(pipeline._facts)
        pipeline.classifier_ = TransformerClassifier.from_pretrained(model)
        pipeline.classes_ = pipeline.classifier_.classes_
        pipeline._trust_lfs, pipeline.text_ = trust_lfs, text_column(folder, pipeline._facts)
        if not without_lfs and (has_predictor(folder) or pipeline._facts.get("predictor")):
            pipeline.predictor_ = load_predictor(folder, pipeline.classifier_)
            pipeline._lf_options = lf_options(folder)
        pipeline.label_model_ = pipeline.predictor_.label_model if pipeline.predictor_ else None
        return pipeline


def _check_replaced(target: Path, *, overwrite: bool) -> None:
    """Check that what would be replaced is a saved pipeline and nothing else."""
    if not (target / CONTENT).is_file() or (target / MARK).exists() or target.is_symlink():
        raise InputError(f"{target} exists and is not empty; name another folder")
    if not overwrite:
        raise InputError(f"{target} holds a saved pipeline; replace it with overwrite=True, or name another folder")
    if others := [name for name in strangers(target) if name != CONTENT]:
        raise InputError(
            f"{target} holds what no pipeline saved, and it would be removed: {some(others, 10)}. Move it to another "
            "place, or name another folder"
        )


def _check_others_have_them(lf_file: Path | None) -> None:
    """Check that the models that LFs read texts with are on the hub, and no folder of this machine."""
    models = [] if lf_file is None else models_read(lf_file)
    if here := [model for model in models if base_model(model) is None]:
        raise InputError(
            f"LFs read texts with {some(here)}, which is on this machine alone; name a model on the hub, or save the "
            "pipeline to a folder instead"
        )
