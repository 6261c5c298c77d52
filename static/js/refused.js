// What a save could not store, at the fields: why, what is offered instead, and two texts to choose from.
// keeping.js saves and says « step:kept ».

const form = document.querySelector("[data-step-form]");

function refuse(refusals) {
  const refused = new Map(refusals.map((entry) => [entry.field, entry]));
  for (const told of form.querySelectorAll("[data-refused], .invalid-feedback")) {
    told.remove();
  }
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
  }
  if (refused.size === 0) {
    document.querySelector(".error-summary[data-step-errors]")?.remove();
  }
  for (const [name, { reasons, offer }] of refused) {
    const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
    if (!field) {
      continue;
    }
    const told = document.createElement("p");
    told.className = "invalid-feedback d-block";
    told.dataset.refused = "";
    told.id = `${field.id}_error`;
    told.textContent = reasons.join(" ");
    if (offer) {
      const button = document.createElement("button");
      Object.assign(button, { type: "submit", name: "offer", value: `${name} ${offer[1]}` });
      button.className = "btn btn-outline btn-sm";
      button.textContent = `Écrire ${offer[0]}`;
      told.append(" ", button);
    }
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", told.id);
    (field.closest("fieldset, div") ?? field.parentElement).append(told);
  }
}

// Two texts for one field stand under it, until one is chosen.
function showChoices(choices) {
  const stand = new Map(choices.map((choice) => [choice.field, choice.html]));
  for (const old of form.querySelectorAll("[data-choice]")) {
    const { at } = old.dataset;
    if (!stand.has(at) || !old.contains(document.activeElement)) {
      old.remove();
    } else {
      stand.delete(at); // its buttons are in use
    }
  }
  for (const [id, html] of stand) {
    const made = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    const field = document.getElementById(id);
    field?.closest("fieldset, div").append(made);
  }
}

form.addEventListener("step:kept", (event) => {
  refuse(event.detail.refused);
  showChoices(event.detail.choices);
});

// What a number would be in the unit of its field is written there by one click, or by Enter.
function takeOffer(button) {
  // The field beside it: rows may have moved since its name was written in the button.
  const field = [...form.querySelectorAll("[aria-invalid=true]")].find((one) =>
    one.closest("fieldset, div").contains(button),
  );
  const [, ...text] = button.value.split(" ");
  field.value = text.join(" ");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  button.closest(".invalid-feedback").remove();
  field.removeAttribute("aria-invalid");
  form.dispatchEvent(new CustomEvent("rows:changed")); // saved at once
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=offer]");
  if (button) {
    event.preventDefault();
    takeOffer(button);
  }
});
form.addEventListener("keydown", (event) => {
  const isEnter = event.key === "Enter" && event.target.matches("input[aria-invalid=true]");
  const button = isEnter && event.target.closest("fieldset, div").querySelector("button[name=offer]");
  if (button) {
    event.preventDefault();
    takeOffer(button);
  }
});
