"""`analyze`: what each LF does, how much the label model covers, and with gold labels how often they are right."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt

from labelfns.analysis.coverage import Coverage
from labelfns.analysis.near_copies import near_copies
from labelfns.checks import Gold, Ints, check_gold
from labelfns.counted import Counts, check_counts, tally, written_out
from labelfns.errors import InputError, LabelFnsWarning, number_of
from labelfns.io.texts import as_texts
from labelfns.lfset import LFSet
from labelfns.models import BaseLabelModel
from labelfns.models.arrays import Floats, check_weights
from labelfns.models.evaluation.coverage import CoveragePoint, accuracy_against_coverage, reliability
from labelfns.models.evaluation.evaluate import evaluate
from labelfns.models.evaluation.leave_one_out import leave_one_out as leave_one_out_of
from labelfns.models.evaluation.text_precision import TextPrecision, rows_to_ask, text_precision
from labelfns.models.label_models.fit import WITHOUT_GOLD
from labelfns.pipelines.run.baselines import Baseline, LabelCoverage, baseline
from labelfns.pipelines.run.label_model_settings import LabelModelSettings, notes_of
from labelfns.pipelines.self_training.copies import copy_groups
from labelfns.progress import Bar, Progress, silent
from labelfns.votes import Probs, Votes

from .result import ENOUGH_GOLD, Analysis
from .summaries import LabelModelSummary, lf_summaries

if TYPE_CHECKING:
    from labelfns.models import TransformerClassifier


def analyze(
    lfs: LFSet,
    texts: Any,
    gold: Gold | None = None,
    *,
    text: str = "text",
    label_model: BaseLabelModel | None = None,
    on: Any = None,
    gold_on: Gold | None = None,
    leave_one_out: bool = False,
    with_text: "TransformerClassifier | None" = None,
    progress: Progress | None = None,
) -> Analysis:
    """Measure LFs and label model, as ``labelfns analyze`` does.

    Parameters
    ----------
    lfs
        The LFs.
    texts
        The n texts that the label model is fitted on: whatever `LFSet.apply` takes but Spark and Dask frames.
    gold
        Their labels [n], by id or name, -1 or None where unknown, or the name of their column in a frame; by default
        those that the texts come with. They measure; the fit does not see them.
    text
        The column of texts in a frame.
    label_model
        Which label model; it is left as it is, a copy is fitted. By default that of a pipeline file that names none.
    on
        Other texts to measure LFs and label model on; by default those that it is fitted on.
    gold_on
        Labels of `on`, as `gold`.
    leave_one_out
        Whether the label model is fitted without each LF in turn too, to see what each adds.
    with_text
        A classifier, ``TransformerClassifier("embedded")`` for one, whose frozen vectors of the texts are asked what
        they say of each LF (see `TextPrecision`); by default they are not asked, as it takes seconds to minutes.
    progress
        Called with what is done and how far it is; by default a bar is shown if it takes over a second.

    Raises
    ------
    InputError
        If texts or gold are not right.
    LFError
        If an LF returns something that is not a vote.

    Examples
    --------
    >>> from labelfns import keywords
    >>> lfs = LFSet(["no", "yes"], [keywords("yes", ["good"]), keywords("no", ["bad"])])
    >>> analysis = analyze(lfs, ["so good", "so bad", "the 8:15"], gold=["yes", "yes", "no"])
    >>> [(row.lf, round(row.coverage, 2), row.accuracy) for row in analysis.lfs]
    [('keywords_yes', 0.33, 1.0), ('keywords_no', 0.33, 0.0)]
    """
    progress = progress or Bar()
    texts = as_texts(texts, text, gold=gold, labels=lfs.labels)
    on = None if on is None else as_texts(on, text, gold=gold_on, labels=lfs.labels)
    with catch_warnings():
        simplefilter("ignore", LabelFnsWarning)  # what LFs raised is in the answer
        votes = lfs.apply(texts, progress=progress)
        measured = None if on is None else lfs.apply(on, progress=progress)
    from_text = None if with_text is None else ask_text(texts, votes, with_text, progress)
    options: Any = {
        "label_model": label_model,
        "leave_one_out": leave_one_out,
        "from_text": from_text,
        "progress": progress,
    }
    if on is None or measured is None:
        return analyze_votes(votes, texts.gold, groups=copy_groups(texts), weights=texts.weights, **options)
    return analyze_votes(measured, on.gold, fit_on=votes, groups=copy_groups(on), weights=on.weights, **options)


def analyze_votes(
    votes: Votes,
    gold: Gold | None = None,
    *,
    label_model: BaseLabelModel | None = None,
    fit_on: Votes | None = None,
    counts: Ints | None = None,
    fit_counts: Ints | None = None,
    groups: Ints | None = None,
    weights: Floats | None = None,
    leave_one_out: bool = False,
    from_text: tuple[TextPrecision, ...] | None = None,
    progress: Progress = silent,
) -> Analysis:
    """Measure votes that are there already; see `analyze`. With counts a billion rows are their distinct ones.

    Parameters
    ----------
    votes
        The votes [n, m] that are measured.
    gold
        Their labels [n].
    label_model
        Which label model; a copy is fitted.
    fit_on
        The votes that the label model is fitted on; by default those that are measured.
    counts, fit_counts
        How often each row of `votes`, and of `fit_on`, stands there, [n] whole numbers of at least 0; by default once.
    groups
        The group of copies of each row, [n], as `copy_groups` gives them: differences draw copies together.
    weights
        How many rows each row stands for, [n], where gold rows were not drawn evenly; see `evaluate`.
    leave_one_out
        Whether the label model is fitted without each LF in turn too.
    from_text
        What the text says of each LF, where it was asked (see `ask_text`).
    progress
        Called with what is done and how far it is.

    Raises
    ------
    InputError
        If gold or counts do not fit the votes.

    Examples
    --------
    >>> votes = Votes([[0, -1], [1, 1], [-1, -1]], labels=["no", "yes"])
    >>> analyze_votes(votes, counts=[3, 2, 10**9]).coverage.covered
    5
    """
    labels = None if gold is None else check_gold(gold, len(votes), votes.labels)
    times = check_counts(counts, len(votes))
    pool, of_pool = (votes, counts) if fit_on is None else (fit_on, fit_counts)
    pool_rows = int(check_counts(of_pool, len(pool)).sum())
    model, problem = _fitted(label_model or LabelModelSettings().build(seed=0), pool, of_pool)
    probs = None if model is None else model.predict_proba(votes)
    gold_rows = 0 if labels is None else int(tally(labels >= 0, times))
    points: tuple[CoveragePoint, ...] = ()
    weights = None if weights is None or labels is None else check_weights(weights, labels)
    summary = calibration = evaluation = adds = None
    if model is not None and probs is not None:
        measured = labels if gold_rows >= ENOUGH_GOLD else None
        points = accuracy_against_coverage(
            probs, votes, measured, counts=counts, weights=None if measured is None else weights
        )
        if labels is not None:
            calibration = reliability(probs, votes, labels, counts=counts) if weights is None else None
            evaluation = evaluate(probs, votes, labels, groups=groups, counts=counts, weights=weights)
        scores = None if labels is None else _scores(model, pool, of_pool, probs, votes, labels, times, weights)
        coverage = LabelCoverage.of(probs, votes, counts)
        notes = _notes(model, gold_rows, None if fit_on is None else pool_rows, weighted=weights is not None)
        summary = LabelModelSummary(type(model).__name__, coverage.by_label, coverage.by_confidence, notes, scores)
        if leave_one_out:
            fitting = model if fit_on is None else _FittedOn(model, fit_on, fit_counts)
            adds = leave_one_out_of(fitting, votes, labels, counts=counts, progress=progress)
    return Analysis(
        lfs=lf_summaries(votes, labels, counts, weights),
        coverage=Coverage.of(votes, counts),
        label_model=summary,
        accuracy_against_coverage=points,
        reliability=calibration,
        evaluation=evaluation,
        leave_one_out=adds,
        from_text=from_text,
        near_copies=tuple(near_copies(votes, counts=counts)),
        faults=votes.faults,
        gold_rows=gold_rows,
        fitted_on=None if fit_on is None else pool_rows,
        problem=problem,
        votes=votes,
        model=model,
        gold=labels,
        counts=None if counts is None else times,
    )


def ask_text(
    texts: Sequence[str], votes: Votes, classifier: "TransformerClassifier", progress: Progress = silent
) -> tuple[TextPrecision, ...]:
    """Return what the texts that LFs voted on say of each LF, by the frozen vectors of a classifier's backbone."""
    rows = rows_to_ask(votes)
    if not len(rows):
        return ()
    features = classifier.frozen_features(as_texts(texts).take(rows.tolist()), progress=progress)
    return text_precision(votes, rows, features, progress=progress)


