// The rows of a step, in the page: add, remove, move, prefill from an example. Without
// JavaScript the same buttons post to the server, which answers the same numbering
// (diagnostics/forms/row_operations.py). What was typed is keeping.js's; what a row shows of itself is
// compact.js's.
//
// Rows are numbered in the order of the answer. Where they stand in groups (activities, under their
// missions) that order is not the order of the page: a row moves within its group, a new one is the last.

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
const LAST = 1e9;

function numberOf(row) {
  return Number(/-(\d+)$/.exec(row.id)?.[1] ?? LAST);
}

function inPage(scope) {
  return [...scope.querySelectorAll("[data-row]")];
}

function rowsOf(container) {
  return inPage(container).sort((one, other) => numberOf(one) - numberOf(other));
}

function containerNamed(name) {
  return form.querySelector(`[data-rows][data-name="${name}"]`);
}

// The rows that a row stands among.
function groupOf(row) {
  return row.closest("[data-group]") ?? row.closest("[data-rows]");
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

// Radio buttons that change their name may meet those of another row on the way: what was chosen is put back.
function keepingChoices(rows, change) {
  const chosen = rows.flatMap((row) => [...row.querySelectorAll("input[type=radio]:checked")]);
  change();
  for (const radio of chosen) {
    radio.checked = true;
  }
}

function renumber(container, rows = rowsOf(container), { isNews = false } = {}) {
  const prefix = container.dataset.rows;
  keepingChoices(rows, () => {
    rows.forEach((row, index) => {
      if (row.id !== `${prefix}-${index}`) {
        renumberRow(row, prefix, index);
      }
    });
  });
  showEdges(container);
  container.querySelector(`[name="${prefix}-TOTAL_FORMS"]`).value = String(rows.length);
  container.querySelector(`[name="${prefix}-INITIAL_FORMS"]`).value = "0";
  const full = rows.length >= Number(container.dataset.cap);
  for (const button of container.querySelectorAll("[data-add]")) {
    button.hidden = full;
  }
  container.querySelector("[data-cap-reached]").hidden = !full;
  if (!isNews) {
    touched();
  }
}

// The first row of a group does not go up, the last one does not go down.
function showEdges(container) {
  for (const group of new Set(inPage(container).map(groupOf))) {
    const rows = inPage(group);
    rows.forEach((row, place) => {
      for (const button of row.querySelectorAll("[name=row_op]")) {
        const verb = button.value.split(":")[0];
        button.disabled = (verb === "up" && place === 0) || (verb === "down" && place === rows.length - 1);
      }
    });
  }
}

function firstField(row) {
  return row.querySelector("textarea, select, input:not([type=hidden])");
}

// The field that says in which group a row stands.
function placeField(row) {
  const { placedBy } = row.closest("[data-rows]").dataset;
  return placedBy ? row.querySelector(`[name="${row.id}-${placedBy}"]`) : null;
}

// Where a group takes one row more: before its button, if it has one.
function putLast(group, row) {
  const add = group.querySelector(":scope > p:has(> [data-add])");
  if (add) {
    add.before(row);
  } else {
    group.append(row);
  }
}

function addRow(container, place = "") {
  const rows = rowsOf(container);
  if (rows.length >= Number(container.dataset.cap)) {
    return null;
  }
  const template = container.querySelector("[data-row-template]");
  const row = template.content.firstElementChild.cloneNode(true);
  idOf(row).value = newId(container.dataset.idPrefix);
  keepingChoices(rows, () => {
    putLast(groupAt(container, place), row);
    renumber(container, [...rows, row]);
  });
  const field = placeField(row);
  if (field) {
    field.value = place;
  }
  return row;
}

function groupAt(container, place) {
  const groups = [...container.querySelectorAll("[data-group]")];
  return groups.find((group) => group.dataset.group === place) ?? groups.at(-1) ?? container;
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
  const container = containerNamed(name);
  if (row && rowsOf(container).length < Number(container.dataset.cap)) {
    const rows = rowsOf(container);
    keepingChoices([...rows, row], () => {
      container.querySelector("[data-row-template]").before(row);
      renumber(container, [...rows, row]);
    });
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

// The details of a row show at once what one can link to.
form.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.open && target.matches("details[data-more]")) {
      for (const button of target.querySelectorAll('[name=row_op][value^="links:"]')) {
        showLinks(button, target.closest("[data-rows]"), { isAsked: false });
      }
    }
  },
  true,
);

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
    const rows = rowsOf(container);
    if (rows.length >= Number(container.dataset.cap)) {
      say(`${container.dataset.cap} lignes au plus.`);
      return;
    }
    keepingChoices([...rows, row], () => {
      bar.replaceWith(row);
      const around = inPage(groupOf(row));
      const after = around[around.indexOf(row) + 1];
      rows.splice(after ? rows.indexOf(after) : Math.min(place, rows.length), 0, row);
      renumber(container, groupOf(row) === container ? inPage(container) : rows);
    });
    firstField(row)?.focus();
    say("Ligne remise.");
  });
}

function remove(row, container) {
  const noun = container.dataset.noun;
  const around = inPage(groupOf(row));
  const at = around.indexOf(row);
  const next = around[at + 1] ?? around[at - 1];
  const add = groupOf(row).querySelector(":scope > p > [data-add]");
  const offered = !isBlank(row);
  if (offered) {
    offerBack(row, container, noun, numberOf(row));
  } else {
    row.remove();
  }
  renumber(container);
  (next ?? add ?? container).focus();
  const left = inPage(container).length;
  const links = row.querySelector("[data-linked-from]")?.dataset.linkedFrom;
  const undone = links ? ` Liens défaits\u00a0: ${links}.` : "";
  say(`Ligne retirée.${undone} Il reste ${left} ligne(s).${offered ? " «\u00a0Annuler\u00a0» la remet." : ""}`);
}

