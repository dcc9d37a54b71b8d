"""The report: one self-contained HTML page (jinja2), with a style and a script of its own and no other source."""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from labelfns.display.names import name_html, printable, short
from labelfns.display.numbers import cell_percent, percent
from labelfns.errors import number_of
from labelfns.io.atomic import write_text

from .content import run_content
from .evidence import Evidence

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_BESIDE = Path(__file__).parent
_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}  # no end of the element, and no comment, is in it
_POLICY = "default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"
_FOR_SCRIPT = ("rows", "labels")


def write_report(folder: Path, metrics: Mapping[str, Any], evidence: Evidence | None = None) -> Path:
    """Write ``report.html`` into a run folder and return its path.

    Parameters
    ----------
    folder
        The run folder.
    metrics
        What `RunFolder.read_metrics` gives.
    evidence
        What is known of the run's rows; without it there are figures alone.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    path = folder / "report.html"
    write_text(path, page(run_content(metrics, str(folder), evidence)))
    return path


def page(content: Mapping[str, Any]) -> str:
    """Return the page of what `run_content` or `analysis_content` gives; equal content gives an equal page.

    Every name and text in it is shown as text. A content policy in the page lets nothing run or load but its own style
    and script.
    """
    style, rows, own = ((_BESIDE / name).read_text(encoding="utf-8") for name in ("report.css", "rows.js", "report.js"))
    script = rows + own
    data = {name: content[name] for name in _FOR_SCRIPT} | {"lfs": [short(lf["name"]) for lf in content["lfs"]]}
    data["curves"] = [{"points": curve["points"], "measured": curve["measured"]} for curve in content["curves"]]
    return _template().render(
        c=content,
        m=content["metrics"],
        policy=_POLICY.format(style=_hash(style), script=_hash(script)),
        style=Markup(style),
        script=Markup(script),
        data=embedded(data),
    )


@cache
def _template() -> "Template":
    made = environment("labelfns.pipelines.report")
    made.filters |= {"pct": percent, "cell_percent": cell_percent, "number_of": number_of}
    made.filters["thousands"] = lambda count: f"{count:,}"
    return made.get_template("report.html.jinja")


def environment(package: str) -> "Environment":
    """Return what reads the templates of a package: whatever a value holds, a page shows it as text."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader(package, "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: printable(value, keep="\n\t") if type(value) is str else value,
    )
    made.filters["name"] = name_html
    return made


def embedded(data: Any) -> Markup:
    r"""Return a value as JSON that can stand in a page's script element.

    Examples
    --------
    >>> print(embedded(["</script>", "a\u202eb"]))
    ["\u003c/script\u003e","a\\u202eb"]
    """
    text = json.dumps(_printable(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup("".join(_IN_SCRIPT.get(sign, sign) for sign in text))


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value, keep="\n\t")
    if isinstance(value, Mapping):
        return {_printable(name): _printable(entry) for name, entry in value.items()}
    return [_printable(entry) for entry in value] if isinstance(value, list | tuple) else value


def _hash(text: str) -> str:
    """Return the hash by which a content policy allows an element of that text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
