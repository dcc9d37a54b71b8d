"""The former place of `labelfns.lfs.base`, kept for one release."""

from labelfns.lfs.base import ABSTAIN, FunctionLF, Label, LabelingFunction, SnorkelLF, as_lf, labeling_function
from labelfns.lfs.declared import DeclaredLF
from labelfns.text.spans import Span

__all__ = [
    "ABSTAIN",
    "DeclaredLF",
    "FunctionLF",
    "Label",
    "LabelingFunction",
    "SnorkelLF",
    "Span",
    "as_lf",
    "labeling_function",
]
