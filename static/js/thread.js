// Pointing at a card of the drawing shows its thread: what it is tied to, near and far, on both
// sides. The links name the cards they tie (data-ties: the one they come from, then the others).

const drawing = document.querySelector(".thread-scroll svg");
const links = [...(drawing?.querySelectorAll("[data-ties]") ?? [])].map((path) => {
  const [source, ...targets] = path.dataset.ties.split(" ");
  return { path, source, targets };
});

// The cards reached from one, going towards the means or towards the vision only.
function reach(start, forwards) {
  const found = new Set([start]);
  for (const card of found) {
    for (const { source, targets } of links) {
      if (forwards && source === card) {
        targets.forEach((target) => found.add(target));
      } else if (!forwards && targets.includes(card)) {
        found.add(source);
      }
    }
  }
  return found;
}

function trace(number) {
  const after = reach(number, true);
  const before = reach(number, false);
  for (const { path, source, targets } of links) {
    const tied =
      (after.has(source) && targets.some((target) => after.has(target))) ||
      (before.has(source) && targets.some((target) => before.has(target)));
    path.classList.toggle("is-tied", tied);
  }
  for (const card of drawing.querySelectorAll("[data-card]")) {
    card.classList.toggle("is-tied", after.has(card.dataset.card) || before.has(card.dataset.card));
  }
  drawing.classList.add("is-traced");
}

document.querySelector("[data-trace-hint]")?.removeAttribute("hidden");
drawing?.addEventListener("pointerover", (event) => {
  const card = event.target.closest("[data-card]");
  if (card) {
    trace(card.dataset.card);
  } else {
    drawing.classList.remove("is-traced");
  }
});
drawing?.addEventListener("pointerleave", () => drawing.classList.remove("is-traced"));
