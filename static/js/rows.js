// The rows of a step, in the page: add, remove, move, prefill from an example; live totals; and the
// text kept when one leaves. Without JavaScript the same buttons post to the server, which answers
// the same numbering (diagnostics/forms/row_operations.py).

const form = document.querySelector("[data-step-form]");
const live = form.querySelector("[data-live]");
const signedOut = document.querySelector("[data-signed-out]");
const offline = document.querySelector("[data-offline]");
const TYPING_PAUSE = 2000; // milliseconds
const PATIENCE = 4000; // milliseconds that a draft may take
let typed = false; // and not kept yet
let sending = false; // « Enregistrer » is on its way
let soon = 0; // the timer of a draft that is about to be kept
let keeping = null; // a draft on its way

function say(message) {
  live.textContent = message;
}

function tellOffline() {
  offline.hidden = false;
  offline.focus();
}

function draft() {
  const data = new FormData(form);
  data.append("keep_draft", "1");
  return data;
}

// What was typed is kept after a pause, so that a browser that ends, or a text too long for a beacon,
// loses nothing. What a script filled is kept at once: the next page may be asked for before this one
// knows that it is left. A save waits for a draft on its way, which would otherwise come after it.
function keepSoon(pause) {
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (keeping || sending) {
      keepSoon(pause);
      return;
    }
    typed = false;
    // A save does not wait for longer: the text is in it.
    const signal = AbortSignal.timeout(PATIENCE);
    keeping = fetch(form.action, { method: "POST", body: draft(), signal })
      .then((answer) => {
        typed ||= answer.status !== 204;
        offline.hidden = true;
        signedOut.hidden = !answer.redirected; // to the page of sign-in
      })
      .catch(() => {
        typed = true; // the text is still here: the next pause, or leaving the page, tries again
        offline.hidden = navigator.onLine;
      })
      .finally(() => {
        keeping = null;
      });
  }, pause);
}

function touched() {
  typed = true;
  keepSoon(50);
  form.dispatchEvent(new CustomEvent("rows:changed"));
}

// --- Rows -----------------------------------------------------------------------------------

const ATTRIBUTES = ["id", "name", "for", "aria-describedby", "aria-labelledby"];

function rowsOf(container) {
  return [...container.querySelectorAll(":scope > [data-row]")];
}

function renumberRow(row, prefix, index) {
  const pattern = new RegExp(`${prefix}-(\\d+|__prefix__)(?=-|$)`, "g");
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of ATTRIBUTES) {
      const value = element.getAttribute(attribute);
      if (value?.includes(prefix)) {
        element.setAttribute(attribute, value.replace(pattern, `${prefix}-${index}`));
      }
    }
    if (element.name === "row_op") {
      element.value = element.value.replace(/:[^:]*$/, `:${index}`);
    }
  }
  for (const number of row.querySelectorAll("[data-row-number]")) {
    number.textContent = String(index + 1);
  }
}

function renumber(container) {
  const prefix = container.dataset.rows;
  const rows = rowsOf(container);
  rows.forEach((row, index) => {
    if (row.id !== `${prefix}-${index}`) {
      renumberRow(row, prefix, index);
    }
    for (const button of row.querySelectorAll("[name=row_op]")) {
      const verb = button.value.split(":")[0];
      button.disabled =
        (verb === "up" && index === 0) || (verb === "down" && index === rows.length - 1);
    }
  });
  container.querySelector(`[name="${prefix}-TOTAL_FORMS"]`).value = String(rows.length);
  container.querySelector(`[name="${prefix}-INITIAL_FORMS"]`).value = "0";
  const full = rows.length >= Number(container.dataset.cap);
  container.querySelector("[data-add]").hidden = full;
  container.querySelector("[data-cap-reached]").hidden = !full;
  touched();
}

function firstField(row) {
  return row.querySelector("textarea, select, input:not([type=hidden])");
}

function addRow(container) {
  const rows = rowsOf(container);
  if (rows.length >= Number(container.dataset.cap)) {
    return null;
  }
  const template = container.querySelector("[data-row-template]");
  const row = template.content.firstElementChild.cloneNode(true);
  template.before(row);
  renumber(container);
  return row;
}

// All the rows one can link to, in the place of the chosen ones and the button.
function showLinks(button, container) {
  const field = button.closest("[data-links]");
  const chosen = new Set([...field.querySelectorAll(":checked")].map((input) => input.value));
  const template = container.querySelector(`[data-link-choices="${field.dataset.links}"]`);
  const choices = template.content.cloneNode(true);
  for (const input of choices.querySelectorAll("input")) {
    input.name = field.id.replace(/^id_/, "");
    input.checked = chosen.has(input.value);
  }
  for (const label of field.querySelectorAll("label")) {
    label.remove();
  }
  button.replaceWith(choices);
  field.querySelector("input")?.focus();
}

