// « Aucun, volontairement » and the boxes beside it: ticking the one unticks the others. A box with
// data-exclusive="<field>" stands for none of the boxes of that field, in the same row or form.

document.addEventListener("change", (event) => {
  const box = event.target;
  const scope = box.closest("[data-row], form");
  if (box.type !== "checkbox" || !box.checked || !scope) {
    return;
  }
  const none = scope.querySelectorAll("[data-exclusive]");
  for (const other of none) {
    const ends = new RegExp(`(^|-)${other.dataset.exclusive}$`);
    if (other === box) {
      for (const link of scope.querySelectorAll("input[type=checkbox]")) {
        link.checked &&= link === box || !ends.test(link.name);
      }
    } else if (ends.test(box.name)) {
      other.checked = false;
    }
  }
});
