"""Looking at a page as a person who cannot see it, or who has a small screen, would need it."""

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

AXE = (Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
_RUN = """async (isNarrow) => {
  // Colours do not depend on the width, and are half the work.
  const rules = isNarrow ? {"color-contrast": {enabled: false}} : {};
  const {violations} = await axe.run(document, {resultTypes: ["violations"], rules});
  return violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target).join(" ; ")}`);
}"""
_OVERFLOW = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const scrolls = (e) => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
  const wide = [...document.querySelectorAll("main *, header *, footer *")].filter((e) =>
    e.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(e.parentElement));
  return wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 80)).join(" ; ") || "page";
}"""


WIDE, NARROW = 1280, 390


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
            violations = page.evaluate(_RUN, width == NARROW)
            self.problems += [f"{name} ({width} px): {found}" for found in violations]
        page.set_viewport_size({"width": 320, "height": 640})
        overflow = page.evaluate(_OVERFLOW)
        if overflow:
            self.problems.append(f"{name}: wider than 320 px: {overflow}")
        page.set_viewport_size({"width": WIDE, "height": 800})
