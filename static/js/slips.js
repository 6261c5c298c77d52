// Slips of the pen (« 92 000 K€ ? »), asked at their fields after a save: nothing is held back. One click
// mends what can be; « c’est voulu » is an ordinary button of the form. keeping.js saves and says
// « step:kept ».

const form = document.querySelector("[data-step-form]");
const live = form.querySelector("[data-live]");

function describe(field, id, isDescribed) {
  const ids = new Set((field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  ids[isDescribed ? "add" : "delete"](id);
  if (ids.size > 0) {
    field.setAttribute("aria-describedby", [...ids].join(" "));
  } else {
    field.removeAttribute("aria-describedby");
  }
}

function remove(slip) {
  const field = document.getElementById(slip.dataset.at);
  if (field) {
    describe(field, slip.id, false);
    if (slip.contains(document.activeElement)) {
      field.focus();
    }
  }
  slip.remove();
}

// What is asked already stays as it is: somebody may be on its buttons.
function showSlips(slips) {
  const stand = new Map();
  for (const { field, html } of slips) {
    const made = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    stand.set(made.id, { field, made });
  }
  for (const old of form.querySelectorAll("[data-slip]")) {
    if (stand.get(old.id)?.made.isEqualNode(old)) {
      stand.delete(old.id);
    } else {
      remove(old);
    }
  }
  const said = [];
  for (const { field: id, made } of stand.values()) {
    const field = document.getElementById(id);
    if (field) {
      field.closest("fieldset, div").append(made);
      said.push(made.querySelector(".slip-message").textContent.trim());
    }
  }
  if (said.length > 0) {
    live.textContent = said.join(" ");
  }
  for (const slip of form.querySelectorAll("[data-slip]")) {
    const field = document.getElementById(slip.dataset.at);
    if (field) {
      describe(field, slip.id, true);
    }
  }
}

form.addEventListener("step:kept", (event) => {
  showSlips(event.detail.slips);
});

// The fields of a correction are those of the page, whatever it shows of them.
form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=correct]");
  if (!button) {
    return;
  }
  event.preventDefault();
  const written = [...new URLSearchParams(button.value)]
    .map(([name, text]) => [form.elements[name], text])
    .filter(([field]) => field);
  for (const [field, text] of written) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  written[0]?.[0].focus();
  remove(button.closest("[data-slip]"));
  live.textContent = `${button.textContent.trim()}\u00a0: c’est fait.`;
  form.dispatchEvent(new CustomEvent("rows:changed")); // saved at once
});
