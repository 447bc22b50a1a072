"""docs/cheat-sheet.md and its translation: the calls of the library in a few tables, made from the
headers. A call waits if it calls a function that waits; its results are those that its comment names."""

import re

from . import api, headers, translations
from .markdown import anchor_of
from .tree import Problem

PAGES = {"": "docs/cheat-sheet.md", "pt": "docs/cheat-sheet.pt-BR.md"}
HEADERS = ("loop", "task", "stream", "queue", "executor")
MORE = "04-chat-server/websocket/websocket.h"
WORDS = {
    "": {
        "title": "Cheat sheet",
        "about": "Each call of the loop, tasks, streams, queues, the executor and WebSocket: whether it waits, so that\n"
        "other tasks run meanwhile; what it returns; and the call that ends the life of the thing it began or handed\n"
        "out. Every error is a negative number, which `uv_strerror` turns into text. If a call waits, return its error.\n"
        "Each call is a link to its description. A call without an entry in the last column begins nothing that you\n"
        "have to end. [One page](api.md) describes the other headers, too.",
        "header": "| call | waits | returns | ended by |", "yes": "yes", "size": "a size",
        "text": "text", "number": "a number", "pointer": "a pointer", "result": "a result",
        "error": "`0` or an error", "either": "a result or an error", "lent": "the next read",
        "more": "or another error",
    },
    "pt": {
        "title": "Resumo das chamadas",
        "about": "Cada chamada do loop, das tarefas, dos streams, das filas, do executor e do WebSocket: se ela espera, de\n"
        "modo que outras tarefas rodam enquanto isso; o que ela retorna; e a chamada que acaba com o que ela começou ou\n"
        "entregou. Todo erro é um número negativo, que `uv_strerror` transforma em texto. Se uma chamada espera, retorne\n"
        "o erro dela. Cada uma leva à sua descrição, em inglês. Uma chamada sem nada na última coluna não começa nada que\n"
        "você tenha de acabar. [Uma página](api.md), também em inglês, descreve os outros cabeçalhos também.",
        "header": "| chamada | espera | retorna | encerrada por |", "yes": "sim", "size": "um tamanho",
        "text": "um texto", "number": "um número", "pointer": "um ponteiro", "result": "um resultado",
        "error": "`0` ou um erro", "either": "um resultado ou um erro", "lent": "a próxima leitura",
        "more": "ou outro erro",
    },
}
MARK = "<!-- make docs makes this page from the headers: change the headers. -->"
# What waits, waits here: a function waits if it calls one of these, or a function that does.
WAIT = {"task_wait", "coroutine_suspend"}
SOURCES = re.compile(r"(?:common|04-chat-server/websocket)/[\w/]+\.c")
DEFINITION = re.compile(
    r"^(?:__attribute__\(\(\w+\)\) )?\w[\w *]*?\b(\w+)\([^;{}]*\)\n\{\n(.*?)^\}", re.DOTALL | re.MULTILINE)
BEGINNINGS = {
    "init": "", "open": "", "opened": "", "connect": "", "enter": "", "start": "", "listen": "_server"}
VARIANTS = ("", "_for", "_until", "_shielded")
ENDS = ("free", "close", "closed", "leave", "stop")
SEE = re.compile(r"Errors as in|Does the same|Do the same")


def _waiting(tree):
    """The names of the functions that wait."""
    calls = {}
    for path in tree.files:
        if SOURCES.fullmatch(path):
            for name, body in DEFINITION.findall(tree.text(path)):
                calls.setdefault(name, set()).update(re.findall(r"\b(\w+)\(", body))
    found = set(WAIT)
    while more := {name for name in calls if name not in found and calls[name] & found}:
        found |= more
    return found


