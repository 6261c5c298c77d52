// What a row of one line shows of itself: its details open where something is to be said, a hint of what
// they hold while they are closed, and what a quality that is aimed at does not need. Rows are rows.js's.

const form = document.querySelector("[data-step-form]");
const LENGTH = 30; // characters of a text in a hint

function short(text) {
  return text.length > LENGTH ? `${text.slice(0, LENGTH - 1).trimEnd()}…` : text;
}

function told(field) {
  if (field.type === "checkbox" || field.type === "radio") {
    const words = field.closest("label").textContent.trim().replace(/\s+/g, " ");
    return field.checked && field.value ? short(words.includes(" · ") ? words.split(" · ")[0] : words) : "";
  }
  const isChoice = field.tagName === "SELECT";
  return short((isChoice && field.value ? field.selectedOptions[0].textContent : isChoice ? "" : field.value).trim());
}

// As templatetags/questionnaire.py writes it.
function hint(row) {
  const place = row.closest("[data-rows]").dataset.placedBy;
  const words = (scope, skip = () => false) =>
    [...scope.querySelectorAll("input:not([type=hidden]), select, textarea")]
      .filter((field) => !skip(field))
      .map(told)
      .filter(Boolean)
      .join(" · ");
  const [line, more] = row.querySelector("[data-hint]").children;
  line.textContent = words(row.querySelector(".row-line"), (field) => field.closest(".cell-main"));
  const links = row.querySelector("[data-linked-from]")?.dataset.linkedFrom;
  const held = words(row.querySelector("details[data-more]"), (field) => place && field.name.endsWith(`-${place}`));
  more.textContent = [held, links ? `lié depuis ${short(links)}` : ""].filter(Boolean).join(" · ");
}

form.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches("details[data-more]") && !target.open) {
      hint(target.closest("[data-row]"));
    }
  },
  true,
);

// What is refused or to be chosen is never folded away.
form.addEventListener("step:kept", () => {
  for (const more of form.querySelectorAll("details[data-more]:not([open])")) {
    if (more.querySelector("[aria-invalid=true], [data-choice], [data-slip], .invalid-feedback")) {
      more.open = true;
    }
  }
});
form.addEventListener("step:news", () => {
  for (const row of form.querySelectorAll("[data-row]:has(details[data-more]:not([open]))")) {
    hint(row);
  }
});

// A new row opens as one types in it, so that what it serves is one click away; the one before closes.
let opened = null;
form.addEventListener("input", ({ target }) => {
  const row = target.closest("[data-opens] [data-new]");
  const more = row?.querySelector("details[data-more]:not([open])");
  if (!more || row.dataset.opened || !target.closest(".cell-main")) {
    return;
  }
  if (opened && !opened.contains(document.activeElement)) {
    opened.open = false;
  }
  row.dataset.opened = "1";
  more.open = true;
  opened = more;
});

// --- A choice of few words: a second click takes it back -------------------------------------------

let pressed = null;
form.addEventListener("pointerdown", ({ target }) => {
  pressed = target.matches(".segment input:checked") ? target : null;
});
form.addEventListener("click", ({ target, detail }) => {
  if (detail > 0 && target === pressed) {
    const none = target.closest(".segment-list").querySelector("[value='']");
    none.checked = true;
    none.dispatchEvent(new Event("input", { bubbles: true }));
  }
  pressed = null;
});

// --- Objectives: a quality has no value, a value makes a figure ------------------------------------

function kindOf(row) {
  return row.querySelector("select[name$='-kind']");
}

function showKind(row) {
  const values = [...row.querySelectorAll(".cell-value :is(input, select)")];
  const isQuality = kindOf(row).value === "qualitative";
  row.classList.toggle("is-quality", isQuality && values.every((field) => field.value.trim() === "" || field.type === "checkbox" && !field.checked));
}

for (const row of form.querySelectorAll("[data-row]")) {
  if (kindOf(row)) {
    showKind(row);
  }
}
form.addEventListener("input", ({ target }) => {
  const row = target.closest("[data-row]");
  if (!row || !kindOf(row)) {
    return;
  }
  if (target.name.endsWith("-target_value") && target.value.trim() && kindOf(row).value === "") {
    kindOf(row).value = "quantitative";
  }
  if (target === kindOf(row)) {
    showKind(row);
  }
});
for (const kind of ["step:news", "rows:changed"]) {
  form.addEventListener(kind, () => {
    for (const row of form.querySelectorAll("[data-row]")) {
      if (kindOf(row)) {
        showKind(row);
      }
    }
  });
}
