"""Votes, soft labels and annotations in the forms of other libraries and tools."""

from labelfns.interop.argilla import read_argilla, write_argilla
from labelfns.interop.label_studio import label_studio_config, read_label_studio, write_label_studio
from labelfns.interop.soft_labels import SoftLabels

__all__ = [
    "SoftLabels",
    "label_studio_config",
    "read_argilla",
    "read_label_studio",
    "write_argilla",
    "write_label_studio",
]
