"""What makes it doubtful that an LF is a function of its text: containers it may change, the order of a set."""

import functools
import operator
import re

import pytest

from labelfns import labeling_function
from labelfns.engine.fingerprint import fingerprint

GOOD, LIST, MAP, NESTED, STATE = {"good"}, ["a", "b"], {"a": 1}, {"a": {"x"}}, [0]
PATTERN, POSITIVE = re.compile("a"), "positive"


def store(x, s):
    s.append(x)


def has(text):
    return any(w in GOOD for w in text.split())


def f1(text):
    n = 0
    for w in text.split():
        if w in GOOD:
            n += 1
    return "yes" if n > 1 else None


def f2(text):
    words = set(text.lower().split())
    return "yes" if words & GOOD else None


def f3(text):
    for p in LIST:
        if p in text:
            return POSITIVE
    return None


def f4(text):
    return MAP.get(text)


def f5(text):
    return "yes" if PATTERN.search(text) and len(text.split()) > 3 else None


def f6(text):
    return "yes" if any(x in text for x in LIST) else None


def f7(text):
    return "yes" if not GOOD.isdisjoint(text.split()) else None


def f8(text):
    c = {}
    for w in text.split():
        c[w] = c.get(w, 0) + 1
    return "yes" if max(c.values(), default=0) > 2 else None


def f9(text):
    return "yes" if text in {"a", "b"} else None


def f10(text):
    return "yes" if sum(text.count(w) for w in LIST) > 2 else None


def f11(text):
    return "yes" if text.endswith(("!", "?")) else None


def f12(text, good=frozenset({"a"})):
    return "yes" if text in good else None


KNOWN = [has, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12]


def g1(text):
    STATE[0] = 1 - STATE[0]
    return STATE[0]


def g2(text):
    store(text, LIST)
    LIST.pop()
    return len(LIST) % 2


def g3(text):
    return next(iter(set(text.split())))


def g4(text):
    return max(set(text.split()), key=len)


def g5(text):
    return [w for w in GOOD][0]  # noqa: C416, RUF015


def g6(text):
    return list(GOOD)[0]  # noqa: RUF015


def g7(text, seen=[]):  # noqa: B006
    seen.append(text)
    seen.pop()
    return 1


def g8(text):
    return operator.methodcaller("__hash__")(text)


def g9(text):
    return f"{text.__class__}"


def g10(text):
    for w in {"a", "b", "c"}:
        return w


def g11(text):
    s = LIST
    s += [text]
    s.pop()
    return 1


def g12(text):
    return " ".join({*text.split()})


def g13(text):
    a, *_ = {*text}
    return a


def g14(text, add=STATE.append):
    add(text)


def g15(text):
    return f"{set(text)}"


def g16(text):
    return NESTED["a"].add(text)


def g17(text):
    return len(str(GOOD | {text})[:2])


def g18(text):
    return functools.reduce(lambda a, b: a, GOOD)


DOUBTFUL = [g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12, g13, g14, g15, g16, g17, g18]


def mark(function):
    return fingerprint(labeling_function(name="f")(function))


@pytest.mark.parametrize("function", KNOWN)
def test_what_depends_on_the_text_alone_is_kept(function):
    assert mark(function) == mark(function) is not None


@pytest.mark.parametrize("function", DOUBTFUL)
def test_what_may_not_is_doubted(function):
    assert mark(function) is None


def test_a_helper_of_a_helper_counts():
    def changes(text, box):
        return box.append(text)

    def uses(text):
        return changes(text, boxes)

    boxes = []
    assert mark(lambda text: uses(text)) is None
    assert mark(STATE.append) is mark(MAP.setdefault) is None
