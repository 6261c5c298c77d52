// Counts a text against what its field takes: it is never cut, so one sees how much is too long. What the
// server says of a text that was too long is the same: the count, which follows, is seen in its stead.

const NEAR = 0.9; // of the limit, from which the count shows

function counted(field) {
  const limit = Number(field.dataset.limit);
  const length = [...field.value.replaceAll("\r\n", "\n").trim()].length;
  const over = length - limit;
  const words = (count) => `${count}\u00a0caractère${count > 1 ? "s" : ""}`;
  if (over > 0) {
    return `${words(over)} de trop\u00a0: ${limit} au plus.`;
  }
  return length > limit * NEAR ? `encore ${words(-over)} sur ${limit}` : "";
}

function show(field) {
  const text = counted(field);
  let told = field.nextElementSibling?.matches("[data-count]") ? field.nextElementSibling : null;
  if (!told && text) {
    told = document.createElement("span");
    told.className = "form-text text-count";
    told.dataset.count = "";
    told.setAttribute("role", "status");
    field.after(told);
  }
  if (told && told.textContent !== text) {
    told.textContent = text;
    told.classList.toggle("is-over", text.endsWith("."));
  }
  const refused = document.getElementById(`${field.id}_error`);
  refused?.classList.toggle("visually-hidden", / de trop\u00a0: \d+ au plus\.$/.test(refused.textContent));
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-limit]")) {
    show(event.target);
  }
});
function showAll() {
  for (const field of document.querySelectorAll("[data-limit]")) {
    show(field);
  }
}

showAll();
// After refused.js, which writes what the server said.
document.querySelector("[data-step-form]")?.addEventListener("step:kept", () => queueMicrotask(showAll));
