"""What LFs did, and what to write next."""

from labelfns.analysis.coverage import Coverage, summary

__all__ = ["Coverage", "summary"]
