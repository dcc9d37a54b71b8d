"""Worked examples, a folder each: tweets, LFs, a pipeline file, a README with provenance."""

from pathlib import Path


def example(name: str) -> Path:
    """Return the folder of a worked example.

    Parameters
    ----------
    name
        ``"tweet_sentiment"`` or ``"tweet_emotion"``.

    Raises
    ------
    FileNotFoundError
        If there is no such example.
    """
    here = Path(__file__).parent
    known = sorted(file.parent.name for file in here.glob("*/pipeline.toml"))
    if name not in known:
        raise FileNotFoundError(f"there is no example {name!r}; there are {', '.join(known)}")
    return here / name
