"""`SelfTraining`: fine-tune on weak labels, then let each round's model label the pool for the next.

May import: numpy, `labelfns`, `labelfns.models`.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError, raise_all
from labelfns.lf import Span
from labelfns.lfset import check_texts
from labelfns.models import BaseLabelModel, TransformerClassifier
from labelfns.models.metrics import Scores, macro_recall, score
from labelfns.models.selection import align, combine, surest
from labelfns.progress import Bar, Progress
from labelfns.settings import check
from labelfns.votes import Bools, Ints, Probs, Votes, check_gold

Classes = npt.NDArray[np.int64]
ByLabel = dict[str, int]


@dataclass(frozen=True)
class Rounds:
    """How the rounds go.

    Parameters
    ----------
    rounds
        How many rounds after round 0, at least 0.
    min_confidence
        Rows whose label has a probability below this, in [0, 1], are not trained on, in any round.
    keep
        From round 1 on: the surest share, in (0, 1], of each class that is trained on.
    use_votes
        From round 1 on: whether a covered row's label combines teacher and LFs, or is the teacher's alone.
    align_classes
        From round 1 on: whether pseudo-labels are scaled to the class shares of round 0's labels.
    warm_start
        Whether a student starts from its teacher's weights or from the backbone's.
    warm_rate
        Factor, above 0, on a warm-started student's learning rate.
    judges
        Share, in [0, 1), of the covered rows that no round trains on; the LFs' labels of these rows judge the
        rounds. At 0 the last round is the best.

    Raises
    ------
    SettingsError
        If settings are out of range; all at once.
    """

    rounds: int = 1
    min_confidence: float = 0.0
    keep: float = 0.8
    use_votes: bool = True
    align_classes: bool = True
    warm_start: bool = True
    warm_rate: float = 0.5
    judges: float = 0.15

    def __post_init__(self) -> None:
        check(
            (self.rounds >= 0, f"rounds must be at least 0; got {self.rounds}"),
            (0 <= self.min_confidence <= 1, f"min_confidence must be in [0, 1]; got {self.min_confidence}"),
            (0 < self.keep <= 1, f"keep must be in (0, 1]; got {self.keep}"),
            (self.warm_rate > 0, f"warm_rate must be above 0; got {self.warm_rate}"),
            (0 <= self.judges < 1, f"judges must be in [0, 1); got {self.judges}"),
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
    selected
        A mask [n]: rows trained on.
    ledger
        What the round did.
    predicted
        The model's own probabilities on the pool, [n, k]; the next round's teacher.
    """

    classifier: TransformerClassifier
    labels: Probs
    selected: Bools
    ledger: Ledger
    predicted: Probs


@dataclass(frozen=True, eq=False)
class SelfTrainingResult:
    """All rounds.

    Parameters
    ----------
    weak_labels
        The label model's probabilities on the pool, [n, k].
    rounds
        The rounds, in order.
    """

    weak_labels: Probs
    rounds: tuple[Round, ...]

    @property
    def best(self) -> Round:
        """The round to keep: a later one replaces an earlier one if its judges find it better by a standard error.

        A round that is better by less may as well be worse, and the earlier model is closer to the LFs. Without
        judges the last round is kept.
        """
        best = self.rounds[0]
        for later in self.rounds[1:]:
            now, before = later.ledger, best.ledger
            margin = before.judged_error or 0.0
            if now.judged is None or before.judged is None or now.judged > before.judged + margin:
                best = later
        return best


@dataclass
class SelfTraining:
    """Fine-tuning over rounds.

    Round 0 trains on the label model's probabilities of the covered rows. In each later round the model of the
    round before scores the whole pool; its probabilities are aligned to the class shares, combined with the LFs'
    on covered rows, and the surest share of each class is what the next model is trained on. A share of the
    covered rows, the judges, is never trained on: a later round is kept only where it agrees better with the LFs
    there, by more than a standard error, without seeing the words that made them fire. No gold label is used.

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
        for r in range(len(rounds), self.settings.rounds + 1):
            kept = checkpoints and checkpoints / str(r)
            rounds.append(self._round(r, pool, rounds[-1] if rounds else None, labelled or {}, kept, show))
            if on_round:
                on_round(rounds[-1])
        return SelfTrainingResult(weak, tuple(rounds))

    def _round(
        self,
        r: int,
        pool: "_Pool",
        last: Round | None,
        labelled: Mapping[str, Labelled],
        checkpoints: Path | None,
        show: Progress,
    ) -> Round:
        def tell(what: str, done: int, total: int) -> None:
            show(f"round {r}: {what}", done, total)

        labels = pool.weak if last is None else self._pseudo_labels(pool, last)
        selected = self._select(pool, labels, first=last is None)
        if not selected.any():
            raise InputError(
                f"round {r} has no row to train on: no label reaches min_confidence = {self.settings.min_confidence} "
                f"(the surest has {labels.max():.2f}); lower it"
            )
        warm = last is not None and self.settings.warm_start
        student = self._student(r, pool.votes.labels, warm=warm)
        rows = np.flatnonzero(selected).tolist()
        student.fit(
            [pool.texts[i] for i in rows],
            labels[rows],
            cues=[pool.cues[i] for i in rows],
            start=last.classifier if last is not None and warm else None,
            checkpoints=checkpoints,
            progress=tell,
        )
        predicted = student.predict_proba(pool.texts, progress=tell)
        ledger = self._ledger(r, pool, last, labels, selected, student, predicted.argmax(axis=1), labelled, tell)
        return Round(student, labels, selected, ledger, predicted)

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

    def _pseudo_labels(self, pool: "_Pool", last: Round) -> Probs:
        """Return the teacher's labels of the pool, aligned and combined with the LFs' as the settings say."""
        labels: Probs = last.predicted.astype(float)
        covered = pool.votes.covered
        if self.settings.align_classes:
            labels = align(labels, pool.weak[covered].mean(axis=0))
        if self.settings.use_votes:
            labels[covered] = combine(labels[covered], pool.weak[covered])
        return labels

    def _select(self, pool: "_Pool", labels: Probs, *, first: bool) -> Bools:
        candidates = ~pool.judges & (pool.votes.covered if first else True)
        selected = np.zeros(len(labels), dtype=bool)
        share = 1.0 if first else self.settings.keep
        selected[candidates] = surest(labels[candidates], share, self.settings.min_confidence)
        return selected

    def _ledger(
        self,
        r: int,
        pool: "_Pool",
        last: Round | None,
        labels: Probs,
        selected: Bools,
        student: TransformerClassifier,
        predicted: Classes,
        labelled: Mapping[str, Labelled],
        tell: Progress,
    ) -> Ledger:
        names, k = pool.votes.labels, pool.votes.n_labels
        now, weak = labels.argmax(axis=1), pool.weak.argmax(axis=1)
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
        return Ledger(
            round=r,
            trained_on=int(selected.sum()),
            kept=count(was & selected & (now == before), now),
            added=count(~was & selected, now),
            dropped=count(was & ~selected, before),
            flipped=count(was & selected & (now != before), now),
            confidence=float(labels[selected].max(axis=1).mean()),
            agreement=float((predicted == weak)[covered].mean()),
            judged=judged,
            judged_error=error,
            predicted_shares=dict(zip(names, (np.bincount(predicted, minlength=k) / len(now)).tolist(), strict=True)),
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
