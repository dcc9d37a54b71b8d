"""Which files of a folder a run writes: nothing else is ever removed.

A run folder may be replaced as a whole, and parts of it while a run goes on. What is removed is removed file by file,
each by its path, so that a file of the user's is never among it, wherever it lies. Links are not followed.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from labelfns.io.atomic import PART

MARK = ".labelfns-run"
"""The file that says that labelfns wrote a folder."""

_MODEL_FILES = "|".join(
    (  # a model as transformers saves it: weights, settings, and every file of every tokenizer
        r"model(-\d+-of-\d+)?\.safetensors|model\.safetensors\.index\.json",
        r"((generation|tokenizer|processor|preprocessor)_)?config\.json",
        r"(tokenizer|special_tokens_map|added_tokens|vocab(-src|-tgt)?|(entity|target)_vocab|normalizer|emoji)\.json",
        r"(byte_maps|word_pronunciation|word_shape|labelfns|modelcard)\.json",
        r"(merges|vocab|dict)\.txt|bpe\.codes|prophetnet\.tokenizer",
        r"(spiece|spm|spm_char|sentencepiece|sentencepiece\.bpe|tokenizer)\.model|(source|target)\.spm",
        r"chat_template\.jinja|README\.md",
    )
)
_CHECKPOINT_FILES = (
    rf"{_MODEL_FILES}|(trainer_state|files)\.json|training_args\.bin|average\.safetensors|(optimizer|scheduler|scaler)\.pt"
    r"|rng_state(_\d+)?\.pth"
)
_CHECKPOINT = r"checkpoints/\d+/(labelfns-unfinished/)?checkpoint-\d+"
_FOLDERS = re.compile(
    rf"words|__pycache__|(rounds/\d+/)?model|second_view|rounds(/\d+)?|checkpoints(/\d+(/labelfns-unfinished)?)?|{_CHECKPOINT}"
)
_FILES = re.compile(
    "|".join(
        (
            rf"{re.escape(MARK)}|\.lock|report\.html",
            r"pipeline\.toml|lfs\.(py|toml)|words/\d+_[^/]+|__pycache__/lfs\.[\w-]+\.pyc(\.\d+)?",
            r"(made_from|metrics|predictor|label_model)\.json|(votes|weak_labels|answers|pool_labels)\.parquet",
            r"rounds/\d+/(pseudo_labels\.parquet|(metrics|checksums)\.json)",
            rf"(rounds/\d+/)?model/({_MODEL_FILES})|second_view/({_MODEL_FILES}|head\.json)",
            rf"{_CHECKPOINT}/({_CHECKPOINT_FILES})|checkpoints/\d+/labelfns-unfinished/README\.md",
        )
    ),
    re.DOTALL,
)


def strangers(folder: Path, *parts: str) -> list[str]:
    """Return what no run writes in a folder, or in those parts of it: paths relative to the folder.

    A folder that no run makes stands for all that is in it, a link for what it leads to.
    """
    return [name for name, _, ours in _contents(folder, parts) if not ours]


def discard(folder: Path, *parts: str) -> list[str]:
    """Remove what a run writes in a folder, or in those parts of it, and the folders that are empty then.

    Returns
    -------
    list
        What stays because no run writes it, as `strangers` returns it.
    """
    stays = []
    for name, path, ours in _contents(folder, parts):
        if not ours:
            stays.append(name)
        elif path.is_dir():
            _remove_empty(path)
        else:
            path.unlink(missing_ok=True)
    if not parts:
        _remove_empty(folder)
    return stays


def _contents(folder: Path, parts: Sequence[str], inside: str = "") -> Iterator[tuple[str, Path, bool]]:
    """Yield each file and folder, what is in a folder before it, and whether a run writes it."""
    paths = folder.iterdir() if folder.is_dir() else ()
    for path in sorted(paths, key=lambda path: (path.name == MARK, path.name)):  # the mark goes last
        name = inside + path.name
        final = "/".join(part.removesuffix(PART) for part in name.split("/"))  # what it is called when it is finished
        is_folder = path.is_dir()
        ours = not path.is_symlink() and (_FOLDERS if is_folder else _FILES).fullmatch(final) is not None
        of_parts = not parts or any(f"{final}/".startswith(f"{part}/") for part in parts)
        if is_folder and ours and (of_parts or any(part.startswith(f"{final}/") for part in parts)):
            yield from _contents(path, parts, f"{name}/")
        if of_parts:
            yield name, path, ours


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # it is not empty
        folder.rmdir()
