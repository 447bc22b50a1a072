#!/usr/bin/env python3
"""Keeps the book true.

    book.py write               fills the pages' listings and outputs
    book.py check               names, with file and line, whatever is no longer true; status 1

Both take --root DIRECTORY (else the repository) and --no-run, which runs no transcript.
"""

import argparse
import sys
from pathlib import Path

from book import listings, transcripts
from book.tree import Tree


def write(tree, running):
    listings.write(tree)
    transcripts.write(tree, running)


def check(tree, running):
    problems = [*listings.check(tree), *transcripts.check(tree, running)]
    for problem in sorted(problems):
        print(f"{problem.path}:{problem.line}: {problem.what}", file=sys.stderr)
    if not problems:
        print(f"{len(tree.pages())} pages are true")
    return 1 if problems else 0


def main():
    parser = argparse.ArgumentParser(description="Keeps the book true.")
    parser.add_argument("command", choices=("write", "check"))
    parser.add_argument("--root", default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--no-run", action="store_true", help="runs no transcript")
    arguments = parser.parse_args()
    tree = Tree(arguments.root)
    if arguments.command == "write":
        write(tree, not arguments.no_run)
        return 0
    return check(tree, not arguments.no_run)


if __name__ == "__main__":
    sys.exit(main())
