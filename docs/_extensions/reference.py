"""What the reference pages are made of: public names by topic, and the command line, both read from the code.

A page of names lists them under the module that exports them::

    .. public:: labelfns

       LFSet
       keywords

The page ``command_line`` gets the text of every command's ``--help``.
"""

import importlib
import inspect
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

ROOMS = ("labelfns", "labelfns.models", "labelfns.pipelines")


def public_names() -> dict[str, str]:
    """Return every public name, and those that it has elsewhere: ``LFSet`` and ``labelfns.lfset.LFSet``."""
    places: dict[str, str] = {}
    for room in reversed(ROOMS):  # a name of two rooms belongs to the first
        module = importlib.import_module(room)
        for name in module.__all__:
            places[name] = f"{room}.{name}"
            found = getattr(module, name)
            if hasattr(found, "__qualname__"):
                places[f"{found.__module__}.{found.__qualname__}"] = f"{room}.{name}"
    return places


class Public(SphinxDirective):
    """A table of names, and below it each with its docstring."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return what autosummary and autodoc make of the names."""
        (room,) = self.arguments
        module = importlib.import_module(room)
        names = [line.strip() for line in self.content if line.strip()]
        lines = [f".. currentmodule:: {room}", "", ".. autosummary::", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in names]
        for name in names:
            found = getattr(module, name)
            lines += ["", *_documented(name, found)]
        return self.parse_text_to_nodes("\n".join(lines) + "\n", allow_section_headings=True)


def _documented(name: str, found: Any) -> list[str]:
    if inspect.isclass(found):
        return [f".. autoclass:: {name}", "   :members:", "   :inherited-members: object, Exception, UserWarning"]
    if callable(found):
        return [f".. autofunction:: {name}"]
    return [f".. autodata:: {name}"]


def command_line(app: Sphinx, page: str, source: list[str]) -> None:
    """Add to the page of commands what each says of itself."""
    if page != "command_line":
        return
    import typer
    from typer.cli import get_docs_for_click

    from labelfns.pipelines.cli import app as commands

    command = typer.main.get_command(commands)
    context = typer.Context(command, info_name="labelfns")
    source[0] += "\n" + get_docs_for_click(obj=command, ctx=context, name="labelfns", title="The commands")


def find_public(app: Sphinx, env: BuildEnvironment, node: Any, content: nodes.TextElement) -> nodes.Node | None:
    """Link a name to where it is documented, whether it was written whole, short, or under the module that has it."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    head, _, member = target.rpartition(".")
    places = app.labelfns_places
    full = places.get(target) or (head in places and f"{places[head]}.{member}")
    domain = env.get_domain("py")
    assert isinstance(domain, PythonDomain)
    if not full or full not in domain.objects:
        return None
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", full, node, content)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx what is here."""
    app.labelfns_places = public_names()
    app.add_directive("public", Public)
    app.connect("source-read", command_line)
    app.connect("missing-reference", find_public)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
