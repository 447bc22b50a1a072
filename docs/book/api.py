"""docs/api.md: the library's interface, made from its headers."""

import re
import textwrap
from itertools import groupby

from . import headers
from .markdown import anchor_of
from .tree import Problem

PATH = "docs/api.md"
FIRST = ("loop", "task", "stream", "executor", "coroutine", "trace")
WEBSOCKET = ("04-chat-server/websocket/websocket.h", "04-chat-server/websocket/room.h")

INTRODUCTION = """# The library, call by call

<!-- make docs makes this page from the headers: change the headers. -->

The headers of `common/`, and those of chapter 4's WebSocket, on one page. Every call
that can fail or wait returns 0 or a count, or a negative libuv error, which `uv_strerror` and
`tr_error` turn into text.
"""

CODE = re.compile(
    r"`[^`]*`|\b[A-Z]+_[A-Z]+=\d+|"
    rf"(?:{headers.PYTHON.pattern})(?:\(\w*\))?|"
    r"(?<![\w*])\*?(?:[A-Za-z]\w*(?:->|\.))*[A-Za-z]*\w*_\w+(?:\(\w*\))?"
    r"|\*\w+|\w+->\w+|\b\w+\(\w*\)"
)


def paths(tree):
    found = [path for path in tree.files if re.fullmatch(r"common/\w+\.h", path)]
    rank = {f"common/{name}.h": number for number, name in enumerate(FIRST)}
    found.sort(key=lambda path: (rank.get(path, len(rank)), path))
    return found + [path for path in WEBSOCKET if tree.has(path)]


def _prose(text):
    """Sets names as code, and escapes the signs of Markdown."""

    def escape(words):
        return re.sub(r"([\\*<\[\]])", r"\\\1", words)

    parts, end = [], 0
    for match in CODE.finditer(text):
        parts += [escape(text[end : match.start()]), f"`{match[0].strip('`')}`"]
        end = match.end()
    return "".join(parts) + escape(text[end:])


def _paragraphs(comment):
    """A comment as Markdown: its indented paragraphs are code."""
    for is_code, group in groupby(comment.split("\n\n"), lambda text: text.startswith("    ")):
        if is_code:
            code = "\n\n".join(textwrap.dedent(text) for text in group)
            yield f"```{'c' if ';' in code else 'text'}\n{code}\n```"
        else:
            yield from map(_prose, group)


def markdown_of(comment):
    return "\n\n".join(_paragraphs(comment))


def _part_title(comment):
    return re.split(r" ?[.:,(]", comment, maxsplit=1)[0].replace("\n", " ")


def item_title(piece):
    return ", ".join(f"`{name}`" for name in headers.names(piece))


def _piece(piece, level):
    if piece.kind == "part":
        title = _part_title(piece.comment)
        said = markdown_of(piece.comment.removeprefix(title).lstrip(".\n "))
        if piece.comment.removeprefix(title)[:1] not in ("", "."):
            said = markdown_of(piece.comment)  # the title is the beginning of its sentence
        return f"### {title}\n" + (f"\n{said}\n" if said else "")
    said = markdown_of(piece.comment)
    declaration = f"{level} {item_title(piece)}\n\n```c\n{piece.code}\n```\n"
    return declaration + (f"\n{said}\n" if said else "")


def _answers(pieces):
    """Rows: calls of Python, and the items that stand for them. An item that names no call of
    Python has those of its part or its header."""
    about = headers.python_calls(pieces[0]) if len(pieces) == 2 else []
    for piece in pieces[1:]:
        if piece.kind == "part":
            about = headers.python_calls(piece)
            continue
        calls = headers.python_calls(piece) or about
        if calls:
            names = ", ".join(
                f"[`{name}`](#{anchor_of(item_title(piece))})" for name in headers.names(piece)
            )
            yield f"| {', '.join(f'`{call}`' for call in calls)} | {names} |"


def _header(path, pieces):
    rows = list(_answers(pieces))
    table = "\n".join(["| Python | here |", "| --- | --- |", *rows]) + "\n\n" if rows else ""
    level = "####" if any(piece.kind == "part" for piece in pieces) else "###"
    body = "\n".join(_piece(piece, level) for piece in pieces[1:])
    return (f"## {path.rpartition('/')[2]}\n\n[`{path}`](../{path})\n\n"
            f"{markdown_of(pieces[0].comment)}\n\n{table}{body}").rstrip() + "\n"


def _contents(path, pieces):
    name = path.rpartition("/")[2]
    links = [
        f"[`{declared}`](#{anchor_of(item_title(piece))})"
        for piece in pieces
        if piece.kind == "item"
        for declared in headers.names(piece)
    ]
    return f"- [{name}](#{anchor_of(name)})" + (f": {', '.join(links)}" if links else "")


def made(tree):
    parts = [(path, headers.pieces(tree.text(path))) for path in paths(tree)]
    contents = "\n".join(_contents(path, pieces) for path, pieces in parts)
    return "\n".join([INTRODUCTION, contents, ""]
                     + [_header(path, pieces) for path, pieces in parts])


def write(tree):
    if paths(tree):
        tree.write(PATH, made(tree))


def check(tree):
    if not paths(tree):
        return
    was = tree.text(PATH).splitlines() if tree.has(PATH) else []
    now = made(tree).splitlines()
    if was != now:
        line = next((number for number, pair in enumerate(zip(was, now)) if pair[0] != pair[1]),
                    min(len(was), len(now)))
        yield Problem(PATH, line + 1, "the headers have changed: run make docs")
