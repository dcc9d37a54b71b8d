"""The former place of `labelfns.lfs.base`, kept for one release."""

from labelfns.lfs.base import *  # noqa: F403
from labelfns.lfs.base import as_lf as as_lf
from labelfns.lfs.declared import DeclaredLF as DeclaredLF
