"""`Printed`: what results have in common that are printed as tables, and given to programs as JSON."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Group


class Printed(ABC):
    """A frozen dataclass of figures; the tables load rich only when they are shown."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, as JSON takes them."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    def __str__(self) -> str:
        from labelfns.display.tables import plain

        return plain(self.parts())

    def _repr_html_(self) -> str:
        from .in_notebooks import parts_html

        return parts_html(self.parts())

    @abstractmethod
    def parts(self) -> "Iterator[str | Group]":
        """Return lines, and tables as rich shows them."""
