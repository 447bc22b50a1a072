"""Transcripts: files in expected/ with commands ("$ make step N=1.1") and their output. The check
runs the commands again and compares the output. The fence below "<!-- output: PATH -->" shows one."""

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, zip_longest

from . import terminal
from .listings import replace
from .tree import Problem

MARK = "\x1e"  # printed before the output of each command; no program prints it

TIMES = r"(?:ns|µs|us|ms|s|sec|seconds?|minutes?)"
SIZES = r"(?:bytes?|[KMGkm]i?B|B)"
MEASURES = (
    (re.compile(rf"\d[\d.,]*\s?{TIMES}\b"), "TIME"),
    (re.compile(rf"\d[\d.,]*\s?{SIZES}\b"), "SIZE"),
    (re.compile(r"\d[\d.,]*\s?(?:%|×|/s\b)"), "RATE"),
    (re.compile(r"(make(?:\[\d\])?: \*\*\*) \[.*\]"), r"\1"),
)
# The lines that make prints when it builds.
OF_MAKE = re.compile(r"  (?:compile|link|archive) +build/|make(?:\[\d\])?: Nothing to be done")
# On a busy machine LOOP_DEBUG reports any program.
HELD = re.compile(r"LOOP_DEBUG: .* held the loop for ")


def parse(text):
    """A list of [line of the command, command, its output's lines]."""
    parts = []
    for number, line in enumerate(text.splitlines()):
        if line.startswith("$ "):
            parts.append([number, line[2:], []])
        elif parts and parts[-1][1].endswith("\\"):
            parts[-1][1] += "\n" + line
        elif parts:
            parts[-1][2].append(line)
    return parts


def run(tree, path, seconds):
    """Runs the commands; returns the new transcript, or None if they did not end in time."""
    parts = parse(tree.text(path))
    script = "\n".join(f"printf '{MARK}'\n{command}" for _, command, _ in parts)
    said = terminal.run(script, tree.root, seconds)
    if said is None:
        return None
    lines = []
    left_out = (OF_MAKE,) if HELD.search(tree.text(path)) else (OF_MAKE, HELD)
    for (_, command, _), output in zip(parts, said.split(MARK)[1:]):
        lines += ("$ " + command).split("\n")
        lines += [
            line
            for line in output.splitlines()
            if not any(pattern.match(line) for pattern in left_out)
        ]
    return "\n".join(lines) + "\n"


def loosely(line):
    """A line without its measurements and without the blanks that align them."""
    for pattern, stands_for in MEASURES:
        line = pattern.sub(stands_for, line)
    return re.sub(r" +", " ", line).strip()


def first_difference(old, new):
    """The number of the first line that differs in more than its measurements, and both lines."""
    pairs = zip_longest(old.splitlines(), new.splitlines())
    for number, (was, is_now) in enumerate(pairs):
        if was is None or is_now is None or loosely(was) != loosely(is_now):
            return number, was, is_now
    return None


def transcripts(tree):
    return [path for path in tree.files if "/expected/" in path and path.endswith(".txt")]


def run_all(tree, seconds):
    """The new text for each path. A chapter's transcripts run in turn: they may share a port."""
    groups = [list(group) for _, group in groupby(transcripts(tree), lambda p: p.split("/")[0])]
    with ThreadPoolExecutor(max_workers=4) as pool:
        results = pool.map(
            lambda group: [(path, run(tree, path, seconds)) for path in group], groups
        )
        found = dict(pair for group in results for pair in group)
    # On a busy machine the order of lines may change: a transcript that differs runs again, alone.
    for path, now in found.items():
        if now is None or first_difference(tree.text(path), now):
            found[path] = run(tree, path, seconds)
    return found


def _shown(line):
    return "the end" if line is None else repr(line)


def _check_runs(tree, seconds):
    for path, now in run_all(tree, seconds).items():
        if now is None:
            what = f"did not end in {seconds} s: its commands have to end by themselves"
            yield Problem(path, 1, what)
            continue
        difference = first_difference(tree.text(path), now)
        if difference:
            line, was, is_now = difference
            yield Problem(path, line + 1, f"expected {_shown(was)}, got {_shown(is_now)}: "
                          "correct the program, or run make docs")


def _problem(tree, page, directive):
    if not tree.has(directive.target):
        return f"no file {directive.target}: write the commands there ($ ...), and run make docs"
    if not directive.fence:
        return "an output needs a fence (```console and ```) in the line below: make docs fills it"
    inside = page.lines[directive.fence.start + 1 : directive.fence.end]
    if inside != tree.text(directive.target).splitlines():
        return f"the output differs from {directive.target}: run make docs"
    return None


def check(tree, seconds):
    used = set()
    for page in tree.pages():
        for directive in page.directives:
            if directive.kind == "output":
                used.add(directive.target)
                problem = _problem(tree, page, directive)
                if problem:
                    yield Problem(page.path, directive.line + 1, problem)
    for path in transcripts(tree):
        if path not in used:
            yield Problem(path, 1, "no page shows this transcript: show it, or remove it")
    if seconds:
        yield from _check_runs(tree, seconds)


def write(tree, seconds):
    """Writes a transcript only if more than its measurements has changed."""
    for path, now in run_all(tree, seconds).items() if seconds else ():
        if now is not None and first_difference(tree.text(path), now):
            tree.write(path, now)
    for path in [page.path for page in tree.pages()]:
        page = tree.page(path)
        for directive in reversed(page.directives):
            if directive.kind == "output" and directive.fence and tree.has(directive.target):
                replace(tree, page, directive, [], tree.text(directive.target).splitlines())
