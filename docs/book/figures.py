"""The pictures of the site. Each follows the site's light and dark, can be made large, and leads to its
recording in the timeline where there is one."""

import html
import posixpath
import re

TIMELINE = "docs/timeline/index.html"
LEAST_TEXT = 11  # pixels: narrower screens scroll a picture sideways
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^()\s]+)\)$")
DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{\n(.*?)\n\}\n", re.DOTALL)
WORDS = {
    "": {"lang": "en", "open": "Open this recording in the timeline", "enlarge": "Enlarge"},
    "pt/": {"lang": "pt", "open": "Abrir esta gravação na linha do tempo", "enlarge": "Ampliar"},
}


def recording_of(tree, picture):
    """The recording from which the picture was drawn, or None."""
    name = posixpath.basename(picture).removesuffix(".svg")
    path = f"docs/recordings/{name}.json.gz"
    return path if picture.endswith(".svg") and tree.has(path) else None


def variants(svg):
    """[(class, text)]: the picture of the day and of the night, or one for both."""
    if not DARK.search(svg):
        return [("diagram", svg)]
    return [("light", DARK.sub("", svg)), ("dark", DARK.sub(r"\1\n", svg))]


def width_for_reading(svg):
    """In pixels, so that the smallest text is legible."""
    width = float(re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+)', svg)[1])
    sizes = [float(size) for size in re.findall(r'font(?:-size="|: )([\d.]+)', svg)]
    return round(width * LEAST_TEXT / min(sizes))


def moment_of(svg):
    """The fragment of the timeline's address that shows the same part, in seconds."""
    first, last = (float(re.search(f'data-{end}="([\\d.]+)"', svg)[1]) / 1e6
                   for end in ("from", "to"))
    return f"#t={first:.9f},{last:.9f}"


def _images(site, path, here, alt):
    if not path.endswith(".svg"):
        yield f'<img class="screen" src="{_relative(site.copy(path), here)}" alt="{alt}">'
        return
    svg = site.tree.text(path)
    for name, text in variants(svg):
        address = path.replace(".svg", f".{name}.svg")
        site.put(address, text)
        yield (f'<img class="{name}" src="{_relative(address, here)}" alt="{alt}"'
               f' style="--legible: {width_for_reading(svg)}px">')


def _relative(address, here):
    relative = posixpath.relpath(address, here or ".")
    return relative if relative.startswith("../") else f"./{relative}"


def figure(site, path, alt, address, prefix):
    """The HTML of a picture for the page at that address."""
    here = posixpath.dirname(address)
    words = WORDS[prefix]
    images = "".join(_images(site, path, here, html.escape(alt)))
    caption = ""
    recording = recording_of(site.tree, path)
    if recording:
        site.standing_page(TIMELINE)
        site.copy(recording, "public")
        query = f"?file=../recordings/{posixpath.basename(recording)}&amp;lang={words['lang']}"
        link = _relative(TIMELINE, here) + query + moment_of(site.tree.text(path))
        caption = (f'<figcaption><a class="recording" target="_self" href="{link}">{words["open"]}'
                   "</a></figcaption>")
    return (f'<figure class="picture"><button type="button" title="{words["enlarge"]}">{images}'
            f"</button>{caption}</figure>")
