#!/usr/bin/python3
"""Turns a recording, made with TRACE=file, into a picture (SVG).

picture.py RECORDING PICTURE [--from WHEN] [--to WHEN] [--rows NAMES]

WHEN is in milliseconds since the recording began, "12.5", or relative to a mark or a state by its
name and number, from 1: "recv:2", "recv:2-0.1", "ws send:1+0.3". NAMES are rows, with commas:
"loop,clock,5,pool 1"; a number stands for the task that has it. The picture holds every name and
time as the recording has them.
"""

import argparse
import math
import re
import sys
from pathlib import Path
from xml.sax.saxutils import escape

import legend
import recording

WIDTH = 860  # of a column of text, so that the letters are not made smaller
GUTTER = 130  # the rows' names
MARGIN = 8  # at the right
RULER = 24
LETTER = 6.7  # width of one in a spell
MOST_ROWS = 24
HEIGHTS = {"loop": 64, "task": 34, "pool": 34}
LANES = {"loop": [(4, 8), (14, 22), (38, 20)], "task": [(6, 22)] * 3, "pool": [(6, 22)] * 3}
# The share of a lane's height: waiting is low, ready hatched, running full.
SHARES = {"ready": 0.7, "wait": 0.55, "poll": 0.55, "loop": 0.5}
HATCH = (
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" class="back"/>'
    '<path class="hatch" stroke-width="2" d="M-1 7 7 -1M-4 4 4 -4M2 10 10 2"/></pattern>'
)


def number(value):
    return f"{value:.1f}".removesuffix(".0")


class Picture:
    """The part of the rows between two times, in microseconds."""

    def __init__(self, program, rows, start, end):
        self.program, self.rows, self.start, self.end = program, rows, start, end
        self.scale = (WIDTH - GUTTER - MARGIN) / (end - start)
        self.tops = {}
        self.height = RULER
        for row in rows:
            self.tops[row.tid] = self.height
            self.height += HEIGHTS[row.kind]
        self.parts = []
        self.signs = set()  # the looks and the kinds of marks that the picture contains

    def x(self, time):
        return GUTTER + (min(max(time, self.start), self.end) - self.start) * self.scale

    def put(self, text):
        self.parts.append(text)

    def write(self, x, y, text, style=""):
        attribute = f' class="{style}"' if style else ""
        self.put(f'<text x="{number(x)}" y="{number(y)}"{attribute}>{escape(text)}</text>')

    def draw(self):
        for index, row in enumerate(self.rows):
            self.draw_label(row, index)
        self.draw_ruler()
        for row in self.rows:
            for look, group in self.groups(row):
                self.signs.add(look)
                self.put(f'<g class="spell {look}">')
                for box in group:
                    self.draw_spell(row, *box)
                self.put("</g>")
        for row in self.rows:
            self.draw_wakes(row)
        for row in self.rows:
            self.draw_marks(row)
        parts, height = legend.legend(self.signs, self.height, 8, WIDTH - MARGIN, sample_mark)
        self.parts += parts
        self.height += height
        self.parts.insert(0, f'<rect class="back" width="{WIDTH}" height="{self.height}"/>')
        return self.document()

    def document(self):
        style = Path(__file__).with_name("picture.css").read_text(encoding="utf-8")
        names = ", ".join(row.label for row in self.rows)
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}"'
            f' width="{WIDTH}" height="{self.height}" role="img"'
            f' data-from="{self.start:.3f}" data-to="{self.end:.3f}">',
            f"<title>{escape(self.program)}: {escape(names)}</title>",
            f"<style>\n{style}</style>", f"<defs>{HATCH}</defs>", *self.parts, "</svg>", ""])

    def draw_label(self, row, index):
        top, height = self.tops[row.tid], HEIGHTS[row.kind]
        if index % 2 == 0:
            self.put(f'<rect class="band" y="{top}" width="{WIDTH}" height="{height}"/>')
        self.write(8, top + height / 2 + 4, row.label)

    def draw_ruler(self):
        least = 110 / self.scale
        power = 10 ** math.floor(math.log10(least))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)
        for count in range(math.ceil(self.start / step), math.floor(self.end / step) + 1):
            x = number(self.x(count * step))
            self.put(f'<path class="grid" d="M{x} 4V{self.height}"/>')
            if float(x) > WIDTH - 60:
                break  # no room for the text
            self.write(float(x) + 4, 16, time_text(count * step, step, self.end), "muted")

    def groups(self, row):
        """The spells to be seen, as (spell, left, width), by their look. Of those narrower than a
        pixel that would begin in the same one, only the tallest."""
        seen = {}
        for spell in row.spells:
            if spell.end < self.start or spell.begin > self.end:
                continue
            left, right = self.x(spell.begin), self.x(spell.end)
            place = (spell.lane, int(left)) if right - left < 1 else (spell.lane, spell.begin, left)
            other = seen.get(place)
            if not other or SHARES.get(other[0].look, 1) < SHARES.get(spell.look, 1):
                seen[place] = (spell, left, max(right - left - (right - left > 4), 1))
        looks = {}
        for box in seen.values():
            looks.setdefault(box[0].look, []).append(box)
        return looks.items()

    def draw_spell(self, row, spell, left, width):
        top, height = LANES[row.kind][spell.lane]
        part = round(height * SHARES.get(spell.look, 1))
        y = self.tops[row.tid] + top + height - part
        self.put(f'<rect x="{number(left)}" y="{y}" width="{number(width)}" height="{part}"/>')
        room = int((width - 8) / LETTER)
        if height < 16 or spell.look == "ready" or room < min(4, len(spell.name)):
            return
        text = spell.name if len(spell.name) <= room else spell.name[:room - 1] + "…"
        self.write(left + 4, y + part / 2 + 4, text)

    def draw_wakes(self, row):
        for spell in row.spells:
            if spell.by in (None, row.tid) or not self.start <= spell.begin <= self.end:
                continue
            if spell.by in self.tops:
                self.draw_arrow(row, spell)

    def draw_arrow(self, row, spell):
        waker = next(other for other in self.rows if other.tid == spell.by)
        down = 1 if self.tops[waker.tid] < self.tops[row.tid] else -1
        x = self.x(spell.begin)
        self.signs.add("wake")
        first = self.tops[waker.tid] + HEIGHTS[waker.kind] * (0.75 if down > 0 else 0.25)
        last = self.tops[row.tid] + (10 if down > 0 else HEIGHTS[row.kind] - 6)
        self.put(
            f'<g class="wake"><path d="M{number(x)} {number(first)}V{number(last - 5 * down)}"/>'
            f'<path class="head" d="M{number(x)} {number(last)}l-3.5 {-7 * down}h7z"/></g>')

    def draw_marks(self, row):
        y = self.tops[row.tid] + (10 if row.kind == "loop" else 7)
        last = -math.inf
        for mark in row.marks:
            x = self.x(mark.begin)
            if not self.start <= mark.begin <= self.end or x - last < 3:
                continue
            last = x
            self.signs.add(sign_of(mark))
            self.put(mark_shape(mark, number(x), y))


