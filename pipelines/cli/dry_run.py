"""`labelfns run --dry-run`: all that can be checked before training, and what a run would do."""

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings

import numpy as np

from labelfns.display.numbers import percent
from labelfns.errors import InputError, LabelFnsWarning, number_of, some

if TYPE_CHECKING:
    from labelfns.pipelines.run.settings import PipelineSettings


def dry(
    pipeline: Path,
    settings: "PipelineSettings",
    folder: Path,
    *,
    overwrite: bool,
    resume: bool,
    set_: Sequence[str],
    as_json: bool,
) -> None:
    """Check settings, output folder, data, LFs and backbone as a run does before it trains; nothing is written.

    The LFs vote on every text, without the cache, so that what they raise is known; those that would ask a language
    model go by the replies that they have, and what they would ask for is said. The backbone's configuration and
    tokenizer are opened, its weights are not.

    Raises
    ------
    LabelFnsError
        As `run_pipeline` before it trains.
    """
    from labelfns.analysis.coverage import Coverage
    from labelfns.lfs.meaning.prompt import PromptLF, asks_nothing
    from labelfns.lfset import LFSet
    from labelfns.pipelines.analysis.tables import counts
    from labelfns.pipelines.run.folder import RunFolder
    from labelfns.pipelines.run.inputs import Inputs, input_paths
    from labelfns.pipelines.run.training import Plan, prepare

    from . import console

    target = RunFolder(folder)
    target.check(overwrite=overwrite, resume=resume, inputs=[*input_paths(settings), pipeline])
    there = next(parent for parent in (target.path, *target.path.parents) if parent.exists())
    if not os.access(there, os.W_OK):
        raise InputError(f"{folder} could not be written: there is no right to write to {there}; name another --output")
    given, plan = Inputs.read(settings, there), Plan.of(settings)
    inputs = Inputs(LFSet(given.lfs.labels, map(asks_nothing, given.lfs)), given.sets)
    plan = dataclasses.replace(plan, options={name: value for name, value in plan.options.items() if name != "cache"})
    with console.bars() as progress, catch_warnings(action="ignore", category=LabelFnsWarning):
        prepared = prepare(inputs, plan, progress=progress)
    pool, coverage = prepared.votes["pool"], Coverage.of(prepared.votes["pool"])
    sets = {
        name: {"rows": len(texts), "gold": 0 if texts.gold is None else int(np.sum(texts.gold >= 0))}
        for name, texts in inputs.sets.items()
    }
    rounds, epochs = settings.self_training.rounds + 1, settings.classifier.epochs
    asked = [text for texts in inputs.sets.values() for text in texts]
    if as_json:
        answer: dict[str, Any] = {
            "run": str(folder),
            "sets": sets,
            "coverage": dataclasses.asdict(coverage),
            "faults": [dataclasses.asdict(fault) for votes in prepared.votes.values() for fault in votes.faults],
            "label_model": settings.label_model.kind,
            "backbone": settings.classifier.backbone,
            "rounds": rounds,
        }
        console.print_json(answer)
        return
    for name, votes in prepared.votes.items():
        if votes.faults and len(prepared.votes) > 1:
            console.say(f"On {name}:", style="bold")
        console.faults(votes.faults, len(votes))
    raised = list(dict.fromkeys(fault.lf for votes in prepared.votes.values() for fault in votes.faults))
    if raised:
        console.say(
            f"{some(raised, 10)} raised, as above says: a run goes on without {'its' if len(raised) == 1 else 'their'} "
            "votes there. Nothing is wrong with settings, data, backbone and output folder. A run would:",
            style="bold",
        )
    else:
        console.say("Nothing is wrong with settings, data, LFs, backbone and output folder. A run would:", style="bold")
    for name, found in sets.items():
        console.say(
            f"  read    {name}: {number_of(found['rows'], 'text')}, {found['gold']:,} with gold "
            f"({getattr(settings.data, name)})"
        )
    console.say(
        f"  apply   {number_of(len(inputs.lfs), 'LF')}: {coverage.covered:,} of {number_of(coverage.rows, 'text')} "
        f"of the pool have a vote ({percent(coverage.share)}), {number_of(coverage.conflicting, 'vote')} for "
        "different labels",
        *(f"  ask     {lf.name}: {lf.dry_run(asked).counts}" for lf in given.lfs if isinstance(lf, PromptLF)),
        f"  fit     the label model {settings.label_model.kind}",
        *(
            [f"  draw    {most:,} of the pool's texts, by class and by what is hard, for the rounds to work on"]
            if (most := settings.self_training.max_rows) < coverage.rows
            else []
        ),
        f"  train   {settings.classifier.backbone}, {number_of(rounds, 'round')} at most, each "
        f"{epochs:g} {'time' if epochs == 1 else 'times'} over its texts and "
        f"{number_of(settings.classifier.min_steps, 'step')} at the least, seed {settings.seed}",
        f"  write   {folder}{', in place of the run that is there' if overwrite and target.begun else ''}"
        f"{', going on with the run that is there' if resume and target.begun else ''}",
        "",
    )
    console.show([counts("Texts of the pool with a vote for", dict(zip(pool.labels, _votes_for(pool), strict=True)))])
    settings_given = [part for setting in set_ for part in ("--set", setting)]
    flags = [*(["--overwrite"] if overwrite else []), *(["--resume"] if resume else [])]
    console.next_step("run it", "run", pipeline, "--output", folder, *settings_given, *flags)


def _votes_for(pool: Any) -> list[int]:
    return [int(count) for count in (pool.counts > 0).sum(axis=0)]
