#!/usr/bin/env python3
"""Keeps the book true.

    book.py write               fills in listings, outputs and line counts, makes docs/api.md and the
                                cheat sheets
    book.py check               prints the file and the line of everything that is wrong; status 1
    book.py translated FILE...  marks the sections of FILE as translations of today's English
    book.py site DIRECTORY      writes the pages there in the form that VitePress reads

All take --root DIRECTORY (default: the repository) and --seconds N, the time limit of a transcript;
with 0 no transcript runs.
"""

import argparse
import sys
from pathlib import Path

from book import api, cheat_sheet, links, listings, names, site, tables, transcripts, translations
from book.tree import Tree


def write(tree, seconds):
    api.write(tree)
    cheat_sheet.write(tree)
    listings.write(tree)
    tables.write(tree)
    transcripts.write(tree, seconds)


def report(problems):
    for problem in sorted(problems):
        print(f"{problem.path}:{problem.line}: {problem.what}", file=sys.stderr)
    return 1 if problems else 0


def check(tree, seconds):
    problems = [
        *tree.mistakes(),
        *listings.check(tree),
        *transcripts.check(tree, seconds),
        *links.check(tree),
        *names.check(tree),
        *api.check(tree),
        *cheat_sheet.check(tree),
        *tables.check(tree),
        *translations.check(tree),
    ]
    if not problems:
        print(f"{len(tree.pages())} pages are true")
    return report(problems)


def make_site(tree, target):
    """Makes no site if a link leads nowhere."""
    problems = list(links.check(tree))
    if not problems:
        site.make(tree, target)
    return report(problems)


def translated(tree, files):
    problems = []
    for file in files:
        problems += translations.set_marks(tree, tree.relative(file))
    return report(problems)


def main():
    parser = argparse.ArgumentParser(description="Keeps the book true.")
    parser.add_argument("command", choices=("write", "check", "translated", "site"))
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--root", default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--seconds", type=float, default=60, help="time limit of a transcript")
    arguments = parser.parse_args()
    tree = Tree(arguments.root)
    if arguments.command == "translated":
        return translated(tree, arguments.files)
    if arguments.command == "site":
        return make_site(tree, Path(arguments.files[0]))
    if arguments.command == "write":
        write(tree, arguments.seconds)
        return 0
    return check(tree, arguments.seconds)


if __name__ == "__main__":
    sys.exit(main())
