"""`SelfTraining`: fine-tune on weak labels, then let each round's model label the pool for the next."""

import dataclasses
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from labelfns.checks import Bools, Gold, Ints, check_gold, one_per_text
from labelfns.display.numbers import percent
from labelfns.errors import InputError, LabelFnsWarning, NotAttainableError, number_of, raise_all
from labelfns.io.texts import Texts, as_texts
from labelfns.models.class_balance import balancing_shift, shifted
from labelfns.models.evaluation.text_precision import TextPrecision, rows_to_ask, text_precision
from labelfns.models.label_models.base import BaseLabelModel
from labelfns.models.selection import GOLD_NEEDED
from labelfns.models.transformer.classifier import TransformerClassifier
from labelfns.progress import Bar, Progress
from labelfns.settings import check_classes
from labelfns.text.spans import Span
from labelfns.vote_tables import row_blocks
from labelfns.votes import Probs, Votes

from .copies import copy_groups
from .judges import Verdict, ask, hold_out
from .labeled import Labeled, check_lengths, check_sets, score_sets
from .ledger import Ledger, Round, SelfTrainingResult, Trained, best_round
from .pool import FewGoldTexts, Pool
from .sample import Drawn, draw
from .settings import Rounds
from .training_set import TrainingSet, teacher


@dataclass
class SelfTraining:
    """Fine-tuning over rounds.

    Round 0 trains on the label model's probabilities of the covered rows. In each later round the model of the
    round before scores the whole pool; its probabilities are combined with the LFs' on covered rows, and
    the rows of each class that a selection trusts are what the next model is trained on. Each round's model is
    adjusted: shifted towards the classes that it gives to fewer of the covered rows than the LFs do.
    A share of the covered rows, the judges, is held out with its copies: no round trains on it. A later round is kept
    only where it agrees better with the LFs on the judges, by more than the standard error of the difference, without
    seeing the words that made them fire. Rounds end early where the judges see no gain, or labels no longer change. No
    gold label is used. Of a pool that is larger than the settings' `max_rows`, all this is done with a sample.

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

    def __post_init__(self) -> None:
        check_classes(
            label_model=(self.label_model, BaseLabelModel, "a label model, as LabelModel()"),
            classifier=(self.classifier, TransformerClassifier, "a TransformerClassifier(...)"),
            settings=(self.settings, Rounds, "Rounds(...)"),
        )

    def run(
        self,
        texts: Sequence[str],
        votes: Votes,
        *,
        cues: Sequence[Sequence[Span]] | None = None,
        gold: Gold | None = None,
        labeled: Mapping[str, Labeled] | None = None,
        few_gold: tuple[Labeled, Votes] | None = None,
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
            The LFs' votes on them.
        cues
            For each text the spans that make LFs fire, as `LFSet.cues` returns them. They are hidden when a model is
            judged, and in training as often as the classifier's `hide_cues` says. By default the votes' own cues; if
            these are unknown too, nothing is hidden. ``[[] for _ in texts]`` says that there are none.
        gold
            The pool's labels [n], by id or name, -1 or None where unknown; for the ledger's figures alone.
        labeled
            Further sets with gold labels to report figures on, by name.
        few_gold
            Few texts with gold labels, and the LFs' votes on them, by which selections that need gold judge. No round
            trains on them.
        on_round
            Called with each round when it is done.
        done
            The first rounds of a run that was stopped, which are not done again.
        checkpoints
            A folder for checkpoints, one folder per round, from which a round that was stopped resumes.
        progress
            Called with what is done and how far it is; by default a bar is shown.

        Raises
        ------
        InputError
            If votes, cues or gold do not fit the texts, no row is covered, or none but judges and few gold rows, a
            label is never voted for, the settings do not have a share for each class, or a selection needs gold and
            there is none.
        NotAttainableError
            If the few gold rows cannot promise what the selection of round 0 asks for; in a later round this ends the
            rounds.

        Warns
        -----
        LabelFnsWarning
            If judges are to choose between rounds but the cues are not known.
        """
        texts = as_texts(texts)
        check_lengths(len(texts), votes=votes, gold=gold)
        cues = votes.cues if cues is None else one_per_text(cues, len(texts), "cues")
        check_trainable(texts, votes)
        balance, labels = self.settings.class_balance, votes.labels
        if balance is not None and len(balance) != len(labels):
            raise InputError(f"class_balance must have {number_of(len(labels), 'share')}, one per label; got {balance}")
        gold = np.full(len(texts), -1) if gold is None else check_gold(gold, len(texts), labels)
        check_sets(labeled or {}, labels)
        if self.settings.needs_gold and few_gold is None:
            raise InputError(GOLD_NEEDED)
        if cues is None and self.settings.judges and self.settings.rounds:
            warnings.warn(_NO_CUES, LabelFnsWarning, stacklevel=2)
        progress = progress or Bar()
        first = self._student(len(done), labels)  # it opens the backbone for the features too
        weak = self.label_model.fit(votes).predict_proba(votes)
        rows, drawn = self._sample(votes, weak)
        mine: slice | Ints = slice(None)
        seen, of_seen = texts, votes
        if rows is not None:
            seen, of_seen, mine = texts.take(rows), dataclasses.replace(votes, cues=None).rows(rows), rows
            cues = None if cues is None else [cues[i] for i in rows.tolist()]
            _check_sample(done, rows)
        groups = copy_groups(seen)
        pool = Pool(
            seen,
            of_seen,
            cues=[[] for _ in seen] if cues is None else cues,
            gold=gold[mine],
            weak=weak[mine],
            held_out=hold_out(of_seen, weak[mine], self.settings.judges, self.classifier.seed, groups)
            | _among(seen, few_gold),
            groups=groups,
            known_balance=balance,
            embed=partial(first.frozen_features, keep_open=True, progress=progress),
            few_gold=self._judging(*few_gold, labels) if few_gold and self.settings.needs_gold else None,
            rows=rows,
            drawn=drawn,
        )
        from_text: tuple[TextPrecision, ...] = ()
        if self.settings.first.needs_features:
            asked = rows_to_ask(of_seen)
            from_text = text_precision(of_seen, asked, pool.features[asked], progress=progress)
        rounds = list(done)
        while (stopped := stop_reason(self.settings, rounds)) is None:
            kept = checkpoints and checkpoints / str(len(rounds))
            student = first if len(rounds) == len(done) else self._student(len(rounds), labels)
            try:
                rounds.append(self._round(pool, rounds, student, labeled or {}, kept, progress))
            except NotAttainableError as error:
                if not rounds:
                    raise
                stopped = f"round {len(rounds)} has no rows to train on: {error}"
                break
            if on_round:
                on_round(rounds[-1])
        copies, features = len(seen) - int(groups.max()) - 1, pool.known_features
        return SelfTrainingResult(weak, tuple(rounds), stopped, pool.judges, copies, from_text, features, rows)

    def _sample(self, votes: Votes, weak: Probs) -> tuple[Ints, Drawn] | tuple[None, None]:
        """Draw the rows to work on where the pool has more than the settings want; else None, for all."""
        settings, k = self.settings, votes.n_labels
        if len(votes) <= settings.max_rows:
            return None, None
        if settings.max_rows < k:
            raise InputError(f"max_rows must be at least {k}, a row for each label; got {settings.max_rows}")
        return draw(votes, weak, settings.max_rows, self.classifier.seed, covered_only=not settings.rounds)

    def _round(
        self,
        pool: Pool,
        before: Sequence[Round],
        student: TransformerClassifier,
        labeled: Mapping[str, Labeled],
        checkpoints: Path | None,
        progress: Progress,
    ) -> Round:
        def report(what: str, done: int, total: int) -> None:
            progress(f"round {len(before)}: {what}", done, total)

        now = self._train(pool, before, student, checkpoints, report)
        verdict = Verdict.of(ask(now.classifier, pool, report), pool, self._best(pool, before, report))
        scores = score_sets(now.classifier, labeled, report)
        ledger = Ledger.of(before[-1] if before else None, now, pool, verdict, scores)
        return Round(now.classifier, now.labels, now.weights, ledger, now.predicted, verdict.answers, pool.rows)

    def _train(
        self,
        pool: Pool,
        before: Sequence[Round],
        student: TransformerClassifier,
        checkpoints: Path | None,
        report: Progress,
    ) -> Trained:
        """Fine-tune a round's student on the rows and labels that the settings choose, and adjust it."""
        chosen = TrainingSet.of(self.settings, pool, before, report)
        labels, weights = chosen.labels, chosen.weights
        rows = np.flatnonzero(weights).tolist()
        if not rows:
            if not (pool.covered & ~pool.held_out).any():
                raise InputError(_NOTHING_LEFT)
            raise InputError(
                f"round {len(before)} has no row to train on: the selection {'later' if before else 'first'} keeps "
                f"none (the most confident label has probability {labels.max():.2f}); loosen its rule or lower its "
                "min_confidence"
            )
        start = teacher(self.settings, before).classifier if before and self.settings.warm_start else None
        if start is not None:
            slower = student.settings.learning_rate * self.settings.warm_rate
            student = student.unfitted(settings=dataclasses.replace(student.settings, learning_rate=slower))
        student.fit(
            pool.texts.take(rows),
            labels[rows],
            weights=weights[rows],
            cues=[pool.cues[i] for i in rows],
            start=start,
            checkpoints=checkpoints,
            progress=report,
        )
        predicted = student.predict_proba(pool.texts, progress=report)
        if not (self.settings.adjust_logits and student.shiftable):
            return Trained(student, labels, weights, predicted, None, chosen.promise)
        shift = balancing_shift(pool.answer_balance, predicted[pool.balanced_rows])
        adjusted = shifted(predicted, shift).astype(predicted.dtype)
        return Trained(student.adjusted(shift=shift), labels, weights, adjusted, shift, chosen.promise)

    def _best(self, pool: Pool, before: Sequence[Round], report: Progress) -> tuple[int, Ints] | None:
        """Return the number of the best round before and its answers on the judges; None in round 0."""
        if not before:
            return None
        best = best_round(before)
        answers = ask(best.classifier, pool, report) if best.on_judges is None else best.on_judges
        return best.ledger.round, answers

    def _judging(self, data: Labeled, votes: Votes, labels: Sequence[str]) -> FewGoldTexts:
        """Return few texts with gold labels, with what the fitted label model says of them."""
        check_lengths(len(data.texts), votes=votes)
        return FewGoldTexts(data.texts, data.gold_ids(labels), votes.covered, self.label_model.predict_proba(votes))

    def _student(self, number: int, labels: Sequence[str]) -> TransformerClassifier:
        """Return the model of a round, not yet fitted."""
        return self.classifier.unfitted(labels, seed=self.classifier.seed + number)


