"""To the Hugging Face hub and back: the model at the top, where transformers looks, the rest in ``labelfns/``.

What comes from a hub is a stranger's until the user says otherwise: it is read as a run folder from elsewhere is, and
pickles are not even fetched.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelfns.errors import InputError, LabelFnsError, first_line

from .card import CARD, HUB_DATA, base_model

REST = "labelfns"
"""The folder of a repository that holds all but the model."""
CONTENT = "pipeline.json"
"""What a saved pipeline is known by."""

_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
_NOT_FETCHED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle", "*.joblib", "*.npy", "*.npz", "*.h5", "*.onnx")
_REPLACED = (f"{REST}/*", "*.safetensors", "*.safetensors.index.json")
_SHARED = frozenset(
    (
        *("versions", "labels", "seed", "copies", "gold_rows", "few_gold", "coverage", "label_model", "lfs", "lfs_val"),
        *("from_text", "baselines", "rounds", "best_round", "predictor", "evaluation", "by_class", "stopped", "rule"),
    )
)
"""What a run knows of itself that others may see: counts, names and figures; no paths, nothing that quotes a text."""


@dataclass(frozen=True)
class Pushed:
    """What was uploaded.

    Parameters
    ----------
    repo
        Its name on the hub.
    url
        The page of the commit.
    commit
        The commit, to load exactly this: ``Pipeline.load(repo, revision=commit)``.
    files
        The files, by their path in the repository.
    """

    repo: str
    url: str
    commit: str
    files: tuple[str, ...]


def parts(folder: Path) -> tuple[Path, Path]:
    """Return where all but the model lies in a folder, and where its model: as saved, or as on a hub."""
    on_hub = folder / REST
    return (on_hub, folder) if (on_hub / CONTENT).is_file() else (folder, folder / "model")


def is_on_hub(name: str | Path) -> bool:
    """Return whether this is no folder that is here, but may be ``OWNER/NAME`` on a hub."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None and not Path(name).exists()


def fetch(name: str, revision: str | None = None) -> Path:
    """Fetch a pipeline from the hub into its cache, and return its folder there. Nothing in it is run, or unpickled.

    Raises
    ------
    InputError
        If there is none of that name, or it cannot be fetched.
    """
    from huggingface_hub import hf_hub_download, snapshot_download
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    with _asking(f"there is no folder {name}, and no pipeline of that name can be fetched from the Hugging Face hub"):
        try:
            hf_hub_download(name, f"{REST}/{CONTENT}", revision=revision)
        except LocalEntryNotFoundError:
            raise
        except EntryNotFoundError:
            raise InputError(
                f"{name} on the hub holds no pipeline of labelfns: there is no {REST}/{CONTENT}. If it is a "
                f"classifier, open it alone: TransformerClassifier.from_pretrained({name!r})"
            ) from None
        return Path(snapshot_download(name, revision=revision, ignore_patterns=list(_NOT_FETCHED)))


def push(folder: Path, repo: str, *, private: bool | None, message: str) -> Pushed:
    """Upload a folder that is laid out as on a hub. What an earlier push left in ``labelfns/`` is replaced.

    Raises
    ------
    InputError
        If it cannot be uploaded.
    """
    from huggingface_hub import HfApi

    api, files = HfApi(library_name="labelfns"), (path for path in folder.rglob("*") if path.is_file())
    with _asking(f"{repo}: the pipeline cannot be pushed to the Hugging Face hub"):
        api.create_repo(repo, private=private, exist_ok=True)
        _keep_front_matter(api, repo, folder / CARD)
        done = api.upload_folder(
            repo_id=repo, folder_path=folder, commit_message=message, delete_patterns=list(_REPLACED)
        )
    return Pushed(
        repo, str(done.commit_url), str(done.oid), tuple(sorted(path.relative_to(folder).as_posix() for path in files))
    )


def _keep_front_matter(api: Any, repo: str, card: Path) -> None:
    """Add to a card what its owner wrote at the top of the one before, the license for instance."""
    from huggingface_hub import ModelCard
    from huggingface_hub.errors import EntryNotFoundError

    try:
        before = ModelCard(
            Path(api.hf_hub_download(repo, CARD)).read_text(encoding="utf-8"), ignore_metadata_errors=True
        )
    except EntryNotFoundError:
        return
    now = ModelCard(card.read_text(encoding="utf-8"))
    for name, value in before.data.to_dict().items():  # type: ignore[no-untyped-call]
        if now.data.get(name) is None and name not in ("model-index", "base_model", "datasets"):
            now.data[name] = value
    card.write_text(f"---\n{now.data.to_yaml().strip()}\n---\n{now.text}", encoding="utf-8")


def shared(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return of what a run knows of itself what others may see."""
    sources = {name: str(one.get("source", "")) for name, one in facts.get("data", {}).items()}
    data = {
        name: {"rows": facts["data"][name]["rows"], **({"source": source} if HUB_DATA.fullmatch(source) else {})}
        for name, source in sources.items()
    }
    base = base_model(str(facts.get("backbone", "")))
    known = {name: value for name, value in facts.items() if name in _SHARED}
    return known | {"data": data} | ({"backbone": base} if base else {})


@contextmanager
def _asking(what: str) -> Iterator[None]:
    """Turn whatever goes wrong at a hub into one message; its client raises of many kinds."""
    try:
        yield
    except LabelFnsError:
        raise
    except Exception as error:
        raise InputError(
            f"{what} ({type(error).__name__}: {first_line(error)}). Check the name, the network, and that you are "
            "logged in (hf auth login) with the right to it"
        ) from error
