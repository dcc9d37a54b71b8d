"""What the studio knows: texts, the votes of every LF as columns, and answers to an LF that is being typed."""

import threading
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.analysis.expectations import expectations
from labelfns.analysis.suggest import suggest
from labelfns.checks import Ints
from labelfns.counted import check_counts
from labelfns.engine.apply import LFApplier
from labelfns.engine.fields import RowNumbers
from labelfns.engine.options import ApplyOptions
from labelfns.engine.text_index import index_of
from labelfns.engine.time_limit import limited
from labelfns.errors import InputError, LabelFnsWarning, LFError
from labelfns.io.texts import Texts
from labelfns.lfs.base import ABSTAIN, LabelingFunction
from labelfns.lfs.declared import DeclaredLF
from labelfns.lfset import LFSet
from labelfns.pipelines.report.evidence import SetRows
from labelfns.pipelines.report.sample import Sample
from labelfns.pipelines.run.inputs import read_set, with_most_gold
from labelfns.progress import Progress, silent
from labelfns.vote_tables import lf_table
from labelfns.votes import Fault, Votes

from .counts import Matrix, Others, Tabs, figures, tabs
from .drafts import Draft, editable, made, name_of, with_label
from .forms import Form, table_of
from .marks import drawn_texts, save_mark
from .write_back import Change, check_inside, lf_change

if TYPE_CHECKING:
    from labelfns.pipelines.run.settings import PipelineSettings

ROWS = 30
"""Rows that are shown at a time."""
SECONDS = 0.5
"""How long a typed pattern may search a text, where the pipeline does not set less: `analyze` waits longer."""
SECONDS_IN_ALL = 3.0
"""How long it may search all of them: other questions wait for it."""
MOST_READ = 5_000
"""Texts in which words to suggest are looked for, evenly spread."""
_SUGGESTED = 8
_TABS = tuple(Tabs.__dataclass_fields__)


