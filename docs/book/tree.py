"""The files and the pages of the repository, and the problems in them."""

import os
from collections import namedtuple
from pathlib import Path

from .markdown import Page

# path is relative to the root, line is counted from 1; what is a sentence that says what to do.
Problem = namedtuple("Problem", "path line what")

LEFT_OUT = {".git", "build", "node_modules", "__pycache__", "corpus"}


class Tree:
    """The files below root. It reads each file once."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self.files = sorted(self._walk())
        self._texts = {}
        self._pages = {}

    def _walk(self):
        for directory, names, files in os.walk(self.root):
            names[:] = [name for name in names if name not in LEFT_OUT]
            for name in files:
                yield str((Path(directory) / name).relative_to(self.root))

    def relative(self, path):
        """The path from the root, of a path as the user types it."""
        return os.path.relpath(Path(path).resolve(), self.root)

    def has(self, path):
        return (self.root / path).exists()

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_text(encoding="utf-8")
        return self._texts[path]

    def write(self, path, text):
        """Returns whether the file has changed."""
        if self.has(path) and self.text(path) == text:
            return False
        (self.root / path).write_text(text, encoding="utf-8")
        self._texts[path] = text
        self._pages.pop(path, None)
        return True

    def page(self, path):
        if path not in self._pages:
            self._pages[path] = Page(path, self.text(path))
        return self._pages[path]

    def pages(self):
        return [self.page(path) for path in self.files if path.endswith(".md")]

    def mistakes(self):
        """The mistakes in the Markdown of the pages."""
        for page in self.pages():
            for line, what in page.mistakes:
                yield Problem(page.path, line + 1, what)
