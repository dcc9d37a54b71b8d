"""crowd-kit's aggregators of crowd answers in the interface of label models (the extra ``labelfns[crowd]``).

LFs stand for crowd workers. Here are the models that learn something of each worker and can then judge new rows. GLAD
learns a difficulty of each row, and KOS nothing that new rows could use; crowd-kit 1.4's Wawa and ZeroBasedSkill fail
under current scikit-learn.
"""

import warnings
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from labelfns.analysis.pairs import one_hot
from labelfns.errors import InputError, MissingExtraError
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import Floats, Probs, softmax
from labelfns.settings import check

from .base import SEEDS, BaseLabelModel, is_whole
from .distinct_rows import Distinct, GoldRows

LOWEST = 1e-10
"""The lowest probability, as in crowd-kit: a logarithm must end somewhere."""
MOST_ANSWERS = 50_000_000
"""The most votes that are written out for crowd-kit, some gigabytes of its tables."""


class CrowdModel(BaseLabelModel):
    """What crowd-kit's models share: votes as a table of answers, and what is learned as scores per vote.

    crowd-kit takes answers one by one and knows no counts: rows are written out for it, so time and memory grow with
    them, and `MOST_ANSWERS` are taken.

    Attributes
    ----------
    votes_
        An [m * k, k] array: what the vote of LF j for c adds to the score of each class, in row ``j * k + c``.
    """

    def _fit(self, distinct: Distinct, lf_names: Sequence[str], labels: Sequence[str], gold: GoldRows | None) -> None:
        n_answers = int((distinct.counts * distinct.voters).sum())
        if n_answers > MOST_ANSWERS:
            raise InputError(
                f"{type(self).__name__} reads votes one by one, and {n_answers:,} are over its limit of "
                f"{MOST_ANSWERS:,}: fit it on a random sample of the rows, or use LabelModel(), which reads each "
                "distinct row once"
            )
        try:
            import pandas as pd
            from crowdkit import aggregation
        except ImportError as error:
            raise MissingExtraError(f"{type(self).__name__} needs crowd-kit: pip install labelfns[crowd]") from error
        covered = distinct.voters > 0
        rows = np.repeat(distinct.rows[covered], distinct.counts[covered], axis=0)
        row, lf = np.nonzero(rows != ABSTAIN)
        answers = pd.DataFrame({"task": row, "worker": lf, "label": rows[row, lf].astype(int)})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # crowd-kit 1.4 uses what pandas 3 announces to drop
            self.start_, self.votes_ = self._learn(aggregation, answers, len(lf_names), len(labels))
        self.notes_ = self._notes(distinct, lf_names)

    @abstractmethod
    def _learn(self, aggregation: Any, answers: Any, m: int, k: int) -> tuple[Floats, Floats]:
        """Fit crowd-kit's model; return the scores [k] before any vote, and what each vote adds, [m * k, k]."""

    def _notes(self, distinct: Distinct, lf_names: Sequence[str]) -> tuple[str, ...]:
        return ()

    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        return softmax(one_hot(rows, len(self.start_)) @ self.votes_ + self.start_)

    def _state(self) -> dict[str, Any]:
        return {"start": self.start_, "votes": self.votes_}

    def _restore(self, state: dict[str, Any]) -> None:
        self.start_, self.votes_ = np.asarray(state["start"]), np.asarray(state["votes"])


