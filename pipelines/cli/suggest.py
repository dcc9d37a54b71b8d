"""`labelfns suggest`: words worth an LF; a prompt that asks for LFs; the LFs of an answer, tried, and kept if asked."""

import dataclasses
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labelfns.errors import InputError, LFError, MissingExtraError, did_you_mean, number_of

from .options import Json, PipelineFile, Set

if TYPE_CHECKING:
    from rich.padding import Padding

    from labelfns.analysis.suggest import Suggestion
    from labelfns.lfs.declared import DeclaredLF
    from labelfns.lfset import LFSet
    from labelfns.models.evaluation.text_precision import TextPrecision
    from labelfns.pipelines.analysis.tried import TriedLF
    from labelfns.pipelines.run.settings import PipelineSettings

STANDARD_INPUT = "-"


def suggest(
    pipeline: PipelineFile,
    n: Annotated[int, typer.Option(help="How many, by class where gold labels are known.", min=1)] = 20,
    at_least: Annotated[int, typer.Option(help="On how many texts a word must stand.", min=1)] = 5,
    min_z: Annotated[float, typer.Option(help="How far a word must stand out: the least z, more than 0.")] = 2.0,
    prompt: Annotated[
        bool,
        typer.Option(
            "--prompt",
            help="Print a prompt that asks a language model for LFs, to paste wherever you like; it holds texts of the "
            "pool. --n: how many of each kind.",
        ),
    ] = False,
    task: Annotated[str, typer.Option(help="What the labels mean, for --prompt.")] = "",
    answer: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="What a language model answered, - for standard input: its LFs are tried on the pool. No code is run.",
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An LF of the answer to write to the LF file, or all; can be given again."),
    ] = None,
    with_text: Annotated[
        bool | None,
        typer.Option(
            "--with-text/--without-text",
            help="Whether the pool's texts are asked how often an answer's LFs are right; by default where no gold is.",
        ),
    ] = None,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """List words, hashtags and emoji worth an LF: those that stand out where the LFs are silent or disagree.

    With gold labels in the pool or in val they are listed by class, told by the one that has more. The test set is not
    read.

    z says how sure it is that a word stands out: how many standard errors its log-odds on these texts are above those
    on the others. A word that stands everywhere is near 0; one word in forty reaches 2 by chance, one in thirty
    thousand 4.

    With --prompt it prints a prompt for a language model of yours, and with --answer it reads what came back. No model
    is asked here.
    """
    from labelfns.analysis.suggest import suggest as suggestions
    from labelfns.pipelines.run.inputs import with_most_gold

    from . import console, inputs

    if prompt and answer is not None:
        raise InputError("--prompt asks and --answer reads what came back; one at a time")
    if keep and answer is None:
        raise InputError("--keep names LFs of an answer; give it with --answer FILE")
    settings = inputs.settings_of(pipeline, set_)
    if answer is not None:
        _try_answer(pipeline, settings, answer, keep or [], with_text=with_text, as_json=as_json)
        return
    pool = inputs.texts_of(settings)
    with_gold = with_most_gold(settings, pool)
    lfs = inputs.lfs_of(settings)
    (votes,) = inputs.votes_of(settings, lfs, pool)
    if prompt:
        from labelfns.analysis.lf_prompt import prompt_for_lfs

        console.block(prompt_for_lfs(lfs, pool, votes, task=task, n=n))
        console.next_step("when it is answered, see what its LFs would do", "suggest", pipeline, "--answer", "FILE")
        return
    if not as_json:
        console.faults(votes.faults, len(votes))
    labeled = None if with_gold is None or with_gold.gold is None else (with_gold, with_gold.gold)
    terms = suggestions(pool, votes, labeled=labeled, lfs=lfs, n=n, at_least=at_least, min_z=min_z)
    if as_json:
        console.print_json([{**dataclasses.asdict(term), "line": term.line} for term in terms])
        return
    for gap, title in (("silent", "Where no LF votes:"), ("disagreeing", "Where LFs disagree:")):
        mine = [term for term in terms if term.gap == gap]
        if mine:
            console.say(title, style="bold")
        for term in mine:
            console.say(f"{term.line}  # {term.about}")
            for text in term.examples:
                console.show([_example(term, text)])
    if len(terms) < (n if labeled is None else 1):
        found = number_of(len(terms), "word stands", "words stand") if terms else "Nothing stands"
        console.say(
            f"{found} out by z {min_z:g} on {at_least} texts or more. --min-z {min_z / 2:g} lists more, less surely, as "
            "a lower --at-least does. To find words by reading: labelfns studio, or labelfns analyze --report FILE."
        )
    if terms:
        named = "" if all(term.label for term in terms) else ", your label for LABEL"
        console.next_step(f"paste lines into the LF file{named}, and see what they do", "analyze", pipeline)
    else:
        console.next_step("read texts without a vote, and look for words", "rows", pipeline, "--uncovered")


