"""Listings: the fence below "<!-- listing: PATH#REGION -->" shows that region of the file, and the
line between the two links to the file."""

import posixpath
import re

from .regions import Regions, regions_of, without_marks
from .tree import Problem


def wanted(tree, target):
    """The lines that a listing should have, or a string with the reason why there are none."""
    path, _, region = target.partition("#")
    if not tree.has(path):
        return f"no file {path}: give the path from the root of the repository"
    regions = Regions(path, tree.text(path))
    text = regions.text(region) if region else "\n".join(without_marks(regions.lines)).strip("\n")
    if text is None:
        return f"no region {region} in {path}: mark it there with #region {region}"
    return [line for line in text.split("\n") if not FOR_DEBUGGERS.match(line)]


# Assembly has such a line after each instruction that moves the stack pointer: pages leave them out.
FOR_DEBUGGERS = re.compile(r"\s*\.cfi_(?:adjust_cfa_offset|rel_offset|restore|register)\b")
STEP = re.compile(r"(.*/steps/)(\d+)-[\w-]+\.c")


def _step_before(tree, path):
    step = STEP.fullmatch(path)
    for other in tree.files if step else ():
        found = STEP.fullmatch(other)
        if found and found[1] == step[1] and int(found[2]) == int(step[2]) - 1:
            return other
    return None


def added(tree, target):
    """The numbers of the lines, from 1, that the step before does not have. None are, if that is
    more than half of the listing: then the step is another program."""
    before = _step_before(tree, target.partition("#")[0])
    lines = wanted(tree, target)
    if not before or isinstance(lines, str):
        return []
    old = {line.strip() for line in tree.text(before).splitlines()} | {""}
    new = [number for number, line in enumerate(lines, 1) if line.strip() not in old]
    return new if len(new) * 2 <= len(lines) else []


def caption(page, target):
    path = target.partition("#")[0]
    return f"[`{path}`]({posixpath.relpath(path, posixpath.dirname(page.path) or '.')})"


def _problem(tree, page, directive):
    lines = wanted(tree, directive.target)
    if isinstance(lines, str):
        return lines
    if not directive.fence:
        return "a listing needs a fence (```c and ```) in the line below: make docs fills it"
    fence = directive.fence
    if page.lines[directive.line + 1 : fence.start] != [caption(page, directive.target)]:
        return f"the line above the listing does not link to {directive.target}: run make docs"
    if page.lines[fence.start + 1 : fence.end] != lines:
        return f"the listing differs from {directive.target}: run make docs"
    return None


def check(tree):
    used = set()
    for page in tree.pages():
        for directive in page.directives:
            if directive.kind != "listing":
                continue
            used.add(directive.target)
            problem = _problem(tree, page, directive)
            if problem:
                yield Problem(page.path, directive.line + 1, problem)
    for path, regions in regions_of(tree).items():
        yield from regions.problems
        for name, (start, _) in regions.places.items():
            if f"{path}#{name}" not in used:
                what = f"region {name} is on no page: show it, or remove its marks"
                yield Problem(path, start + 1, what)
    yield from _steps_unseen(tree, {target.partition("#")[0] for target in used})


def _steps_unseen(tree, shown):
    for path in tree.files:
        if "/steps/" in path and path.endswith(".c") and path not in shown:
            yield Problem(path, 1, "no page lists this step: show it, or a region of it")


def replace(tree, page, directive, above, lines):
    """Puts lines into the fence of the directive, and the lines above before the fence."""
    fence = directive.fence
    page.lines[directive.line + 1 : fence.end] = [*above, page.lines[fence.start], *lines]
    tree.write(page.path, "\n".join(page.lines) + "\n")


def write(tree):
    for path in [page.path for page in tree.pages()]:
        # From the last to the first, so that the lines above keep their numbers.
        page = tree.page(path)
        for directive in reversed(page.directives):
            lines = wanted(tree, directive.target) if directive.kind == "listing" else ""
            if directive.fence and not isinstance(lines, str):
                replace(tree, page, directive, [caption(page, directive.target)], lines)
