"""What every drawing is made of: colours, boxes of letters, and the SVG elements.

Every text is escaped (``diagnostics.markup``), nothing is marked safe by hand.
Presentation attributes only: the site's content security policy forbids ``style`` attributes,
and WeasyPrint does not apply the page's style sheets inside a drawing. Lengths are those of a
drawing 700 wide, which the page sets in its full width (one is about 0.24 mm on paper).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.safestring import SafeString

from diagnostics.markup import markup, markup_of
from diagnostics.report.lettering import fit, plain, reads_leftwards
from diagnostics.report.palette import colour

WIDTH = 700.0

INK, SOFT_INK, WHITE, LINE = colour("ink"), colour("ink-soft"), colour("sheet"), colour("line")
AMBITION, AMBITION_DARK = colour("axis-ambition"), colour("axis-ambition-dark")
AMBITION_TINTS = {1: colour("axis-ambition-tint"), 2: colour("axis-ambition-pale")}  # by circle
MISSIONS, MISSIONS_TINT = colour("axis-missions"), colour("axis-missions-tint")
MISSIONS_PALE = colour("axis-missions-pale")
MEANS, MEANS_DARK = colour("axis-means"), colour("axis-means-dark")
MEANS_TINT, MEANS_PALE = colour("axis-means-tint"), colour("axis-means-pale")
# Around a line that reads from right to left, so that its signs stand where they should (Unicode's
# isolates): browsers, WeasyPrint and resvg follow them, not all of them the attribute ``direction``.
RIGHT_TO_LEFT, END = "\u2067", "\u2069"
FONT = "Figtree, 'Figtree Extended', sans-serif"


@dataclass(frozen=True)
class Box:
    """A rectangle: where it starts, and its measures."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


@dataclass(frozen=True)
class Label:
    """Lines of text in a column of ``width`` that starts at (x, y), its upper left corner."""

    x: float
    y: float
    width: float
    lines: Sequence[str]
    size: float
    bold: bool = False
    colour: str = INK
    anchor: str = "start"  # start, middle or end of the column

    @property
    def leading(self) -> float:
        """Height of a line."""
        return leading(self.size)

    @property
    def height(self) -> float:
        """Height of the lines."""
        return len(self.lines) * self.leading

    @property
    def box(self) -> Box:
        """The rectangle that the letters fill at most."""
        return Box(self.x, self.y, self.width, self.height)


def leading(size: float) -> float:
    """Return the height of a line of letters of ``size``."""
    return round(size * 1.22, 1)


def label(
    text: str,
    x: float,
    y: float,
    width: float,
    size: float,
    *,
    lines: int = 1,
    bold: bool = False,
    colour: str = INK,
    anchor: str = "start",
) -> Label:
    """Set a text in a column, shortened to ``lines`` lines."""
    shown = fit(text, width, size, lines=lines, bold=bold)
    return Label(x, y, width, shown, size, bold, colour, anchor)


def number(value: float) -> str:
    """Write a coordinate: at most one decimal, a point whatever the language."""
    return f"{value:.1f}".removesuffix(".0")


def join(parts: Iterable[SafeString]) -> SafeString:
    """Put elements one after the other."""
    return markup_of(parts)


def shape(tag: str, **values: str | float) -> SafeString:
    """Draw an element without content."""
    return _element(f"<{tag}{{}}/>", **values)


def _element(around: str, *content: str, **values: str | float) -> SafeString:
    """Write attributes where ``around`` has its first place, ``content`` where it has another.

    One call for all of them: a drawing has hundreds of elements.
    """
    written = (value if isinstance(value, str) else number(value) for value in values.values())
    return markup(_with_attributes(around, tuple(values)), *written, *content)


@cache
def _with_attributes(around: str, names: tuple[str, ...]) -> str:
    places = (f' {name.replace("_", "-")}="{{}}"' for name in names)
    return around.replace("{}", "".join(places), 1)


Look = dict[str, str | float]


def look(**values: str | float) -> Look:
    """Gather attributes that several elements share."""
    return values


def line(
    x1: float, y1: float, x2: float, y2: float, stroke: str, thickness: float = 1
) -> SafeString:
    """Draw a straight line."""
    return shape("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=thickness)


def rectangle(box: Box, **values: str | float) -> SafeString:
    """Draw a rectangle."""
    return shape("rect", x=box.x, y=box.y, width=box.width, height=box.height, **values)


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: float,
    fill: str = INK,
    weight: int = 400,
    anchor: str = "middle",
    leftwards: bool | None = None,
    **more: str | float,
) -> SafeString:
    """Write one line; (x, y) is its anchor on the base line.

    ``leftwards``: it reads from right to left (by default, when its first letter does).
    """
    content = plain(content)
    if reads_leftwards(content) if leftwards is None else leftwards:
        content = f"{RIGHT_TO_LEFT}{content}{END}"
    return _element(
        "<text{}>{}</text>",
        content,
        x=x,
        y=y,
        font_family=FONT,
        font_size=size,
        font_weight=str(weight),
        fill=fill,
        text_anchor=anchor,
        **more,
    )


def write(what: Label) -> SafeString:
    """Write the lines of a label; what reads from right to left starts from the right."""
    leftwards = reads_leftwards(" ".join(what.lines))
    anchor = "end" if leftwards and what.anchor == "start" else what.anchor
    shift = {"start": 0.0, "middle": what.width / 2, "end": what.width}[anchor]
    first = what.y + (what.leading + what.size * 0.7) / 2
    return join(
        text(
            what.x + shift,
            first + index * what.leading,
            line,
            size=what.size,
            fill=what.colour,
            weight=700 if what.bold else 400,
            anchor=anchor,
            leftwards=leftwards,
        )
        for index, line in enumerate(what.lines)
    )


def hatched(box: Box, stroke: str, *, step: float = 6) -> SafeString:
    """Draw slanting lines across a rectangle: what is not certain yet."""
    moves = []
    start = step / 2
    while start < box.width + box.height:
        x1, y1 = box.x + min(start, box.width), box.y + max(0.0, start - box.width)
        x2, y2 = box.x + max(0.0, start - box.height), box.y + min(start, box.height)
        moves.append(f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}")
        start += step
    return shape("path", d="".join(moves), stroke=stroke, stroke_width=1, fill="none")


def drawing(name: str, height: float, title: str, parts: Iterable[SafeString]) -> SafeString:
    """Wrap elements into a named drawing, 700 wide."""
    return sized_drawing(name, WIDTH, height, title, parts)


def sized_drawing(
    name: str, width: float, height: float, title: str, parts: Iterable[SafeString]
) -> SafeString:
    """Wrap elements into a drawing; ``name`` is its class, ``title`` what it says."""
    return markup(
        '<svg class="{}" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {} {}"'
        ' width="{}" height="{}"><title>{}</title>{}</svg>',
        name,
        number(width),
        number(height),
        number(width),
        number(height),
        title,
        join(parts),
    )
