"""Tables about the sources. A column headed "lines" is counted: make docs fills it in.

Below "<!-- files -->" the first cell of a row links to a file, or to a section of the page, which
counts as all its files. A row without a link has the sum of the rows above it. The tables of a page
list every source in the page's folder and below.

Below "<!-- methods -->" the second cell of a row names functions of C, and a cell after it links to
the file that defines them. The functions of a file come in the order of the rows. A row without a
function is text."""

import posixpath
import re
from collections import namedtuple

from .markdown import LINK
from .tree import Problem

COUNTED = ("lines", "linhas", "lines here", "linhas aqui")
SOURCES = (".c", ".h", ".S")
FUNCTION = re.compile(r"`(\w+)(?:\(\))?`")

# count is the number that the row should have, what a sentence about its mistake; both may be None.
Fact = namedtuple("Fact", "row count what")


def _link(cell):
    match = LINK.search(cell)
    return match[1] if match else None


def _path(page, target):
    return posixpath.normpath(posixpath.join(posixpath.dirname(page.path), target))


def _lines(tree, path):
    return len(tree.text(path).splitlines())


def _listed(page, tables):
    """The rows that link to files, with their paths."""
    for table in tables:
        for row in table.rows if table.kind == "files" else ():
            target = _link(row.cells[0])
            if target and not target.startswith("#"):
                yield row, _path(page, target)


def _in_section(page, anchor):
    """The tables of the section with that anchor."""
    start = next((heading for heading in page.headings if heading.anchor == anchor), None)
    if not start:
        return []
    ends = [heading.line for heading in page.headings
            if heading.line > start.line and heading.level <= start.level]
    end = min(ends, default=len(page.lines))
    return [table for table in page.tables if start.line < table.line < end]


def _count_of_row(tree, page, row):
    target = _link(row.cells[0])
    if target.startswith("#"):
        paths = [path for _, path in _listed(page, _in_section(page, target[1:]))]
    else:
        paths = [_path(page, target)]
    return sum(_lines(tree, path) for path in paths if tree.has(path))


def _file_facts(tree, page, table):
    total, seen = 0, set()
    for row in table.rows:
        target = _link(row.cells[0])
        if target:
            count = _count_of_row(tree, page, row)
            total += count
            yield Fact(row, count or None, f"{target} has a second row" if target in seen else None)
            seen.add(target)
        else:
            yield Fact(row, total, None)


def definition(text, name):
    """The first line of the function and how many it has; None if the source does not define it."""
    pattern = rf"^\w[\w *]*\b{name}\([^;{{}}]*\)\n\{{\n.*?^\}}"
    match = re.search(pattern, text, re.DOTALL | re.MULTILINE)
    return (text.count("\n", 0, match.start()), match[0].count("\n") + 1) if match else None


def _method_facts(tree, page, table):
    last = {}  # of each file, the line and the name of the function in the row above
    for row in table.rows:
        targets = [target for target in map(_link, row.cells[2:]) if target]
        path = _path(page, targets[0]) if targets else None
        count, what = None, None
        for name in FUNCTION.findall(row.cells[1]):
            found = definition(tree.text(path), name) if path and tree.has(path) else None
            if not path:
                what = f"no link to the file that defines {name}: add it"
            elif not found:
                what = f"{path} does not define {name}: correct the row"
            else:
                count = (count or 0) + found[1]
                if last.get(path, (-1,))[0] > found[0]:
                    what = f"{path} defines {name} before {last[path][1]}: same order in both"
                last[path] = found[0], name
        yield Fact(row, count, what)


def _facts(tree, page, table):
    facts = _file_facts if table.kind == "files" else _method_facts
    return facts(tree, page, table)


def _column(table):
    """The number of the column with the counts, or None."""
    return next((number for number, cell in enumerate(table.header) if cell in COUNTED), None)


def without_counts(page):
    """The lines of the page; those of counted columns are empty."""
    lines = list(page.lines)
    for table in page.tables:
        for row in table.rows if _column(table) is not None else ():
            lines[row.line] = _with_count(row, _column(table), "")
    return lines


def _with_count(row, column, count):
    cells = [*row.cells[:column], count, *row.cells[column + 1 :]]
    return f"| {' | '.join(cells)} |"


def _unlisted(tree, page):
    listed = {path for _, path in _listed(page, page.tables)}
    folder = posixpath.dirname(page.path) + "/"
    for path in tree.files:
        if path.startswith(folder) and path.endswith(SOURCES) and path not in listed:
            yield path


def check(tree):
    for page in tree.pages():
        for table in page.tables:
            column = _column(table)
            for row, count, what in _facts(tree, page, table):
                if not what and None not in (column, count) and row.cells[column] != f"{count:,}":
                    said = row.cells[column] or "nothing"
                    what = f"says {said}, not {count:,} lines: run make docs"
                if what:
                    yield Problem(page.path, row.line + 1, what)
        files = [table for table in page.tables if table.kind == "files"]
        for path in _unlisted(tree, page) if files else ():
            yield Problem(page.path, files[0].line + 1, f"no table lists {path}: add a row for it")


def write(tree):
    for page in tree.pages():
        lines = list(page.lines)
        for table in page.tables:
            column = _column(table)
            for row, count, _ in _facts(tree, page, table):
                if None not in (column, count):
                    lines[row.line] = _with_count(row, column, f"{count:,}")
        if lines != page.lines:
            tree.write(page.path, "\n".join(lines) + "\n")
