"""An evaluation in sentences: what a person needs first."""

from collections.abc import Iterator

from labelfns.models.evaluation.calibration import CalibrationError
from labelfns.models.evaluation.evaluate import Evaluation
from labelfns.models.evaluation.steps import Promise


def said_of(found: Evaluation) -> Iterator[str]:
    """Say what the figures of an evaluation come to, one sentence each."""
    yield (
        f"Label model against majority vote, of all, the rest guessed: {found.against_majority_vote}; against "
        f"{found.most_frequent.name}: {found.against_most_frequent}."
    )
    if found.areas is not None:
        areas = found.areas
        yield (
            f"Confidence puts right answers first: AUGRC {areas.augrc:.3f} ({{:.3f}}-{{:.3f}})".format(
                *areas.augrc_interval
            )
            + f", oracle {areas.oracle_augrc:.3f}, chance {areas.chance_augrc:.3f}; AURC {areas.aurc:.3f}."
        )
    if found.calibration is not None:
        yield _of_calibration(found.calibration)
    if found.promises:
        yield f"With 95 % confidence, precision at least {'; '.join(map(_of_promise, found.promises))}."


def _of_calibration(found: CalibrationError) -> str:
    verdict = "no more than chance gives"
    if found.error > found.calibrated_at_most:
        verdict = (
            f"more than chance; on average {abs(found.too_sure):.3f} too {'sure' if found.too_sure > 0 else 'unsure'}"
        )
    return (
        f"Calibration error {found.debiased:.3f} (as measured {found.error:.3f}; a calibrated model would show "
        f"{found.calibrated:.3f} here, at most {found.calibrated_at_most:.3f}): {verdict}."
    )


def _of_promise(promise: Promise) -> str:
    if promise.threshold is None:
        return f"{promise.precision:g}: not attainable"
    return f"{promise.precision:g}: at coverage {promise.coverage:.1%}, confidence at least {promise.threshold:.3f}"
