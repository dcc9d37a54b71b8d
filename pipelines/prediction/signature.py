"""Whether an LF file was left by a run of this user's on this machine: then it may be run again without asking.

An LF file is code, and a run folder may come from a stranger. A run signs its copy of the LF file with a key that
stands in the user's state folder and nowhere else.
"""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

import platformdirs


def signature(file: Path) -> str:
    """Return the signature of a file's content; empty where this machine can keep no key."""
    key = _key()
    return hmac.new(key, file.read_bytes(), hashlib.sha256).hexdigest() if key else ""


def is_signed(file: Path, given: object) -> bool:
    """Return whether a signature is this user's, of the file as it is."""
    return isinstance(given, str) and given != "" and hmac.compare_digest(signature(file).encode(), given.encode())


def _key() -> bytes:
    """Return the key, made when it is first needed; empty where it can be neither read nor written."""
    path = platformdirs.user_state_path("labelfns") / "key"
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
        key = path.read_bytes()
        return key if len(key) == 32 else b""
    return b""
