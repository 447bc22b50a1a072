"""Checks that links to pages, sections, files and pictures lead somewhere."""

import posixpath
import re
from urllib.parse import unquote

from .tree import Problem

ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:|//")


def _problem(tree, page, link):
    path, _, anchor = unquote(link.target).partition("#")
    directory = posixpath.dirname(page.path)
    path = posixpath.normpath(posixpath.join(directory, path)) if path else page.path
    if path.startswith("..") or path.startswith("/"):
        return f"{link.target} leads out of the repository: a link is relative to its page"
    if not tree.has(path):
        kind = "picture" if link.is_picture else "file"
        return f"no {kind} {path}: correct the link, or make the {kind}"
    if anchor and path.endswith(".md"):
        anchors = [heading.anchor for heading in tree.page(path).headings]
        if anchor not in anchors:
            return f"{path} has no heading for #{anchor}: it has {', '.join(anchors)}"
    return None


def check(tree):
    for page in tree.pages():
        for link in page.links():
            if not ELSEWHERE.match(link.target):
                problem = _problem(tree, page, link)
                if problem:
                    yield Problem(page.path, link.line + 1, problem)
