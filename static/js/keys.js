// Enter in a field of one line goes to the next field and never leaves the step: a plan is typed row by
// row. An offer under the field takes Enter first (refused.js); in a text of several lines it is a line.

const form = document.querySelector("[data-step-form]");
const FIELDS = "input:not([type=hidden]), select, textarea";

function isInUse(field) {
  return field.checkVisibility() && !field.disabled;
}

// Of radio buttons, the one that Tab would reach.
function isStop(field) {
  if (field.type !== "radio") {
    return true;
  }
  const group = [...form.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)];
  return field === (group.find((one) => one.checked) ?? group[0]);
}

function nextField(field) {
  return [...form.querySelectorAll(FIELDS)].find(
    (other) =>
      field.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING &&
      (field.type !== "radio" || other.name !== field.name) &&
      isStop(other) &&
      isInUse(other),
  );
}

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.key !== "Enter" || event.defaultPrevented || event.isComposing) {
    return;
  }
  if (!target.matches("input:not([type=submit], [type=button])") || target.form !== form) {
    return;
  }
  event.preventDefault();
  nextField(target)?.focus();
});
