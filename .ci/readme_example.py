"""Run the README's first example as a reader would, with the embedded backbone, and compare what it prints.

Words must be the same; counts may differ by a twentieth and shares by .12, two of the nineteen texts that judge a round
here, and so may which round is kept, as how a round went depends on processor and threads.
"""

import contextlib
import io
import re
import sys
from pathlib import Path

NUMBER = re.compile(r"(\d+(?:\.\d+)?)")
KEPT = re.compile(r", kept(; the judges cannot .*)?")


def main(readme: Path) -> None:
    """Run it, and end with an error where it prints something else."""
    found = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    if found is None:
        sys.exit(f"{readme}: there is no example with its output")
    code, shown = found.groups()
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, str(readme), "exec"), {"__name__": "readme"})
    printed = out.getvalue()
    words, found_words = (NUMBER.split(KEPT.sub("", text.rstrip())) for text in (shown, printed))
    if len(words) != len(found_words) or not all(map(_alike, words, found_words)):
        sys.exit(f"{readme} shows\n{shown}\nbut the example prints\n{printed}")
    print(f"the README's example prints what the README says:\n{printed}")


def _alike(shown: str, printed: str) -> bool:
    if not (NUMBER.fullmatch(shown) and NUMBER.fullmatch(printed)):
        return shown == printed
    return abs(float(shown) - float(printed)) <= max(0.05 * float(shown), 0.12)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
