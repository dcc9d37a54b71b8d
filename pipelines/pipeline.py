"""`Pipeline`: labeling functions and texts in, labels out; the command line goes the same way."""

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError, LabelFnsWarning, some
from labelfns.io.atomic import whole, write_text
from labelfns.io.texts import Texts, as_texts
from labelfns.lfs.as_toml import is_data, lfs_toml
from labelfns.lfset import LFSet
from labelfns.progress import Bar, Progress
from labelfns.votes import Probs, Votes

from .prediction.predictor import Answers, Predictor
from .run.lf_copy import copied_lfs, copy_lfs
from .run.saved import read_json, reading, write_json
from .run.saved_predictor import has_predictor, lf_options, load_predictor, save_predictor, saved_lfs, signed_source
from .sharing.card import CARD, model_card
from .sharing.hub import CONTENT, REST, Pushed, fetch, is_on_hub, parts, push, shared
from .shown import ShownRun
from .summary import summary

if TYPE_CHECKING:
    from labelfns.models import BaseLabelModel, FineTuning, TransformerClassifier
    from labelfns.pipelines.few_gold import FewGold
    from labelfns.pipelines.prediction.settings import Prediction
    from labelfns.pipelines.self_training.labeled import Labeled
    from labelfns.pipelines.self_training.ledger import SelfTrainingResult
    from labelfns.pipelines.self_training.settings import Rounds

_MODEL = "model"
_FORMAT = "labelfns.pipeline/1"
_SAVE_AGAIN = "Save the pipeline again"


