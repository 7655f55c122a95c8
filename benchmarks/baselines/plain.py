"""What one would write in an afternoon: the deck's formulas, six plots and four tables on a page.

`python -m benchmarks.baselines.plain html,pdf DECK FOLDER` makes what the reports of
`bpreport build` are held against: regular expressions find slides and formulas, jinja2 makes the
page, matplotlib the plots, ziamath the formulas, WeasyPrint the PDF. Nothing of bpreport is used,
nothing is checked, and no solution is worked out.
"""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import jinja2
import matplotlib as mpl
import numpy as np
import ziamath
from markdown_it import MarkdownIt
from matplotlib.figure import Figure

from benchmarks.baselines.loop import perceptron

PAGE = """<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{{ title }}</title>
<style>body { font-family: "Noto Sans CJK SC", sans-serif; font-size: 10pt }
td, th { border: 1px solid #999; padding: 2pt 6pt }</style></head><body>
{% for slide in slides %}<h2>{{ slide.title }}</h2>{{ slide.text | safe }}
{% for formula in slide.formulas %}<p>{{ formula | safe }}</p>{% endfor %}{% endfor %}
{% for plot in plots %}<p>{{ plot | safe }}</p>{% endfor %}
{% for table in tables %}<table>{% for row in table %}<tr>
{% for cell in row %}<td>{{ "%.9g" | format(cell) }}</td>{% endfor %}</tr>{% endfor %}</table>
{% endfor %}</body></html>"""


def descent(rate: float, steps: int = 40) -> Any:
    """A descent on 0.5 (x - 0.25)^2 from 2: iterates and values."""
    at, found = 2.0, []
    for _ in range(steps):
        found.append((at, 0.5 * (at - 0.25) ** 2))
        at -= rate * (at - 0.25)
    return np.array(found)


def picture(x: Any, columns: Any, log: bool = False) -> str:
    figure = Figure(figsize=(6.7, 2.4))
    axes = figure.subplots()
    axes.plot(x, columns)
    if log:
        axes.set_yscale("log")
    axes.grid()
    target = StringIO()
    figure.savefig(target, format="svg")
    return target.getvalue()[target.getvalue().index("<svg") :]


FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", re.DOTALL)


def drawn(formula: str) -> str:
    try:
        return str(ziamath.Latex(formula).svg())
    except Exception:  # noqa: BLE001 - what ziamath does not know stands as it was typed
        return f"<code>{formula}</code>"


def page(text: str) -> str:
    front, body = re.fullmatch(r"---\n(.*?)\n---\n(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    markdown = MarkdownIt()
    slides = []
    for part in re.split(r"^##? ", body, flags=re.MULTILINE)[1:]:
        title, _, told = part.partition("\n")
        slides.append(
            {
                "title": re.sub(r" *\{.*\}", "", title),
                "text": markdown.render(FORMULA.sub("", told)),
                "formulas": [drawn(shown or inline) for shown, inline in FORMULA.findall(told)],
            }
        )
    fast, slow, trace = descent(1.5), descent(0.25), perceptron(1000)
    steps = np.arange(len(trace))
    plots = [
        picture(fast[:, 0], fast[:, 1]),
        picture(slow[:, 0], slow[:, 1]),
        picture(np.arange(len(fast)), np.c_[fast[:, 1], slow[:, 1]], log=True),
        picture(steps, trace[:, :2]),
        picture(steps, trace[:, 2], log=True),
        picture(steps[:100], trace[:100, 2]),
    ]
    tables = [fast[:10], slow[:10], trace[:10], trace[-10:]]
    made = jinja2.Environment(autoescape=True).from_string(PAGE)
    return made.render(
        title=re.findall(r"^title: (.*)", front)[0], slides=slides, plots=plots, tables=tables
    )


def main() -> None:
    formats, deck, folder = sys.argv[1].split(","), Path(sys.argv[2]), Path(sys.argv[3])
    mpl.rcParams["svg.fonttype"] = "none"
    source = page(deck.read_text(encoding="utf-8"))
    if "html" in formats:
        (folder / "plain.html").write_text(source, encoding="utf-8")
    if "pdf" in formats:
        from weasyprint import HTML

        HTML(string=source).write_pdf(folder / "plain.pdf")


if __name__ == "__main__":
    main()
