// The rows of a step, in the page: add, remove, move, prefill from an example. Without
// JavaScript the same buttons post to the server, which answers the same numbering
// (diagnostics/forms/row_operations.py). What was typed is keeping.js's.

const form = document.querySelector("[data-step-form]");
const live = form.querySelector("[data-live]");

function say(message) {
  live.textContent = message;
}

function touched() {
  form.dispatchEvent(new CustomEvent("rows:changed"));
}

// --- Rows -----------------------------------------------------------------------------------

const ATTRIBUTES = ["id", "name", "for", "aria-describedby", "aria-labelledby", "data-at"];

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
  for (const place of row.querySelectorAll("[data-row-number]")) {
    place.textContent = String(index + 1);
  }
}

function renumber(container, { isNews = false } = {}) {
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
  if (!isNews) {
    touched();
  }
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
  idOf(row).value = newId(container.dataset.idPrefix);
  template.before(row);
  renumber(container);
  return row;
}

function idOf(row) {
  return row.querySelector(":scope > input[type=hidden][name$='-id']");
}

// As diagnostics/domain/answers/base.py makes them: a form that is sent twice adds a row once.
function newId(prefix) {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789";
  const drawn = crypto.getRandomValues(new Uint8Array(5));
  return prefix + [...drawn].map((byte) => letters[byte % letters.length]).join("");
}

// All the rows one can link to, in the place of the chosen ones and the button.
function showLinks(button, container, { isAsked = true } = {}) {
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
  if (isAsked) {
    field.querySelector("input")?.focus();
  }
}

// What another module shows in its own way (scales.js): a new row with its id and values, or a row that
// was removed before; no row at the cap.
form.addEventListener("rows:put", (event) => {
  const { name, id, values, row } = event.detail;
  const container = form.querySelector(`[data-rows][data-name="${name}"]`);
  if (row && rowsOf(container).length < Number(container.dataset.cap)) {
    container.querySelector("[data-row-template]").before(row);
    renumber(container);
    return;
  }
  const isTaken = rowsOf(container).some((other) => idOf(other).value === id);
  const added = row ? null : addRow(container);
  event.detail.row = added;
  if (!added) {
    say(`${container.dataset.cap} lignes au plus.`);
    return;
  }
  if (!isTaken) {
    idOf(added).value = id;
  }
  fill(added, added.id, values);
  touched();
});

// --- Taking back: a row that held something can be put back until the page is left ----------------

function offerBack(row, container, noun, place) {
  const bar = document.createElement("p");
  bar.className = "row-removed";
  const text = firstField(row)?.value.trim() ?? "";
  const name = text && !firstField(row).matches("select") ? `«\u00a0${text.length > 60 ? `${text.slice(0, 59).trimEnd()}…` : text}\u00a0»` : place + 1;
  const back = document.createElement("button");
  back.type = "button";
  back.className = "btn btn-quiet btn-sm";
  back.textContent = "Annuler";
  const links = row.querySelector("[data-linked-from]")?.dataset.linkedFrom;
  const undone = links ? `Liens défaits\u00a0: ${links}. ` : "";
  bar.append(`Retrait\u00a0: ${noun} ${name}. ${undone}`, back);
  row.replaceWith(bar);
  back.addEventListener("click", () => {
    if (rowsOf(container).length >= Number(container.dataset.cap)) {
      say(`${container.dataset.cap} lignes au plus.`);
      return;
    }
    bar.replaceWith(row);
    renumber(container);
    firstField(row)?.focus();
    say("Ligne remise.");
  });
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
  const rows = rowsOf(container);
  const place = rows.indexOf(row);
  if (verb === "remove") {
    const next = rows[place + 1] ?? rows[place - 1];
    const offered = !isBlank(row);
    if (offered) {
      offerBack(row, container, noun, place);
    } else {
      row.remove();
    }
    renumber(container);
    (next ?? container.querySelector("[data-add]")).focus();
    const left = rowsOf(container).length;
    const links = row.querySelector("[data-linked-from]")?.dataset.linkedFrom;
    const undone = links ? ` Liens défaits\u00a0: ${links}.` : "";
    say(`Ligne retirée.${undone} Il reste ${left} ligne(s).${offered ? " «\u00a0Annuler\u00a0» la remet." : ""}`);
    return;
  }
  if (verb === "up") {
    rows[place - 1].before(row);
  } else {
    rows[place + 1].after(row);
  }
  renumber(container);
  const again = row.querySelector(`[name=row_op][value^="${verb}:"]`);
  (again.disabled ? row : again).focus();
  const position = rowsOf(container).indexOf(row) + 1;
  say(`Ligne déplacée : ${noun} ${position}.`);
}

// --- Blank rows, and what fills them -------------------------------------------------------------------

function isBlank(row) {
  return [...row.querySelectorAll("input:not([type=hidden]), select, textarea")].every((field) => {
    if (field.type === "checkbox" || field.type === "radio") {
      return !field.checked;
    }
    if (field.tagName === "SELECT") {
      return field.value === "" || field.value === newValue(field);
    }
    return field.value.trim() === "";
  });
}

