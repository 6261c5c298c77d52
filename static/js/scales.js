// Step 3.3: the table shows the rows that are about an activity or a mission, and a box adds its row or
// takes it away. Rows are rows.js's (« rows:put », « rows:remove », « rows:changed », « step:news »); what
// the boxes would post without JavaScript (diagnostics/forms/scale_grid.py) is taken out before keeping.js
// looks at what there is to save.

const form = document.querySelector("[data-step-form]");
const table = form.querySelector(".scale-grid");
const container = form.querySelector(".scale-rows");
const said = form.querySelector("[data-grid-said]");
const labels = [...table.querySelectorAll("thead th")].slice(1).map((head) => head.textContent);
const scales = [...container.querySelector("[data-row-template]").content.querySelectorAll("option")]
  .map((option) => option.value)
  .filter(Boolean);
const lines = new Map([...table.querySelectorAll("tr[data-line]")].map((line) => [line.dataset.line, line]));
const taken = new Map(); // the rows of boxes that were unticked, with what was typed in them
const opened = new WeakSet(); // rows whose name and note one asked to see

function rowsOf() {
  return [...container.querySelectorAll(":scope > [data-row]")];
}

function field(row, name) {
  return row.querySelector(`[name$="-${name}"]`);
}

function text(row) {
  return ["territory", "note"].map((name) => field(row, name).value.trim()).find(Boolean) ?? "";
}

function boxesOf(line) {
  return [...line.querySelectorAll("input")];
}

function titleOf(line) {
  return line.querySelector("[data-title]").textContent;
}

// --- The table says what the rows say --------------------------------------------------------------

function show() {
  const rowsAt = new Map([...lines.keys()].map((subject) => [subject, new Map()]));
  for (const row of rowsOf()) {
    const [subject, scale] = [field(row, "subject").value, field(row, "scale").value];
    const here = rowsAt.get(subject);
    const isPlaced = Boolean(here && scale);
    if (isPlaced) {
      here.set(scale, [...(here.get(scale) ?? []), row]);
      row.querySelector("[data-row-title]").textContent = `${labels[scales.indexOf(scale)]} — ${titleOf(lines.get(subject))}`;
    }
    row.toggleAttribute("data-placed", isPlaced);
    row.toggleAttribute("data-of-line", Boolean(subject));
    const isNeeded = row.contains(document.activeElement) || row.querySelector("[aria-invalid], [data-choice]");
    row.hidden = isPlaced && !text(row) && !opened.has(row) && !isNeeded;
    row.querySelector("[data-to-grid]").hidden = !isPlaced;
  }
  for (const [subject, line] of lines) {
    showLine(line, rowsAt.get(subject), missionOf(line, rowsAt));
  }
}

// The échelons of the mission that an activity stands under.
function missionOf(line, rowsAt) {
  const first = line.parentElement.querySelector("tr");
  return first !== line && first.dataset.line.startsWith("mission:") ? rowsAt.get(first.dataset.line) : new Map();
}

function showLine(line, own, above) {
  const inherited = [];
  boxesOf(line).forEach((box, index) => {
    const rows = own.get(scales[index]) ?? [];
    box.checked = rows.length > 0;
    if (box.checked) {
      box.id = `id_${rows[0].id}-scale`;
    } else {
      box.removeAttribute("id");
    }
    const isAbove = own.size === 0 && above.has(scales[index]);
    box.closest("td").classList.toggle("is-inherited", isAbove);
    if (isAbove) {
      inherited.push(labels[index]);
    }
  });
  const names = [...own.values()].flat().map((row) => field(row, "territory").value.trim());
  let words = [...new Set(names.filter(Boolean))].join(", ");
  if (inherited.length > 0) {
    const last = inherited.pop();
    words = `par sa mission\u00a0: ${inherited.length > 0 ? `${inherited.join(", ")} et ${last}` : last}`;
  } else if (own.size === 0 && !line.dataset.line.startsWith("mission:")) {
    words = "sans échelon";
  }
  const place = line.querySelector("[data-said]");
  if (place.textContent !== words) {
    place.textContent = words;
  }
  line.querySelector("[data-more]").hidden = own.size === 0;
}

// --- A box adds a row or takes it away ------------------------------------------------------------------

