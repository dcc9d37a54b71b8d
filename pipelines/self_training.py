"""`SelfTraining`: fine-tune on weak labels, then let each round's model label the pool for the next.

May import: numpy, `labelfns`, `labelfns.models`.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError, raise_all
from labelfns.lf import Span
from labelfns.lfset import check_texts
from labelfns.models import BaseLabelModel, TransformerClassifier
from labelfns.models.metrics import Scores, macro_recall, score
from labelfns.models.selection import Floats, Selection, align, combine, sharpen
from labelfns.progress import Bar, Progress
from labelfns.settings import check
from labelfns.votes import Bools, Ints, Probs, Votes, check_gold

Classes = npt.NDArray[np.int64]
ByLabel = dict[str, int]
Teacher = Literal["last", "best", "mean"]

COLLAPSE = 4
"""A class has collapsed where a model gives it to less than one in so many of the rows that the LFs' labels do."""


@dataclass(frozen=True)
class Rounds:
    """How the rounds go.

    Parameters
    ----------
    rounds
        At most how many rounds after round 0, at least 0.
    first
        Which covered rows round 0 trains on; by default all.
    later
        Which rows of the pool the rounds after it train on; by default the surest 80 % of each class.
    teacher
        From round 1 on, whose probabilities the pseudo-labels are: those of the ``"last"`` round's model, of the
        ``"best"`` one's so far, or the ``"mean"`` over all rounds.
    sharpen
        From round 1 on: whether the teacher's probabilities are sharpened (`labelfns.models.selection.sharpen`).
    align_classes
        From round 1 on: whether pseudo-labels are scaled to the class shares.
    class_shares
        The class shares, for `align_classes` and for selections that hold shares; by default those of the covered
        rows' labels.
    use_votes
        From round 1 on: whether a covered row's label combines teacher and LFs, or is the teacher's alone.
    warm_start
        Whether a student starts from its teacher's weights or from the backbone's.
    warm_rate
        Factor, above 0, on a warm-started student's learning rate.
    judges
        Share, in [0, 1), of the covered rows that no round trains on; the LFs' labels of these rows judge the
        rounds. At 0 the last round is the best.
    patience
        After how many rounds in a row that were not judged better no further one is done; at 0 all are done.
    min_flips
        No further round is done after one that changed the labels of less than this share, in [0, 1), of the pool.

    Raises
    ------
    SettingsError
        If settings are out of range; all at once.
    """

    rounds: int = 1
    first: Selection = field(default_factory=lambda: Selection("threshold"))
    later: Selection = field(default_factory=Selection)
    teacher: Teacher = "last"
    sharpen: bool = False
    align_classes: bool = True
    class_shares: tuple[float, ...] | None = None
    use_votes: bool = True
    warm_start: bool = True
    warm_rate: float = 0.5
    judges: float = 0.15
    patience: int = 1
    min_flips: float = 0.0

    def __post_init__(self) -> None:
        shares = self.class_shares
        check(
            (self.rounds >= 0, f"rounds must be at least 0; got {self.rounds}"),
            (self.teacher in get_args(Teacher), f"teacher must be one of {get_args(Teacher)}; got {self.teacher!r}"),
            (
                shares is None or (min(shares, default=0) > 0 and abs(sum(shares) - 1) < 1e-3),
                f"class_shares must be above 0 and sum to 1; got {shares}",
            ),
            (self.warm_rate > 0, f"warm_rate must be above 0; got {self.warm_rate}"),
            (0 <= self.judges < 1, f"judges must be in [0, 1); got {self.judges}"),
            (self.patience >= 0, f"patience must be at least 0; got {self.patience}"),
            (0 <= self.min_flips < 1, f"min_flips must be in [0, 1); got {self.min_flips}"),
        )


@dataclass(frozen=True)
class Labelled:
    """Texts whose gold labels are known, to report figures on.

    Parameters
    ----------
    texts
        The n texts.
    gold
        Integer labels [n], -1 where unknown.
    """

    texts: Sequence[str]
    gold: Ints