// What a list shows in a new row.
function newValue(select) {
  const name = select.name.replace(/^.*-/, "-");
  const template = select.closest("[data-rows]")?.querySelector("[data-row-template]");
  return template?.content.querySelector(`select[name$="${name}"]`)?.value;
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

// An example writes a row (examples.js): the first that is blank, or a new one; no row at the cap.
form.addEventListener("rows:fill", ({ detail }) => {
  const container = form.querySelector(`[data-rows][data-name="${detail.name}"]`);
  const row = rowsOf(container).find(isBlank) ?? addRow(container);
  if (row) {
    fill(row, row.id, detail.values);
    detail.row = row;
  }
});

form.addEventListener("rows:remove", ({ detail }) => {
  const container = detail.row.closest("[data-rows]");
  detail.row.remove();
  renumber(container);
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) {
    return;
  }
  if (button.name === "row_op") {
    event.preventDefault();
    // A double click is a slip where it would add or remove twice; moving twice is a wish.
    if (event.detail < 2 || /^(up|down):/.test(button.value)) {
      operate(button);
    }
  }
});

// --- What others stored meanwhile -----------------------------------------------------------------

// ``texts``: by place, those that are not what the page sent; ``rows``: the ids of each set in order;
// ``before`` and ``now``: the page's texts when it was sent and now. What one is typing is left alone
// and told in ``skipped``.
form.addEventListener("step:news", (event) => {
  const { texts, rows, before, now, skipped } = event.detail;
  const focused = document.activeElement;
  for (const [name, ids] of Object.entries(rows)) {
    arrange(form.querySelector(`[data-rows][data-name="${name}"]`), ids, before, skipped);
  }
  for (const [place, values] of Object.entries(texts)) {
    const fields = fieldsAt(place, values);
    const isTyped = String(before.get(place) ?? []) !== String(now.get(place) ?? []);
    if (isTyped || fields.includes(focused)) {
      skipped.push(place);
      continue;
    }
    for (const field of fields) {
      put(field, values);
    }
  }
});

function put(field, values) {
  if (["checkbox", "radio"].includes(field.type)) {
    field.checked = values.includes(field.value);
    return;
  }
  const [value = ""] = values;
  field.value = value;
  // A row that was added elsewhere since is not in the list: it must not be untied by the next save.
  if (field.tagName === "SELECT" && field.value !== value) {
    field.add(new Option("Ligne ajoutée à l’instant", value, true, true));
  }
}

function rowsByKey(container) {
  return new Map(rowsOf(container).map((row) => [row.dataset.key ?? idOf(row).value, row]));
}

function fieldsAt(place, values) {
  const [first, ...rest] = place.split("/");
  const container = form.querySelector(`[data-rows][data-name="${first}"]`);
  if (!container) {
    return [...form.querySelectorAll(`[name="${form.dataset.stepForm}-${[first, ...rest].join("-")}"]`)];
  }
  const row = rowsByKey(container).get(rest[0]);
  if (!row) {
    return [];
  }
  const name = `${row.id}-${rest[1]}`;
  const found = () => [...row.querySelectorAll(`[name="${name}"]`)];
  const more = document.getElementById(`id_${name}`)?.querySelector("[name=row_op]");
  if (more && values.some((value) => !found().some((field) => field.value === value))) {
    showLinks(more, container, { isAsked: false });
  }
  return found();
}

// Rows that came in, went, or moved; the row one is in stays where it is.
function arrange(container, ids, before, skipped) {
  const here = rowsByKey(container);
  const name = container.dataset.name;
  const sent = new Set([...before.keys()].map((place) => place.split("/")).map(([set, key]) => (set === name ? key : "")));
  const focused = rowsOf(container).find((row) => row.contains(document.activeElement));
  for (const [key, row] of here) {
    if (!ids.includes(key) && sent.has(key) && !isBlank(row)) {
      if (row === focused) {
        skipped.push(`${name}/${key}`);
      } else {
        row.remove();
      }
    }
  }
  for (const id of ids) {
    if (!here.has(id)) {
      const row = addRow(container);
      if (!row) {
        skipped.push(`${name}/${id}`);
        continue;
      }
      idOf(row).value = id;
    }
  }
  const rows = rowsByKey(container);
  const wanted = [...ids.filter((id) => rows.has(id)).map((id) => rows.get(id))];
  wanted.push(...rowsOf(container).filter((row) => !wanted.includes(row)));
  const place = wanted.indexOf(focused);
  const after = container.querySelector("[data-row-template]");
  wanted.forEach((row, index) => {
    if (row !== focused) {
      (index < place ? focused : after).before(row);
    }
  });
  renumber(container, { isNews: true });
}

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

for (const container of form.querySelectorAll("[data-rows]")) {
  const rows = rowsOf(container);
  rows[0]?.querySelector('[value^="up:"]')?.setAttribute("disabled", "");
  rows.at(-1)?.querySelector('[value^="down:"]')?.setAttribute("disabled", "");
}