function operate(button) {
  const [verb, name] = button.value.split(":");
  const container = form.querySelector(`[data-rows][data-name="${name}"]`);
  const noun = container.dataset.noun;
  if (verb === "add") {
    const row = addRow(container);
    firstField(row)?.focus();
    say(`Ligne ajoutée : ${noun} ${rowsOf(container).length}.`);
    return;
  }
  const row = button.closest("[data-row]");
  if (verb === "links") {
    showLinks(button, container);
    return;
  }
  if (verb === "remove") {
    const next = row.nextElementSibling?.matches("[data-row]")
      ? row.nextElementSibling
      : row.previousElementSibling;
    row.remove();
    renumber(container);
    const target = next?.matches("[data-row]") ? next : container.querySelector("[data-add]");
    target.focus();
    say(`Ligne retirée. Il reste ${rowsOf(container).length} ligne(s).`);
    return;
  }
  if (verb === "up") {
    row.previousElementSibling.before(row);
  } else {
    row.nextElementSibling.after(row);
  }
  renumber(container);
  const again = row.querySelector(`[name=row_op][value^="${verb}:"]`);
  (again.disabled ? row : again).focus();
  const position = rowsOf(container).indexOf(row) + 1;
  say(`Ligne déplacée : ${noun} ${position}.`);
}

// --- Examples and presets -------------------------------------------------------------------

function isBlank(row) {
  return [...row.querySelectorAll("input, select, textarea")].every((field) => {
    if (field.type === "checkbox" || field.type === "radio") {
      return !field.checked;
    }
    if (field.tagName === "SELECT") {
      const preset = [...field.options].findIndex((option) => option.defaultSelected);
      return field.value === "" || field.selectedIndex === Math.max(preset, 0);
    }
    return field.value.trim() === "";
  });
}

function fill(scope, prefix, values) {
  for (const [name, texts] of Object.entries(values)) {
    for (const field of scope.querySelectorAll(`[name="${prefix}-${name}"]`)) {
      if (field.type === "checkbox") {
        field.checked = texts.includes(field.value);
      } else {
        field.value = texts[0];
      }
    }
  }
}

function takeExample(button) {
  let target = null;
  const stepPrefix = form.querySelector("[data-rows]")?.dataset.rows.split("-")[0];
  for (const entry of JSON.parse(button.dataset.payload)) {
    if (entry.formset === null) {
      // What was typed there stays: an example only fills what is blank.
      const blank = Object.entries(entry.values).filter(([name]) =>
        [...form.querySelectorAll(`[name="${stepPrefix}-${name}"]`)].every(
          (field) => field.type === "checkbox" || field.value.trim() === "",
        ),
      );
      fill(form, stepPrefix, Object.fromEntries(blank));
      const name = Object.keys(entry.values)[0];
      target ??= form.querySelector(`[name="${stepPrefix}-${name}"]`);
      continue;
    }
    const container = form.querySelector(`[data-rows][data-name="${entry.formset}"]`);
    const row = rowsOf(container).find(isBlank) ?? addRow(container);
    if (!row) {
      say(`${container.dataset.cap} lignes au plus.`);
      return;
    }
    const index = rowsOf(container).indexOf(row);
    fill(row, `${container.dataset.rows}-${index}`, entry.values);
    target ??= firstField(row);
  }
  button.classList.add("is-used");
  totals();
  touched();
  say("Exemple repris : adaptez-le à votre territoire.");
  target?.focus();
}

function number(text) {
  const value = text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
  return value === "" || Number.isNaN(Number(value)) ? null : Number(value);
}

function totals() {
  for (const output of form.querySelectorAll("[data-share-total]")) {
    const shares = [...output.htmlFor].map((id) => number(document.getElementById(id).value));
    const known = shares.filter((share) => share !== null);
    const sum = Math.round(known.reduce((total, share) => total + share, 0) * 100) / 100;
    const words = String(sum).replace(".", ",");
    let verdict = "";
    if (known.length === shares.length && Math.abs(sum - 100) > 1) {
      verdict = " — le total attendu est 100\u00a0%";
    }
    output.textContent = known.length
      ? `Total des parts\u00a0: ${words}\u00a0%${verdict}`
      : "Total des parts\u00a0: à compléter";
  }
}

