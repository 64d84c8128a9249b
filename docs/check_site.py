"""Checks the built site: links within it lead somewhere, and the gallery keeps its promises.

    python docs/check_site.py docs/_build/html

Links to other sites are not followed: the check needs no network.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LONGEST_S = 60.0  # of wall time: twice what we promise, for the machine may be busy
FEWEST = 12


class _Page(HTMLParser):
    """Links, pictures and anchors of a page."""

    def __init__(self, path: Path):
        super().__init__()
        self.links: set[str] = set()
        self.anchors = {""}
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        """Note what leads somewhere, and what can be led to."""
        found = dict(attributes)
        self.anchors |= {found[key] for key in ("id", "name") if found.get(key)}
        self.links |= {found[key] for key in ("href", "src") if found.get(key)}


def broken_links(site: Path) -> list[str]:
    """Return a line for each link that leads nowhere."""
    found = (path for path in site.rglob("*.html") if "_static" not in path.parts)
    pages = {path.resolve(): _Page(path) for path in found}
    broken = []
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                broken.append(f"{path.relative_to(site.resolve())}: no file {link}")
            elif target in pages and unquote(parts.fragment) not in pages[target].anchors:
                broken.append(f"{path.relative_to(site.resolve())}: no place {link}")
    return broken


def poor_examples(site: Path, sources: Path) -> list[str]:
    """Return a line for each example that is too slow or draws nothing."""
    poor = []
    examples = sorted(sources.rglob("plot_*.py"))
    if len(examples) < FEWEST:
        poor.append(f"{len(examples)} examples are fewer than {FEWEST}")
    for example in examples:
        page = site / "gallery" / example.relative_to(sources).with_suffix(".html")
        text = page.read_text() if page.is_file() else ""
        if f"sphx_glr_{example.stem}_001" not in text:
            poor.append(f"{example.name} draws nothing")
        took = re.search(
            r"Total running time of the script:\D*(\d+) minutes ([\d.]+) seconds", text
        )
        if took and 60 * int(took[1]) + float(took[2]) > LONGEST_S:
            poor.append(f"{example.name} takes {took[1]} min {took[2]} s, more than {LONGEST_S} s")
    return poor


def main(site: Path) -> int:
    """Print what is wrong with the site, and return the exit code."""
    if not (site / "index.html").is_file():
        print(f"{site} holds no site: build it with 'make docs'")
        return 2
    wrong = broken_links(site) + poor_examples(site, Path(__file__).parents[1] / "examples")
    print(
        "\n".join(wrong)
        or f"{sum(1 for _ in site.rglob('*.html'))} pages, all links lead somewhere"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
