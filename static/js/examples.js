// The examples of the kit: a click takes one, a second takes it back; ✓ says which are in the form. Without
// JavaScript the same buttons post (diagnostics/forms/examples.py). Rows are rows.js's: it answers
// « rows:fill » and « rows:remove ».

const form = document.querySelector("[data-step-form]");
const live = form.querySelector("[data-live]");
const examples = document.querySelector("[data-examples]");
const buttons = [...document.querySelectorAll("button[name=example]")];
const step = form.dataset.stepForm;
const FIELDS = "input:not([type=hidden]), select, textarea";

function say(message) {
  live.textContent = message;
}

function entriesOf(button) {
  return JSON.parse(button.dataset.payload);
}

function fieldsOf(prefix, name) {
  return [...form.querySelectorAll(`[name="${prefix}-${name}"]`)];
}

function textsOf(prefix, name) {
  return fieldsOf(prefix, name)
    .filter((field) => !["checkbox", "radio"].includes(field.type) || field.checked)
    .map((field) => field.value);
}

function holds(prefix, values) {
  return Object.entries(values).every(
    ([name, texts]) => textsOf(prefix, name).join("\n") === texts.join("\n"),
  );
}

function containerOf(entry) {
  return form.querySelector(`[data-rows][data-name="${entry.formset}"]`);
}

function rowOf(entry, values) {
  const rows = [...containerOf(entry).querySelectorAll("[data-row]")];
  return rows.find((row) => holds(row.id, values));
}

// What tells which row it is, whatever was changed beside it.
function knownBy({ values, ...entry }) {
  const names = containerOf(entry).dataset.knownBy.split(" ");
  const known = Object.entries(values).filter(([name]) => names.includes(name));
  return known.length > 0 ? Object.fromEntries(known) : values;
}

function isUsed(button) {
  return entriesOf(button).every((entry) =>
    entry.formset === null ? holds(step, entry.values) : rowOf(entry, knownBy(entry)),
  );
}

function show(button) {
  const used = isUsed(button);
  button.classList.toggle("is-used", used);
  button.querySelector(".plus").textContent = used ? "✓" : "+";
  button.querySelector("[data-used]").hidden = !used;
}

let timer = 0;
function showSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => buttons.forEach(show), 200);
}

// --- Taking one, and taking it back ---------------------------------------------------------------

function take(button) {
  for (const entry of entriesOf(button)) {
    if (entry.formset === null) {
      for (const [name, texts] of Object.entries(entry.values)) {
        for (const field of fieldsOf(step, name)) {
          // What was typed there stays: an example only fills what is blank.
          if (field.value.trim() === "") {
            field.value = texts[0];
          }
        }
      }
    } else {
      const detail = { name: entry.formset, values: entry.values, row: null };
      form.dispatchEvent(new CustomEvent("rows:fill", { detail }));
      if (!detail.row) {
        say(`${containerOf(entry).dataset.cap} lignes au plus.`);
        return;
      }
    }
  }
  say("Exemple repris\u00a0: adaptez-le à votre territoire. Un second clic le retire.");
}

// Only what was not changed since goes.
function isUntouched(row, values) {
  return [...row.querySelectorAll(FIELDS)].every((field) => {
    const name = field.name.slice(row.id.length + 1);
    const isBox = ["checkbox", "radio"].includes(field.type);
    if (Object.hasOwn(values, name)) {
      return !isBox || !field.checked || values[name].includes(field.value);
    }
    return isBox ? !field.checked || field.value === "" : field.value === "";
  });
}

function takeBack(button) {
  let left = 0;
  for (const entry of entriesOf(button)) {
    if (entry.formset === null) {
      for (const name of Object.keys(entry.values)) {
        for (const field of fieldsOf(step, name)) {
          field.value = "";
        }
      }
      continue;
    }
    const row = rowOf(entry, entry.values);
    if (row && isUntouched(row, entry.values) && !row.querySelector("[data-linked-from]")) {
      form.dispatchEvent(new CustomEvent("rows:remove", { detail: { row } }));
    } else {
      left += 1;
    }
  }
  say(
    left > 0
      ? "Cette ligne a été adaptée, ou d’autres s’y rattachent\u00a0: retirez-la elle-même."
      : "Exemple retiré.",
  );
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=example]");
  if (!button) {
    return;
  }
  event.preventDefault();
  // A double click is a slip where it would take and take back.
  if (event.detail < 2) {
    (isUsed(button) ? takeBack : take)(button);
    form.dispatchEvent(new CustomEvent("rows:changed"));
    buttons.forEach(show);
  }
});

for (const kind of ["input", "rows:changed", "step:news"]) {
  form.addEventListener(kind, showSoon);
}

// --- Beside the form, or above it ------------------------------------------------------------------

if (examples) {
  const aside = examples.parentElement;
  const above = form.querySelector("[data-examples-on-phone]");
  const wide = window.matchMedia("(min-width: 80rem)");
  const place = () => {
    (wide.matches ? aside : above).prepend(examples);
    examples.open = wide.matches;
  };
  wide.addEventListener("change", place);
  place();
}
