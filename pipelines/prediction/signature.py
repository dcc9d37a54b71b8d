"""Whether an LF file was left by a run of this user's on this machine: then it may be run again without asking.

An LF file is code, and a run folder may come from a stranger. A run signs its copy of the LF file with a key that
stands in the user's state folder and nowhere else.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

import platformdirs


def signature(content: bytes) -> str:
    """Return the signature of a file's content; empty where this machine can keep no key."""
    key = _key()
    return hmac.new(key, content, hashlib.sha256).hexdigest() if key else ""


def is_signed(content: bytes, given: object) -> bool:
    """Return whether a signature is this user's, of this content."""
    return isinstance(given, str) and given != "" and hmac.compare_digest(signature(content).encode(), given.encode())


def _key() -> bytes:
    """Return the key, made when it is first needed; empty where it can be neither read nor written."""
    path = platformdirs.user_state_path("labelfns") / "key"
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        key = path.read_bytes()
        return key if len(key) == 32 else b""
    return b""


def _make(path: Path) -> None:
    """Write a key under its name whole or not at all; one that another process has just made stays."""
    handle, part = tempfile.mkstemp(dir=path.parent)  # which its user alone may read
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        Path(part).unlink()
