"""LFs that ask a language model, through a function of the user's: this package has no client of its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar

from labelfns.errors import LFError, shortened, shown
from labelfns.lfs.base import Expects, Label, LabelingFunction, label_problems, naming
from labelfns.lfs.columns import TextsLF

from .kept import Kept, digest_of, usual_folder
from .replies import answer_in, plain

Ask = Callable[[list[str]], Iterable[Any]]
"""Takes prompts and gives their replies in order: each a text, a pair of a text and what it cost, or the exception that
stood in its way."""

Price = float | Callable[[str], float]


class BudgetError(Exception):
    """A text that a prompt LF may not ask about any more."""


@dataclass(frozen=True)
class Spending:
    """What an LF has asked for so far, in all runs.

    Parameters
    ----------
    replies
        How many replies are kept.
    cost
        What they cost.
    """

    replies: int
    cost: float

    def __str__(self) -> str:
        return f"{self.replies:,} replies so far, which cost {self.cost:,.2f}"


@dataclass(frozen=True)
class DryRun:
    """What an LF would ask for.

    Parameters
    ----------
    texts
        How many texts there are.
    kept
        How many of them have a kept reply, and cost nothing.
    to_ask
        How many prompts would be sent; equal texts share one.
    cost
        What these would cost by the price; None where there is none.
    over_budget
        How many further texts would not be asked about, as the budget ends before.
    so_far
        What was asked for before.
    prompt
        The first of these prompts; empty where there is none.
    """

    texts: int
    kept: int
    to_ask: int
    cost: float | None
    over_budget: int
    so_far: Spending
    prompt: str

    @property
    def counts(self) -> str:
        """How many replies are there, and how many are to be asked for, in a line."""
        cost = "at a price that is not known" if self.cost is None else f"for about {self.cost:,.2f}"
        return f"{self.texts:,} texts: {self.kept:,} replies are kept, {self.to_ask:,} prompts would be sent {cost}"

    def __str__(self) -> str:
        lines = [self.counts, f"{self.so_far}"]
        lines += [f"{self.over_budget:,} texts would not be asked about: the budget ends before"] * bool(
            self.over_budget
        )
        return "\n".join([*lines, *([f"the first prompt:\n{shown(self.prompt, lines=True)}"] if self.prompt else [])])


@dataclass(frozen=True)
class PromptLF(TextsLF):
    """An LF that asks a language model; see `prompt`."""

    template: str = field(kw_only=True)
    answers: Mapping[str, Label | None] = field(kw_only=True, hash=False)
    ask: Ask = field(kw_only=True, compare=False)
    model: str = field(kw_only=True)
    price: Price | None = field(default=None, kw_only=True, compare=False)
    max_rows: int | None = field(default=None, kw_only=True, compare=False)
    max_cost: float | None = field(default=None, kw_only=True, compare=False)
    cache: str | Path | None = field(default=None, kw_only=True, compare=False)
    kind: ClassVar[str] = "prompt"
    patience: ClassVar[int | None] = 20

    def problems(self) -> list[str]:
        problems = super().problems()
        if not isinstance(self.template, str) or "{text}" not in self.template:
            problems.append(f"prompt(): {{text}} must stand in the template, for the text; got {self.template!r}")
        if not isinstance(self.model, str) or not self.model.strip():
            problems.append(
                "prompt(): model must name who answers (replies are kept by this name: give another where another "
                f"model, or other settings of it, answer); got {self.model!r}"
            )
        if not callable(self.ask):
            problems.append(
                f"prompt(): ask must be a function from a list of prompts to their replies; got {self.ask!r}"
            )
        for name, least in (("max_rows", int), ("max_cost", (int, float))):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, least) or not value >= 0):
                problems.append(f"prompt(): {name} must be a number of at least 0; got {value!r}")
        if self.price is not None and not callable(self.price) and not _is_price(self.price):
            problems.append(f"prompt(): price must be a number of at least 0, or a function; got {self.price!r}")
        if self.max_cost is not None and self.price is None:
            problems.append(
                "prompt(): max_cost needs price, what one prompt costs at most: a number, or a function of the prompt"
            )
        return problems + self._answer_problems()

    def _answer_problems(self) -> list[str]:
        if not isinstance(self.answers, Mapping) or not self.answers:
            return [f'prompt(): answers is a mapping {{"what it answers": "label"}}; got {self.answers!r}']
        wrong = [answer for answer in self.answers if not isinstance(answer, str) or not plain(answer)]
        problems = [f"prompt(): an answer must be a text; got {answer!r}" for answer in wrong]
        for label in self.answers.values():
            problems += [] if label is None else label_problems(label)
        names = [plain(answer) for answer in self.answers if answer not in wrong]
        twice = sorted({name for name in names if names.count(name) > 1})
        return problems + [
            f"prompt(): the answer {name!r} is there twice, letter case and quotes apart" for name in twice
        ]

    @property
    def known_labels(self) -> tuple[Label, ...]:
        return tuple(dict.fromkeys(label for label in self.answers.values() if label is not None))

    @property
    def about(self) -> str:
        return f"{self.model} asked: {shortened(' '.join(self.template.split()))}; {self.spending}"

    @property
    def spending(self) -> Spending:
        """What was asked for so far, in all runs."""
        return Spending(*self.kept.total())

    @property
    def kept(self) -> Kept:
        """Where the replies are kept."""
        return Kept(Path(self.cache or usual_folder()), f"prompt-{digest_of(self.model, self.template)[:32]}")

    def definition(self) -> str | None:
        return digest_of(self.model, self.template, list(self.answers.items()))

    def prompt_of(self, text: str) -> str:
        """Return what is asked about a text."""
        return self.template.replace("{text}", text)

    def dry_run(self, texts: Iterable[str]) -> DryRun:
        """Return what would be asked about texts, and what it would cost, without asking."""
        given = list(texts)
        kept = self.kept.get(given)
        new = [text for text in dict.fromkeys(given) if text not in kept]
        to_ask = new[: self._affordable(new)]
        cost = None if self.price is None else sum(map(self._price, to_ask))
        known = sum(text in kept for text in given)
        first = self.prompt_of(to_ask[0]) if to_ask else ""
        return DryRun(len(given), known, len(to_ask), cost, len(new) - len(to_ask), self.spending, first)

    def vote_batch(self, texts: Sequence[str]) -> Sequence[object]:
        replies: dict[str, object] = {**self._replies(texts)}
        new = [text for text in dict.fromkeys(texts) if text not in replies]
        affordable = self._affordable(new)
        replies |= self._asked(new[:affordable])
        if affordable < len(new):
            replies |= dict.fromkeys(new[affordable:], BudgetError(self._used_up()))
        return [self._vote(replies[text]) for text in texts]

    def vote_kept(self, texts: Sequence[str], error: BaseException) -> Sequence[object]:
        """Return the votes of kept replies, and an error where there is none."""
        replies = self._replies(texts)
        return [self._vote(replies.get(text, error)) for text in texts]

    def _vote(self, reply: object) -> object:
        if not isinstance(reply, str):
            return reply
        answer = answer_in(reply, self.answers)
        return None if answer is None else self.answers[answer]

    def _replies(self, texts: Sequence[str]) -> dict[str, str]:
        return {text: said.decode("utf-8", "surrogatepass") for text, said in self.kept.get(texts).items()}

    def _asked(self, texts: list[str]) -> dict[str, object]:
        """Return replies to new prompts, each kept as it comes, or the exception that stood in its way."""
        replies: dict[str, object] = {}
        if not texts:
            return replies
        with self.kept.keeping() as keep:
            for text, given in zip(texts, self._given([self.prompt_of(text) for text in texts]), strict=True):
                if isinstance(given, Exception):
                    replies[text] = given
                    continue
                reply, cost = given if isinstance(given, tuple) and len(given) == 2 else (given, self._price(text))
                reply = "" if reply is None else reply  # as clients have it where the model declines
                if not isinstance(reply, str) or not _is_price(cost):
                    raise LFError(
                        f"LF {self.name!r}: ask must give a text, or a pair of a text and its cost, for each prompt; "
                        f"got {given!r:.80}"
                    )
                keep({text: reply.encode("utf-8", "surrogatepass")}, cost)
                replies[text] = reply
        return replies

    def _given(self, prompts: list[str]) -> Iterator[Any]:
        """Yield what `ask` gives for each prompt; what it raises stands for the rest of them."""
        answered = 0
        try:
            for given in self.ask(list(prompts)):
                answered += 1
                if answered <= len(prompts):
                    yield given
        except Exception as error:
            yield from [error] * (len(prompts) - answered)
            return
        if answered != len(prompts):
            raise LFError(f"LF {self.name!r}: ask gave {answered} replies to {len(prompts)} prompts")

    def _affordable(self, texts: Sequence[str]) -> int:
        """Return how many prompts may still be sent."""
        if self.max_rows is None and self.max_cost is None:
            return len(texts)
        so_far = self.spending
        many = len(texts) if self.max_rows is None else min(len(texts), max(0, self.max_rows - so_far.replies))
        if self.max_cost is None:
            return many
        left = self.max_cost - so_far.cost + 1e-9  # sums of floats
        for i, text in enumerate(texts[:many]):
            left -= self._price(text)
            if left < 0:
                return i
        return many

    def _used_up(self) -> str:
        ends = [f"max_rows = {self.max_rows:,}"] if self.max_rows is not None else []
        ends += [f"max_cost = {self.max_cost:,.2f}"] if self.max_cost is not None else []
        return f"its budget is used up ({' and '.join(ends)}; {self.spending}); raise it to ask about the rest"

    def _price(self, text: str) -> float:
        price = self.price(self.prompt_of(text)) if callable(self.price) else self.price or 0.0
        if not _is_price(price):
            raise LFError(f"LF {self.name!r}: price must give a number of at least 0; got {price!r}")
        return float(price)


@dataclass(frozen=True)
class KeptRepliesLF(PromptLF):
    """A prompt LF that asks nothing: what has no kept reply abstains."""

    def vote_batch(self, texts: Sequence[str]) -> Sequence[object]:
        return [None if isinstance(vote, Exception) else vote for vote in self.vote_kept(texts, BudgetError())]

    def definition(self) -> None:
        return None


def asks_nothing(lf: LabelingFunction) -> LabelingFunction:
    """Return an LF that costs nothing: one that asks goes by its kept replies alone."""
    if not isinstance(lf, PromptLF):
        return lf
    return KeptRepliesLF(**{one.name: getattr(lf, one.name) for one in fields(lf)})


def asked_for(lfs: Iterable[LabelingFunction]) -> list[dict[str, Any]]:
    """Return what each LF that asks has asked for so far, in all runs: its ``lf``, ``replies`` and their ``cost``."""
    return [{"lf": lf.name, **asdict(lf.spending)} for lf in lfs if isinstance(lf, PromptLF)]


def cost_so_far(asked: Mapping[str, Any]) -> str:
    """Say what `asked_for` returned of an LF."""
    return str(Spending(asked["replies"], asked["cost"]))


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def prompt(
    template: str,
    *,
    answers: Mapping[str, Label | None],
    ask: Ask,
    model: str,
    price: Price | None = None,
    max_rows: int | None = None,
    max_cost: float | None = None,
    cache: str | Path | None = None,
    batch_size: int = 16,
    name: str | None = None,
    expects: Expects | None = None,
) -> PromptLF:
    r"""Let a language model vote, asked through a function of yours; no text is asked about twice.

    Each reply is kept on disk as it comes, so a run that was stopped goes on where it was. A reply that gives none of
    the answers is an abstain, and is kept. What fails is a fault of its text, abstains, and is asked again in the next
    run; after 20 failures in a row only kept replies vote. Retries are the client's.

    Parameters
    ----------
    template
        What is asked; ``{text}`` stands for the text.
    answers
        What the model may answer, with the label that it means, or None for no vote. Letter case, quotes and markup
        around an answer do not count; what may follow it is told in `labelfns.lfs.meaning.replies.answer_in`.
    ask
        Takes a list of prompts, and gives their replies in order, as a list or one by one: each a text, or a pair of a
        text and what it cost, or the exception that stood in its way. What it raises stands for all prompts that have
        no reply by then.
    model
        A name for who answers. Replies are kept by it, by the template and by the text: give another name where another
        model, or other settings of it, answer.
    price
        What a prompt costs at most, in your currency: a number, or a function of the prompt. It is what a reply that
        comes without its cost is counted with.
    max_rows, max_cost
        How many prompts may be answered, and what they may cost, in all runs together; texts beyond are faults. With
        `max_cost` there must be a `price`.
    cache
        The folder where replies are kept; by default in the user's folder of caches.
    batch_size
        How many prompts `ask` gets at a time, at least 1.
    name
        The LF's name; by default ``prompt``.
    expects
        Texts and the votes they must get; they are asked about too.

    Raises
    ------
    LFError
        If a setting is not right; all at once.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> lf = prompt(
    ...     "Is this tweet a complaint? Answer yes or no.\n{text}",
    ...     answers={"yes": "complaint", "no": None},
    ...     ask=lambda prompts: ["Yes." if "late" in prompt else "No." for prompt in prompts],
    ...     model="a function",
    ...     price=0.01,
    ...     cache=mkdtemp(),
    ... )
    >>> lf("late again"), lf("what a day"), lf.spending.replies
    ('complaint', None, 2)
    """
    return PromptLF(
        **naming(name, "prompt"),
        template=template,
        answers=answers,
        ask=ask,
        model=model,
        price=price,
        max_rows=max_rows,
        max_cost=max_cost,
        cache=cache,
        batch_size=batch_size,
        expects={} if expects is None else expects,
    )
