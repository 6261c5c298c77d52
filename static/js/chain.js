// Step 3.2: « Créer cet allié » is offered for a name that is not among the allies.

const table = document.querySelector(".chain-table");

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function offer(row) {
  const name = plain(row.querySelector("[name$='-partner']").value);
  const allies = [...row.querySelector("[name$='-alliance']").options];
  const isKnown = allies.some((ally) => ally.value && plain(ally.text) === name);
  row.querySelector("[data-create-ally]").hidden = isKnown;
}

table.addEventListener("input", (event) => {
  offer(event.target.closest("[data-row]"));
});
for (const row of table.querySelectorAll("[data-row]")) {
  offer(row);
}