def _example(term: "Suggestion", text: str) -> "Padding":
    """Return an example with the term marked."""
    from rich.padding import Padding

    from labelfns.pipelines.analysis.row_tables import highlighted

    return Padding(highlighted(text, term.spans(text), most=110), (0, 0, 0, 4), style="dim")


def _try_answer(
    pipeline: Path,
    settings: "PipelineSettings",
    answer: str,
    keep: Sequence[str],
    *,
    with_text: bool | None,
    as_json: bool,
) -> None:
    """Show what the LFs of an answer would do, and write those that are kept."""
    from labelfns.pipelines.studio.pasted import read_answer

    from . import console, inputs

    lfs = inputs.lfs_of(settings)
    found = read_answer(_text_of(answer), lfs.labels, lfs.names)
    names = [lf.name for lf in found.lfs]
    for name in keep:
        if name not in names and name != "all":
            raise InputError(f"--keep {name}: the answer has no LF of this name{did_you_mean(name, names)}")
    tried = _tried(settings, lfs, found.lfs, with_text) if found.lfs else ()
    if as_json:
        console.print_json({"lfs": [dataclasses.asdict(one) for one in tried], "problems": found.problems})
    for problem in () if as_json else found.problems:
        console.say(f"Not taken, {problem}", style="yellow")
    chosen = []
    for lf, one in zip(found.lfs, tried, strict=True):
        if not as_json:
            console.say(f"{one.lf} votes for {one.votes_for}: {one.about}", style="bold")
            console.say(f"    {one.said}")
        asked = not keep and answer != STANDARD_INPUT and not as_json and is_terminal()
        if lf.name in keep or "all" in keep or (asked and typer.confirm("    Keep it?", default=False)):
            chosen.append(lf)
    if not found.lfs and not as_json:
        console.say("The answer holds no LF that can be taken: they are lines as suggest --prompt asks for.")
    if chosen:
        _write(pipeline, settings, chosen)
    if as_json:
        return
    if chosen:
        console.next_step("see what they changed", "analyze", pipeline)
    elif found.lfs and not is_terminal():
        console.next_step("keep one", "suggest", pipeline, "--answer", answer, "--keep", names[0])


def is_terminal() -> bool:
    """Tell whether there is someone to ask."""
    return sys.stdin.isatty()


def _text_of(answer: str) -> str:
    if answer == STANDARD_INPUT:
        return sys.stdin.read()
    try:
        return Path(answer).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # not there, not UTF-8, no path
        raise InputError(f"--answer {answer} cannot be read: {error}") from error


def _tried(
    settings: "PipelineSettings", lfs: "LFSet", new: "Sequence[DeclaredLF]", with_text: bool | None
) -> "tuple[TriedLF, ...]":
    import numpy as np

    from labelfns.lfset import LFSet
    from labelfns.pipelines.analysis.analyze import ask_text
    from labelfns.pipelines.analysis.tried import tried
    from labelfns.pipelines.run.inputs import with_most_gold
    from labelfns.votes import Votes

    from . import console, inputs

    pool, candidates = inputs.texts_of(settings), LFSet(lfs.labels, new)
    with_gold = with_most_gold(settings, pool)
    (before,) = inputs.votes_of(settings, lfs, pool)
    (votes,) = inputs.votes_of(settings, candidates, pool)
    labeled = None
    if with_gold is not None and with_gold.gold is not None:
        labeled = votes if with_gold is pool else inputs.votes_of(settings, candidates, with_gold)[0], with_gold.gold
    opinions: tuple[TextPrecision, ...] = ()
    if with_text if with_text is not None else labeled is None:
        both = np.hstack([before.matrix, votes.matrix])
        together = Votes(both, labels=lfs.labels, lf_names=(*before.lf_names, *votes.lf_names))
        with console.bars() as progress:
            opinions = ask_text(pool, together, inputs.classifier_of(settings), progress)
    return tried(new, votes, before, labeled=labeled, from_text=opinions)


def _write(pipeline: Path, settings: "PipelineSettings", lfs: "Sequence[DeclaredLF]") -> None:
    """Add LFs to the LF file, all or none."""
    from labelfns.pipelines.studio.write_back import Change, lf_change

    from . import console

    file = Path(settings.lfs.file)
    if file.suffix == ".toml" and find_spec("tomlkit") is None:
        raise MissingExtraError("to write LFs to a TOML file tomlkit is needed: pip install 'labelfns[studio]'")
    before = after = file.read_bytes()
    for lf in lfs:
        try:
            after = lf_change(file, after, None, lf).after
        except (SyntaxError, ValueError, RecursionError) as error:
            raise LFError(f"{lf.name} cannot be added to {file.name}: {error}; nothing was written") from error
    Change(file, before, after).write(pipeline.parent)
    console.say(f"Written to {file.name}: {', '.join(lf.name for lf in lfs)}")