function preset(button) {
  const column = button.value.split(":")[1];
  const thirds = { public_pct: "33", private_pct: "33", self_pct: "34" };
  for (const [name, value] of Object.entries(thirds)) {
    document.getElementById(`id_economic_model-${column}-${name}`).value = value;
  }
  totals();
  touched();
  say("Trois tiers : 33 %, 33 %, 34 %.");
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) {
    return;
  }
  const answers = { row_op: operate, example: takeExample, preset };
  if (Object.hasOwn(answers, button.name)) {
    event.preventDefault();
    // A double click is a slip where it would add, take or remove twice; moving twice is a wish.
    if (event.detail < 2 || /^(up|down):/.test(button.value)) {
      answers[button.name](button);
    }
  }
});

form.addEventListener("input", (event) => {
  typed = true;
  keepSoon(TYPING_PAUSE);
  totals();
});

// --- Errors and missing fields: a link to a field inside a folded part opens it ----------------

function showTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  target?.closest("details:not([open])")?.setAttribute("open", "");
  if (target && form.contains(target)) {
    target.focus();
  }
}
window.addEventListener("hashchange", showTarget);
showTarget();

// --- « Enregistrer » in place --------------------------------------------------------------------

const stay = form.querySelector("[data-stay]");
const revision = form.querySelector("[data-revision]");

stay?.addEventListener("htmx:confirm", (event) => {
  clearTimeout(soon);
  if (keeping) {
    event.preventDefault();
    say("Enregistrement…");
    keeping.finally(() => event.detail.issueRequest(true));
  }
});

// Each row remembers the place it was sent in: it may be moved before the answer comes.
stay?.addEventListener("htmx:beforeRequest", () => {
  for (const container of form.querySelectorAll("[data-rows]")) {
    rowsOf(container).forEach((row, index) => {
      row.dataset.sent = String(index);
    });
  }
  typed = false;
  sending = true;
});

stay?.addEventListener("htmx:afterRequest", () => {
  sending = false;
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig.elt !== stay) {
    return;
  }
  if (event.detail.xhr.getResponseHeader("HX-Trigger")?.includes("step:saved")) {
    return;
  }
  // Not saved: the ordinary way shows why, with what was typed.
  event.detail.shouldSwap = false;
  stay.removeAttribute("hx-post");
  HTMLFormElement.prototype.requestSubmit.call(form, stay);
});

stay?.addEventListener("htmx:sendError", () => {
  typed = true;
  tellOffline();
});

document.body.addEventListener("step:saved", (event) => {
  revision.value = event.detail.revision;
  for (const [name, ids] of Object.entries(event.detail.rows)) {
    const container = form.querySelector(`[data-rows][data-name="${name}"]`);
    for (const row of rowsOf(container)) {
      const field = row.querySelector(":scope > input[type=hidden][name$='-id']");
      if (field && row.dataset.sent !== undefined) {
        field.value = ids[Number(row.dataset.sent)] ?? "";
      }
      delete row.dataset.sent;
    }
  }
  say("Enregistré.");
  offline.hidden = true;
  const label = stay.lastChild;
  label.textContent = " Enregistré";
  setTimeout(() => {
    label.textContent = " Enregistrer";
  }, 4000);
});

// --- Points to discuss, answered beside the form ------------------------------------------------

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const answer = event.detail.requestConfig.elt;
  if (!answer.closest(".point")) {
    return;
  }
  if (new URL(event.detail.xhr.responseURL).pathname !== new URL(answer.action).pathname) {
    // The session has ended: the reason stays where it was typed.
    event.detail.shouldSwap = false;
    signedOut.hidden = false;
    signedOut.focus();
  } else if (event.detail.xhr.status >= 400) {
    // It cannot be answered here: the ordinary way shows why, with what was typed.
    event.detail.isError = false;
    HTMLFormElement.prototype.submit.call(answer);
  }
});

document.body.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt.closest(".point")) {
    tellOffline();
  }
});

// --- Leaving: what was typed and not saved becomes a draft -------------------------------------

form.addEventListener("submit", (event) => {
  if (!navigator.onLine) {
    event.preventDefault(); // the browser's own page would take the place of the text
    tellOffline();
    return;
  }
  clearTimeout(soon);
  if (keeping) {
    event.preventDefault();
    say("Enregistrement…");
    const { submitter } = event;
    keeping.finally(() => HTMLFormElement.prototype.requestSubmit.call(form, submitter));
    return;
  }
  typed = false;
  sending = false;
});
window.addEventListener("pagehide", () => {
  if (typed || sending || keeping) {
    typed = !navigator.sendBeacon(form.action, draft());
  }
});

for (const container of form.querySelectorAll("[data-rows]")) {
  const rows = rowsOf(container);
  rows[0]?.querySelector('[value^="up:"]')?.setAttribute("disabled", "");
  rows.at(-1)?.querySelector('[value^="down:"]')?.setAttribute("disabled", "");
}
