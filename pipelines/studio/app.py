"""The studio's addresses: the page, its style and script, and what the script asks for (Starlette)."""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from functools import cache
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from labelfns.display.names import printable
from labelfns.errors import InputError, LabelFnsError, first_line, some
from labelfns.lfs.declared import Count
from labelfns.pipelines.report.pages import environment

from .counts import Tabs
from .forms import KINDS
from .guard import Guard, Keys
from .state import Studio
from .write_back import Change

if TYPE_CHECKING:
    from jinja2 import Template

_BESIDE = Path(__file__).parent
_STATIC = {
    "report.css": (_BESIDE.parent / "report" / "report.css", "text/css"),
    "studio.css": (_BESIDE / "studio.css", "text/css"),
    "rows.js": (_BESIDE.parent / "report" / "rows.js", "text/javascript"),
    "studio.js": (_BESIDE / "studio.js", "text/javascript"),
    "icon.svg": (_BESIDE / "icon.svg", "image/svg+xml"),
}


def studio_app(studio: Studio, keys: Keys) -> Guard:
    """Return the studio as an application (ASGI), guarded.

    Parameters
    ----------
    studio
        What is shown.
    keys
        Who may see it.
    """

    def page(request: Request) -> Response:
        return HTMLResponse(html_page(studio, keys.token))

    def static(request: Request) -> Response:
        path, kind = _STATIC.get(request.path_params["name"], (None, ""))
        return Response(status_code=404) if path is None else Response(path.read_bytes(), media_type=kind)

    routes = [Route("/", page, methods=["GET"]), Route("/static/{name}", static, methods=["GET"])]
    routes += [Route(f"/{name}", _asked(call), methods=["POST"]) for name, call in _calls(studio).items()]
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    return Guard(app, keys)


def html_page(studio: Studio, token: str) -> str:
    """Return the page; texts, LFs and figures come by its script."""
    return _template().render(
        labels=studio.labels,
        pipeline=studio.pipeline.name,
        folder=studio.folder.name,
        lf_file=studio.lf_file.name,
        rows=len(studio.texts),
        kinds=KINDS,
        counts=Count.__args__,  # type: ignore[attr-defined]
        token=token,
        tabs=tuple(Tabs.__dataclass_fields__),
    )


def _calls(studio: Studio) -> dict[str, Callable[..., Any]]:
    """Return what the script may ask for, by name, with the names of the values that it sends."""

    def accept(form: Any, place: Any, mark: Any) -> Any:
        studio.accept(_mapping(form), place, str(mark))
        return studio.overview()

    def answer(form: Any, place: Any, tab: Any, search: Any, first: Any) -> Any:
        if not isinstance(search, str) or type(first) is not int or first < 0 or not isinstance(tab, str):
            raise InputError("a list has a name, what is searched for, and a first row")
        asked = None if form is None else _mapping(form)
        return studio.answer(asked, place, tab=tab, search=search, first=first)

    def change(form: Any, place: Any) -> Any:
        found = studio.change(_mapping(form), place)
        return _shown_change(found) | {"votes": studio.answer(form, place)["figures"]["votes"]}

    def mark(row: Any, label: Any, agreed: Any) -> Any:
        change = studio.mark(row, label, agreed if isinstance(agreed, str) else "")
        return {"change": None if change is None else _shown_change(change)}

    def reload() -> Any:
        studio.reload()
        return studio.overview()

    return {
        "overview": lambda: studio.overview(),
        "answer": answer,
        "change": change,
        "accept": accept,
        "mark": mark,
        "suggest": lambda: studio.suggestions(),
        "reload": reload,
    }


def _asked(call: Callable[..., Any]) -> Callable[[Request], Any]:
    """Return what answers a request: values by name in, JSON out, also what a person can mend."""

    async def answer(request: Request) -> Response:
        try:
            values = json.loads(await request.body())
            names = list(signature(call).parameters)
            if not isinstance(values, dict) or set(values) != set(names):
                raise InputError(f"expected {some(names) if names else 'an empty object'}")
            return _json(await _in_thread(lambda: call(**values)))
        except LabelFnsError as error:
            return _json({"problem": str(error)})  # with another status than 200 a browser notes an error
        except OSError as error:
            return _json({"problem": f"a file cannot be read: {first_line(error)}"})
        except asyncio.CancelledError:
            return _json({"problem": "the studio has been ended"}, 503)
        except (ValueError, RecursionError):
            return _json({"problem": "this is no JSON"}, 400)

    return answer


async def _in_thread(work: Callable[[], Any]) -> Any:
    """Return what work gives, in a thread that does not hold up the end of the process, as those of a pool do."""
    loop, done = asyncio.get_running_loop(), Future[Any]()

    def run() -> None:
        with suppress(InvalidStateError):  # nobody waits any more
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return await asyncio.wrap_future(done, loop=loop)


def _json(value: Any, status: int = 200) -> Response:
    return JSONResponse(as_text(value), status)


def as_text(value: Any) -> Any:
    """Return a value whose strings can be shown: control signs and signs of direction are escapes; forms are as typed.

    Half surrogate pairs, which no answer can hold, are escapes in forms too.
    """
    if isinstance(value, str):
        return printable(value, keep="\n\t")
    if isinstance(value, Mapping):
        return {name: _as_typed(entry) if name == "form" else as_text(entry) for name, entry in value.items()}
    return [as_text(entry) for entry in value] if isinstance(value, list | tuple) else value


def _as_typed(form: Any) -> Any:
    if form is None:
        return None
    return {
        name: value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
        for name, value in form.items()
    }


def _shown_change(change: Change) -> dict[str, Any]:
    return {"file": change.path.name, "lines": change.lines, "mark": change.mark}


def _mapping(form: Any) -> Mapping[str, Any]:
    if not isinstance(form, dict):
        raise InputError("a form is an object")
    return form


@cache
def _template() -> "Template":
    return environment("labelfns.pipelines.studio").get_template("studio.html.jinja")