@dataclass(frozen=True)
class Ledger:
    """What one round did; counts by label are of the label a row is trained on.

    Parameters
    ----------
    round
        0, 1, ...
    trained_on
        How many rows the round's model was trained on.
    kept, added, dropped, flipped
        Rows trained on as in the round before; newly; no more; with another label than before.
    confidence
        Mean probability, in [0, 1], of the labels trained on.
    agreement
        Share, in [0, 1], of the covered rows on which the round's model and the LFs' label agree.
    judged, judged_error
        Mean recall over classes, in [0, 1], of the round's model against the LFs' labels of the judge rows, the
        words that made LFs fire hidden, and its standard error; what the best round is chosen by. None without
        judges.
    predicted_shares
        Share of the pool that the round's model gives to each label.
    drift
        Half the sum of the differences between these shares and the class shares, in [0, 1].
    flips
        Share of the pool, in [0, 1], to which the round's model gives another label than the one before, or in round
        0, of the covered rows, than the LFs.
    collapsed
        Labels that the model has all but given up: to fewer than a quarter of their class share of the pool.
    pseudo_label_accuracy
        Share of right labels among those trained on, where the pool has gold; it is never used.
    scores
        Figures on the labelled sets, by their names.
    """

    round: int
    trained_on: int
    kept: ByLabel
    added: ByLabel
    dropped: ByLabel
    flipped: ByLabel
    confidence: float
    agreement: float
    judged: float | None
    judged_error: float | None
    predicted_shares: dict[str, float]
    drift: float
    flips: float
    collapsed: tuple[str, ...]
    pseudo_label_accuracy: float | None
    scores: dict[str, Scores]


@dataclass(frozen=True, eq=False)
class Round:
    """A round's model, the labels it was trained on, and its ledger.

    Parameters
    ----------
    classifier
        The fitted model.
    labels
        The pool's label probabilities, [n, k].
    weights
        The rows' weights [n], at least 0; rows of weight 0 were not trained on.
    ledger
        What the round did.
    predicted
        The model's own probabilities on the pool, [n, k]; the next round's teacher.
    """

    classifier: TransformerClassifier
    labels: Probs
    weights: Floats
    ledger: Ledger
    predicted: Probs

    @property
    def selected(self) -> Bools:
        """A mask [n]: rows trained on."""
        return np.asarray(self.weights > 0)


@dataclass(frozen=True, eq=False)
class SelfTrainingResult:
    """All rounds.

    Parameters
    ----------
    weak_labels
        The label model's probabilities on the pool, [n, k].
    rounds
        The rounds, in order.
    stopped
        Why there are no more rounds.
    """

    weak_labels: Probs
    rounds: tuple[Round, ...]
    stopped: str

    @property
    def best(self) -> Round:
        """The round to keep; see `best_round`."""
        return best_round(self.rounds)


def best_round(rounds: Sequence[Round]) -> Round:
    """Return the round to keep: a later one replaces an earlier one if its judges find it better by a standard error.

    A round that is better by less may as well be worse, and the earlier model is closer to the LFs. A round in which
    a class collapsed replaces none in which no class did. Without judges the last round is kept.
    """
    best = rounds[0]
    for later in rounds[1:]:
        now, before = later.ledger, best.ledger
        margin = before.judged_error or 0.0
        better = now.judged is None or before.judged is None or now.judged > before.judged + margin
        if better and not (now.collapsed and not before.collapsed):
            best = later
    return best


