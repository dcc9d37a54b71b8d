"""What the reference pages are made of: public names by topic, the command line and the settings, read from the code.

A page of names lists them under the module that exports them::

    .. public:: labelfns

       LFSet
       keywords

Without names it lists the classes that the module defines. The page ``command_line`` gets the text of every command's
``--help``, the page ``pipeline_file`` every setting.
"""

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

ROOMS = ("labelfns", "labelfns.frames", "labelfns.models", "labelfns.pipelines")


class Public(SphinxDirective):
    """A table of names, and below it each with its docstring."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return what autosummary and autodoc make of the names."""
        (room,) = self.arguments
        module = importlib.import_module(room)
        names = [line.strip() for line in self.content if line.strip()] or _defined_in(module)
        lines = [f".. currentmodule:: {room}", "", ".. autosummary::", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in names]
        for name in names:
            lines += ["", *_documented(name, getattr(module, name))]
        return self.parse_text_to_nodes("\n".join(lines) + "\n", allow_section_headings=True)


def _defined_in(module: Any) -> list[str]:
    """Return the classes that a module defines, but for those that a room exports, which have another page."""
    exported = {name for room in ROOMS for name in importlib.import_module(room).__all__}
    mine = [name for name, found in vars(module).items() if getattr(found, "__module__", "") == module.__name__]
    return [name for name in mine if inspect.isclass(vars(module)[name]) and name not in exported and name[0] != "_"]


def _documented(name: str, found: Any) -> list[str]:
    if inspect.isclass(found):
        inherited = "object, Exception, UserWarning, Sequence"
        return [f".. autoclass:: {name}", "   :members:", f"   :inherited-members: {inherited}"]
    return [f".. autofunction:: {name}" if callable(found) else f".. autodata:: {name}"]


def generated(app: Sphinx, page: str, source: list[str]) -> None:
    """Add to the pages of commands and of settings what the code says."""
    if page in GENERATED:
        source[0] += GENERATED[page]()


def _commands() -> str:
    import typer
    from typer.cli import get_docs_for_click

    from labelfns.pipelines.cli import app as commands

    command = typer.main.get_command(commands)
    context = typer.Context(command, info_name="labelfns")
    each = get_docs_for_click(obj=command, ctx=context, name="labelfns").split("\n## ")[1:]
    table = [f"| [`{name}`](#labelfns-{name}) | {one.help.splitlines()[0]} |" for name, one in command.commands.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *table, "", *(f"## {about}" for about in each)])


def _settings() -> str:
    import tomli_w

    from labelfns.pipelines import PipelineSettings
    from labelfns.pipelines.run.settings import DataSettings, LFSettings
    from labelfns.settings import to_mapping

    data = DataSettings(("negative", "neutral", "positive"), "unlabeled.jsonl", val="val.jsonl")
    settings = PipelineSettings(data=data, lfs=LFSettings("lfs.py"))
    return f"```toml\n{tomli_w.dumps(to_mapping(settings))}```\n"


GENERATED = {"command_line": _commands, "pipeline_file": _settings}


def places_of_public_names() -> dict[str, str]:
    """Return the public place of a name by the one where it is defined: that of ``labelfns.lfset.LFSet``, for one."""
    places = {}
    for room in reversed(ROOMS):  # what two rooms have belongs to the first
        module = importlib.import_module(room)
        for name in module.__all__:
            found = getattr(module, name)
            if hasattr(found, "__qualname__"):
                places[f"{found.__module__}.{found.__qualname__}"] = f"{room}.{name}"
    return places


def find_name(app: Sphinx, env: BuildEnvironment, node: Any, content: nodes.TextElement) -> nodes.Node | None:
    """Link a name in backquotes to where it is documented, however it is written; what is private is shown as code.

    What is neither, and so is nowhere, is left to Sphinx, which warns.
    """
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"].removeprefix("labelfns.pipelines.labelfns.")
    domain = env.get_domain("py")
    assert isinstance(domain, PythonDomain)
    for name in _candidates(target, app.labelfns_places, domain):
        if name in domain.objects:
            return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", name, node, content)
    is_code = " " in target or (target.isidentifier() and (target.islower() or node["reftype"] == "class"))
    return content if is_code or _is_there(target) else None  # a command, a parameter, a type; a private name


def _candidates(target: str, places: dict[str, str], domain: PythonDomain) -> Iterator[str]:
    if target.islower() and target.isidentifier():  # a function, or a parameter of one
        yield from (f"{room}.{target}" for room in ROOMS)
        return
    head, _, member = target.rpartition(".")
    for name in (target, head):  # a field of a class has no place of its own
        if not name:
            continue
        yield places.get(name, name)
        named = [known for known, entry in domain.objects.items() if known.endswith(f".{name}") and not entry.aliased]
        if len(named) == 1 and (name == target or _has(named[0], member)):
            yield named[0]


def _has(name: str, member: str) -> bool:
    room, _, short = name.rpartition(".")
    found = getattr(importlib.import_module(room), short)
    return hasattr(found, member) or member in getattr(found, "__annotations__", {})


def _is_there(target: str) -> bool:
    """Tell whether a module of ours, or a name in one, is called so."""
    if not target.startswith("labelfns."):
        return False
    room, _, name = target.rpartition(".")
    try:
        return hasattr(importlib.import_module(room), name) or bool(importlib.import_module(target))
    except ImportError:
        return False


def link_names(app: Sphinx, doctree: nodes.document) -> None:
    """Link a class of ours where a page of Markdown has its name as code."""
    public = {place.rpartition(".")[2]: place for place in app.labelfns_places.values()}
    for literal in list(doctree.findall(nodes.literal)):
        place = public.get(literal.astext())
        if place and not literal.astext().islower() and isinstance(literal.parent, nodes.paragraph | nodes.entry):
            about = {"refdomain": "py", "reftype": "obj", "reftarget": place, "refdoc": app.env.docname}
            link = addnodes.pending_xref("", refexplicit=True, refwarn=True, **about)
            literal.replace_self(link)
            link += literal


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx what is here."""
    app.labelfns_places = places_of_public_names()
    app.add_directive("public", Public)
    app.connect("source-read", generated)
    app.connect("env-get-outdated", lambda *_: list(GENERATED))
    app.connect("doctree-read", link_names)
    app.connect("missing-reference", find_name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
