"""What a user should know before relying on a run."""

from collections.abc import Iterator, Mapping, Sequence

from labelfns.display.numbers import percent
from labelfns.pipelines.self_training.copies import without_details
from labelfns.pipelines.self_training.judges import may_be_guess
from labelfns.pipelines.self_training.ledger import Round
from labelfns.votes import Votes

from .baselines import Baseline


def cautions(
    votes: Mapping[str, Votes],
    rounds: Sequence[Round],
    best: Round,
    baselines: Mapping[str, Mapping[str, Baseline]],
    sets: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    """Yield what a user should know before relying on a run, one sentence each.

    Parameters
    ----------
    votes
        The votes on each set, ``pool`` among them.
    rounds, best
        All rounds, and the one that is kept.
    baselines
        ``majority_vote`` and ``label_model``, by labeled set.
    sets
        The texts of each set.
    """
    pool = votes["pool"]
    for name, of_set in votes.items():
        for fault in of_set.faults:
            yield f"{name}: {fault}"
    for j, name in enumerate(pool.lf_names):
        if not (pool.matrix[:, j] >= 0).any():
            yield f"LF {name} never votes on the pool"
    for done in rounds:
        for name in done.ledger.collapsed:
            share = done.ledger.predicted_shares[name]
            yield f"class collapse in round {done.ledger.round}: it gives {name!r} to only {percent(share)} of the pool"
    if may_be_guess(vars(best.ledger)):
        yield (
            f"the judges cannot tell round {best.ledger.round}, which is kept, from a guess: it is judged "
            f"{best.ledger.judged:.3f}, and a model that does not read the texts gets up to "
            f"{best.ledger.guessed:.3f} on so few judges. More texts with a vote, and LFs that say the same of a text "
            "by different words, give the judges more to tell by"
        )
    yield from _worse_than_majority(best, baselines)
    yield from _on_both_sides(sets)


def _on_both_sides(sets: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Say where figures are of texts that a model was trained on: by gold, or by the LFs' labels."""
    texts = {name: list(map(without_details, sets.get(name, ()))) for name in ("val", "test")}
    asked = {text for of_set in texts.values() for text in of_set}
    if not asked:
        return
    trained = {name: asked.intersection(map(without_details, sets.get(name, ()))) for name in ("few_gold", "pool")}
    for measured, of_set in texts.items():
        for source, by in (("few_gold", "gold"), ("pool", "the LFs' labels, never by gold")):
            if count := sum(text in trained[source] for text in of_set):
                yield (
                    f"{count} of {len(of_set)} texts of {measured} are in {source} too, but for case, user "
                    f"names, web addresses and white space: models are trained on them, by {by}, and figures on "
                    f"{measured} may flatter; take them out of {source}"
                )


def _worse_than_majority(best: Round, baselines: Mapping[str, Mapping[str, Baseline]]) -> Iterator[str]:
    majority = baselines["majority_vote"]
    for name, model in baselines["label_model"].items():
        ours, theirs = model.covered, majority[name].covered
        if ours and theirs and ours.accuracy < theirs.accuracy:
            yield (
                f"the label model is worse than majority vote on the covered rows of {name}: accuracy "
                f"{ours.accuracy:.3f} against {theirs.accuracy:.3f}; consider majority vote as the label model"
            )
    for name, scores in best.ledger.scores.items():
        theirs = majority[name].all_rows
        if theirs and scores.macro_f1 < theirs.macro_f1:
            yield (
                f"the best round is worse than majority vote on {name}: "
                f"macro F1 {scores.macro_f1:.3f} against {theirs.macro_f1:.3f}"
            )
