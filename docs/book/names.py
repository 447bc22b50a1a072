"""What pages name in commands and in code: make's targets and variables, programs and their options,
functions of the library. All of them exist."""

import posixpath
import re

from .tree import Problem

CHAPTER = re.compile(r"\d\d-[\w-]+")
OPTION_OF_OURS = re.compile(r"\{\s*\"([a-z-]+)\", OPTION_")
TARGET = re.compile(r"^([a-z][\w.-]*(?: [a-z][\w.-]*)*):(?!=)", re.MULTILINE)
COMMAND_END = re.compile(r"\s*(?:&&|\|\||[;|&()]|\s#|^#)\s*")
PROGRAM = re.compile(r"(?:\./|\d\d-[\w-]+/)[\w/.-]*[\w-]")
SHELLS = ("sh", "bash", "console", "")


class Names:
    """What there is in the tree."""

    def __init__(self, tree):
        self.tree = tree
        makefiles = [
            tree.text(path)
            for path in tree.files
            if path.endswith(".mk") or posixpath.basename(path) == "Makefile"
        ]
        self.make = "\n".join(makefiles)
        self.targets = {word for match in TARGET.finditer(self.make) for word in match[1].split()}
        self.options = {}
        self.words = set()
        for path in tree.files:
            if path.endswith((".c", ".h")):
                text = tree.text(path)
                self.words.update(re.findall(r"[a-z]\w*_\w+", text))
                self.options.setdefault(path, {"help", *OPTION_OF_OURS.findall(text)})
        modules = [posixpath.basename(path)[:-2] for path in tree.files
                   if re.match(r"common/\w+\.h$", path)]
        self.function = re.compile(rf"((?:{'|'.join(modules or ['none'])}|websocket)_[a-z_]+)(?:\(.*)?$")

    def makes(self, word):
        """Whether make can be asked for it: a target, or a program by its path."""
        return word in self.targets or ("/" in word and self.tree.has(word + ".c"))

    def options_of_chapter(self, page):
        chapter = CHAPTER.match(page.path)
        where = chapter[0] + "/" if chapter else ""
        return {
            name for path, names in self.options.items() if path.startswith(where) for name in names
        }


def _make_problem(names, words):
    words = iter(words)
    for word in words:
        if word in ("-C", "-f"):
            next(words, None)
        elif "=" in word:
            variable = word.split("=")[0]
            if not re.search(rf"\b{re.escape(variable)}\b", names.make):
                return f"make knows no variable {variable}: make help lists what there is"
        elif re.fullmatch(r"[a-z][\w./-]*", word) and not names.makes(word):
            return f"make has no target {word}: make help lists what there is"
    return None


def _program_problem(names, page, program, words):
    directory = posixpath.dirname(page.path)
    if program.startswith("./"):
        directory = CHAPTER.match(page.path)[0] if CHAPTER.match(page.path) else directory
        path = posixpath.normpath(posixpath.join(directory, program))
    else:
        path = program
    source = path + ".c"
    if not names.tree.has(source):
        return None if names.tree.has(path) else f"no program {path}: there is no {source}"
    for word in words:
        option = re.match(r"--([a-z][a-z-]*)", word)
        if option and option[1] not in names.options[source]:
            return f"{path} has no option --{option[1]}: {path} --help lists them"
    return None


def command_problem(names, page, command):
    """What is wrong with one line of a shell, or None."""
    # What stands in quotes is one word, for somebody else to read.
    command = re.sub(r"'[^']*'|\"[^\"]*\"", "QUOTED", command)
    for part in COMMAND_END.split(command.split(" #")[0]):
        words = part.split()
        while words and (re.match(r"[A-Z_]+=", words[0]) or words[0] in ("env", "timeout", "time")):
            words.pop(0)
        if words and words[0] == "make":
            problem = _make_problem(names, words[1:])
        elif words and PROGRAM.fullmatch(words[0]):
            problem = _program_problem(names, page, words[0], words[1:])
        else:
            problem = None
        if problem:
            return problem
    return None


def _commands(page):
    """The lines of the page that are typed, with their numbers."""
    generated = {directive.fence for directive in page.directives if directive.kind == "listing"}
    for fence in page.fences:
        if fence.language not in SHELLS or fence in generated:
            continue
        for number in range(fence.start + 1, fence.end):
            line = page.lines[number]
            if line.startswith("$ "):
                yield number, line[2:]
            elif fence.language in ("sh", "bash"):
                yield number, line


def _code_problem(names, page, text):
    option = re.match(r"--([a-z][a-z-]*)", text)
    if option and option[1] not in names.options_of_chapter(page):
        return f"no program here has an option --{option[1]}: name it with the command it belongs to"
    function = names.function.match(text)
    if function and not function[1].endswith("_") and function[1] not in names.words:
        return f"no source has {function[1]}: it may have another name now"
    return command_problem(names, page, text)


def check(tree):
    names = Names(tree)
    for page in tree.pages():
        for number, command in _commands(page):
            problem = command_problem(names, page, command)
            if problem:
                yield Problem(page.path, number + 1, problem)
        for code in page.codes():
            problem = _code_problem(names, page, code.text)
            if problem:
                yield Problem(page.path, code.line + 1, problem)
