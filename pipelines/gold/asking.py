"""Labels by one key each: asked for row by row, each answer saved before the next question."""

from collections.abc import Callable

from labelfns.errors import InputError

from .gold_file import GoldFile

UNDO, SKIP, QUIT = "u", "s", "q"
KEYS = [key for key in "123456789abcdefghijklmnoprtvwxyz" if key not in (UNDO, SKIP, QUIT)]


def keys_of(labels: tuple[str, ...]) -> dict[str, str]:
    """Return the key of each label, by key.

    Raises
    ------
    InputError
        If there are more labels than keys.
    """
    if len(labels) > len(KEYS):
        raise InputError(
            f"there are keys for {len(KEYS)} labels, and {len(labels)} labels: add --no-ask, and fill in the file"
        )
    return dict(zip(KEYS, labels, strict=False))


def ask(
    file: GoldFile, read_key: Callable[[], str], show: Callable[[int, int, str], None], say: Callable[[str], None]
) -> int:
    """Ask for the labels of the rows that wait for one, until there is none or the user quits.

    Parameters
    ----------
    file
        The file of gold rows.
    read_key
        Waits for a key, and returns it.
    show
        Shows a row: which question it is, the first is 1, of how many, and the text.
    say
        Says a line.

    Returns
    -------
    int
        How many rows were answered.
    """
    keys, done = keys_of(file.labels), list[int]()
    total, skipped = len(file.waiting), set[int]()
    while waiting := file.waiting:
        row = waiting[0]
        show(len(done) + 1, total, file.texts[row])
        key = read_key().lower()
        while key not in keys and key not in (UNDO, SKIP, QUIT):
            say(f"{key!r} is none of the keys: {', '.join([*keys, UNDO, SKIP, QUIT])}")
            key = read_key().lower()
        if key == QUIT:
            break
        if key == UNDO:
            if not done:
                say("there is nothing to undo")
                continue
            row = done.pop()
            skipped.discard(row)
            file.answer(row, None)
            continue
        done.append(row)
        skipped |= {row} if key == SKIP else set()
        file.answer(row, keys.get(key), skipped=key == SKIP)
        say("skipped" if key == SKIP else keys[key])
    return len(done) - len(skipped)
