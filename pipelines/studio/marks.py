"""Rows marked with their gold label: a file of JSON lines that the pipeline file names as `data.pool_gold`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from labelfns.errors import InputError
from labelfns.pipelines.gold.gold_file import GoldFile
from labelfns.pipelines.run.inputs import SOURCES

from .write_back import Change, check_inside, gold_change, setting_change

if TYPE_CHECKING:
    from labelfns.pipelines.run.settings import PipelineSettings

GOLD_FILE = "pool_gold.jsonl"


def save_mark(
    pipeline: Path, settings: "PipelineSettings", text: str, label: str | None, agreed: str
) -> "PipelineSettings | Change":
    """Save the gold label of a text.

    Parameters
    ----------
    pipeline, settings
        The pipeline file, and what it says.
    text, label
        The text, and its label; None where it is not known any more.
    agreed
        The mark of the change of the pipeline file that was shown.

    Returns
    -------
    PipelineSettings | Change
        The settings as they are now. Where they name no file for marked rows yet, what would be added to the pipeline
        file: nothing is saved before that change is agreed to.

    Raises
    ------
    InputError
        If marked rows cannot be saved.
    WriteError
        If a file cannot be written.
    """
    data, folder = settings.data, pipeline.parent
    setting = _setting(pipeline, settings) if data.pool_gold is None else None
    if setting is not None and setting.mark != agreed:
        return setting
    path = Path(data.pool_gold or folder / GOLD_FILE).resolve()
    others = {"lfs.file": settings.lfs.file} | {f"data.{name}": getattr(data, name) for name in SOURCES}
    for name, source in others.items():
        if source is not None and Path(source).resolve() == path:
            raise InputError(
                f"data.pool_gold and {name} are one file, {path.name}: marked rows need a file of their own"
            )
    gold_change(path, text, label, (data.text, data.gold)).write(folder)
    if setting is not None:
        setting.write(folder)
    return replace(settings, data=replace(data, pool_gold=str(path)))


def drawn_texts(settings: "PipelineSettings") -> set[str]:
    """Return the texts that `labelfns label` drew and that have no label yet."""
    data = settings.data
    if data.pool_gold is None or Path(data.pool_gold).suffix not in (".jsonl", ".ndjson"):
        return set()
    file = GoldFile(Path(data.pool_gold), data.text, data.gold, data.labels)
    texts = file.texts
    return {texts[row] for row in file.waiting}


def _setting(pipeline: Path, settings: "PipelineSettings") -> Change:
    """Return the change of the pipeline file that names a file for marked rows."""
    if not settings.data.gold:
        raise InputError("data.gold is empty: name the column there in which labels of marked rows are saved")
    if (pipeline.parent / GOLD_FILE).exists():
        raise InputError(f"{GOLD_FILE} is there already: name it, or another file, as data.pool_gold")
    check_inside(pipeline, pipeline.parent)
    return setting_change(pipeline, "data", "pool", "pool_gold", GOLD_FILE)