function rowsFor(line, scale) {
  return rowsOf().filter(
    (row) => field(row, "subject").value === line.dataset.line && field(row, "scale").value === scale,
  );
}

function put(detail) {
  form.dispatchEvent(new CustomEvent("rows:put", { detail: { name: "rows", ...detail } }));
}

function tick(box, line, scale) {
  const [waiting] = rowsFor(line, "");
  const before = taken.get(box.value) ?? [];
  if (before.length > 0) {
    taken.delete(box.value);
    for (const row of before) {
      put({ row });
    }
    said.textContent = before.some(text) ? "Échelon remis, avec ce qui y était écrit." : "";
  } else if (waiting) {
    field(waiting, "scale").value = scale;
    form.dispatchEvent(new CustomEvent("rows:changed"));
  } else {
    put({ id: box.value, values: { subject: [line.dataset.line], scale: [scale] } });
  }
  line.querySelector(".row-removed")?.remove();
}

function untick(box, line, scale) {
  const rows = rowsFor(line, scale);
  taken.set(box.value, rows);
  for (const row of rows) {
    form.dispatchEvent(new CustomEvent("rows:remove", { detail: { row } }));
  }
  line.querySelector(".row-removed")?.remove();
  if (rows.some(text)) {
    const label = labels[scales.indexOf(scale)];
    const bar = document.createElement("span");
    const back = document.createElement("button");
    bar.className = "row-removed";
    back.type = "button";
    back.className = "btn btn-quiet btn-sm";
    back.textContent = "Annuler";
    back.addEventListener("click", () => {
      box.checked = true;
      tick(box, line, scale);
      show();
      box.focus();
    });
    bar.append(`Retrait\u00a0: ${label} («\u00a0${rows.map(text).find(Boolean)}\u00a0»). `, back);
    line.querySelector("th").append(bar);
    said.textContent = `Retrait\u00a0: ${label}. «\u00a0Annuler\u00a0» le remet.`;
  }
}

table.addEventListener("change", (event) => {
  const box = event.target;
  const line = box.closest("tr");
  const scale = scales[boxesOf(line).indexOf(box)];
  (box.checked ? tick : untick)(box, line, scale);
  show();
});
// The box is no text of the form: its row says what is to be saved.
table.addEventListener("input", (event) => {
  event.stopPropagation();
});

// --- From a line to its names and notes, and back ---------------------------------------------------------

table.addEventListener("click", (event) => {
  const more = event.target.closest("[data-more]");
  if (!more) {
    return;
  }
  event.preventDefault();
  const subject = more.closest("tr").dataset.line;
  const rows = rowsOf().filter((row) => field(row, "subject").value === subject);
  for (const row of rows) {
    opened.add(row);
  }
  show();
  (rows.find((row) => !text(row)) ?? rows[0]).querySelector("[name$='-territory']").focus();
});
// On a phone a line shows its own échelons, and all of them when asked to.
table.addEventListener("click", (event) => {
  const choose = event.target.closest("[data-choose]");
  if (choose) {
    const isOpen = choose.closest("tr").classList.toggle("is-open");
    choose.setAttribute("aria-expanded", String(isOpen));
    choose.firstChild.textContent = isOpen ? "Refermer" : "Choisir";
  }
});
table.classList.add("is-folding");

container.addEventListener("click", (event) => {
  const back = event.target.closest("[data-to-grid]");
  if (back) {
    document.getElementById(`id_${back.closest("[data-row]").id}-scale`).focus();
  }
});

// A row that one is led to, or is in, stays in sight.
container.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) {
    opened.add(row);
  }
});
window.addEventListener("hashchange", () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const row = target?.closest("[data-row]");
  if (row && container.contains(row)) {
    opened.add(row);
    show();
    target.focus();
  }
});

for (const part of form.querySelectorAll("[data-without-script]")) {
  part.remove();
}
for (const box of table.querySelectorAll("input")) {
  box.removeAttribute("name");
}
for (const kind of ["rows:changed", "step:news"]) {
  form.addEventListener(kind, show);
}
form.addEventListener("step:kept", () => queueMicrotask(show)); // once refused.js has shown it
container.addEventListener("input", show);
show();
