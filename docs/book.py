#!/usr/bin/env python3
"""Keeps the book true.

    book.py write               fills the pages' listings and outputs, and makes docs/api.md
    book.py check               names, with file and line, whatever is no longer true; status 1
    book.py translated FILE...  says of README.pt-BR.md's sections that they translate what is there

All take --root DIRECTORY (else the repository) and --no-run, which runs no transcript.
"""

import argparse
import sys
from pathlib import Path

from book import api, links, listings, names, transcripts, translations
from book.tree import Tree


def write(tree, running):
    api.write(tree)
    listings.write(tree)
    transcripts.write(tree, running)


def report(problems):
    for problem in sorted(problems):
        print(f"{problem.path}:{problem.line}: {problem.what}", file=sys.stderr)
    return 1 if problems else 0


def check(tree, running):
    problems = [
        *listings.check(tree),
        *transcripts.check(tree, running),
        *links.check(tree),
        *names.check(tree),
        *api.check(tree),
        *translations.check(tree),
    ]
    if not problems:
        print(f"{len(tree.pages())} pages are true")
    return report(problems)


def translated(tree, files):
    problems = []
    for file in files:
        problems += translations.set_marks(tree, tree.relative(file))
    return report(problems)


def main():
    parser = argparse.ArgumentParser(description="Keeps the book true.")
    parser.add_argument("command", choices=("write", "check", "translated"))
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--root", default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--no-run", action="store_true", help="runs no transcript")
    arguments = parser.parse_args()
    tree = Tree(arguments.root)
    if arguments.command == "translated":
        return translated(tree, arguments.files)
    if arguments.command == "write":
        write(tree, not arguments.no_run)
        return 0
    return check(tree, not arguments.no_run)


if __name__ == "__main__":
    sys.exit(main())