@dataclass
class SelfTraining:
    """Fine-tuning over rounds.

    Round 0 trains on the label model's probabilities of the covered rows. In each later round the model of the
    round before scores the whole pool; its probabilities are aligned to the class shares, combined with the LFs'
    on covered rows, and the surest share of each class is what the next model is trained on. A share of the
    covered rows, the judges, is never trained on: a later round is kept only where it agrees better with the LFs
    there, by more than a standard error, without seeing the words that made them fire. Rounds end early where the
    judges see no gain, or labels no longer change. No gold label is used.

    Parameters
    ----------
    label_model
        Turns the votes into probabilities; fitted here.
    classifier
        The classifier to fine-tune; it is a template and stays as it is. Round r uses its seed + r.
    settings
        How the rounds go.
    """

    label_model: BaseLabelModel
    classifier: TransformerClassifier
    settings: Rounds = Rounds()

    def run(
        self,
        texts: Sequence[str],
        votes: Votes,
        *,
        cues: Sequence[Sequence[Span]] | None = None,
        gold: Ints | None = None,
        labelled: Mapping[str, Labelled] | None = None,
        on_round: Callable[[Round], None] | None = None,
        done: Sequence[Round] = (),
        checkpoints: Path | None = None,
        progress: Progress | None = None,
    ) -> SelfTrainingResult:
        """Run all rounds.

        Parameters
        ----------
        texts
            The pool: n texts.
        votes
            Their votes.
        cues
            What made LFs fire in each text, as `LFSet.cues` returns it; hidden in training and before the judges.
        gold
            The pool's integer labels [n], -1 where unknown; for the ledger's figures alone.
        labelled
            Further sets with gold labels to report figures on, by name.
        on_round
            Called with each round when it is done.
        done
            The first rounds of a run that was stopped, which are not done again.
        checkpoints
            A folder for checkpoints, a folder a round, from which a round that was stopped goes on.
        progress
            Called with what is done and how far it is; by default a bar is shown.

        Raises
        ------
        InputError
            If texts and votes do not fit, no row is covered, or a label is never voted for.
        """
        texts = check_texts(texts)
        check_trainable(texts, votes)
        spans = list(cues) if cues is not None else [[] for _ in texts]
        known = np.full(len(texts), -1) if gold is None else check_gold(gold, len(texts), votes.labels)
        weak = self.label_model.fit(votes).predict_proba(votes)
        pool = _Pool(
            texts,
            votes,
            spans,
            known,
            weak,
            judge_rows(votes, weak, self.settings.judges, self.classifier.seed),
        )
        show = progress or Bar()
        rounds = list(done)
        while (stopped := self._why_stop(rounds)) is None:
            kept = checkpoints and checkpoints / str(len(rounds))
            rounds.append(self._round(pool, rounds, labelled or {}, kept, show))
            if on_round:
                on_round(rounds[-1])
        return SelfTrainingResult(weak, tuple(rounds), stopped)

    def _why_stop(self, rounds: Sequence[Round]) -> str | None:
        settings = self.settings
        if len(rounds) > settings.rounds:
            return f"all {settings.rounds} rounds after round 0 are done (rounds)"
        if len(rounds) < 2:
            return None
        flips, since_best = rounds[-1].ledger.flips, len(rounds) - 1 - best_round(rounds).ledger.round
        if settings.judges and settings.patience and since_best >= settings.patience:
            return f"{since_best} round(s) in a row were not judged better (patience)"
        if flips < settings.min_flips:
            return f"the last round changed {flips:.2%} of the labels (min_flips)"
        return None

    def _round(
        self,
        pool: "_Pool",
        before: Sequence[Round],
        labelled: Mapping[str, Labelled],
        checkpoints: Path | None,
        show: Progress,
    ) -> Round:
        def tell(what: str, done: int, total: int) -> None:
            show(f"round {r}: {what}", done, total)

        r = len(before)
        labels = self._pseudo_labels(pool, before) if before else pool.weak
        weights = self._weigh(pool, labels, first=not before, tell=tell)
        rows = np.flatnonzero(weights).tolist()
        if not rows:
            raise InputError(
                f"round {r} has no row to train on: the selection {'later' if before else 'first'} keeps none "
                f"(the surest label has probability {labels.max():.2f}); loosen its rule or lower its min_confidence"
            )
        start = self._teacher(before) if before and self.settings.warm_start else None
        student = self._student(r, pool.votes.labels, warm=start is not None)
        student.fit(
            [pool.texts[i] for i in rows],
            labels[rows],
            weights=weights[rows],
            cues=[pool.cues[i] for i in rows],
            start=None if start is None else start.classifier,
            checkpoints=checkpoints,
            progress=tell,
        )
        predicted = student.predict_proba(pool.texts, progress=tell)
        ledger = self._ledger(pool, before, labels, weights > 0, student, predicted.argmax(axis=1), labelled, tell)
        return Round(student, labels, weights, ledger, predicted)

    def _teacher(self, before: Sequence[Round]) -> Round:
        """Return the round whose model a student starts from."""
        return best_round(before) if self.settings.teacher == "best" else before[-1]

    def _student(self, r: int, labels: Sequence[str], *, warm: bool) -> TransformerClassifier:
        template, settings = self.classifier, self.classifier.settings
        if warm:
            settings = dataclasses.replace(settings, learning_rate=settings.learning_rate * self.settings.warm_rate)
        return TransformerClassifier(
            template.backbone,
            labels=labels,
            settings=settings,
            seed=template.seed + r,
            callbacks=template.callbacks,
        )

    def _pseudo_labels(self, pool: "_Pool", before: Sequence[Round]) -> Probs:
        """Return the teacher's labels of the pool, as the settings say sharpened, aligned, combined with the LFs'."""
        teachers = before if self.settings.teacher == "mean" else [self._teacher(before)]
        labels: Probs = np.mean([teacher.predicted for teacher in teachers], axis=0, dtype=float)
        covered = pool.votes.covered
        if self.settings.sharpen:
            labels = sharpen(labels)
        if self.settings.align_classes:
            labels = align(labels, self._shares(pool))
        if self.settings.use_votes:
            labels[covered] = combine(labels[covered], pool.weak[covered])
        return labels

    def _shares(self, pool: "_Pool") -> Floats:
        given = self.settings.class_shares
        return pool.weak[pool.votes.covered].mean(axis=0) if given is None else np.asarray(given)

    def _weigh(self, pool: "_Pool", labels: Probs, *, first: bool, tell: Progress) -> Floats:
        """Return the weights [n] of the rows; judges, and in round 0 uncovered rows, have none."""
        selection = self.settings.first if first else self.settings.later
        rows = np.flatnonzero(~pool.judges & (pool.votes.covered if first else True)).tolist()
        features = None
        if selection.needs_features:
            features = self.classifier.frozen_features([pool.texts[i] for i in rows], progress=tell)
        weights = np.zeros(len(labels))
        weights[rows] = selection(labels[rows], features=features, shares=self._shares(pool))
        return weights

    def _ledger(
        self,
        pool: "_Pool",
        rounds: Sequence[Round],
        labels: Probs,
        selected: Bools,
        student: TransformerClassifier,
        predicted: Classes,
        labelled: Mapping[str, Labelled],
        tell: Progress,
    ) -> Ledger:
        names, k = pool.votes.labels, pool.votes.n_labels
        now, weak = labels.argmax(axis=1), pool.weak.argmax(axis=1)
        last = rounds[-1] if rounds else None
        before = last.labels.argmax(axis=1) if last else now
        was = last.selected if last else np.zeros_like(selected)
        covered = pool.votes.covered

        def count(rows: Bools, of: Classes) -> ByLabel:
            return dict(zip(names, np.bincount(of[rows], minlength=k).tolist(), strict=True))

        right = selected & (pool.gold >= 0)
        judged, error = self._judge(pool, student, tell)
        scores = {
            name: score(given.gold, student.predict(given.texts, progress=tell), k) for name, given in labelled.items()
        }
        found_shares, shares = np.bincount(predicted, minlength=k) / len(now), self._shares(pool)
        flipped = predicted != last.predicted.argmax(axis=1) if last else (predicted != weak)[covered]
        return Ledger(
            round=len(rounds),
            trained_on=int(selected.sum()),
            kept=count(was & selected & (now == before), now),
            added=count(~was & selected, now),
            dropped=count(was & ~selected, before),
            flipped=count(was & selected & (now != before), now),
            confidence=float(labels[selected].max(axis=1).mean()),
            agreement=float((predicted == weak)[covered].mean()),
            judged=judged,
            judged_error=error,
            predicted_shares=dict(zip(names, found_shares.tolist(), strict=True)),
            drift=float(abs(found_shares - shares).sum() / 2),
            flips=float(flipped.mean()),
            collapsed=tuple(name for c, name in enumerate(names) if found_shares[c] < shares[c] / COLLAPSE),
            pseudo_label_accuracy=float((now == pool.gold)[right].mean()) if right.any() else None,
            scores={name: found for name, found in scores.items() if found is not None},
        )

    def _judge(
        self, pool: "_Pool", student: TransformerClassifier, tell: Progress
    ) -> tuple[float, float] | tuple[None, None]:
        rows = np.flatnonzero(pool.judges).tolist()
        if not rows:
            return None, None
        probs = student.predict_proba([pool.texts[i] for i in rows], hidden=[pool.cues[i] for i in rows], progress=tell)
        return macro_recall(pool.weak[rows].argmax(axis=1), probs.argmax(axis=1), pool.votes.n_labels)