def sign_of(mark):
    """The legend's name for the mark."""
    if mark.kind == "timer":
        return mark.name
    return next((sign for sign in ("recv", "send") if sign in mark.name), "accept")


def sample_mark(sign, x, y):
    kind = "timer" if sign.startswith("timer") else "io"
    return mark_shape(recording.Spell(sign, kind, 0, 0), x, y)


def mark_shape(mark, x, y):
    title = f"<title>{escape(mark.name)}</title>"
    if mark.kind == "timer" and mark.name != "timer stopped":
        hollow = " hollow" if mark.name == "timer set" else ""
        return f'<circle class="timer{hollow}" cx="{x}" cy="{y}" r="4">{title}</circle>'
    if mark.kind == "timer":
        path = f"M{x} {y}m-4 -4l8 8m0 -8l-8 8"
        return f'<path class="timer hollow" d="{path}">{title}</path>'
    if "recv" in mark.name:
        path = f"M{x} {y + 5}l-5 -9h10z"
    elif "send" in mark.name:
        path = f"M{x} {y - 5}l-5 9h10z"
    else:
        path = f"M{x} {y - 5}l5 5l-5 5l-5 -5z"
    return f'<path class="io" d="{path}">{title}</path>'


def time_text(time, step, longest):
    unit, size = ("s", 1e6) if step >= 5e5 else ("ms", 1e3) if longest >= 1e3 else ("µs", 1)
    digits = max(0, -math.floor(math.log10(step / size)))
    return f"{time / size:.{digits}f} {unit}"


def moment(text, rows):
    """Microseconds of a WHEN (see above)."""
    match = re.fullmatch(r"(?:(.+):(\d+))?([+-]?\d+(?:\.\d+)?)?", text)
    if not match or not text:
        raise recording.RecordingError(f'"{text}" is no time: write 12.5 or "recv:2+0.1"')
    name, count, offset = match.groups()
    base = 0
    if name:
        times = sorted(spell.begin for row in rows for spell in [*row.spells, *row.marks]
                       if spell.name == name)
        if not 0 < int(count) <= len(times):
            raise recording.RecordingError(f'no {count} times "{name}" in it, but {len(times)}')
        base = times[int(count) - 1]
    return base + float(offset or 0) * 1000


def choose(rows, names):
    if not names:
        return rows[:MOST_ROWS]
    wanted = [name.strip() for name in names.split(",")]
    for name in wanted:
        if not any(name in (row.name, str(row.tid)) for row in rows):
            known = ", ".join(row.label for row in rows)
            raise recording.RecordingError(f'no row "{name}" in it, but: {known}')
    return [row for row in rows if row.name in wanted or str(row.tid) in wanted]


def picture(path, first=None, last=None, names=None):
    program, rows = recording.read(path)
    times = [spell.end for row in rows for spell in row.spells]
    if not times:
        raise recording.RecordingError("nothing happened in it")
    start = moment(first, rows) if first else 0
    end = moment(last, rows) if last else max(times)
    if end <= start:
        raise recording.RecordingError(f"nothing between {start / 1000} and {end / 1000} ms")
    return Picture(program, choose(rows, names), start, end).draw()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording")
    parser.add_argument("picture")
    parser.add_argument("--from", dest="first", metavar="WHEN")
    parser.add_argument("--to", dest="last", metavar="WHEN")
    parser.add_argument("--rows", metavar="NAMES")
    words = parser.parse_args()
    try:
        text = picture(words.recording, words.first, words.last, words.rows)
        Path(words.picture).write_text(text, encoding="utf-8")
    except recording.RecordingError as error:
        sys.exit(f"picture.py: {words.recording}: {error}")
    except OSError as error:
        sys.exit(f"picture.py: {error}")


if __name__ == "__main__":
    main()
