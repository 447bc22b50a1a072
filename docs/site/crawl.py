#!/usr/bin/env python3
"""Follows every link of the site, menus included.

crawl.py DIRECTORY BASE: prints what leads nowhere, and ends with status 1 if there is something.
"""

import posixpath
import re
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

ADDRESS = re.compile(r'<(?:a|img|script|link|source)\b[^>]*?\b(?:href|src)="([^"]*)"')
IDENTIFIER = re.compile(r'\bid="([^"]*)"')
FILE = re.compile(r"(?:^|&)file=([^&]*)")  # what the timeline opens


class Site:
    def __init__(self, root, base):
        self.root, self.base = root, base
        self.pages = {str(path.relative_to(root)): path.read_text(encoding="utf-8")
                      for path in sorted(root.rglob("*.html"))}
        self.files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        self.anchors = {}

    def file_of(self, page, path):
        """The file at the address, as a server finds it, or None; relative to the page's own address."""
        if not path:
            return page
        if path.startswith("/"):
            if not f"{path}/".startswith(self.base):
                return None
            found = path.removeprefix(self.base)
        else:
            found = posixpath.join(posixpath.dirname(page), path)
        found = posixpath.normpath(found).removeprefix("./") if found else "."
        return next((name for name in (found, posixpath.join(found, "index.html").removeprefix("./"),
                                       f"{found}.html") if name in self.files), None)

    def has_anchor(self, page, anchor):
        if page not in self.anchors:
            self.anchors[page] = set(map(unescape, IDENTIFIER.findall(self.pages[page])))
        return anchor in self.anchors[page]

    def problem(self, page, address):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return None
        file = self.file_of(page, unquote(parts.path))
        if not file:
            return "leads nowhere"
        wanted = FILE.search(parts.query)
        if wanted and not self.file_of(file, wanted[1]):
            return f"opens {wanted[1]}, which is not there"
        anchor = unquote(parts.fragment)
        if anchor and "=" not in anchor and file in self.pages and not self.has_anchor(file, anchor):
            return f"{file} has no #{anchor}"
        return None

    def problems(self):
        for page, text in self.pages.items():
            for address in sorted({unescape(found) for found in ADDRESS.findall(text)}):
                what = self.problem(page, address)
                if what:
                    yield f"{page}: {address} {what}"


def main():
    site = Site(Path(sys.argv[1]), sys.argv[2])
    problems = list(site.problems())
    print("\n".join(problems) or f"all links of {len(site.pages)} pages lead somewhere")
    sys.exit(1 if problems or not site.pages else 0)


if __name__ == "__main__":
    main()
