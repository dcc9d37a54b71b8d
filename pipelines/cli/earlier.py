"""What `labelfns analyze --against` compares with: the votes of an earlier set of LFs on the texts at hand."""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from labelfns.errors import InputError

from . import inputs
from .options import in_folder

if TYPE_CHECKING:
    from labelfns.io.texts import Texts
    from labelfns.pipelines.run.settings import PipelineSettings
    from labelfns.votes import Votes


def earlier_votes(earlier: Path, settings: "PipelineSettings", texts: "Texts") -> "Votes":
    """Return the votes of a pipeline file, an LF file, a run folder or a file of votes on some texts.

    LFs are run on the texts; votes of a file must be on as many.

    Raises
    ------
    InputError
        If it is none of these, or its votes are on other texts.
    """
    from labelfns.lfset import LFSet
    from labelfns.votes import Votes

    if earlier.is_dir():
        votes_of_run = earlier / "votes.parquet"  # what the run saw, whatever became of its LF file
        earlier = votes_of_run if votes_of_run.is_file() else in_folder(earlier)
    if not earlier.is_file():
        raise InputError(
            f"--against {earlier}: no such file; name an earlier pipeline file, LF file, run folder or votes.parquet"
        )
    if earlier.suffix == ".parquet":
        votes = Votes.load(earlier)
        if len(votes) != len(texts):
            raise InputError(
                f"--against {earlier}: its votes are on {len(votes):,} texts, and there are {len(texts):,} in "
                f"{texts.name or 'the pool'}; name the texts that they are on, --data, or the earlier LF file"
            )
        return votes
    if earlier.suffix == ".toml" and _is_pipeline(earlier):
        of_then = inputs.settings_of(earlier, None)
        lfs = inputs.lfs_of(of_then)
    else:
        lfs = LFSet.from_file(earlier, settings.data.labels)
    (votes,) = inputs.votes_of(settings, lfs, texts)
    return votes


def _is_pipeline(path: Path) -> bool:
    """Tell a pipeline file from a TOML file of LFs; one that cannot be read is left to the reader of LFs."""
    try:
        return "data" in tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return False
