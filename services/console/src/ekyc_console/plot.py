"""A drawing on a page: SVG in an image, for Streamlit takes it out of a page's own HTML."""

from base64 import b64encode
from html import escape

# An image follows the color-scheme of the page around it, so its colours are told here for both.
STYLE = """
text{font:11px sans-serif;fill:#5a5f68}.axis{stroke:#d5d8de;stroke-width:1}
.curve{stroke:#0b57a4;stroke-width:2;fill:none}.other{stroke:#5a5f68;stroke-width:1.5;fill:none;stroke-dasharray:4 3}
.here{fill:#b3261e}.bar{fill:#0b57a4;opacity:.75}.bar.not{fill:#b3261e;opacity:.55}
.now{stroke:#5a5f68;stroke-width:1.5;stroke-dasharray:4 3}.then{stroke:#116b3c;stroke-width:2}
@media (prefers-color-scheme:dark){text{fill:#aeb4bf}.axis{stroke:#454b57}.curve{stroke:#8ec5ff}
.other,.now{stroke:#aeb4bf}.here{fill:#ff9d94}.bar{fill:#8ec5ff}.bar.not{fill:#ff9d94}.then{stroke:#5fd597}}
"""


def figure(title: str, words: str, box: tuple[float, float, float, float], body: str) -> str:
    """Return a drawing as HTML.

    Args:
        title: Over it.
        words: What it shows, for whoever cannot see it.
        box: Left, top, width and height of what is drawn.
        body: SVG elements with the classes of `STYLE`.
    """
    left, top, width, height = box
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" width="{width}" '
        f'height="{height}"><style>{STYLE}</style>{body}</svg>'
    )
    source = f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
    return (
        f'<figure class="plot"><figcaption>{escape(title)}</figcaption>'
        f'<img src="{source}" alt="{escape(words)}"></figure>'
    )