class Pipeline(ShownRun):
    """The whole way: LFs vote, a label model weighs the votes, a transformer is fine-tuned on them over rounds.

    It is what ``labelfns run`` does, without a run folder. To predict, LFs and classifier answer together. `save` keeps
    LFs that builders made or an LF file holds; with a Python function that a script itself defines among them, LFs are
    not saved, and have to be given to `load`.

    Parameters
    ----------
    lfs
        The LFs, with the label names.
    backbone
        ``"embedded"``, a folder, or a name on the Hugging Face hub.
    label_model
        Turns votes into probabilities; by default `SnorkelLabelModel`. It stays as it is.
    settings
        How the transformer is fine-tuned; by default ``FineTuning()``.
    rounds
        How the rounds go; by default ``Rounds()``.
    few_gold
        How a few gold rows are used, if `fit` gets some; by default ``FewGold()``.
    prediction
        How LFs and classifier answer together; by default ``Prediction()``.
    seed
        Seed of everything that is drawn; global generators are left as they were.

    Attributes
    ----------
    classes_
        The k label names, in the order of the columns of `predict_proba`.
    classifier_
        The kept model.
    label_model_
        The label model, fitted on the pool's votes.
    predictor_
        Label model, classifier and second view, answering together. It and `label_model_` are None after `load` from a
        folder of version 0.1, whose classifier answers alone.
    votes_, weak_labels_, result_
        The LFs' votes on the pool, the label model's probabilities of it, [n, k], and all rounds. Not there after
        `load`.

    Examples
    --------
    Some ten seconds per hundred texts on two cores::

        from labelfns import LFSet, hashtags, keywords, read_texts
        from labelfns.pipelines import Pipeline

        lfs = LFSet(
            ["negative", "positive"],
            [
                hashtags("positive", ["happy", "yay"]),
                keywords("positive", ["we won", "thank you"]),
                keywords("negative", ["cancelled", "late again"]),
            ],
        )
        pipeline = Pipeline(lfs).fit(read_texts("tweets.jsonl"))
        print(pipeline.summary())
        print(pipeline.predict(["nobody picked up the phone", "we won!"]))
        pipeline.save("my-pipeline")
    """

    votes_: Votes
    weak_labels_: Probs
    result_: "SelfTrainingResult"
    label_model_: "BaseLabelModel | None" = None
    predictor_: Predictor | None = None
    classifier_: "TransformerClassifier"
    classes_: tuple[str, ...]

    def __init__(
        self,
        lfs: LFSet | None,
        backbone: str | Path = "embedded",
        *,
        label_model: "BaseLabelModel | None" = None,
        settings: "FineTuning | None" = None,
        rounds: "Rounds | None" = None,
        few_gold: "FewGold | None" = None,
        prediction: "Prediction | None" = None,
        seed: int = 0,
    ) -> None:
        self.lfs = lfs
        self.backbone = backbone
        self.label_model = label_model
        self.settings = settings
        self.rounds = rounds
        self.few_gold = few_gold
        self.prediction = prediction
        self.seed = seed
        self._facts: Mapping[str, Any] | None = None
        self._folder: Path | None = None
        self._trust_lfs = False
        self._saved_lfs: LFSet | None = None
        self._lf_options: Mapping[str, Any] = {}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the constructor's arguments by name, as scikit-learn's ``clone`` asks for them."""
        names = ("lfs", "backbone", "label_model", "settings", "rounds", "few_gold", "prediction", "seed")
        return {name: getattr(self, name) for name in names}

    def set_params(self, **params: Any) -> Self:
        """Set constructor arguments by name.

        Raises
        ------
        InputError
            If one is unknown.
        """
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise InputError(f"a Pipeline has no parameter {name!r}; it has {', '.join(known)}")
            setattr(self, name, value)
        return self

    def fit(
        self,
        texts: Any,
        gold: Any = None,
        *,
        few_gold: "Texts | Labeled | tuple[Any, Any] | None" = None,
        val: "Texts | Labeled | tuple[Any, Any] | None" = None,
        progress: Progress | None = None,
    ) -> Self:
        """Label the texts and fine-tune on them.

        Parameters
        ----------
        texts
            The n texts to label: whatever `LFSet.apply` takes.
        gold
            Their labels [n], by id or name, -1 or None where unknown, for figures alone; by default those that the
            texts come with.
        few_gold
            A few texts with gold labels, at least 2 of each, to train the kept model further and calibrate it, where
            that helps; as texts that have gold, or as a pair of texts and gold.
        val
            Texts with gold labels, for figures alone.
        progress
            Called with what is done and how far it is; by default a bar is shown.

        Raises
        ------
        LabelFnsError
            If the input is not right, a label gets no vote, or the backbone cannot be opened.

        Warns
        -----
        LabelFnsWarning
            If an LF raised.
        """
        from labelfns.models import FineTuning, SnorkelLabelModel, TransformerClassifier
        from labelfns.pipelines.few_gold import FewGold
        from labelfns.pipelines.prediction.settings import Prediction
        from labelfns.pipelines.self_training.settings import Rounds

        from .run.inputs import Inputs
        from .run.metrics import facts
        from .run.training import Plan, prepare, train

        if self.lfs is None:
            raise InputError("this pipeline was loaded, and is there to predict; to train, make one: Pipeline(lfs)")
        labels, show = self.lfs.labels, progress or Bar()
        sets = {"pool": _as_texts(texts, gold, labels)}
        for name, data in (("val", val), ("few_gold", few_gold)):
            if data is not None:
                sets[name] = _with_gold(data, labels, name)
        plan = Plan(
            self.label_model or SnorkelLabelModel(),
            TransformerClassifier(self.backbone, settings=self.settings or FineTuning(), seed=self.seed),
            self.rounds or Rounds(),
            self.few_gold or FewGold(),
            self.prediction or Prediction(),
        )
        trained = train(prepare(Inputs(self.lfs, sets), plan, progress=show), progress=show)
        self.votes_, self.result_ = trained.prepared.votes["pool"], trained.result
        self.weak_labels_, self.label_model_ = trained.result.weak_labels, trained.label_model
        self.classifier_, self.predictor_, self.classes_ = trained.classifier, trained.predictor, labels
        self._folder = None
        self._facts = facts(trained)
        return self

    def predict(
        self,
        texts: Any,
        *,
        text: str = "text",
        min_confidence: float = 0.0,
        without_lfs: bool = False,
        progress: Progress | None = None,
    ) -> npt.NDArray[np.object_]:
        """Return the label names of texts, [n]; None where the largest probability is below `min_confidence`.

        The other arguments, and errors, are those of `answer`; `min_confidence` is in [0, 1].
        """
        if not 0 <= min_confidence <= 1:
            raise InputError(f"min_confidence must be in 0..1; got {min_confidence!r}")
        answers = self.answer(texts, text=text, without_lfs=without_lfs, progress=progress).labels(min_confidence)
        names: npt.NDArray[np.object_] = np.array([*self.classes_, None], dtype=object)[answers]  # -1 is the last
        return names

    def predict_proba(
        self, texts: Any, *, text: str = "text", without_lfs: bool = False, progress: Progress | None = None
    ) -> Probs:
        """Return class probabilities, [n, k], rows sum to 1, columns as in ``classes_``; otherwise as `answer`."""
        return self.answer(texts, text=text, without_lfs=without_lfs, progress=progress).probs

    def answer(
        self, texts: Any, *, text: str = "text", without_lfs: bool = False, progress: Progress | None = None
    ) -> Answers:
        """Answer for texts, and say where each answer comes from.

        Parameters
        ----------
        texts
            The n texts: whatever `LFSet.apply` takes, with the columns that the LFs read.
        text
            The column of texts in a frame.
        without_lfs
            Whether the classifier answers alone.
        progress
            Called with what is done and how far it is; by default a bar is shown.

        Raises
        ------
        InputError
            If the pipeline is not fitted, a text is not right, or the LFs are asked and are not there (see `load`).
        """
        self._check_fitted()
        checked, progress = as_texts(texts, text), progress or Bar()
        if without_lfs or self.predictor_ is None:
            return Answers.of(self.classifier_.predict_proba(checked, progress=progress), None, None, 0.0)
        lfs = self._lfs_to_ask()
        self.predictor_.label_model.check_names(lfs.labels, lfs.names)  # before they run, which may take long
        return self.predictor_.answer(checked, self.apply(checked, progress=progress), progress=progress)

    def apply(self, texts: Any, *, text: str = "text", progress: Progress | None = None) -> Votes:
        """Let the pipeline's LFs vote on texts; of one that was loaded, they are read from the file beside its model.

        A Python file of LFs is run then, and only then.

        Raises
        ------
        InputError
            If the pipeline was saved without its LFs, or they are Python code that is not trusted (see `load`).
        """
        return self._lfs_to_ask().apply(as_texts(texts, text), progress=progress, **self._lf_options)

    def _lfs_to_ask(self) -> LFSet:
        """Return the LFs; those of a folder are read when they are first asked."""
        lfs = self.lfs or self._saved_lfs
        if lfs is None:
            self._check_fitted()
            if self._folder is None:
                raise InputError("this pipeline is a classifier alone, without LFs")
            lfs = self._saved_lfs = saved_lfs(self._folder, self.classes_, trust=self._trust_lfs)
        return lfs

    def summary(self) -> str:
        """Return what LFs, rounds and gold did, in a few lines.

        Raises
        ------
        InputError
            If the pipeline is not fitted.
        """
        self._check_fitted()
        if self._facts is None:
            raise InputError("this pipeline is a classifier alone: there is no run to sum up")
        return summary(self._facts)

    def save(self, folder: str | Path, *, lf_file: str | Path | None = None) -> None:
        """Write a folder that `load` opens; its ``model/`` opens in ``transformers.pipeline`` too.

        Parameters
        ----------
        folder
            A new or empty folder.
        lf_file
            The file that the LFs come from, which is copied, with the word lists of a TOML file; by default the one
            that the `LFSet` was read from. Where there is none, LFs that builders made are written to a TOML file.

        Raises
        ------
        InputError
            If the pipeline is not fitted, or the folder is not empty.
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
            raise InputError(f"{target} exists and is not empty; name another folder")
        file, source = self._lfs_to_keep(lf_file)
        toml = _as_data(self.lfs) if file is None and self.lfs is not None else None
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
        and the LFs: a TOML file with its word lists, or what builders made, as TOML. No text is uploaded, no path of
        this machine, nothing that LFs raised. A README that is there is replaced, but for what else stands at its top.

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
            If the pipeline is not fitted, or cannot be uploaded.

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
        toml = _as_data(self.lfs) if file is None and self.lfs is not None else None
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
        write_json(content / CONTENT, {"format": _FORMAT, "labels": self.classes_, **facts})
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
    ) -> "Pipeline":
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
                "metrics.json. Name a folder that `save` or `labelfns run` wrote"
            )
        from labelfns.models import TransformerClassifier

        pipeline = cls(lfs, model)
        pipeline._facts, pipeline._folder = read_json(file, _SAVE_AGAIN), folder
        with reading(file, _SAVE_AGAIN):
            summary(pipeline._facts)
        pipeline.classifier_ = TransformerClassifier.from_pretrained(model)
        pipeline.classes_ = pipeline.classifier_.classes_
        pipeline._trust_lfs = trust_lfs
        if not without_lfs and (has_predictor(folder) or pipeline._facts.get("predictor")):
            pipeline.predictor_ = load_predictor(folder, pipeline.classifier_)
            pipeline._lf_options = lf_options(folder)
        pipeline.label_model_ = pipeline.predictor_.label_model if pipeline.predictor_ else None
        return pipeline

    @classmethod
    def of_classifier(cls, classifier: "TransformerClassifier") -> "Pipeline":
        """Return a pipeline that answers as a fitted classifier, without LFs."""
        pipeline = cls(None)
        pipeline.classifier_, pipeline.classes_ = classifier, classifier.classes_
        return pipeline

    def _check_fitted(self) -> None:
        if not hasattr(self, "classifier_"):
            raise InputError("this Pipeline is not fitted yet; call fit(texts) first")


def _as_data(lfs: LFSet) -> str | None:
    """Return LFs that came from no file as TOML; None, and a warning, where some are code."""
    code = [lf.name for lf in lfs if not is_data(lf)]
    if not code:
        return lfs_toml(lfs)
    warnings.warn(
        f"LFs in Python that come from no file: {some(code)}. So the LFs are not saved with the pipeline; save it with "
        "lf_file=..., or load it with lfs=LFSet(...)",
        LabelFnsWarning,
        stacklevel=3,
    )
    return None


def _as_texts(data: Any, gold: Any, labels: Sequence[str]) -> Texts:
    """Return texts, checked once, with their gold labels where there are such."""
    return as_texts(data, gold=gold, labels=labels)


def _with_gold(data: Any, labels: Sequence[str], name: str) -> Texts:
    texts, gold = (
        data if isinstance(data, tuple) else (data, None) if isinstance(data, Texts) else (data.texts, data.gold)
    )
    texts = _as_texts(texts, gold, labels)
    if texts.gold is None:
        raise InputError(f"{name} needs gold labels; give texts that have them, or a pair of texts and gold")
    return texts
