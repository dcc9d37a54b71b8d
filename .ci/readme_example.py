"""Run the README's first example as a reader would, with the embedded backbone, and compare what it prints.

Words must be the same; counts may differ by a twentieth and shares by .12, two of the nineteen texts that judge a round
here, as how a round went depends on processor and threads.
"""

import contextlib
import io
import re
import sys
from pathlib import Path

NUMBER = re.compile(r"(\d+(?:\.\d+)?)")


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
    pairs = list(zip(NUMBER.split(shown.rstrip()), NUMBER.split(printed.rstrip()), strict=False))
    same = [a == b or (bool(NUMBER.fullmatch(a)) and _near(a, b)) for a, b in pairs]
    if not all(same) or len(NUMBER.split(shown.rstrip())) != len(NUMBER.split(printed.rstrip())):
        sys.exit(f"{readme} shows\n{shown}\nbut the example prints\n{printed}")
    print(f"the README's example prints what the README says:\n{printed}")


def _near(shown: str, printed: str) -> bool:
    return bool(NUMBER.fullmatch(printed)) and abs(float(shown) - float(printed)) <= max(0.05 * float(shown), 0.12)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
