"""`SelfTraining`: fine-tune on weak labels, then let each round's model label the pool for the next."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Ints, check_gold, check_texts
from labelfns.errors import InputError, raise_all
from labelfns.models import BaseLabelModel, TransformerClassifier
from labelfns.models.class_balance import Floats, aligning, answer_shares, balancing, shifted
from labelfns.models.evaluation.metrics import Scores, macro_recall, score
from labelfns.models.selection import combine, sharpen
from labelfns.progress import Bar, Progress
from labelfns.text.spans import Span
from labelfns.votes import Probs, Votes

from .ledger import COLLAPSE, ByLabel, Labelled, Ledger, Round, Rounds, SelfTrainingResult, best_round

Classes = npt.NDArray[np.int64]


@dataclass
class SelfTraining:
    """Fine-tuning over rounds.

    Round 0 trains on the label model's probabilities of the covered rows. In each later round the model of the
    round before scores the whole pool; its probabilities are combined with the LFs' on covered rows, and
    the rows of each class that a selection trusts are what the next model is trained on. Each round's model is
    balanced: shifted towards the classes that it gives to fewer of the covered rows than the LFs do.
    A share of the covered rows, the judges, is never trained on: a later round is kept only where it agrees better
    with the LFs there, by more than a standard error, without seeing the words that made them fire. Rounds end early
    where the judges see no gain, or labels no longer change. No gold label is used.

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
    settings: Rounds = field(default_factory=Rounds)

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
            What made LFs fire in each text, as `LFSet.cues` returns it; hidden before the
            judges, and in training as often as the classifier's `hide_cues` says.
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
            If texts and votes do not fit, no row is covered, a label is never voted for, or the settings have not a
            class share for each label.
        """
        texts = check_texts(texts)
        check_trainable(texts, votes)
        given = self.settings.class_shares
        if given is not None and len(given) != votes.n_labels:
            raise InputError(f"class_shares must have {votes.n_labels} shares, one a label; got {given}")
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
            return f"all {settings.rounds + 1} rounds are done (rounds = {settings.rounds} after round 0)"
        if len(rounds) < 2:
            return None
        flips, since_best = rounds[-1].ledger.flips, len(rounds) - 1 - best_round(rounds).ledger.round
        if settings.judges and settings.patience and since_best >= settings.patience:
            return f"the last {since_best} round(s) were not judged better (patience = {settings.patience})"
        if flips < settings.min_flips:
            return f"the last round changed {flips:.2%} of the labels (min_flips = {settings.min_flips})"
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
        student, predicted, shift = self._balanced(pool, student, student.predict_proba(pool.texts, progress=tell))
        ledger = self._ledger(
            pool, before, labels, weights > 0, student, predicted.argmax(axis=1), shift, labelled, tell
        )
        return Round(student, labels, weights, ledger, predicted)

    def _balanced(
        self, pool: "_Pool", student: TransformerClassifier, predicted: Probs
    ) -> tuple[TransformerClassifier, Probs, Floats | None]:
        """Return a student, its probabilities of the pool, and what both were shifted by, None where they were not."""
        if not (self.settings.balance and student.shiftable):
            return student, predicted, None
        rows, given = self._held_rows(pool), self.settings.class_shares
        shares = answer_shares(pool.weak[rows]) if given is None else np.asarray(given)
        shift = balancing(shares, predicted[rows])
        return student.adjusted(shift=shift), shifted(predicted, shift).astype(predicted.dtype), shift

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
            labels = shifted(labels, aligning(self._shares(pool), labels[self._held_rows(pool)]))
        if self.settings.use_votes:
            labels[covered] = combine(labels[covered], pool.weak[covered])
        return labels

    def _shares(self, pool: "_Pool") -> Floats:
        given = self.settings.class_shares
        return pool.weak[pool.votes.covered].mean(axis=0) if given is None else np.asarray(given)

    def _held_rows(self, pool: "_Pool") -> Bools:
        """Return the rows that class shares are told of: the covered ones, or the pool where its shares are given."""
        return pool.votes.covered if self.settings.class_shares is None else np.ones(len(pool.texts), dtype=bool)

    def _weigh(self, pool: "_Pool", labels: Probs, *, first: bool, tell: Progress) -> Floats:
        """Return the weights [n] of the rows; judges, and in round 0 uncovered rows, have none."""
        selection = self.settings.first if first else self.settings.later
        rows = np.flatnonzero(~pool.judges & (pool.votes.covered if first else True)).tolist()
        features = pool.features(self.classifier, tell)[rows] if selection.needs_features else None
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
        shift: Floats | None,
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
        scores, hidden = _scores(student, labelled, k, tell)
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
            shift=None if shift is None else dict(zip(names, shift.tolist(), strict=True)),
            collapsed=tuple(name for c, name in enumerate(names) if found_shares[c] < shares[c] / COLLAPSE),
            pseudo_label_accuracy=float((now == pool.gold)[right].mean()) if right.any() else None,
            scores=scores,
            hidden_scores=hidden,
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
    _features: list[Floats] = field(default_factory=list)

    def features(self, classifier: TransformerClassifier, tell: Progress) -> Floats:
        """Return the backbone's features of all texts, [n, d], which are computed once."""
        if not self._features:
            self._features.append(classifier.frozen_features(self.texts, progress=tell))
        return self._features[0]


def _scores(
    student: TransformerClassifier, labelled: Mapping[str, Labelled], k: int, tell: Progress
) -> tuple[dict[str, Scores], dict[str, Scores]]:
    """Return figures on the labelled sets by name, as they are and, where cues are known, with these hidden."""
    seen, hidden = {}, {}
    for name, given in labelled.items():
        predicted = student.predict(given.texts, progress=tell)
        seen[name] = score(given.gold, predicted, k)
        if given.cues is not None:
            if rows := [i for i, spans in enumerate(given.cues) if spans]:
                texts, spans = [given.texts[i] for i in rows], [given.cues[i] for i in rows]
                predicted[rows] = student.predict_proba(texts, hidden=spans, progress=tell).argmax(axis=1)
            hidden[name] = score(given.gold, predicted, k)
    return _known(seen), _known(hidden)


def _known(scores: Mapping[str, Scores | None]) -> dict[str, Scores]:
    return {name: found for name, found in scores.items() if found is not None}


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
