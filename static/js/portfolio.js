// The portfolio's boxes: all of the page at once, and how many structures are ticked. A structure that has
// several lines is ticked on all of them.

const form = document.querySelector("[data-portfolio]");

if (form) {
  const all = form.querySelector("[data-choose-all]");
  const told = form.querySelector("[data-chosen]");
  const boxes = [...form.querySelectorAll('input[name="structure"]')];

  const tell = () => {
    const ticked = boxes.filter((box) => box.checked);
    const count = new Set(ticked.map((box) => box.value)).size;
    told.textContent = count ? `(${count})` : "";
    all.checked = ticked.length === boxes.length;
    all.indeterminate = !all.checked && ticked.length > 0;
  };

  form.addEventListener("change", ({ target }) => {
    if (target === all) {
      boxes.forEach((box) => {
        box.checked = all.checked;
      });
    } else if (target.name === "structure") {
      boxes
        .filter((box) => box.value === target.value)
        .forEach((box) => {
          box.checked = target.checked;
        });
    } else {
      return;
    }
    tell();
  });
  all.closest("[hidden]").hidden = false;
  tell();
}
