"""Checks that the names in a page's commands and code exist: make's targets and variables, programs
and their options, functions of the library."""

import posixpath
import re

from .tree import Problem

CHAPTER = re.compile(r"\d\d-[\w-]+")
OPTION_OF_OURS = re.compile(r"\{\s*\"([a-z-]+)\", OPTION_")
TARGET = re.compile(r"^([a-z][\w.-]*(?: [a-z][\w.-]*)*):(?!=)", re.MULTILINE)
COMMAND_END = re.compile(r"\s*(?:&&|\|\||[;|&()]|\s#|^#)\s*")
PROGRAM = re.compile(r"(?:\./|\d\d-[\w-]+/)[\w/.-]*[\w-]")
PREFIXES = ("env", "timeout", "time")
SHELLS = ("sh", "bash", "console", "")
# What a shell has, and what a system has that has make.
OF_SYSTEM = ("cd", "echo", "export", "grep", "kill", "printf", "ulimit")
PACKAGES = "tests/setup/packages.sh"


class Names:
    """The names that exist in the tree."""

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
        packages = tree.text(PACKAGES) if tree.has(PACKAGES) else None
        # Of each line of the table, the name, and the command that finds it.
        self.commands = packages and {
            *OF_SYSTEM, "make", *re.findall(r"^\w+ +([\w-]+) ", packages, re.MULTILINE),
            *re.findall(r" command:([\w-]+) ", packages)}
        for path in tree.files:
            if path.endswith((".c", ".h")):
                text = tree.text(path)
                self.words.update(re.findall(r"[a-z]\w*_\w+", text))
                self.options.setdefault(path, {"help", *OPTION_OF_OURS.findall(text)})
        modules = [posixpath.basename(path)[:-2] for path in tree.files
                   if re.match(r"common/\w+\.h$", path)]
        prefixes = "|".join([*modules, "websocket"])
        self.function = re.compile(rf"((?:{prefixes})_[a-z_]+)(?:\(.*)?$")

    def makes(self, word):
        """Whether the word is a target of make, or the path of a program."""
        return word in self.targets or ("/" in word and self.tree.has(word + ".c"))

    def options_of_chapter(self, page):
        chapter = CHAPTER.match(page.path)
        where = chapter[0] + "/" if chapter else ""
        return {
            name for path, names in self.options.items() if path.startswith(where) for name in names
        }


def _after_duration(words):
    """The words after the duration of timeout: of "-s INT 5 program", program."""
    ends = (place for place, word in enumerate(words, 1) if re.fullmatch(r"[\d.]+[smh]?", word))
    return words[next(ends, len(words)):]


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


def _program_problem(names, path, words):
    source = path + ".c"
    if not names.tree.has(source):
        return None if names.tree.has(path) else f"no program {path}: there is no {source}"
    for word in words:
        option = re.match(r"--([a-z][a-z-]*)", word)
        if option and option[1] not in names.options[source]:
            return f"{path} has no option --{option[1]}: {path} --help lists them"
    return None


class Shell:
    """Follows the commands of a page, line after line, from the page's chapter or from the root."""

    def __init__(self, names, page):
        self.names = names
        chapter = CHAPTER.match(page.path)
        self.directory = chapter[0] if chapter else "."

    def problem(self, line):
        """A sentence about what is wrong with the line, or None."""
        problem = self._handed_on_problem(line)
        if problem:
            return problem
        # A quoted text is one word, whose content is not checked.
        line = re.sub(r"'[^']*'|\"[^\"]*\"", "QUOTED", line)
        for part in COMMAND_END.split(line.split(" #")[0]):
            words = part.split()
            while words and (re.match(r"[A-Z_]+=", words[0]) or words[0] in PREFIXES):
                if words.pop(0) == "timeout":
                    words = _after_duration(words)
            problem = self._command_problem(words) if words else None
            if problem:
                return problem
        return None

    def missing(self, line):
        """A sentence about a command that make deps does not bring, or None."""
        line = re.sub(r"'[^']*'|\"[^\"]*\"", "QUOTED", line)
        for part in COMMAND_END.split(line.split(" #")[0]) if self.names.commands else ():
            words = [word for word in part.split() if not re.match(r"[A-Z_]+=", word)]
            if words and re.fullmatch(r"[a-z][\w-]*", words[0]) and words[0] not in self.names.commands:
                return f"make deps does not bring {words[0]}: give it a line in {PACKAGES}"
        return None

    def _handed_on_problem(self, line):
        """Checks the options in ARGS, which make hands to a program."""
        for handed_on in re.findall(r"\bARGS=(?:\"([^\"]*)\"|(\S+))", line):
            for option in re.findall(r"--([a-z][a-z-]*)", " ".join(handed_on)):
                if not any(option in options for options in self.names.options.values()):
                    return f"no program has an option --{option}, which ARGS hands on"
        return None

    def _command_problem(self, words):
        if words[0] == "make":
            return _make_problem(self.names, words[1:])
        if words[0] == "cd" and len(words) == 2:
            start = "." if CHAPTER.match(words[1]) else self.directory
            self.directory = posixpath.normpath(posixpath.join(start, words[1]))
        elif PROGRAM.fullmatch(words[0]):
            start = self.directory if words[0].startswith("./") else "."
            path = posixpath.normpath(posixpath.join(start, words[0]))
            return _program_problem(self.names, path, words[1:])
        return None


def _typed(page):
    """For each fence of commands the lines that the reader types, with their numbers."""
    generated = {directive.fence for directive in page.directives if directive.kind == "listing"}
    for fence in page.fences:
        if fence.language in SHELLS and fence not in generated:
            lines = list(enumerate(page.lines))[fence.start + 1 : fence.end]
            if fence.language in ("sh", "bash"):
                yield lines
            else:
                yield [(number, line[2:]) for number, line in lines if line.startswith("$ ")]


def _code_problem(names, page, text):
    option = re.match(r"--([a-z][a-z-]*)", text)
    if option and option[1] not in names.options_of_chapter(page):
        return f"no program here has an option --{option[1]}: name it with its command"
    function = names.function.match(text)
    if function and not function[1].endswith("_") and function[1] not in names.words:
        return f"no source has {function[1]}: look for its new name"
    return Shell(names, page).problem(text)


def check(tree):
    names = Names(tree)
    for page in tree.pages():
        for lines in _typed(page):
            shell = Shell(names, page)
            for number, line in lines:
                problem = shell.problem(line)
                if not problem and CHAPTER.match(page.path):
                    problem = shell.missing(line)
                if problem:
                    yield Problem(page.path, number + 1, problem)
        for code in page.codes():
            problem = _code_problem(names, page, code.text)
            if problem:
                yield Problem(page.path, code.line + 1, problem)
