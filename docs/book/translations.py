"""README.pt-BR.md has the sections of README.md, each with a hash of the English section that it
translates: "<!-- en: 0123abcd -->" below its heading. Listings, outputs and counted lines are not
in the hash."""

import hashlib
import re
from collections import namedtuple
from itertools import zip_longest

from . import tables
from .tree import Problem

PORTUGUESE = ".pt-BR.md"
MARK = re.compile(r"<!-- en:\s*(\w*)\s*-->$")
LESSONS = re.compile(r"\d\d-[\w-]+/(?:README|exercises/[\w-]+/(?:README|hint|solution))\.md$")

# start is the line of the heading, mark the line of the hash; shown are the listings and outputs.
Section = namedtuple("Section", "start level title hash shown mark marked")


def _hash(page, start, end):
    generated = set()
    for directive in page.directives:
        if directive.fence:
            generated.update(range(directive.line + 1, directive.fence.end + 1))
    all_lines = tables.without_counts(page)
    lines = [all_lines[number].rstrip() for number in range(start, end) if number not in generated]
    text = "\n".join(line for line in lines if line)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _mark(page, start, end):
    """The number and the hash of the mark, if it is the first line of text below the heading."""
    for number in range(start + 1, end):
        match = MARK.match(page.lines[number].strip())
        if match:
            return number, match[1]
        if page.lines[number].strip():
            break
    return None, ""


def sections(page):
    ends = [heading.line for heading in page.headings[1:]] + [len(page.lines)]
    for heading, end in zip(page.headings, ends):
        shown = [
            directive.target
            for directive in page.directives
            if heading.line < directive.line < end
        ]
        mark, marked = _mark(page, heading.line, end)
        yield Section(heading.line, heading.level, heading.text, _hash(page, heading.line, end),
                      shown, mark, marked)


def english_of(path):
    return path[: -len(PORTUGUESE)] + ".md"


def _pairs(tree, path):
    return zip_longest(sections(tree.page(english_of(path))), sections(tree.page(path)))


def _difference(path, english, ours):
    """A line and a sentence about what is wrong with the section, or None."""
    name = english_of(path)
    if english is None:
        return ours.start, f"{name} has no section for this one"
    if ours is None:
        return None, f"the section \"{english.title}\" of {name} is missing here"
    if english.level != ours.level:
        return ours.start, (f"here {name} has \"{english.title}\", of another level: "
                            "same sections, same order")
    if english.shown != ours.shown:
        return ours.start, (f"shows {', '.join(ours.shown) or 'nothing'}; "
                            f"{name} shows {', '.join(english.shown) or 'nothing'}")
    if ours.marked != english.hash:
        what = "has no mark here"
        if ours.marked:
            what = "has changed since this was translated"
        return ours.start, (f"\"{english.title}\" of {name} {what}: compare, "
                            f"then run python3 docs/book.py translated {path}")
    return None


def _check_page(tree, path):
    for english, ours in _pairs(tree, path):
        difference = _difference(path, english, ours)
        if difference:
            line, what = difference
            yield Problem(path, len(tree.page(path).lines) if line is None else line + 1, what)
            if english is None or ours is None or english.level != ours.level:
                return  # the next sections would be compared with the wrong ones


def check(tree):
    for path in tree.files:
        if path.endswith(PORTUGUESE):
            if not tree.has(english_of(path)):
                yield Problem(path, 1, f"translates {english_of(path)}, which is not there")
            else:
                yield from _check_page(tree, path)
        elif LESSONS.match(path) and not tree.has(path[:-3] + PORTUGUESE):
            yield Problem(path, 1, f"has no translation: write {path[:-3] + PORTUGUESE}")


def set_marks(tree, path):
    """Marks each section as a translation of today's English. Returns the problems that remain."""
    page = tree.page(path)
    lines = list(page.lines)
    for english, ours in reversed(list(_pairs(tree, path))):
        if not english or not ours:
            continue
        mark = f"<!-- en: {english.hash} -->"
        if ours.mark is None:
            lines[ours.start + 1 : ours.start + 1] = ["", mark]
        else:
            lines[ours.mark] = mark
    tree.write(path, "\n".join(lines) + "\n")
    return list(_check_page(tree, path))
