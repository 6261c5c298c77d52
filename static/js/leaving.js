/* Asks before a page is left with something typed in another form than the one that is sent: each button of
   these pages sends its own form, and the page comes back without the rest. Messages are conversation.js's. */

let sent = null; // the form on its way

function isChanged(field) {
  if (field.type === "hidden") {
    return false;
  }
  if (field.options) {
    const first = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return field.value !== (first?.value ?? "");
  }
  if (field.type === "checkbox" || field.type === "radio") {
    return field.checked !== field.defaultChecked;
  }
  return "defaultValue" in field && field.value !== field.defaultValue;
}

// data-unsaved: what came back refused is not kept anywhere, though nobody has touched it since.
function holdsText(form) {
  return "unsaved" in form.dataset || [...form.elements].some(isChanged);
}

document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) {
    sent = event.target;
  }
});

window.addEventListener("beforeunload", (event) => {
  const forms = [...document.querySelectorAll("main form:not([data-talk])")];
  if (forms.some((form) => form !== sent && holdsText(form))) {
    event.preventDefault();
  }
  sent = null; // whoever stays may send another
});
