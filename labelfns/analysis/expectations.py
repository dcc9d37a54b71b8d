"""LFs as tested code: the texts in an LF's `expects`, run one by one.

In a test file::

    @pytest.mark.parametrize("case", expectations(lfs), ids=str)
    def test_lf(case):
        case.check()
"""

import traceback
from dataclasses import dataclass

from labelfns.engine.vote_parser import VoteParser, without_strength
from labelfns.errors import LFError, shortened
from labelfns.lfs.base import ABSTAIN, LabelingFunction
from labelfns.lfset import LFSet
from labelfns.text.spans import marked


@dataclass(frozen=True)
class Expectation:
    """One text and the vote it must get.

    Parameters
    ----------
    lf
        The LF.
    text
        The text.
    expected
        A label's name or id, or None for an abstain.
    labels
        The k class names.
    """

    lf: LabelingFunction
    text: str
    expected: object
    labels: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.lf.name}: {shortened(self.text, 40)}"

    def failure(self) -> str:
        """Return what is wrong as a few lines, an empty string where nothing is."""
        parser = VoteParser(self.labels)
        head = f"{self.lf.name}\n  text      {self.text!r}"
        try:
            expected = parser.class_id(self.expected)
        except LFError as error:
            return f"{head}\n  expects   {error}"
        try:
            got = parser.class_id(without_strength(self.lf, self.lf(self.text)))
        except LFError as error:
            return f"{head}\n- expected  {self._say(expected)}\n+ returned  {error}"
        except Exception as error:
            trace = "".join(traceback.format_exception(error, limit=-1)).rstrip().replace("\n", "\n    ")
            return (
                f"{head}\n- expected  {self._say(expected)}\n+ raised    {type(error).__name__}: {error}\n    {trace}"
            )
        if got == expected:
            return ""
        fired = self.lf.spans(self.text)
        where = f"\n  fired at  {marked(self.text, fired)}" if fired else ""
        return f"{head}\n- expected  {self._say(expected)}\n+ got       {self._say(got)}{where}"

    def check(self) -> None:
        """Raise an AssertionError that tells what is wrong; do nothing where nothing is."""
        failure = self.failure()
        if failure:
            raise AssertionError(failure)

    def _say(self, vote: int) -> str:
        return "abstain" if vote == ABSTAIN else self.labels[vote]


def expectations(lfs: LFSet) -> list[Expectation]:
    """Return every text of every LF's `expects`, in order.

    Examples
    --------
    >>> from labelfns import keywords
    >>> lf = keywords("yes", ["good"], expects={"so good": "yes", "goodness": None, "bad": "yes"})
    >>> for case in expectations(LFSet(["no", "yes"], [lf])):
    ...     print(case.failure() or "passes")
    passes
    passes
    keywords_yes
      text      'bad'
    - expected  yes
    + got       abstain
    """
    return [Expectation(lf, text, vote, lfs.labels) for lf in lfs for text, vote in lf.expects.items()]
