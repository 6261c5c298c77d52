// Totals that follow what one types: the shares of each year (and « Trois tiers » that
// fills them), the levers of each family against the budget.

const form = document.querySelector("[data-step-form]");
const live = form.querySelector("[data-live]");

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
    if (known.length === shares.length && Math.abs(sum - 100) > Number(output.dataset.tolerance)) {
      verdict = " — le total attendu est 100\u00a0%";
    }
    output.textContent = known.length
      ? `Total des parts\u00a0: ${words}\u00a0%${verdict}`
      : "Total des parts\u00a0: à compléter";
  }
}

// As forms/economic_model.py says it: « 2026 : 40 K€ sur 120 K€ ».
function keur(value) {
  return value.toLocaleString("fr-FR", { maximumFractionDigits: 2 });
}

// Both ends of an amount: « 40 », « 15 à 20 »; nothing for what is to be read by the server.
function ends(text) {
  const plain = text.toLowerCase().replace(/[\s\u00a0\u202f]|k€|entre/g, "");
  const found = plain.split(/à|et|–|(?<=\d)-/).map(number);
  return found.some((end) => end === null) || found.length > 2 ? [0, 0] : [found[0], found.at(-1)];
}

function range(low, high) {
  return `${[...new Set([low, high].map(keur))].join("\u00a0–\u00a0")}\u00a0K€`;
}

function shown(id) {
  return number(document.getElementById(id)?.value ?? "");
}

function leverTotals() {
  const levers = form.querySelector("[data-levers]");
  if (!levers) {
    return;
  }
  for (const output of levers.querySelectorAll("[data-lever-total]")) {
    const family = output.dataset.leverTotal;
    const rows = [...levers.querySelectorAll("[data-row]")].filter(
      (row) => family === "" || row.querySelector("[name$='-family']").value === family,
    );
    const said = ["now", "target"].map((when) => {
      const amounts = rows.map((row) => ends(row.querySelector(`[name$='-amount_${when}_keur']`).value));
      const total = [0, 1].map((end) => Math.round(amounts.reduce((sum, pair) => sum + pair[end], 0) * 100) / 100);
      const column = `id_economic_model-${when}`;
      const share = family ? shown(`${column}-${family}_pct`) : 100;
      const budget = ["min", "max"].map((end) => shown(`${column}-budget_${end}_keur`)).filter((end) => end !== null);
      const parts = budget.map((end) => Math.round(end * (share ?? 0)) / 100);
      const against = share === null || parts.length === 0 ? "" : ` sur ${range(parts[0], parts.at(-1))}`;
      return `${levers.dataset[when]}\u00a0: ${range(...total)}${against}`;
    });
    output.textContent = said.join(" · ");
  }
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=preset]");
  if (!button) {
    return;
  }
  event.preventDefault();
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.values))) {
    document.getElementById(button.dataset.fields + name).value = value;
  }
  form.dispatchEvent(new CustomEvent("rows:changed"));
  live.textContent = button.dataset.said;
});

for (const kind of ["input", "rows:changed", "step:news"]) {
  form.addEventListener(kind, () => {
    totals();
    leverTotals();
  });
}
