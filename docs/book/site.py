"""Writes the pages in the form that VitePress reads: English at /, Portuguese at /pt/, README.md as
the index of its folder. A link to a source leads to a page that shows the source."""

import json
import posixpath
import re
import shutil
from urllib.parse import unquote

from .links import ELSEWHERE
from .regions import without_marks
from .translations import PORTUGUESE

ICON = "04-chat-server/web/favicon.svg"
LANGUAGES = {"c": "c", "h": "c", "S": "asm", "py": "python", "mjs": "js", "sh": "sh", "mk": "make",
             "html": "html", "css": "css", "js": "js", "yml": "yaml", "json": "json",
             "txt": "console"}
WORDS = {
    "": {"start": "The start", "chapters": "Chapters", "exercises": "Exercises",
         "more": "For all chapters"},
    "pt/": {"start": "O começo", "chapters": "Capítulos", "exercises": "Exercícios",
            "more": "Para todos os capítulos"},
}


def prefix_of(path):
    return "pt/" if path.endswith(PORTUGUESE) else ""


def address_of(path):
    """The place of a page in the site."""
    name = path.removesuffix(PORTUGUESE).removesuffix(".md")
    name = re.sub(r"(^|/)README$", r"\1index", name)
    return f"{prefix_of(path)}{name}.md"


def source_address(path, tree):
    return f"source/{path}/index.md" if (tree.root / path).is_dir() else f"source/{path}.md"


class Site:
    def __init__(self, tree, target):
        self.tree = tree
        self.target = target
        self.sources = []  # the paths of the sources that links lead to

    def put(self, address, text):
        place = self.target / address
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def copy(self, path, into=""):
        place = self.target / into / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.tree.root / path, place)
        return path

    def destination(self, path, prefix):
        """The place of a file or a folder in the site, for links from a page of that language."""
        if (self.tree.root / path / "README.md").exists():
            path = posixpath.join(path, "README.md")
        if path.endswith(".md"):
            translated = path.removesuffix(".md") + PORTUGUESE
            return address_of(translated if prefix and self.tree.has(translated) else path)
        if path not in self.sources:
            self.sources.append(path)
        return source_address(path, self.tree)

    def _standing_page(self, path):
        """Copies a page of HTML with all files of its folder."""
        for file in self.tree.files:
            if file.startswith(posixpath.dirname(path) + "/"):
                self.copy(file, "public")
        return "/" + path

    def _new_target(self, page, link):
        """The target of the link in the site, and the attributes that follow the link there."""
        path, _, anchor = unquote(link.target).partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), path))
        if path.startswith("docs/") and path.endswith(".html"):
            return self._standing_page(path), '{target="_self"}'
        if link.is_picture:
            address = self.copy(path)
        else:
            address = self.destination(path, prefix_of(page.path))
        relative = posixpath.relpath(address, posixpath.dirname(address_of(page.path)) or ".")
        if not relative.startswith("../"):
            relative = "./" + relative
        return relative + (f"#{anchor}" if anchor else ""), ""

    def page(self, page):
        lines = list(page.lines)
        for link in page.links():
            if ELSEWHERE.match(link.target) or link.target.startswith("#"):
                continue
            target, behind = self._new_target(page, link)
            line = lines[link.line].replace(f"({link.target})", f"({target}){behind}")
            lines[link.line] = line.replace(f'="{link.target}"', f'="{target}"')
        self.put(address_of(page.path), "\n".join(lines) + "\n")

    def source(self, path):
        if (self.tree.root / path).is_dir():
            body = self._listing(path)
        else:
            language = LANGUAGES.get(path.rpartition(".")[2], "text")
            lines = without_marks(self.tree.text(path).splitlines())
            body = "\n".join([f"````{language}", *lines, "````\n"])
        self.put(source_address(path, self.tree),
                 f"---\nsearch: false\n---\n\n# `{path}`\n\n{body}")

    def _listing(self, path):
        here = posixpath.dirname(source_address(path, self.tree))
        lines = []
        for file in self.tree.files:
            name = posixpath.basename(file)
            is_text = ("." in name or name == "Makefile") and not name.endswith((".png", ".svg"))
            if posixpath.dirname(file) == path.rstrip("/") and is_text:  # no program, either
                target = posixpath.relpath(self.destination(file, ""), here)
                lines.append(f"- [{name}]({target})\n")
        return "".join(lines)


def _entry(tree, path):
    title = tree.page(path).headings[0].text if tree.page(path).headings else path
    address = re.sub(r"(^|/)index$", r"\1", address_of(path).removesuffix(".md"))
    return {"text": title.replace("`", ""), "link": "/" + address}


def _shared_pages(tree, prefix):
    """The pages of docs/ and of the library, in English where there is no translation."""
    for path in tree.files:
        if path.startswith(("common/", "docs/")) and path.endswith(".md") and not prefix_of(path):
            translated = path.removesuffix(".md") + PORTUGUESE
            yield translated if prefix and tree.has(translated) else path


def _sidebar(tree, prefix):
    words = WORDS[prefix]
    pages = [page.path for page in tree.pages() if prefix_of(page.path) == prefix]
    chapters = []
    for path in pages:
        if re.fullmatch(r"\d\d-[\w-]+/README(\.pt-BR)?\.md", path):
            exercises = [_entry(tree, other) for other in pages
                         if other.startswith(path.split("/")[0] + "/exercises/")
                         and "/README." in other]
            more = [{"text": words["exercises"], "collapsed": True, "items": exercises}]
            chapters.append(_entry(tree, path) | {"items": more if exercises else []})
    shared = [_entry(tree, path) for path in _shared_pages(tree, prefix)]
    sections = [(words["chapters"], chapters), (words["more"], shared)]
    return [{"text": words["start"], "link": f"/{prefix}"}] + [
        {"text": text, "items": items} for text, items in sections if items
    ]


def make(tree, target):
    """Empties the folder target, then fills it with the files that VitePress reads."""
    shutil.rmtree(target, ignore_errors=True)
    site = Site(tree, target)
    for page in tree.pages():
        site.page(page)
    if tree.has(ICON):
        site.put("public/favicon.svg", tree.text(ICON))
    for path in site.sources:  # pages of folders add sources to the list
        site.source(path)
    sidebar = {f"/{prefix}": _sidebar(tree, prefix) for prefix in WORDS}
    site.put("sidebar.json", json.dumps(sidebar, indent=2, ensure_ascii=False))