function move(row, container, verb) {
  const around = inPage(groupOf(row));
  const other = around[around.indexOf(row) + (verb === "up" ? -1 : 1)];
  const rows = rowsOf(container);
  const [here, there] = [rows.indexOf(row), rows.indexOf(other)];
  [rows[here], rows[there]] = [other, row];
  if (verb === "up") {
    other.before(row);
  } else {
    other.after(row);
  }
  renumber(container, rows);
  const again = row.querySelector(`[name=row_op][value^="${verb}:"]`);
  (again.disabled ? row : again).focus();
  say(`Ligne déplacée : ${container.dataset.noun} ${there + 1}.`);
}

function operate(button) {
  const [verb, name, place] = button.value.split(":");
  const container = containerNamed(name);
  if (verb === "add") {
    const row = addRow(container, place);
    firstField(row)?.focus();
    say(`Ligne ajoutée : ${container.dataset.noun} ${inPage(container).length}.`);
    return;
  }
  const row = button.closest("[data-row]");
  if (verb === "links") {
    showLinks(button, container);
  } else if (verb === "remove") {
    remove(row, container);
  } else {
    move(row, container, verb);
  }
}

// --- Blank rows, and what fills them ----------------------------------------------------------

function isBlank(row) {
  const place = placeField(row);
  return [...row.querySelectorAll("input:not([type=hidden]), select, textarea")].every((field) => {
    if (field === place) {
      return true; // where it stands is not what it says
    }
    if (field.type === "checkbox" || field.type === "radio") {
      return !field.checked || field.value === "";
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

function write(field, texts) {
  if (field.type === "checkbox" || field.type === "radio") {
    field.checked = texts.includes(field.value);
    return;
  }
  const [value = ""] = texts;
  field.value = value;
  // A row that was added elsewhere since is not in the list: it must not be untied by the next save.
  if (field.tagName === "SELECT" && field.value !== value) {
    field.add(new Option("Ligne ajoutée à l’instant", value, true, true));
  }
}

function fill(scope, prefix, values) {
  for (const [name, texts] of Object.entries(values)) {
    for (const field of scope.querySelectorAll(`[name="${prefix}-${name}"]`)) {
      write(field, texts);
    }
  }
}

// An example writes a row (examples.js): the first that is blank, or a new one; no row at the cap.
form.addEventListener("rows:fill", ({ detail }) => {
  const container = containerNamed(detail.name);
  const { placedBy } = container.dataset;
  const place = detail.values[placedBy]?.[0] ?? "";
  const blank = rowsOf(container).filter(isBlank);
  const here = placedBy ? blank.find((row) => placeField(row).value === place) : blank[0];
  const row = here ?? addRow(container, place);
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
  if (button?.name === "row_op") {
    event.preventDefault();
    // A double click is a slip where it would add or remove twice; moving twice is a wish.
    if (event.detail < 2 || /^(up|down):/.test(button.value)) {
      operate(button);
    }
  }
});

// A row goes to the group that its field says; its number stays.
function regroup(row) {
  const container = row.closest("[data-rows]");
  const group = groupAt(container, placeField(row).value);
  if (group !== groupOf(row) && group !== container) {
    const after = inPage(group).find((other) => numberOf(other) > numberOf(row));
    if (after) {
      after.before(row);
    } else {
      putLast(group, row);
    }
    showEdges(container);
  }
}

form.addEventListener("change", ({ target }) => {
  const row = target.closest("[data-row]");
  if (row && target === placeField(row)) {
    regroup(row);
    target.focus();
    say(`Ligne déplacée : ${target.selectedOptions[0].textContent}.`);
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
    arrange(containerNamed(name), ids, before, skipped);
  }
  for (const [place, values] of Object.entries(texts)) {
    const fields = fieldsAt(place, values);
    const isTyped = String(before.get(place) ?? []) !== String(now.get(place) ?? []);
    if (isTyped || fields.includes(focused)) {
      skipped.push(place);
      continue;
    }
    for (const field of fields) {
      write(field, values);
    }
  }
  for (const row of inPage(form)) {
    if (placeField(row) && !row.contains(focused)) {
      regroup(row);
    }
  }
});

function rowsByKey(container) {
  return new Map(rowsOf(container).map((row) => [row.dataset.key ?? idOf(row).value, row]));
}

function fieldsAt(place, values) {
  const [first, ...rest] = place.split("/");
  const container = containerNamed(first);
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
  const focused = inPage(container).find((row) => row.contains(document.activeElement));
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
  const wanted = ids.filter((id) => rows.has(id)).map((id) => rows.get(id));
  wanted.push(...rowsOf(container).filter((row) => !wanted.includes(row)));
  for (const group of new Set(wanted.map(groupOf))) {
    const within = wanted.filter((row) => groupOf(row) === group);
    const place = within.indexOf(focused);
    within.forEach((row, index) => {
      if (row === focused) {
        return;
      }
      if (index < place) {
        focused.before(row);
      } else {
        putLast(group, row);
      }
    });
  }
  renumber(container, wanted, { isNews: true });
}

// --- Errors and missing fields: a link to a field inside a folded part opens it ----------------

function showTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  target?.closest("details:not([open])")?.setAttribute("open", "");
  if (target && target.getClientRects().length === 0) {
    // On a phone the line of a row is folded with its details.
    target.closest("[data-row]")?.querySelector("details[data-more]")?.setAttribute("open", "");
  }
  if (target && form.contains(target)) {
    target.focus();
  }
}
window.addEventListener("hashchange", showTarget);
showTarget();

for (const container of form.querySelectorAll("[data-rows]")) {
  showEdges(container);
}
