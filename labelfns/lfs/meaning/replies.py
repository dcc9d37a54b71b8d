"""What a language model replies, read as one of the answers that it was asked for, or as none."""

import json
import re
from collections.abc import Iterable

_MARKS = " \t\r\n\"'`*_#.!\u201c\u201d\u2018\u2019"
_FENCE = re.compile(r"^```\w*\n(.*?)\n?```$", re.DOTALL)
_LEAD = re.compile(r"^[\w ]{1,20}:\s*")  # "Label: joy"
_END = re.compile(r"[\"'`*_\u201d\u2019]*(?:[.,;:!?)\]\n]|\s+[-\u2013\u2014(])")


def plain(text: str) -> str:
    """Return a text without its case, and without quotes, markup and full stops around it."""
    return " ".join(text.casefold().strip(_MARKS).split())


def answer_in(reply: str, answers: Iterable[str]) -> str | None:
    """Return which of the answers a reply gives, None where that cannot be told.

    A reply is an answer, by itself or as the only value of a JSON object, or begins with one, set off from what comes
    then; ``label:`` may stand before it. Letter case, quotes and markup do not count. An answer that stands anywhere
    else in a reply is none: it may be denied there.

    Examples
    --------
    >>> answers = ["joy", "no joy"]
    >>> [answer_in(reply, answers) for reply in ("Joy.", "**Label:** no joy", "Joy, as she won", '{"label": "joy"}')]
    ['joy', 'no joy', 'joy', 'joy']
    >>> answer_in("I would not call it joy", answers), answer_in("joy or no joy", answers)
    (None, None)
    """
    by_name = {plain(answer): answer for answer in answers}
    reply = _unwrapped(reply)
    for said in (reply, _LEAD.sub("", plain(reply.replace("*", "")))):
        if (name := plain(said)) in by_name:
            return by_name[name]
        start = said.lstrip(_MARKS).casefold()
        for name in sorted(by_name, key=len, reverse=True):
            if start.startswith(name):
                return by_name[name] if _END.match(start[len(name) :]) else None
    return None


def _unwrapped(reply: str) -> str:
    """Return what stands in a fence, and in a JSON object of one text."""
    fence = _FENCE.match(reply.strip())
    inner = fence[1] if fence else reply
    try:
        value = json.loads(inner)
    except (ValueError, RecursionError):
        return inner
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    return value if isinstance(value, str) else inner