def _functions(path, tree):
    """(name, prototype, comment) for each function of the header, with the comment of the one
    before where it refers to that."""
    found, last = [], ""
    for piece in headers.pieces(tree.text(path)):
        if piece.kind == "item":
            own = piece.comment
            comment = own + " " + last if SEE.search(own) and "Returns" not in own else own
            for name in headers.names(piece):
                prototype = re.search(rf"^.*\b{name}\([^;]*", piece.code, re.MULTILINE)
                if prototype and not prototype[0].startswith("#"):
                    found.append((name, prototype[0], comment))
            last = comment
    return found


def _returns(prototype, comment, words):
    kind = re.sub(r"const ", "", prototype[: prototype.index("(")].rsplit(None, 1)[0])
    if "*" in prototype.partition("(")[0]:
        return words["text"] if kind.startswith("char") else words["pointer"]
    if kind != "int" and kind != "ssize_t":
        return {"void": "", "bool": "`true`, `false`"}.get(
            kind, f"`{kind}`" if kind.startswith("struct") else words["number"])
    said = " ".join(re.findall(r"Returns\b[^.]*(?:\.\.\.)?[^.]*", comment))
    codes = list(dict.fromkeys(re.findall(r"\bUV_[A-Z]+\b|(?<![\w.])0(?![\w.])", said)))
    if kind == "ssize_t":
        codes = [words["size"], *codes]
    elif codes in ([], ["0"]):
        is_result = said and not codes and not re.search(r"(?<![\w.])0(?![\w.])", comment)
        return words["number" if ", or 0." in comment else "either" if is_result else "error"]
    elif "0" not in codes:
        codes = [words["result"], *codes]
    if re.search(r"\.\.\.|failure|\berror\b", said):
        codes.append(words["more"])
    return ", ".join(f"`{code}`" if re.match("UV_|0", code) else code for code in codes)


def _ended_by(name, prototype, comment, names, words):
    if re.search(r"caller frees (?:it|them)(?! with)", comment):
        return "`free`"
    if passed := re.search(r"caller\s+passes it to (\w+), or\s+closes it with (\w+)", comment):
        return f"`{passed[1]}` or `{passed[2]}`"
    if prototype.startswith("ssize_t") and "char **" in prototype:
        return words["lent"]
    for beginning, infix in BEGINNINGS.items():
        prefix, found, rest = name.rpartition(f"_{beginning}")
        ends = [f"{prefix}{infix}_{end}" for end in ENDS if f"{prefix}{infix}_{end}" in names]
        if found and rest in VARIANTS and ends:
            return f"`{ends[0]}`"
    return ""


def _table(path, tree, language, waiting):
    words, functions = WORDS[language], _functions(path, tree)
    names = {name for name, _, _ in functions}
    titles = {name: anchor_of(api.item_title(piece)) for piece in headers.pieces(tree.text(path))
              if piece.kind == "item" for name in headers.names(piece)}
    yield f"\n## {path.rpartition('/')[2]}\n\n{words['header']}\n| --- | --- | --- | --- |"
    for name, prototype, comment in functions:
        cells = (f"[`{name}`](api.md#{titles[name]})", words["yes"] if name in waiting else "",
                 _returns(prototype, comment, words), _ended_by(name, prototype, comment, names, words))
        yield f"| {' | '.join(cells)} |"


def _paths(tree):
    paths = [f"common/{name}.h" for name in HEADERS] + [MORE]
    return [path for path in paths if tree.has(path)]


def made(tree, language):
    words, waiting = WORDS[language], _waiting(tree)
    lines = [f"# {words['title']}\n\n{MARK}\n\n{words['about']}"]
    for path in _paths(tree):
        lines += _table(path, tree, language, waiting)
    return "\n".join(lines) + "\n"


def write(tree):
    if not _paths(tree):
        return
    for language, path in PAGES.items():
        tree.write(path, made(tree, language))
    translations.set_marks(tree, PAGES["pt"])


def check(tree):
    for language, path in PAGES.items() if _paths(tree) else ():
        was = re.sub(r"\n<!-- en: \w+ -->", "", tree.text(path)) if tree.has(path) else ""
        if was.split() != made(tree, language).split():
            yield Problem(path, 1, "the headers have changed: run make docs")