_NO_CUES = (
    "the words that make the LFs fire are not known, so the judges see them, which favors rounds that repeat the LFs. "
    "Pass cues, as LFSet.cues returns them, or [[] for _ in texts] if there are none"
)


_NOTHING_LEFT = (
    "no round trains on few gold rows and judges, and no other text of the pool has a vote: add texts to the pool, or "
    "take some out of the few gold rows"
)


def _among(texts: Texts, few_gold: tuple[Labeled, Votes] | None) -> Bools:
    """Return a mask [n] of texts that are gold rows too: no round trains on them, or they could not calibrate it."""
    known = set() if few_gold is None else set(few_gold[0].texts)
    return np.array([text in known for text in texts])


def _check_sample(done: Sequence[Round], rows: Ints) -> None:
    for one in done:
        if one.rows is None or not np.array_equal(one.rows, rows):
            raise InputError(
                f"round {one.ledger.round} was not trained on the sample that these votes, seed and max_rows draw; "
                "begin again"
            )


def stop_reason(settings: Rounds, rounds: Sequence[Round]) -> str | None:
    """Return why no further round follows those that are done; None where one does."""
    if len(rounds) > settings.rounds:
        if not settings.rounds:
            return "round 0 was all that was asked for (rounds = 0)"
        return f"all {settings.rounds + 1} rounds are done (rounds = {settings.rounds} after round 0)"
    if len(rounds) < 2:
        return None
    changed, since_best = rounds[-1].ledger.label_changes, len(rounds) - 1 - best_round(rounds).ledger.round
    if settings.judges and settings.patience and since_best >= settings.patience:
        last = "round was" if since_best == 1 else f"{number_of(since_best, 'round')} were"
        return f"the last {last} not judged better (patience = {settings.patience})"
    if changed < settings.min_changed:
        return f"the last round changed {percent(changed, 2)} of the labels (min_changed = {settings.min_changed})"
    return None


def check_trainable(texts: Sequence[str], votes: Votes) -> None:
    """Check that there is something to learn for every class.

    Raises
    ------
    InputError
        If texts and votes differ in length, no row is covered, or a label gets no vote.
    """
    check_lengths(len(texts), votes=votes)
    if not votes.covered.any():
        raise InputError(
            f"no row is covered: none of the {number_of(len(votes.lf_names), 'LF')} votes on any of the "
            f"{number_of(len(votes), 'row')}. Try one LF on a text that it should vote on"
        )
    raise_all(
        InputError,
        [
            f"no LF votes for {name!r} on any of the {number_of(len(votes), 'row')}, so it cannot be learned: "
            "write an LF for it or take it out of the labels"
            for c, name in enumerate(votes.labels)
            if not any((votes.matrix[rows] == c).any() for rows in row_blocks(len(votes)))
        ],
    )
