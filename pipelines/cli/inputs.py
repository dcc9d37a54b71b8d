"""What commands start from: a pipeline's settings, its LFs, texts. Heavy rooms are imported when they are needed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

from labelfns.errors import InputError, LabelFnsWarning, did_you_mean, some

if TYPE_CHECKING:
    from labelfns.io.texts import Texts
    from labelfns.lfset import LFSet
    from labelfns.models import TransformerClassifier
    from labelfns.pipelines.pipeline import Pipeline
    from labelfns.pipelines.run.settings import PipelineSettings
    from labelfns.votes import Votes

SETS = ("val", "test", "few_gold")


def settings_of(pipeline: Path, overrides: Sequence[str] | None) -> "PipelineSettings":
    """Read a pipeline file, with what ``--set`` overrides."""
    from labelfns.pipelines.run.settings import load_settings

    return load_settings(pipeline, overrides or [])


def lfs_of(settings: "PipelineSettings") -> "LFSet":
    """Load a pipeline's LFs."""
    from labelfns.lfset import LFSet

    return LFSet.from_file(Path(settings.lfs.file), settings.data.labels)


def check_lfs_named(lfs: "LFSet", names: Sequence[str]) -> None:
    """Check names of LFs, before the LFs run, which may take long.

    Raises
    ------
    InputError
        If there is no LF of such a name.
    """
    for name in names:
        if name not in lfs.names:
            hint = did_you_mean(name, lfs.names) or f"; there are {some(lfs.names)}"
            raise InputError(f"--lf {name}: there is no LF of this name{hint}")


def classifier_of(settings: "PipelineSettings") -> "TransformerClassifier":
    """Return a pipeline's classifier, not yet fitted."""
    from labelfns.models import TransformerClassifier

    return TransformerClassifier(settings.classifier.backbone, settings=settings.classifier, seed=settings.seed)


def source_of(settings: "PipelineSettings", data: str | None) -> str:
    """Return the source that ``--data`` names: a set of the pipeline, a file, a hub data set; without it the pool.

    Raises
    ------
    InputError
        If the pipeline has no such set, and there is no file of that name.
    """
    from labelfns.io.read import is_hub

    if data is None or data == "pool":
        return settings.data.pool
    if data in SETS and not Path(data).exists():
        source: str | None = getattr(settings.data, data)
        if source is None:
            raise InputError(f"--data {data}: the pipeline has no {data}; set data.{data}, or name a file")
        return source
    return data if is_hub(data) else str(Path(data).absolute())


def texts_of(settings: "PipelineSettings", data: str | None = None, *, gold: str | None = None) -> "Texts":
    """Read texts, with gold where they have some.

    Parameters
    ----------
    settings
        The pipeline's; they name the columns.
    data
        As in `source_of`.
    gold
        The column of gold labels; by default the pipeline's, ``""`` for none.

    Raises
    ------
    InputError
        If texts or gold are not right, or val, test or few_gold has no gold.
    """
    from labelfns.pipelines.run.inputs import read_set

    return read_set(source_of(settings, data), settings.data, need_gold=data in SETS and gold is None, gold=gold)


def votes_of(settings: "PipelineSettings", lfs: "LFSet", *sets: "Texts") -> "list[Votes]":
    """Let LFs vote on sets of texts, as the pipeline says; what they raise is in the votes, to be said with them."""
    from . import console

    with console.bars() as progress, catch_warnings():
        simplefilter("ignore", LabelFnsWarning)
        return [lfs.apply(texts, progress=progress, **settings.lfs.options) for texts in sets]


def opened(folder: Path, lf_file: Path | None, *, trust_lfs: bool, without_lfs: bool) -> "Pipeline":
    """Open a run folder, a saved pipeline, or a folder with a model, which answers alone.

    Raises
    ------
    InputError
        If it is none of these, or is damaged.
    """
    from labelfns.lfset import LFSet
    from labelfns.models import TransformerClassifier
    from labelfns.pipelines.pipeline import Pipeline
    from labelfns.pipelines.run.output_folder import Place, name_instead

    run = Place(folder)
    if (folder / "model").is_dir() and (run.complete or not run.begun):
        pipeline = Pipeline.load(folder, trust_lfs=trust_lfs, without_lfs=without_lfs)
        if lf_file is not None and not without_lfs:
            pipeline.lfs = LFSet.from_file(lf_file, pipeline.classes_)
        return pipeline
    if not (folder / "config.json").is_file():
        raise InputError(f"{folder} holds no finished run, saved pipeline or model. {name_instead(folder)}")
    return Pipeline.of_classifier(TransformerClassifier.from_pretrained(folder))
