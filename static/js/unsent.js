// What a page could not send waits in this browser (keeping.js): it is sent when the person is back,
// and forgotten on sign-out. Nobody else's text stays here.

const PREFIX = "saisie:";
const person = document.body.dataset.person;
let isUsed = false; // somebody types or presses: the page is not made anew under their hands

function waiting() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return []; // storage is forbidden: nothing was kept
  }
}

async function send(key) {
  const [, owner, ...address] = key.split(":");
  if (owner !== person) {
    localStorage.removeItem(key);
    return;
  }
  const data = new URLSearchParams(localStorage.getItem(key));
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  data.set("csrfmiddlewaretoken", token?.value ?? "");
  const path = address.join(":");
  const answer = await fetch(path, { method: "POST", body: data });
  if (answer.redirected || answer.status >= 500) {
    return; // the next page tries again
  }
  // What the server refuses for good would be refused again; a closed diagnostic has kept it.
  localStorage.removeItem(key);
  if (answer.ok && path === location.pathname && !isUsed) {
    location.reload(); // the page was made before; one that is used asks for news (keeping.js)
  }
}

for (const kind of ["pointerdown", "keydown", "input", "submit"]) {
  document.addEventListener(
    kind,
    () => {
      isUsed = true;
    },
    { capture: true },
  );
}

if (person) {
  for (const key of waiting()) {
    send(key).catch(() => {});
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-sign-out]")) {
    for (const key of waiting()) {
      localStorage.removeItem(key);
    }
  }
});
