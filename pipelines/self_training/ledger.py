"""What the rounds are: their settings, what each leaves, and which one to keep."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from labelfns.checks import Bools, Ints
from labelfns.models import Selection, TransformerClassifier
from labelfns.models.class_balance import Floats
from labelfns.models.evaluation.metrics import Scores
from labelfns.settings import check
from labelfns.text.spans import Span
from labelfns.votes import Probs

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
        Which covered rows round 0 trains on; by default, as in `later`, the 80 % of each class whose neighbours in
        the backbone's features share its label most (the cut statistic).
    later
        Which rows of the pool the rounds after it train on.
    balance
        Whether each round's model is balanced after training (`labelfns.models.class_balance.balancing`): the biases of
        its last layer are shifted towards the classes that it gives to fewer of the covered rows than the LFs do. A
        model whose last layer has no biases stays as it is.
    teacher
        From round 1 on, whose probabilities the pseudo-labels are: those of the ``"last"`` round's model, of the
        ``"best"`` one's so far, or the ``"mean"`` over all rounds.
    sharpen
        From round 1 on: whether the teacher's probabilities are sharpened (`labelfns.models.selection.sharpen`).
    align_classes
        From round 1 on: whether the teacher's probabilities are scaled until they have the class shares on the covered
        rows (`labelfns.models.class_balance.aligning`). Of use where models are not balanced.
    class_shares
        The class shares of the pool, where they are known, for `balance`, `align_classes`, selections that hold
        shares, and the weights of a little gold; all of the pool then, not the covered rows, is held to them. By
        default those of the covered rows' labels; for a little gold, those that the model finds in the pool.
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
    first: Selection = field(default_factory=Selection)
    later: Selection = field(default_factory=Selection)
    balance: bool = True
    teacher: Teacher = "last"
    sharpen: bool = False
    align_classes: bool = False
    class_shares: tuple[float, ...] | None = None
    use_votes: bool = True
    warm_start: bool = False
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
    cues
        What makes LFs fire in each text, as `LFSet.cues` returns it, to report figures with these words hidden too.
    """

    texts: Sequence[str]
    gold: Ints
    cues: Sequence[Sequence[Span]] | None = None


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
    shift
        What was added to the logit of each label to balance the model; None where nothing was.
    collapsed
        Labels that the model has all but given up: to fewer than a quarter of their class share of the pool.
    pseudo_label_accuracy
        Share of right labels among those trained on, where the pool has gold; it is never used.
    scores
        Figures on the labelled sets, by their names.
    hidden_scores
        The same with the words that make LFs fire hidden, of sets whose cues are known: how far the model goes beyond
        its LFs.
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
    shift: dict[str, float] | None
    collapsed: tuple[str, ...]
    pseudo_label_accuracy: float | None
    scores: dict[str, Scores]
    hidden_scores: dict[str, Scores]


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
