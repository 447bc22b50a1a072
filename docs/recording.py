"""A recording, made with TRACE=file, read into rows: what picture.py draws."""

import json
from dataclasses import dataclass, field

LOOP = 0
PROGRAM = 2**32  # in a recording of several (merge.py), each one's rows begin at a multiple of it
POOL_ROWS = range(1000001, 2000001)  # tasks beyond the first million are above


class RecordingError(Exception):
    """What is wrong with the file, for its reader."""


@dataclass
class Spell:
    """Something that a row did from begin to end, in microseconds; or a mark, at begin."""

    name: str
    kind: str
    begin: float
    end: float
    lane: int = 0
    by: int | None = None  # the tid of the row that woke it

    @property
    def look(self):
        return "poll" if self.kind == "phase" and self.name == "poll" else self.kind


@dataclass
class Row:
    """The loop's, a task's, or a pool thread's."""

    tid: int
    name: str = ""
    order: int = 0
    spells: list = field(default_factory=list)
    marks: list = field(default_factory=list)
    open: list = field(default_factory=list)

    @property
    def number(self):
        return self.tid % PROGRAM

    @property
    def kind(self):
        if self.number == LOOP:
            return "loop"
        return "pool" if self.number in POOL_ROWS else "task"

    @property
    def label(self):
        return f"{self.name} #{self.number}" if self.kind == "task" else self.name


def _begin(row, event):
    by = event.get("args", {}).get("by") if event["cat"] == "ready" else None
    spell = Spell(event["name"], event["cat"], event["ts"], event["ts"], min(len(row.open), 2), by)
    row.spells.append(spell)
    row.open.append(spell)


def _add(row, event):
    match event["ph"]:
        case "B":
            _begin(row, event)
        case "E":
            row.open.pop().end = event["ts"]
        case "i":
            row.marks.append(Spell(event["name"], event["cat"], event["ts"], event["ts"]))


def _describe(row, event):
    if event["name"] == "thread_name":
        row.name = event["args"]["name"]
    elif event["name"] == "thread_sort_index":
        row.order = event["args"]["sort_index"]


def _rows(events):
    rows = {}
    for event in events:
        row = rows.setdefault(event["tid"], Row(event["tid"], order=event["tid"]))
        if event["ph"] == "M":
            _describe(row, event)
        else:
            _add(row, event)
    if any(row.open for row in rows.values()):
        raise RecordingError("incomplete: something begins and never ends")
    return sorted(rows.values(), key=lambda row: (row.order, row.tid))


def read(path):
    """The program's name and its rows, in their order."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        return data["otherData"]["program"], _rows(data["traceEvents"])
    except OSError as error:
        raise RecordingError(error.strerror) from error
    except ValueError as error:
        raise RecordingError(f"not JSON, or cut short ({error})") from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise RecordingError("not a recording made with TRACE=file") from error
