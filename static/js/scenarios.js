// « Et si ? »: the levers that one may strike out are those of the page, new ones included. What a shock
// does is counted by the server (htmx); what says the same is left in place, and not told again.

const form = document.querySelector("[data-step-form]");
const list = form.querySelector(".scenarios select[name$='-lever']");
const GONE = "Levier retiré\u00a0: choisissez-en un autre";

function levers() {
  return [...form.querySelectorAll("[data-levers] [data-row]")]
    .map((row) => {
      const at = (name) => row.querySelector(`[name="${row.id}-${name}"]`)?.value.trim() ?? "";
      const number = Number(/-(\d+)$/.exec(row.id)[1]) + 1;
      const says = ["text", "state", "amount_now_keur", "amount_target_keur"].some((name) => at(name));
      return { id: at("id"), number, says, label: `L${number} · ${at("text") || `Levier\u00a0${number}`}` };
    })
    .filter((lever) => lever.id && lever.says)
    .sort((one, other) => one.number - other.number);
}

function offer() {
  const chosen = list.value;
  const found = levers();
  const options = found.map((lever) => new Option(lever.label, lever.id));
  if (chosen && !found.some((lever) => lever.id === chosen)) {
    options.push(new Option(GONE, chosen));
  }
  list.replaceChildren(list.options[0], ...options);
  list.value = chosen;
}

for (const kind of ["change", "rows:changed", "step:news"]) {
  form.addEventListener(kind, offer);
}

document.body.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const plain = (node) => node.textContent.replace(/\s+/g, " ").trim();
  if (plain(detail.target) === plain(detail.fragment)) {
    detail.shouldSwap = false;
  }
});