def _fitted(label_model: BaseLabelModel, votes: Votes, counts: Ints | None) -> tuple[BaseLabelModel | None, str]:
    """Return a fitted copy, or why there is none."""
    if not (votes.covered & (check_counts(counts, len(votes)) > 0)).any():
        return None, "no text that it could be fitted on has a vote"
    try:
        return copy.copy(label_model).fit(votes, counts=counts), ""
    except InputError as error:  # too few LFs for Snorkel's, for instance; what the LFs do can still be said
        return None, str(error)


def _scores(
    model: BaseLabelModel,
    pool: Votes,
    of_pool: Ints | None,
    probs: Probs,
    votes: Votes,
    gold: npt.NDArray[np.int64],
    counts: Counts,
    weights: Floats | None,
) -> Baseline:
    """Return the figures of the label model as the classifier; rows without an answer get its commonest label."""
    by_label = LabelCoverage.of(model.predict_proba(pool), pool, of_pool).by_label
    most_common = int(np.argmax([by_label[name] for name in votes.labels]))
    known = written_out(gold >= 0, counts)
    return baseline(
        probs[known], votes.rows(known), gold[known], most_common, None if weights is None else weights[known]
    )


def _notes(model: BaseLabelModel, gold_rows: int, fitted_on: int | None, *, weighted: bool) -> tuple[str, ...]:
    notes = list(model.notes_ if gold_rows else notes_of(model))
    notes = [note for note in notes if note != WITHOUT_GOLD]
    if fitted_on is not None:
        notes.insert(
            0,
            f"fitted on the {number_of(fitted_on, 'text')} of the pool, as in a run; every figure is of the texts "
            "analyzed",
        )
    if gold_rows:
        notes.append(f"{number_of(gold_rows, 'gold row measures', 'gold rows measure')} it; the fit does not see them")
    if gold_rows and not weighted:
        notes.append(
            "gold rows tell of all texts only if they were drawn at random, as rows marked in the studio were not; "
            "`labelfns label` draws rows, with weights"
        )
    if weighted:
        notes.append(
            "gold rows that `labelfns label` drew stand for as many rows as their weights say: figures and intervals "
            "are of all rows; curve, promises and calibration need rows that are drawn evenly"
        )
    return tuple(notes)


@dataclass(eq=False)
class _FittedOn(BaseLabelModel):
    """A label model that is fitted on a pool's votes of the LFs it is shown.

    Parameters
    ----------
    model
        The label model; copies of it are fitted.
    pool
        The votes to fit on.
    pool_counts
        How often each of their rows stands there.
    """

    model: BaseLabelModel
    pool: Votes
    pool_counts: Ints | None

    def fit(self, votes: Votes, gold: Gold | None = None, *, counts: Ints | None = None) -> Self:
        pool = self.pool.of_lfs(votes.lf_names)
        if not pool.covered.any():
            raise InputError("no text of the pool has a vote")
        self.fitted_ = copy.copy(self.model).fit(pool, counts=self.pool_counts)
        return self

    def predict_proba(self, votes: Votes) -> Probs:
        return self.fitted_.predict_proba(votes)

    def _fit(self, *_: Any) -> None: ...

    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        return self.fitted_._proba(rows)
