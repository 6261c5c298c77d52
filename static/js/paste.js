// Several lines or cells pasted into the first text field of a row: a button makes rows of them. The server
// reads and shows them (diagnostics/views/pasting.py); here they are only counted. Without JavaScript the
// same page is reached by its link.

const form = document.querySelector("[data-step-form]");
const live = form.querySelector("[data-live]");
const sender = document.querySelector("[data-paste-form]");
const NAMES = new Set(sender ? sender.dataset.pasteForm.split(" ") : []);

// --- What was pasted --------------------------------------------------------------------------------

function quoted(cell) {
  return /["\n\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

// The cells of a table as a spreadsheet would paste them: a word processor puts the paragraphs of a cell on
// lines of their own in its plain text.
function cellsOf(html) {
  if (!/<table/i.test(html)) {
    return "";
  }
  // Its looks would be refused one by one by the content policy.
  const plain = html.replace(/<style[\s\S]*?<\/style>|\sstyle\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, "");
  const made = new DOMParser().parseFromString(plain, "text/html");
  const tables = made.querySelectorAll("table");
  if (tables.length !== 1) {
    return "";
  }
  const lines = [...tables[0].rows].map((row) => [...row.cells].map((cell) => quoted(words(cell))));
  return lines.length > 1 || lines[0]?.length > 1 ? lines.map((cells) => cells.join("\t")).join("\n") : "";
}

function words(cell) {
  for (const part of cell.querySelectorAll("br")) {
    part.replaceWith("\u2028");
  }
  for (const part of cell.querySelectorAll("p, div, li")) {
    part.append("\u2028");
  }
  const text = cell.textContent.replace(/[ \t\r\n]+/g, " ").replace(/ ?\u2028 ?/g, "\n");
  return text.trim();
}

function textOf(data) {
  return cellsOf(data.getData("text/html")) || data.getData("text/plain");
}

// Lines of a list, a cell between quotation marks being one; cells, where there is one line.
function count(text) {
  const plain = text.replace(/\r\n?|[\v\f\u2028\u2029]/g, "\n");
  const joined = plain.replace(/(^|\n|\t)"(?:[^"]|"")*"(?=\t|\n|$)/g, (cell) =>
    cell.startsWith("\n") ? `\n${cell.slice(1).replaceAll("\n", " ")}` : cell.replaceAll("\n", " "),
  );
  const lines = joined.split("\n").filter((line) => line.trim());
  const cells = lines.length === 1 ? lines[0].trim().split("\t").length : 0;
  return { lines: lines.length, cells };
}

// --- The offer ----------------------------------------------------------------------------------------

function withdraw() {
  form.querySelector(".paste-offer")?.remove();
}

function offer(field, before, text, label) {
  withdraw();
  const bar = document.createElement("div");
  bar.className = "paste-offer";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline btn-sm";
  button.textContent = label;
  const why = document.createElement("p");
  why.textContent = "une ligne de la liste par ligne de l’étape";
  bar.append(button, why);
  field.after(bar);
  bar.scrollIntoView({ block: "nearest" });
  live.textContent = `Plusieurs lignes collées dans un champ. Bouton suivant\u00a0: ${label}.`;
  button.addEventListener("click", () => {
    make(field, before, text, button);
  });
}

// The field is as it was before, what is typed elsewhere is saved, and the page shows what would be added.
async function make(field, before, text, button) {
  const after = field.value;
  const waits = [];
  button.disabled = true;
  write(field, before);
  form.dispatchEvent(new CustomEvent("step:save", { detail: { waits } }));
  const arrived = await Promise.all(waits);
  if (!navigator.onLine || !arrived.every(Boolean)) {
    write(field, after);
    button.disabled = false;
    live.textContent = "Rien n’est parti\u00a0: le texte est toujours dans son champ.";
    return;
  }
  const row = field.closest("[data-row]");
  const id = row.querySelector(":scope > input[type=hidden][name$='-id']");
  sender.elements.list.value = row.closest("[data-rows]").dataset.name;
  sender.elements["into-id"].value = id?.value ?? "";
  sender.elements.text.value = text;
  sender.submit();
}

function write(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// In a field of one line a line break is a space: a browser would leave nothing of it.
function joinLines(event, field) {
  const plain = event.clipboardData.getData("text/plain");
  if (field.tagName === "INPUT" && /[\r\n\v\u2028]/.test(plain.trim())) {
    event.preventDefault();
    document.execCommand("insertText", false, plain.trim().replace(/\s*[\r\n\v\u2028]\s*/g, " "));
  }
}

form.addEventListener("paste", (event) => {
  const field = event.target.closest("textarea, input[type=text]");
  const before = field?.value;
  if (field) {
    joinLines(event, field);
  }
  const row = field?.closest("[data-row]");
  const name = row?.closest("[data-rows]")?.dataset.name;
  if (!row || !NAMES.has(name) || field !== row.querySelector("textarea, input[type=text]")) {
    return;
  }
  const text = textOf(event.clipboardData);
  const { lines, cells } = count(text);
  if (lines > 1 || cells > 1) {
    const label = lines > 1 ? `Coller ${lines} lignes` : `Coller ${cells} cellules`;
    setTimeout(() => {
      offer(field, before, text, label);
    });
  } else {
    withdraw();
  }
});