@dataclass(eq=False)
class DawidSkene(CrowdModel):
    """Dawid and Skene 1979, each LF a crowd worker with a confusion table, fitted by EM in crowd-kit.

    It does not read abstains: an LF that votes for one label only has a table without information, and the fit can
    end far below majority vote. It is here for LFs that vote like annotators, most of the time and for every label.
    Gold is not used.

    Parameters
    ----------
    n_iter
        EM steps at most, at least 1.
    algorithm
        ``"dawid-skene"``, or ``"one-coin"`` for one accuracy per LF in place of a table.

    Raises
    ------
    SettingsError
        If a setting is out of range.
    MissingExtraError
        If crowd-kit is not installed, when it is fitted.
    """

    n_iter: int = 100
    algorithm: Literal["dawid-skene", "one-coin"] = "dawid-skene"

    def __post_init__(self) -> None:
        check(
            (is_whole(self.n_iter, 1), f"n_iter must be at least 1, a whole number; got {self.n_iter!r}"),
            (
                self.algorithm in ("dawid-skene", "one-coin"),
                f'algorithm must be "dawid-skene" or "one-coin"; got {self.algorithm!r}',
            ),
        )

    def _learn(self, aggregation: Any, answers: Any, m: int, k: int) -> tuple[Floats, Floats]:
        kind = aggregation.DawidSkene if self.algorithm == "dawid-skene" else aggregation.OneCoinDawidSkene
        fitted = kind(n_iter=self.n_iter).fit(answers)
        prior, errors = np.full(k, LOWEST), np.ones((m * k, k))  # a vote never seen says nothing
        prior[fitted.priors_.index.to_numpy(dtype=int)] = np.maximum(fitted.priors_.to_numpy(), LOWEST)
        table = fitted.errors_
        workers, labels = (table.index.get_level_values(i).to_numpy(dtype=int) for i in (0, 1))
        truths = table.columns.to_numpy(dtype=int)
        errors[np.ix_(workers * k + labels, truths)] = np.maximum(table.to_numpy(), LOWEST)
        return np.log(prior), np.log(errors)

    def _notes(self, distinct: Distinct, lf_names: Sequence[str]) -> tuple[str, ...]:
        one_label = [name for j, name in enumerate(lf_names) if len(set(distinct.rows[:, j]) - {ABSTAIN}) == 1]
        if self.algorithm != "dawid-skene":
            return ()
        return tuple(f"LF {name} votes for one label only; Dawid-Skene learns nothing from it" for name in one_label)


@dataclass(eq=False)
class MACE(CrowdModel):
    """Hovy et al. 2013: each LF knows the label, or else answers by a habit of its own; fitted in crowd-kit.

    It does not read abstains, as `DawidSkene` does not; an LF that votes for one label only may pass for a mere habit.
    Gold is not used.

    Parameters
    ----------
    seed
        Seed of the start, in 0..2**32 - 1; the same seed gives the same probabilities.
    n_iter
        Steps of the fit, at least 1.

    Raises
    ------
    SettingsError
        If a setting is out of range.
    MissingExtraError
        If crowd-kit is not installed, when it is fitted.
    """

    seed: int = 0
    n_iter: int = 50

    def __post_init__(self) -> None:
        check(
            (is_whole(self.seed, 0, SEEDS), f"seed must be a whole number in 0..2**32 - 1; got {self.seed!r}"),
            (is_whole(self.n_iter, 1), f"n_iter must be at least 1, a whole number; got {self.n_iter!r}"),
        )

    def _learn(self, aggregation: Any, answers: Any, m: int, k: int) -> tuple[Floats, Floats]:
        # All of crowd-kit's restarts begin at the same point; one is as good as ten.
        fitted = aggregation.MACE(n_restarts=1, n_iter=self.n_iter, random_state=self.seed).fit(answers)
        lfs, labels = answers["worker"].unique(), answers["label"].unique()  # in the order of crowd-kit's tables
        habit = np.zeros((m, k))
        habit[np.ix_(lfs, labels)] = fitted.spamming_[:, [0]] * fitted.thetas_
        errors = np.repeat(habit.reshape(-1)[:, None], k, axis=1)
        knows = np.zeros(m)
        knows[lfs] = fitted.spamming_[:, 1]
        errors[np.arange(m * k), np.arange(m * k) % k] += np.repeat(knows, k)
        errors[(errors == 0).all(axis=1)] = 1  # a vote never seen says nothing
        return np.zeros(k), np.log(np.maximum(errors, LOWEST))
