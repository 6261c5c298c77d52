"""Looking at a page as a person who cannot see it, or who has a small screen, would need it."""

import os
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

AXE = (Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
# Contrast, of texts and of links with the text around them, is four fifths of axe's work. It depends on
# the colours and the letters of a text and on what its ancestors paint: it is asked once for each such
# look in a process, not for each of its texts.
# No page has sound or video, for which alone axe would load the page's files again (preload).
_RUN = """async ([isNarrow, seen]) => {
  const options = {resultTypes: ["violations"], preload: false};
  const told = ({violations}) =>
    violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target).join(" ; ")}`);
  const colours = ["color-contrast", "link-in-text-block"];
  const others = Object.fromEntries(colours.map((name) => [name, {enabled: false}]));
  const found = told(await axe.run(document, {...options, rules: others}));
  if (isNarrow) return [found, []];  // colours do not depend on the width
  const paints = new Map([[null, ""]]);
  const painted = (e) => {
    if (!paints.has(e)) {
      const {backgroundColor, backgroundImage, opacity, position} = getComputedStyle(e);
      const own = `${backgroundColor} ${backgroundImage} ${opacity} ${position}`;
      const behind = painted(e.parentElement);
      const nothing = own === "rgba(0, 0, 0, 0) none 1 static";
      paints.set(e, nothing ? behind : `${behind}|${own}`);
    }
    return paints.get(e);
  };
  const holdsText = (e) => e.matches("input, select, textarea")
    || [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
  const around = (e) => {
    let block = e.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    const linked = [...block.querySelectorAll("a")].map((a) => a.textContent).join("");
    const stands = block.textContent.replace(/\\s/g, "").length > linked.replace(/\\s/g, "").length;
    const {fontStyle, fontFamily, textDecorationLine, border} = getComputedStyle(e);
    const said = getComputedStyle(block);
    const letters = `${said.color} ${said.fontSize} ${said.fontWeight} ${said.fontStyle} ${said.fontFamily}`;
    return `${stands} ${fontStyle} ${fontFamily} ${textDecorationLine} ${border} in ${letters}`;
  };
  const known = new Set(seen);
  const looks = new Map();
  for (const e of document.body.querySelectorAll("*")) {
    if (!(holdsText(e) || e.matches("a")) || !e.checkVisibility({visibilityProperty: true})) continue;
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(e);
    const state = e.matches(":disabled, [aria-disabled]");
    const beside = e.matches("a") ? around(e) : "";
    const look = `${color} ${fontSize} ${fontWeight} ${textShadow} ${state} ${painted(e)} ${beside}`;
    if (!known.has(look) && !looks.has(look)) looks.set(look, e);
  }
  if (looks.size) {
    const runOnly = {type: "rule", values: colours};
    found.push(...told(await axe.run({include: [...looks.values()]}, {...options, runOnly})));
  }
  return [found, [...looks.keys()]];
}"""
_looks: set[str] = set()
_OVERFLOW = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const scrolls = (e) => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
  const wide = [...document.querySelectorAll("main *, header *, footer *")].filter((e) =>
    e.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(e.parentElement));
  return wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 80)).join(" ; ") || "page";
}"""


WIDE, NARROW = 1280, 390
# A phone as well: what is wider than 320 px is looked for anyway, faults of axe rarely depend on it.
BOTH = (WIDE, NARROW) if os.environ.get("THOROUGH") else (WIDE,)


class Inspector:
    """Inspects pages one after the other; ``problems`` says all that is wrong, per page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        self.titles: dict[str, str] = {}

    def visit(self, *paths: str, status: int = 200, widths: tuple[int, ...] = (WIDE,)) -> None:
        """Go to pages and inspect each; at both widths those whose parts a phone arranges anew."""
        for path in paths:
            answer = self.page.goto(path)
            if answer is None or answer.status != status:
                self.problems.append(f"{path}: status {answer and answer.status}")
            other = self.titles.setdefault(self.page.title(), path)
            if other != path:
                self.problems.append(f"{path}: the same title as {other}")
            self.inspect(path, widths)

    def inspect(self, name: str, widths: tuple[int, ...] = (WIDE,)) -> None:
        """Inspect the page shown: structure, axe at each width, no overflow on a small screen."""
        page = self.page
        if page.locator("h1").count() != 1:
            self.problems.append(f"{name}: {page.locator('h1').count()} h1")
        if page.locator("html").get_attribute("lang") != "fr":
            self.problems.append(f"{name}: lang")
        page.evaluate(AXE)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            violations, looks = page.evaluate(_RUN, [width == NARROW, sorted(_looks)])
            _looks.update(looks)
            self.problems += [f"{name} ({width} px): {found}" for found in violations]
        page.set_viewport_size({"width": 320, "height": 640})
        overflow = page.evaluate(_OVERFLOW)
        if overflow:
            self.problems.append(f"{name}: wider than 320 px: {overflow}")
        page.set_viewport_size({"width": WIDE, "height": 800})
