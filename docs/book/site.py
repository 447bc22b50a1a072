"""Writes the pages in the form that VitePress reads: English at /, Portuguese at /pt/, README.md as
the index of its folder. A link to a source leads to a page that shows the source. Each page is there
in both languages, since the language menu leads from one to the other: what has no translation stands
in a Portuguese frame. In the listing of a step, the lines that the step before does not have are
marked."""

import json
import posixpath
import re
import shutil
from urllib.parse import unquote

from . import steps
from .figures import PICTURE, figure
from .links import ELSEWHERE
from .listings import added
from .regions import without_marks
from .translations import PORTUGUESE

ICON = "04-chat-server/web/favicon.svg"
LANGUAGES = {"c": "c", "h": "c", "S": "asm", "py": "python", "mjs": "js", "sh": "sh", "mk": "make",
             "html": "html", "css": "css", "js": "js", "yml": "yaml", "json": "json",
             "txt": "console"}
CHAPTER = re.compile(r"\d\d-[\w-]+/README(\.pt-BR)?\.md")
WORDS = {
    "": {"start": "The start", "chapters": "Chapters", "exercises": "Exercises",
         "more": "For all chapters", "source": "The source of {}, to read.", "note": ""},
    "pt/": {"start": "O começo", "chapters": "Capítulos", "exercises": "Exercícios",
            "more": "Para todos os capítulos", "source": "O fonte de {}, para ler.",
            "note": "*Esta página está em inglês.*\n\n"},
}


def prefix_of(path):
    return "pt/" if path.endswith(PORTUGUESE) else ""


def address_of(path, prefix=None):
    """The place of a page in the site."""
    name = path.removesuffix(PORTUGUESE).removesuffix(".md")
    name = re.sub(r"(^|/)README$", r"\1index", name)
    return f"{prefix_of(path) if prefix is None else prefix}{name}.md"


def source_address(path, tree, prefix=""):
    name = re.sub(r"(^|/)\.", r"\1", path)  # VitePress leaves out folders whose names begin with a point
    return f"{prefix}source/{name}/index.md" if (tree.root / path).is_dir() else f"{prefix}source/{name}.md"


def has_translation(tree, path):
    return tree.has(path.removesuffix(".md") + PORTUGUESE)


def front_matter(**entries):
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in entries.items()]
    return "\n".join(["---", *lines, "---", "", ""])


def description_of(page):
    """The first paragraph, as plain text, for search engines."""
    text = "\n".join(line for _, line in page.prose() if not line.startswith(("#", "<!--", "|")))
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    paragraphs = (" ".join(re.sub(r"[`*]", "", part).split()) for part in re.split(r"\n\s*\n", text))
    first = next((part for part in paragraphs if len(part) > 40), page.path)
    return first if len(first) <= 160 else first[:157].rsplit(" ", 1)[0] + "…"


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
            return address_of(path, None if path.endswith(PORTUGUESE) else prefix)
        if path not in self.sources:
            self.sources.append(path)
        return source_address(path, self.tree, prefix)

    def standing_page(self, path):
        """Copies a page of HTML with all files of its folder."""
        for file in self.tree.files:
            if file.startswith(posixpath.dirname(path) + "/"):
                self.copy(file, "public")
        return "/" + path

    def _path_of(self, page, target):
        return posixpath.normpath(posixpath.join(posixpath.dirname(page.path), target))

    def _new_target(self, page, link, prefix):
        """The target of the link in the site, and the attributes that follow the link there."""
        path, _, anchor = unquote(link.target).partition("#")
        path = self._path_of(page, path)
        here = posixpath.dirname(address_of(page.path, prefix)) or "."
        if path.startswith("docs/") and path.endswith(".html"):
            return posixpath.relpath(self.standing_page(path)[1:], here), '{target="_self"}'
        address = self.copy(path) if link.is_picture else self.destination(path, prefix)
        relative = posixpath.relpath(address, here)
        if not relative.startswith("../"):
            relative = "./" + relative
        return relative + (f"#{anchor}" if anchor else ""), ""

    def _converted(self, page, prefix):
        """The page's lines, with links that lead to the same things in the site."""
        lines = list(page.lines)
        for link in page.links():
            if ELSEWHERE.match(link.target) or link.target.startswith("#"):
                continue
            picture = PICTURE.match(lines[link.line])
            if picture:
                lines[link.line] = figure(self, self._path_of(page, link.target), picture[1],
                                          address_of(page.path, prefix), prefix)
                continue
            target, behind = self._new_target(page, link, prefix)
            line = lines[link.line].replace(f"({link.target})", f"({target}){behind}")
            lines[link.line] = line.replace(f'="{link.target}"', f'="{target}"')
        for directive in page.directives:
            new = added(self.tree, directive.target) if directive.kind == "listing" else []
            if new and directive.fence:
                lines[directive.fence.start] += f" {{{','.join(map(str, new))}}}"
        return lines

    def page(self, page, prefix):
        """Writes the page in that language; in English, if there is no translation."""
        lines = self._converted(page, prefix)
        if CHAPTER.fullmatch(page.path):
            self._step_pages(page, prefix)
            steps.add_links(lines, steps.steps_of(page), prefix)
        note = WORDS[prefix]["note"] if prefix != prefix_of(page.path) else ""
        self.put(address_of(page.path, prefix), front_matter(description=description_of(page))
                 + note + "\n".join(lines) + "\n")

    def _step_pages(self, page, prefix):
        """Not for the search, which finds the chapter."""
        found = steps.steps_of(page)
        folder = posixpath.dirname(address_of(page.path, prefix))
        for index, step in enumerate(found):
            part = steps.section(page, step)
            head = front_matter(search=False, pageClass="step", aside=False,
                                description=description_of(part),
                                **steps.neighbours(found, index, f"/{folder}/", prefix))
            text = steps.beside("\n".join(self._converted(part, prefix)),
                                steps.program(self.tree, page, step, prefix))
            self.put(f"{folder}/{step.name}.md", head + text)

    def source(self, path):
        if (self.tree.root / path).is_dir():
            body = self._listing(path)
        else:
            language = LANGUAGES.get(path.rpartition(".")[2], "text")
            lines = without_marks(self.tree.text(path).splitlines())
            body = "\n".join([f"````{language}", *lines, "````\n"])
        self.put(source_address(path, self.tree), self._head_of_source(path, "") + body)
        self._twin(path)

    def _head_of_source(self, path, prefix):
        description = WORDS[prefix]["source"].format(path)
        return front_matter(search=False, title=path, description=description) + f"# `{path}`\n\n"

    def _twin(self, path):
        """The same source for readers in Portuguese: VitePress has to render it once only."""
        address = source_address(path, self.tree, "pt/")
        original = posixpath.relpath(source_address(path, self.tree), posixpath.dirname(address))
        self.put(address, front_matter(search=False, title=path,
                                       description=WORDS["pt/"]["source"].format(path))
                 + f"<script setup>\nimport Source from '{original}'\n</script>\n\n<Source/>\n")

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