@dataclass(frozen=True, eq=False)
class _Pool:
    """The unlabeled texts and all that is known of them before the first round."""

    texts: Sequence[str]
    votes: Votes
    cues: Sequence[Sequence[Span]]
    gold: Ints
    weak: Probs
    judges: Bools


def judge_rows(votes: Votes, weak: Probs, share: float, seed: int) -> Bools:
    """Draw the judge rows: a mask [n] of about `share` of the covered rows of each class, in [0, 1)."""
    rng = np.random.default_rng(seed)
    judges = np.zeros(len(votes), dtype=bool)
    for c in range(votes.n_labels):
        rows = np.flatnonzero(votes.covered & (weak.argmax(axis=1) == c))
        judges[rng.permutation(rows)[: int(share * len(rows))]] = True
    return judges


def check_trainable(texts: Sequence[str], votes: Votes) -> None:
    """Check that there is something to learn for every class.

    Raises
    ------
    InputError
        If texts and votes differ in length, no row is covered, or a label gets no vote.
    """
    if len(texts) != len(votes):
        raise InputError(f"{len(texts)} texts but votes on {len(votes)} rows; they must be the same rows")
    if not votes.covered.any():
        raise InputError(
            f"no row is covered: none of the {len(votes.lf_names)} LFs votes on any of the {len(votes)} rows. "
            "Try one LF on a text that it should vote on"
        )
    silent = [name for c, name in enumerate(votes.labels) if not (votes.matrix == c).any()]
    raise_all(
        InputError,
        [
            f"no LF votes for {name!r} on any of the {len(votes)} rows, so it cannot be learned: "
            "write an LF for it or take it out of the labels"
            for name in silent
        ],
    )