class Studio:
    """A pipeline's texts and LFs; every call is answered by itself, one after the other.

    Parameters
    ----------
    pipeline
        The pipeline file.
    settings
        What it says.
    progress
        Called while the LFs vote, once, at the start.

    Raises
    ------
    LabelFnsError
        If texts or LFs are not right.
    """

    def __init__(self, pipeline: Path, settings: "PipelineSettings", progress: Progress = silent) -> None:
        self.pipeline, self.settings = pipeline.resolve(), settings
        self.folder = self.pipeline.parent
        self.labels = settings.data.labels
        self.texts: Texts = read_set(settings.data.pool, settings.data, need_gold=False)
        self.gold = np.full(len(self.texts), ABSTAIN) if self.texts.gold is None else self.texts.gold.copy()
        drawn = drawn_texts(settings)
        self._drawn = np.array([text in drawn for text in self.texts.texts])
        self._lock = threading.RLock()
        self._index = index_of(self.texts.texts)
        self._searched = [text.casefold() for text in self.texts]
        # the same rows come first, whatever is typed
        self._order = np.random.default_rng(0).permutation(len(self.texts))
        self._matrix: Matrix
        self._faults: tuple[Fault, ...]
        self._drafted: tuple[object, Draft | None] = (None, None)
        self._read_lfs(progress)

    def reload(self, progress: Progress = silent) -> None:
        """Read the LF file again, and let all LFs vote."""
        with self._lock:
            self._read_lfs(progress)

    def overview(self) -> dict[str, Any]:
        """Return every LF with what it does, and how much all of them cover."""
        with self._lock:
            table = lf_table(
                self._matrix, self.labels, self.lfs.names, self.gold, check_counts(None, len(self._matrix))
            ).to_dicts()
            faults = {fault.lf: fault for fault in self._faults}
            covered = self._by_class.any(axis=1)
            return {
                "labels": list(self.labels),
                "file": self.lf_file.name,
                "gold": int((self.gold >= 0).sum()),
                "rows": len(self.texts),
                "covered": int(covered.sum()),
                "conflicting": int(((self._by_class > 0).sum(axis=1) > 1).sum()),
                "lfs": [
                    {
                        "name": lf.name,
                        "polarity": [self.labels.index(label) for label in row["polarity"]],
                        **{name: row[name] for name in ("coverage", "conflicts", "correct", "incorrect")},
                        "fault": str(faults[lf.name]) if lf.name in faults else None,
                        **self._editable(lf),
                    }
                    for lf, row in zip(self.lfs, table, strict=True)
                ],
            }

    def answer(
        self, form: Form | None, place: int | None, *, tab: str = "new", search: str = "", first: int = 0
    ) -> dict[str, Any]:
        """Return what an LF that is typed would do, and rows of one list.

        Parameters
        ----------
        form
            What is typed; None for the LF at `place` as it is on disk.
        place
            The LF, by its place, whose next version it is; None for a new one.
        tab
            Which list of rows: a field of `Tabs`.
        search
            What rows must hold, letter case ignored.
        first
            How many rows of the list to pass over.

        Raises
        ------
        LFError
            If what is typed is no LF.
        InputError
            If there is no such LF or list.
        """
        if tab not in _TABS:
            raise InputError(f"there is no list {tab!r} of rows; there are {', '.join(_TABS)}")
        began = time.perf_counter()
        with self._lock:
            self._check_place(place, form)
            draft = self._on_disk(place) if form is None else self._draft(form, place)
            others = Others.of(self._matrix, self._by_class, place)
            mine = None if draft is None else draft.column
            labeled = draft is None or draft.labeled
            lists = tabs(mine, others, self.gold, self._drawn & (self.gold < 0), labeled=labeled)
            found = getattr(lists, tab)
            rows = self._searched_for(self._order[found[self._order]], search)
            shown = rows[first : first + ROWS]
            answer = {
                "tab": tab,
                "counts": {name: int(getattr(lists, name).sum()) for name in _TABS},
                "found": len(rows),
                "first": first,
                "rows": self._shown(shown, draft, place),
                "draft": None if draft is None else len(self.lfs) if place is None else place,
            }
            if draft is not None:
                answer["figures"] = figures(draft.column, others, lists, self.gold, labeled=labeled)
                answer["notes"] = list(draft.notes)
                answer["name"] = draft.lf.name
                answer["labeled"] = labeled
                answer["changed"] = place is None or draft.lf != self.lfs.lfs[place]
            return answer | {"seconds": time.perf_counter() - began}

    def change(self, form: Form, place: int | None) -> Change:
        """Return what accepting an LF would write to the LF file.

        Raises
        ------
        LFError
            If what is typed is no LF, looks for nothing, or has no label; or the file cannot hold it with all else as
            it was.
        InputError
            If the LF file lies outside of the pipeline's folder.
        """
        with self._lock:
            self._check_place(place, form)
            draft = self._draft(form, place)
            if draft is None:
                raise LFError("nothing is typed yet that an LF could look for")
            if not draft.labeled:
                raise LFError("choose the label that it votes for")
            check_inside(self.lf_file, self.folder)
            old = None if place is None else self.lfs.lfs[place]
            if old is not None and (reason := self._editable(old)["reason"]):
                raise LFError(f"{old.name}: {reason}")
            assert old is None or isinstance(old, DeclaredLF)
            assert isinstance(draft.lf, DeclaredLF)
            return lf_change(self.lf_file, self._source, old, draft.lf)

    def accept(self, form: Form, place: int | None, mark: str) -> None:
        """Write an LF to the LF file.

        Parameters
        ----------
        form, place
            As in `answer`.
        mark
            That of the change that was shown.

        Raises
        ------
        LabelFnsError
            As `change`; if another change was shown; if the file is not what was read; if it cannot be written.
        """
        with self._lock:
            change = self.change(form, place)
            if change.mark != mark:
                raise InputError("this is not the change that was shown; look at it again")
            change.write(self.folder)
            draft = self._draft(form, place)
            assert draft is not None
            lfs = list(self.lfs)
            if place is None:
                lfs.append(draft.lf)
                self._matrix = np.concatenate([self._matrix, draft.column[:, None]], axis=1)
            else:
                lfs[place] = draft.lf
                self._matrix[:, place] = draft.column
            self._faults = (
                *(fault for fault in self._faults if fault.lf != draft.lf.name),
                *(() if draft.fault is None else (draft.fault,)),
            )
            self._take(LFSet(self.labels, lfs), change.after)

    def mark(self, row: int, label: int | None, agreed: str = "") -> Change | None:
        """Save the gold label of a row, and of every row with the same text.

        Parameters
        ----------
        row
            The row.
        label
            Its class id; None where it is not known any more.
        agreed
            The mark of the change that was returned before, where it is agreed to.

        Returns
        -------
        Change | None
            None where it is saved; else the change of the pipeline file that has to be agreed to.

        Raises
        ------
        LabelFnsError
            If there is no such row or label; as `save_mark`.
        """
        with self._lock:
            if type(row) is not int or not 0 <= row < len(self.texts):
                raise InputError(f"there is no row {row!r}")
            if label is not None and (type(label) is not int or not 0 <= label < len(self.labels)):
                raise InputError(f"there is no label {label!r}")
            text, name = self.texts[row], None if label is None else self.labels[label]
            done = save_mark(self.pipeline, self.settings, text, name, agreed)
            if isinstance(done, Change):
                return done
            self.settings = done
            same = [i for i, other in enumerate(self.texts.texts) if other == text]
            self.gold[same] = ABSTAIN if label is None else label
        return None

    def suggestions(self) -> list[dict[str, Any]]:
        """Return words worth an LF, each with the form that has it, by class where gold labels are known."""
        with self._lock:
            n = len(self.texts)
            rows = np.unique(np.linspace(0, n - 1, min(n, MOST_READ)).astype(int))
            votes = Votes(self._matrix[rows], labels=self.labels, lf_names=self.lfs.names)
            texts, lfs = self.texts.take(rows).texts, self.lfs
            with_gold = with_most_gold(self.settings, replace(self.texts, gold=self.gold))
        labeled = None if with_gold is None or with_gold.gold is None else (with_gold, with_gold.gold)
        found = suggest(texts, votes, labeled=labeled, lfs=lfs, n=_SUGGESTED)
        return [
            {
                "kind": one.kind,
                "term": one.term,
                "label": None if one.label is None else self.labels.index(one.label),
                "about": one.about,
                "gap": one.gap,
            }
            for one in sorted(found, key=lambda one: one.gap != "silent")[: 2 * _SUGGESTED]
        ]

    @property
    def lf_file(self) -> Path:
        """The LF file."""
        return Path(self.settings.lfs.file).resolve()

    def _read_lfs(self, progress: Progress) -> None:
        lfs = LFSet.from_file(self.lf_file, self.labels)
        options = self.settings.lfs.options
        with warnings.catch_warnings(action="ignore", category=LabelFnsWarning):
            votes = self._apply(lfs.applier, ApplyOptions(**options), progress)
        self._matrix, self._faults = votes.matrix.copy(), votes.faults
        self._take(lfs, lfs.source or b"")

    def _take(self, lfs: LFSet, source: bytes) -> None:
        self.lfs, self._source = lfs, source
        by_class = [(self._matrix == c).sum(axis=1) for c in range(len(self.labels))]
        self._by_class = np.stack(by_class, axis=1).astype(np.int16)
        self._drafted = (None, None)

    def _apply(self, applier: LFApplier, options: ApplyOptions, progress: Progress = silent) -> Votes:
        texts = self.texts
        numbers = RowNumbers.of(texts)
        fields = {name: values for name, values in (texts.fields or {}).items() if name != "text"}
        return applier.apply(texts.texts, options, fields=fields, numbers=numbers, progress=progress, index=self._index)

    def _draft(self, form: Form, place: int | None) -> Draft | None:
        """Return the LF that is typed, with its votes; the last one is remembered for its other rows."""
        was = None if place is None else self.lfs.lfs[place]
        name = name_of(form, self.lfs.names, self.labels) if was is None else was.name
        labeled = form.get("label") is not None
        table = table_of({**with_label(form, was, self.labels), "name": name}, self.labels)
        if table is None:
            return None
        asked = repr((table, place, labeled))
        if asked == self._drafted[0]:
            return self._drafted[1]
        with warnings.catch_warnings(record=True, action="always", category=LabelFnsWarning) as said:
            lf = made(table, was, self.labels)
            draft = replace(self._voted(lf, tuple(str(one.message) for one in said)), labeled=labeled)
        self._drafted = (asked, draft)
        return draft

    def _on_disk(self, place: int | None) -> Draft | None:
        """Return an LF as it is in the file."""
        if place is None:
            return None
        lf = self.lfs.lfs[place]
        fault = next((fault for fault in self._faults if fault.lf == lf.name), None)
        return Draft(lf, self._matrix[:, place], fault, () if fault is None else (str(fault),))

    def _voted(self, lf: DeclaredLF, notes: tuple[str, ...]) -> Draft:
        limit = min(self.settings.lfs.time_limit, SECONDS)
        lone = LFSet(self.labels, [lf])
        until = time.monotonic() + SECONDS_IN_ALL
        votes = self._apply(lone.applier, ApplyOptions(time_limit=limit, until=until))
        fault = votes.faults[0] if votes.faults else None
        if fault is not None:
            notes = (*notes, str(fault))
        cases = expectations(LFSet(self.labels, [limited(lf, limit, until)]))
        notes = (*notes, *(failure for case in cases if (failure := case.failure())))
        return Draft(lf, np.ascontiguousarray(votes.matrix[:, 0]), fault, notes)

    def _editable(self, lf: LabelingFunction) -> dict[str, Any]:
        return editable(lf, self.labels, self.lf_file, self._source)

    def _check_place(self, place: int | None, form: Form | None) -> None:
        if place is None:
            return
        if type(place) is not int or not 0 <= place < len(self.lfs):
            raise InputError(f"there is no LF {place!r}")
        name = self.lfs.names[place].encode("utf-8", "backslashreplace").decode()  # as the page has it
        if form is not None and form.get("name", name) not in (name, self.lfs.names[place]):
            raise InputError("the LFs are others than this page shows: load it again")

    def _searched_for(self, rows: Ints, search: str) -> Ints:
        words = search.casefold().strip()
        if not words:
            return rows
        return np.array([row for row in rows.tolist() if words in self._searched[row]], dtype=rows.dtype)

    def _shown(self, rows: Ints, draft: Draft | None, place: int | None) -> list[dict[str, Any]]:
        """Return rows as a page shows them, with the draft's votes among the others'."""
        lfs, matrix = list(self.lfs), self._matrix[rows]
        if draft is not None and place is None:
            lfs.append(draft.lf)
            matrix = np.concatenate([matrix, draft.column[rows, None]], axis=1)
        elif draft is not None and place is not None:
            lfs[place] = draft.lf
            matrix = matrix.copy()
            matrix[:, place] = draft.column[rows]
        if not len(rows):
            return []
        votes = Votes(matrix, labels=self.labels, lf_names=tuple(lf.name for lf in lfs))
        few = SetRows("pool", [self.texts[row] for row in rows.tolist()], votes, self.gold[rows])
        sample = Sample(self.labels, LFSet(self.labels, lfs))
        sample.take(few, range(len(rows)), len(rows))
        found = [one | {"row": row} for one, row in zip(sample.rows, rows.tolist(), strict=True)]
        if draft is not None and not draft.labeled:
            own = len(self.lfs) if place is None else place
            found = [one | {"says": [(lf, label) for lf, label in one["says"] if lf != own]} for one in found]
        return found
