"""The parts of Markdown that the book uses: headings, fences, links, inline code, our comments."""

import re
from collections import namedtuple

# Lines are counted from 0 here. The text of a fence is lines[start + 1 : end].
Heading = namedtuple("Heading", "line level text anchor")
Fence = namedtuple("Fence", "start end language")
# A comment "<!-- listing: PATH#REGION -->" or "<!-- output: PATH -->", and the fence below
# it, or None.
Directive = namedtuple("Directive", "line kind target fence")
# A comment "<!-- files -->" or "<!-- methods -->" and the table below it: the cells of the header,
# and the rows without the line of dashes.
Table = namedtuple("Table", "line kind header rows")
Row = namedtuple("Row", "line cells")
Link = namedtuple("Link", "line target is_picture")
Code = namedtuple("Code", "line text")

DIRECTIVE = re.compile(r"<!-- (listing|output): (\S+) -->$")
TABLE = re.compile(r"<!-- (files|methods) -->$")
NEARLY = re.compile(r"\s*<!--\s*(?:listing|output|files|methods)\b")
HEADING = re.compile(r"(#{1,6}) +(.*?)[ #]*$")
INLINE_CODE = re.compile(r"(`+)(.+?)\1")
# The end of a link: its text may begin in the line before.
LINK = re.compile(r"\]\(([^()\s]+)[^()]*\)")
REFERENCE = re.compile(r" {0,3}\[[^\]^][^\]]*\]: +(\S+)")
PICTURE_BEFORE = re.compile(r"!\[[^\[\]]*$")
HTML_LINK = re.compile(r"<(img|a|source)\b[^>]*?\b(?:src|srcset|href)=\"([^\"]+)\"")


def anchor_of(text):
    """The anchor that GitHub gives to a heading."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


class Page:
    def __init__(self, path, text):
        self.path = path
        self.lines = text.splitlines()
        self.mistakes = []  # lines with Markdown that has no effect, each with a reason
        self.fences = list(self._fences())
        self._in_fence = {
            line for fence in self.fences for line in range(fence.start, fence.end + 1)
        }
        self.headings = list(self._headings())
        self.directives = list(self._directives())
        self.tables = list(self._tables())

    def _fences(self):
        start = None
        for number, line in enumerate(self.lines):
            if not line.lstrip().startswith("```"):
                continue
            if start is None:
                start = number
            else:
                yield Fence(start, number, self.lines[start].lstrip().strip("`").split(" ")[0])
                start = None
        if start is not None:
            self.mistakes.append((start, "a fence that does not end: add a line with ```"))

    def prose(self):
        """The lines outside fences, with their numbers."""
        for number, line in enumerate(self.lines):
            if number not in self._in_fence:
                yield number, line

    def _headings(self):
        seen = {}
        for number, line in self.prose():
            match = HEADING.match(line)
            if match:
                anchor = anchor_of(match[2])
                count = seen[anchor] = seen.get(anchor, -1) + 1
                yield Heading(
                    number, len(match[1]), match[2], f"{anchor}-{count}" if count else anchor
                )

    def _directives(self):
        starts = {fence.start: fence for fence in self.fences}
        for number, line in self.prose():
            match = DIRECTIVE.match(line)
            if NEARLY.match(line) and not match and not TABLE.match(line):
                self.mistakes.append((number, "this comment has no effect: "
                                      "<!-- output: PATH --> has to stand alone, at the margin"))
            if match:
                # The line that links to the file may stand between the two (listings.py).
                fence = starts.get(number + 1) or starts.get(number + 2)
                yield Directive(number, match[1], match[2], fence)

    def _tables(self):
        for number, line in self.prose():
            match = TABLE.match(line)
            if not match:
                continue
            rows = []
            for below in range(number + 1, len(self.lines)):
                if not self.lines[below].startswith("|"):
                    break
                cells = [cell.strip() for cell in self.lines[below].strip().strip("|").split("|")]
                missing = len(rows[0].cells) - len(cells) if rows else 0
                rows.append(Row(below, cells + [""] * missing))
            if len(rows) > 2:
                yield Table(number, match[1], rows[0].cells, rows[2:])
            else:
                self.mistakes.append((number, "no table in the line below: write one"))

    def links(self):
        for number, line in self.prose():
            line = INLINE_CODE.sub(lambda code: re.sub(r"[\[\]()<>]", " ", code[0]), line)
            for match in LINK.finditer(line):
                before = line[: match.start()]
                yield Link(number, match[1], bool(PICTURE_BEFORE.search(before)))
            if match := REFERENCE.match(line):
                yield Link(number, match[1], False)
            for match in HTML_LINK.finditer(line):
                yield Link(number, match[2], match[1] != "a")

    def codes(self):
        for number, line in self.prose():
            for match in INLINE_CODE.finditer(line):
                yield Code(number, match[2].strip())
