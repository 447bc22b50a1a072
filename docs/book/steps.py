"""A page for each step of a chapter, besides the chapter's long page: the step's section, with its program
beside it."""

import posixpath
import re
from dataclasses import dataclass

from .markdown import Page, anchor_of
from .regions import without_marks

STEP = re.compile(r"(?:Step|Passo) (\d+): ")
WORDS = {
    "": {"program": "The program of this step", "own": "This step on a page of its own",
         "all": "The whole chapter", "steps": "Steps"},
    "pt/": {"program": "O programa deste passo", "own": "Este passo numa página só dele",
            "all": "O capítulo inteiro", "steps": "Passos"},
}


@dataclass
class Step:
    number: int
    title: str
    first: int  # the lines of its section, from the heading on
    end: int

    @property
    def name(self):
        return f"step-{self.number}"


def steps_of(page):
    """The steps of a chapter's page; none of other pages."""
    sections = [heading for heading in page.headings if heading.level == 2]
    ends = [heading.line for heading in sections[1:]] + [len(page.lines)]
    return [Step(int(match[1]), heading.text.replace("`", ""), heading.line, end)
            for heading, end in zip(sections, ends) if (match := STEP.match(heading.text))]


def section(page, step):
    """The step's section as a page. Links to other sections lead to the chapter's page."""
    lines = [page.lines[step.first][1:], *page.lines[step.first + 1:step.end]]
    anchors = {anchor_of(match[1]) for line in lines if (match := re.match(r"#+ +(.*)", line))}

    def moved(match):
        return match[0] if match[1] in anchors else f"](README.md#{match[1]})"

    fenced = {line for fence in page.fences for line in range(fence.start, fence.end + 1)}
    lines = [line if step.first + i in fenced else re.sub(r"\]\(#([^)]*)\)", moved, line)
             for i, line in enumerate(lines)]
    return Page(page.path, "\n".join(lines))


def program(tree, page, step, prefix):
    """The whole program, folded."""
    folder = posixpath.dirname(page.path)
    path = next((path for path in tree.files
                 if path.startswith(f"{folder}/steps/{step.number}-") and path.endswith(".c")), None)
    if not path:
        return ""
    lines = without_marks(tree.text(path).splitlines())
    name = f"{WORDS[prefix]['program']}: <code>{posixpath.basename(path)}</code>"
    return "\n".join(['<details class="program" open>', f"<summary>{name}</summary>", "", "````c", *lines,
                      "````", "", "</details>", ""])


def beside(text, program):
    """Two columns of a wide window."""
    return f'<div class="section">\n\n{text}\n\n</div>\n\n{program}' if program else text


def neighbours(steps, index, chapter, prefix):
    """What the foot of the step's page leads to."""
    def entry(other):
        return {"text": other.title, "link": f"{chapter}{other.name}"}
    whole = {"text": WORDS[prefix]["all"], "link": chapter}
    return {"prev": entry(steps[index - 1]) if index else whole,
            "next": entry(steps[index + 1]) if index + 1 < len(steps) else whole}


def add_links(lines, steps, prefix):
    """To the lines of the chapter's page: each step leads to its own page."""
    for step in reversed(steps):
        lines.insert(step.first + 1, f"\n[{WORDS[prefix]['own']}](./{step.name}.md)\n")
