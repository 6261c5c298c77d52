"""A mail before it is sent: what it says in pieces, written once, read as text and as HTML.

Every mail of the application is a :class:`Letter`, those of accounts too: one page of HTML
(``templates/emails/letter.html``), one text, the site's name and nothing of the machine that serves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.template.loader import render_to_string

from diagnostics.typography import one_line, quoted


@dataclass(frozen=True)
class Words:
    """A paragraph; ``small``: what one need not read."""

    kind: ClassVar[str] = "words"
    words: str
    small: bool = False

    def as_text(self) -> str:
        """Return the paragraph."""
        return self.words


@dataclass(frozen=True)
class Quote:
    """What somebody wrote, as they wrote it."""

    kind: ClassVar[str] = "quote"
    text: str

    def as_text(self) -> str:
        """Return each line behind a mark, as mail programs quote."""
        return "\n".join(f"> {line}".rstrip() for line in self.text.splitlines())


@dataclass(frozen=True)
class Item:
    """A line of a list: ``words``, what was written there (``quote``), and where it is."""

    words: str
    address: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Items:
    """A list, each line with its own link."""

    kind: ClassVar[str] = "items"
    items: tuple[Item, ...]

    def as_text(self) -> str:
        """Return a line with a dash each, its quotation and its address below."""
        return "\n".join("\n".join(self._lines(item)) for item in self.items)

    @staticmethod
    def _lines(item: Item) -> list[str]:
        quote = [f"  > {line}".rstrip() for line in item.quote.splitlines()]
        return [f"- {item.words}", *quote, *([f"  {item.address}"] if item.address else [])]


@dataclass(frozen=True)
class Button:
    """The one thing to do, with its address."""

    kind: ClassVar[str] = "button"
    label: str
    address: str

    def as_text(self) -> str:
        """Return what is done there, and the address on a line of its own."""
        return f"{self.label}\u00a0:\n{self.address}"


Part = Words | Quote | Items | Button


@dataclass(frozen=True)
class Letter:
    """What one person is told.

    ``greeting``: their name; none where the address alone is known. ``site``: the address of the
    application, behind its name. ``leave``: where one stops receiving this kind of mail, in one click;
    ``why``: the sentence before it.
    """

    subject: str
    parts: tuple[Part, ...]
    greeting: str = ""
    site: str = ""
    why: str = ""
    leave: str = ""
    leave_label: str = "Ne plus les recevoir"

    @property
    def title(self) -> str:
        """The subject on one line, whatever the names in it."""
        return one_line(self.subject)

    @property
    def hello(self) -> str:
        """The first line."""
        return f"Bonjour {self.greeting}," if self.greeting else "Bonjour,"

    @property
    def site_name(self) -> str:
        """The name under which the application writes."""
        return str(settings.SITE_NAME)

    @property
    def footer(self) -> str:
        """What the reason to write is, when one may ask not to be."""
        return self.why

    def as_text(self) -> str:
        """Return the letter as text, a paragraph a line."""
        blocks = [self.hello, *(part.as_text() for part in self.parts), self.site_name]
        if self.leave:
            blocks.append(f"{self.why}\n{self.leave_label}\u00a0: {self.leave}")
        return "\n\n".join(blocks) + "\n"

    def as_html(self) -> str:
        """Return the letter as a page."""
        return render_to_string("emails/letter.html", {"letter": self})


def named(title: str) -> str:
    """Put the title of a diagnostic between quotation marks, on one line."""
    return quoted(one_line(title))
