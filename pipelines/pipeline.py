"""`Pipeline`: labeling functions and texts in, labels out; the command line goes the same way."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError
from labelfns.io.texts import Texts, as_texts, written_texts
from labelfns.lfset import LFSet
from labelfns.progress import Bar, Progress
from labelfns.settings import check_classes
from labelfns.votes import Probs, Votes

from .kept import KeptPipeline
from .prediction.predictor import Answers, Predictor
from .run.saved_predictor import saved_lfs
from .shown import ShownRun
from .summary import summary

if TYPE_CHECKING:
    from labelfns.models import BaseLabelModel, FineTuning, TransformerClassifier
    from labelfns.pipelines.few_gold import FewGold
    from labelfns.pipelines.prediction.settings import Prediction
    from labelfns.pipelines.self_training.labeled import Labeled
    from labelfns.pipelines.self_training.ledger import SelfTrainingResult
    from labelfns.pipelines.self_training.settings import Rounds


class Pipeline(ShownRun, KeptPipeline):
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
    text_
        The column of texts in a frame, as `fit` or the run read it; `predict` and the like look for it.
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
    text_: str = "text"

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
        text: str = "text",
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
            Their labels [n], by id or name, -1 or None where unknown, or the name of their column in a frame, for
            figures alone; by default those that the texts come with.
        text
            The column of texts in a frame, here and in `few_gold` and `val`.
        few_gold
            A few texts with gold labels, at least 2 of each, to train the kept model further and calibrate it, where
            that helps; as texts that have gold, or as a pair of texts and gold.
        val
            Texts with gold labels, for figures alone.
        progress
            Called with what is done and how far it is; by default a bar is shown.

        Raises
        ------
        SettingsError
            If arguments of the pipeline are of another class than they must be.
        LabelFnsError
            If the input is not right, a label gets no vote, or the backbone cannot be opened.

        Warns
        -----
        LabelFnsWarning
            If an LF raised.
        """
        from labelfns.models import BaseLabelModel, FineTuning, SnorkelLabelModel, TransformerClassifier
        from labelfns.pipelines.few_gold import FewGold
        from labelfns.pipelines.prediction.settings import Prediction
        from labelfns.pipelines.self_training.settings import Rounds

        from .run.inputs import Inputs, with_gold
        from .run.metrics import facts
        from .run.training import Plan, prepare, train

        if self.lfs is None:
            raise InputError("this pipeline was loaded, and is there to predict; to train, make one: Pipeline(lfs)")
        check_classes(
            lfs=(self.lfs, LFSet, "an LFSet, which LFSet.from_file makes of a file"),
            backbone=(self.backbone, str | Path, '"embedded", a folder, or a name on the hub'),
            label_model=(self.label_model, BaseLabelModel | None, "a label model, as LabelModel()"),
            settings=(self.settings, FineTuning | None, "FineTuning(...)"),
            rounds=(self.rounds, Rounds | None, "Rounds(...)"),
            few_gold=(self.few_gold, FewGold | None, "FewGold(...)"),
            prediction=(self.prediction, Prediction | None, "Prediction(...)"),
            seed=(self.seed, int | np.integer, "a whole number"),
        )
        labels, show = self.lfs.labels, progress or Bar()
        sets = {"pool": as_texts(texts, text, gold=gold, labels=labels)}
        for name, data in (("val", val), ("few_gold", few_gold)):
            if data is not None:
                sets[name] = with_gold(data, text, labels, name)
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
        self._folder, self.text_ = None, text
        self._facts = facts(trained)
        return self

    def predict(
        self,
        texts: Any,
        *,
        text: str | None = None,
        min_confidence: float = 0.0,
        without_lfs: bool = False,
        progress: Progress | None = None,
    ) -> npt.NDArray[np.object_]:
        """Return the label names of texts, [n]; None where the largest probability is below `min_confidence`.

        A text that is null or blank has none either.
        The other arguments, and errors, are those of `answer`; `min_confidence` is in [0, 1].
        """
        if not 0 <= min_confidence <= 1:
            raise InputError(f"min_confidence must be in 0..1; got {min_confidence!r}")
        answers = self.answer(texts, text=text, without_lfs=without_lfs, progress=progress).labels(min_confidence)
        names: npt.NDArray[np.object_] = np.array([*self.classes_, None], dtype=object)[answers]  # -1 is the last
        return names

    def predict_proba(
        self, texts: Any, *, text: str | None = None, without_lfs: bool = False, progress: Progress | None = None
    ) -> Probs:
        """Return class probabilities, [n, k], columns as in ``classes_``; otherwise as `answer`.

        Rows sum to 1; they are NaN where a text is null or blank.
        """
        return self.answer(texts, text=text, without_lfs=without_lfs, progress=progress).probs

    def answer(
        self, texts: Any, *, text: str | None = None, without_lfs: bool = False, progress: Progress | None = None
    ) -> Answers:
        """Answer for texts, and say where each answer comes from.

        Parameters
        ----------
        texts
            The n texts: whatever `LFSet.apply` takes, with the columns that the LFs read. One that is null or blank
            keeps its row, without an answer.
        text
            The column of texts in a frame; by default the one of `fit`, or of the run.
        without_lfs
            Whether the classifier answers alone.
        progress
            Called with what is done and how far it is; by default a bar is shown.

        Raises
        ------
        InputError
            If the pipeline is not fitted, a text is no string, or the LFs are asked and are not there (see `load`).
        """
        self._check_fitted()
        written, rows = written_texts(texts, text or self.text_)
        found = self._answer_written(written, without_lfs, progress or Bar())
        return replace(found, classes=self.classes_).of_rows(rows)

    def _answer_written(self, texts: Texts, without_lfs: bool, progress: Progress) -> Answers:
        if not len(texts):
            none = np.empty((0, len(self.classes_)), dtype=np.float32)
            return Answers(none, none, None, np.empty(0, dtype=bool))
        if without_lfs or self.predictor_ is None:
            return Answers.of(self.classifier_.predict_proba(texts, progress=progress), None, None, 0.0)
        lfs = self._lfs_to_ask()
        self.predictor_.label_model.check_names(lfs.labels, lfs.names)  # before they run, which may take long
        return self.predictor_.answer(texts, self.apply(texts, progress=progress), progress=progress)

    def apply(self, texts: Any, *, text: str | None = None, progress: Progress | None = None) -> Votes:
        """Let the pipeline's LFs vote on texts; of one that was loaded, they are read from the file beside its model.

        A Python file of LFs is run then, and only then.

        Raises
        ------
        InputError
            If the pipeline was saved without its LFs, or they are Python code that is not trusted (see `load`).
        """
        return self._lfs_to_ask().apply(as_texts(texts, text or self.text_), progress=progress, **self._lf_options)

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

    @classmethod
    def of_classifier(cls, classifier: "TransformerClassifier") -> "Pipeline":
        """Return a pipeline that answers as a fitted classifier, without LFs."""
        pipeline = cls(None)
        pipeline.classifier_, pipeline.classes_ = classifier, classifier.classes_
        return pipeline

    def _check_fitted(self) -> None:
        if not hasattr(self, "classifier_"):
            raise InputError("this Pipeline is not fitted yet; call fit(texts) first")