def _entry(tree, path, prefix):
    title = tree.page(path).headings[0].text if tree.page(path).headings else path
    address = re.sub(r"(^|/)index$", r"\1", address_of(path, prefix).removesuffix(".md"))
    return {"text": title.replace("`", ""), "link": "/" + address}


def _shared_pages(tree, prefix):
    """The pages of docs/ and of the library, in English where there is no translation. They come in
    the order in which README.md links to them; pages without a link come last."""
    readme = tree.text("README.md") if tree.has("README.md") else ""
    shared = [path for path in tree.files if path.startswith(("common/", "docs/"))
              and path.endswith(".md") and not prefix_of(path)]
    for path in sorted(shared, key=lambda path: (f"({path}" not in readme, readme.find(f"({path}"))):
        translated = path.removesuffix(".md") + PORTUGUESE
        yield translated if prefix and tree.has(translated) else path


def _sidebar(tree, prefix):
    words = WORDS[prefix]
    pages = [page.path for page in tree.pages() if prefix_of(page.path) == prefix]
    chapters = []
    for path in pages:
        if CHAPTER.fullmatch(path):
            exercises = [_entry(tree, other, prefix) for other in pages
                         if other.startswith(path.split("/")[0] + "/exercises/")
                         and "/README." in other]
            folder = posixpath.dirname(address_of(path, prefix))
            own = [{"text": step.title, "link": f"/{folder}/{step.name}"}
                   for step in steps.steps_of(tree.page(path))]
            groups = [(steps.WORDS[prefix]["steps"], own), (words["exercises"], exercises)]
            chapters.append(_entry(tree, path, prefix) | {"items": [
                {"text": text, "collapsed": True, "items": items} for text, items in groups if items]})
    shared = [_entry(tree, path, prefix) for path in _shared_pages(tree, prefix)]
    sections = [(words["chapters"], chapters), (words["more"], shared)]
    return [{"text": words["start"], "link": f"/{prefix}"}] + [
        {"text": text, "items": items} for text, items in sections if items
    ]


def make(tree, target):
    """Empties the folder target, then fills it with the files that VitePress reads."""
    shutil.rmtree(target, ignore_errors=True)
    site = Site(tree, target)
    for page in tree.pages():
        site.page(page, prefix_of(page.path))
        if not prefix_of(page.path) and not has_translation(tree, page.path):
            site.page(page, "pt/")
    if tree.has(ICON):
        site.put("public/favicon.svg", tree.text(ICON))
    for path in site.sources:  # pages of folders add sources to the list
        site.source(path)
    sidebar = {f"/{prefix}": _sidebar(tree, prefix) for prefix in WORDS}
    site.put("sidebar.json", json.dumps(sidebar, indent=2, ensure_ascii=False))
