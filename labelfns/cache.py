"""The former place of `labelfns.engine.cache`, kept for one release."""

from labelfns.engine.cache import forget

__all__ = ["forget"]
