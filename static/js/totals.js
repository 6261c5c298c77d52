// Totals that follow what one types: the shares of each year, and « Trois tiers » that fills them.

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
  form.addEventListener(kind, totals);
}
