"""Reads one of our C headers: the comment about the header, its parts, and its declarations with
the comment above each."""

import re
from collections import namedtuple

# kind: "intro", "part" (a comment that stands alone) or "item" (declarations, with their comment).
Piece = namedtuple("Piece", "kind comment code")

NAME = re.compile(
    r"^#define (\w+)|^(?:struct|enum) (\w+) \{|(\w+)\((?!\()", re.MULTILINE
)
# Calls of Python in a comment.
PYTHON = re.compile(
    r"asyncio\.(?!h\b)\w[\w.]*\w(?:\(0\))?"
    r"|(?:loop|task|future|writer|reader|TaskGroup|websockets|shlex)\.(?![ch]\b)\w+"
    r"|await \w+(?:\.\w+)*|run_forever|serve_forever|\bcreate_connection|wait_closed"
    r"|get_extra_info\(\"\w+\"\)|async with asyncio\.\w+|(?<=\()(?:recv|send)(?=\))"
)


def _comment_text(lines):
    """The text of a comment without its stars."""
    text = "\n".join(re.sub(r"^ \*(?: |$)", "", line) for line in lines)
    return text.removeprefix("/*").removesuffix("*/").strip()


def _take_comment(lines):
    taken = [lines.pop(0)]
    while "*/" not in taken[-1]:
        taken.append(lines.pop(0))
    return taken


def _take_macro(lines):
    taken = [lines.pop(0)]
    while taken[-1].endswith("\\"):
        taken.append(lines.pop(0))
    return taken


def _take_declaration(lines):
    """Takes the lines up to the semicolon or the brace that ends the declaration."""
    taken, depth = [], 0
    while lines:
        line = lines.pop(0)
        taken.append(line)
        code = re.sub(r"/\*.*?\*/", "", line).rstrip()
        depth += code.count("{") - code.count("}")
        if depth == 0 and code.endswith((";", "}")):
            break
    return taken


def _prototype(lines):
    """A function without its body."""
    text = "\n".join(lines)
    return re.sub(r"\n\{\n.*\n\}$", ";", text, flags=re.DOTALL)


def pieces(text):
    lines = text.splitlines()
    found = [Piece("intro", _comment_text(_take_comment(lines)), "")]
    comment, fresh = "", True
    while lines:
        line = lines[0]
        if line.startswith("/*"):
            part = line == "/*"
            comment, fresh = _comment_text(_take_comment(lines)), True
            if part:
                found.append(Piece("part", comment, ""))
                comment = ""
        elif not line or line.startswith(("#pragma", "#include", "__")):
            lines.pop(0)
            comment, fresh = "", True
        else:
            take = _take_macro if line.startswith("#") else _take_declaration
            code = _prototype(take(lines))
            if fresh or not found:
                found.append(Piece("item", comment, code))
            else:
                found[-1] = found[-1]._replace(code=found[-1].code + "\n" + code)
            fresh = False
    return [piece for piece in found if piece.kind != "item" or names(piece)]


def names(piece):
    """The names that the declarations declare; a forward declaration of a struct has none."""
    code = re.sub(r"/\*.*?\*/", "", piece.code, flags=re.DOTALL)
    if piece.code.lstrip().startswith(("struct ", "enum ")) and "{" in code:
        # The members of a struct or an enum are no declarations.
        code = re.sub(r"(?<=\{).*?^\}", "", code, flags=re.DOTALL | re.MULTILINE)
    code = re.sub(r"__attribute__\(\(.*?\)\)\)?", "", code)
    found = []
    for match in NAME.finditer(code):
        kind = "enum" if code.startswith("enum") else "struct"
        name = match[1] or match[3] or f"{kind} {match[2]}"
        if match[3] and re.search(rf"\(\*?{name}\($|\(\*{name}", code):
            continue
        if name not in found:
            found.append(name)
    return found


def python_calls(piece):
    """The calls of Python that the comments of an item name."""
    trailing = " ".join(re.findall(r"/\*(.*?)\*/", piece.code)) if "{" not in piece.code else ""
    found = PYTHON.findall(piece.comment.replace("\n", " ") + " " + trailing)
    return list(dict.fromkeys(found))
