"""Regions of the sources: a comment "#region NAME" begins one, "#endregion NAME" ends it."""

import re
import textwrap

from .tree import Problem

MARK = re.compile(r"\s*(?://|/\*|#|<!--)\s*#(region|endregion)\s+([\w-]+)")
SOURCES = (".c", ".h", ".S", ".js", ".mjs", ".css", ".html", ".py", ".sh", ".mk", "Makefile")


def without_marks(lines):
    return [line for line in lines if not MARK.match(line)]


class Regions:
    """The regions of one file: where each begins and ends, and the mistakes in their marks."""

    def __init__(self, path, text):
        self.path = path
        self.lines = text.splitlines()
        self.places = {}
        self.problems = []
        opened = {}
        for number, line in enumerate(self.lines):
            match = MARK.match(line)
            if match:
                self._mark(opened, number, match[1], match[2])
        for name, start in opened.items():
            self._complain(start, f"region {name} has no end: add a line with #endregion {name}")

    def _complain(self, line, what):
        self.problems.append(Problem(self.path, line + 1, what))

    def _mark(self, opened, number, kind, name):
        if kind == "endregion":
            if name in opened:
                self.places[name] = (opened.pop(name), number)
            else:
                self._complain(number, f"region {name} ends before it begins: remove the line")
        elif name in opened or name in self.places:
            self._complain(number, f"a second region {name}: give it another name")
        else:
            opened[name] = number

    def text(self, name):
        """The text without the margin that all its lines share; None if there is no such region."""
        if name not in self.places:
            return None
        start, end = self.places[name]
        inside = "\n".join(without_marks(self.lines[start + 1 : end]))
        return textwrap.dedent(inside).strip("\n")


def regions_of(tree):
    """The regions of all sources, by path."""
    return {
        path: Regions(path, tree.text(path)) for path in tree.files if path.endswith(SOURCES)
    }
