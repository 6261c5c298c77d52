"""A page's links, forms and words, as a browser would read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from django.test import Client


@dataclass
class PageForm:
    """A form of a page: where it goes, and what its first button would send unchanged."""

    action: str
    method: str
    data: dict[str, list[str]]


class Page(HTMLParser):
    """The links, forms and visible text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[PageForm] = []
        self._words: list[str] = []
        self._form: PageForm | None = None
        self._textarea: str | None = None
        self._select: str | None = None
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    @property
    def post_actions(self) -> set[str]:
        return {form.action for form in self.forms if form.method == "post"}

    def form_to(self, action: str) -> PageForm:
        return next(form for form in self.forms if form.action == action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name = values.get("name")
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag == "form":
            self._form = PageForm(values.get("action") or "", values.get("method") or "get", {})
            self.forms.append(self._form)
        elif tag == "option" and self._form and self._select:
            options = self._form.data.setdefault(self._select, [])
            if not options or "selected" in values:  # the first one, unless another is chosen
                options[:] = [values.get("value") or ""]
        elif self._form is None or not name or "disabled" in values:
            return
        elif tag == "input":
            kind = values.get("type", "text")
            if kind in {"checkbox", "radio"} and "checked" not in values:
                return
            if kind not in {"submit", "button", "file"}:
                self._add(name, values.get("value") or ("on" if kind == "checkbox" else ""))
        elif tag == "textarea":
            self._textarea = name
            self._add(name, "")
        elif tag == "select":
            self._select = name

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._form and self._textarea:
            values = self._form.data[self._textarea]
            values[-1] = (values[-1] + data).lstrip("\n")

    def _add(self, name: str, value: str) -> None:
        self._form.data.setdefault(name, []).append(value)


def html_of(response) -> str:
    """A page as a browser takes it: where its source breaks lines makes no difference."""
    return re.sub(r"[ \t\r\n]+", " ", response.content.decode())


def page_of(response) -> Page:
    return Page(response.content.decode())


def step_data(client: Client, address: str) -> dict[str, list[str]]:
    """What the form of a step sends when nothing is changed in it."""
    return page_of(client.get(address)).form_to(address).data


def choice_shown(page: str, place: str) -> str:
    """Return what a page says of the two texts to choose between at a place."""
    blocks = page.split(f'data-choice="{place}"')
    assert len(blocks) == 2, f"{len(blocks) - 1} choices at {place}"
    return blocks[1].split('name="settle"')[0]
