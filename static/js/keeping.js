// A step saves itself: after a pause in typing, on leaving a row, at once when rows change, and on
// leaving the page. One line tells where it stands. What cannot be sent waits in the browser. Rows are
// rows.js's: it says « rows:changed » and answers « step:news »; what is shown at the fields is refused.js's
// and slips.js's, which answer « step:kept ».

const form = document.querySelector("[data-step-form]");
const said = form.querySelector("[data-save-said]");
const state = form.querySelector("[data-save-state]");
const alarm = form.querySelector("[data-save-alarm]");
const revision = form.querySelector("[data-revision]");
const counter = form.querySelector("[data-sent]");
const stay = form.querySelector("[data-stay]");
const signedOut = document.querySelector("[data-signed-out]");
const TYPING_PAUSE = 1500; // milliseconds
const PATIENCE = 8000; // milliseconds that a save may take
const AGAIN_AFTER = 10000; // milliseconds after a save that did not arrive; a site that is away says itself when
const PRESS = 2000; // milliseconds; the end of a press may be told to nobody (a scrollbar, another window)
// How often a page asks who else is there and what they stored; a hidden page never does.
const NEWS_IN_USE = 8000; // milliseconds, when it was used within the last minute
const NEWS_AT_REST = 22000; // milliseconds, otherwise
const IN_USE = 60000; // milliseconds

const STORE = `saisie:${document.body.dataset.person}:${form.getAttribute("action")}`;
const GONE = "vous n’avez plus accès à cette saisie. Copiez votre texte avant de quitter la page.";
const PERSONAL = ["kept-places", "to-settle"]; // never kept from the person
const REFUSALS = {
  400: "cette page n’est plus à jour. Copiez votre texte, puis rechargez-la.",
  403: GONE,
  404: GONE,
  409: "ce diagnostic ne se modifie plus. Votre texte est gardé pour sa réouverture.",
  413: "le texte est trop long pour être envoyé. Raccourcissez-le.",
};

let sent = 0;
let timer = 0;
let saving = null; // the save on its way
let again = false; // something was typed since it left
let failed = false; // the last one did not arrive
let againAfter = AGAIN_AFTER; // milliseconds before it is sent again
let announced = "";
let savedText = fingerprint();
let newsTimer = 0;
let usedAt = Date.now();
let heard = ""; // what was last said of others
let released = Promise.resolve(); // no button is held down
let release = null;

function say(message) {
  said.textContent = message;
}

function show(message, { isFailure = false } = {}) {
  state.textContent = message;
  state.classList.toggle("is-failure", isFailure);
  alarm.textContent = isFailure ? message : "";
  if (!isFailure && message !== announced && !message.endsWith("…")) {
    announced = message;
    say(message);
  }
}

// --- What the page holds -------------------------------------------------------------------------

const SETS = [...form.querySelectorAll("[data-rows]")].map((set) => ({
  start: `${set.dataset.rows}-`,
  name: set.dataset.name,
  // Fixed rows post no id: they say which they are.
  keys: [...set.querySelectorAll(":scope > [data-row]")].map((row) => row.dataset.key),
}));

function typed() {
  return new URLSearchParams(new FormData(form));
}

// Where a field belongs, whatever the number of its row: « rows/a1/text » (forms/places.py).
function placeOf(name, data) {
  for (const { start, name: set, keys } of SETS) {
    const [, index, field] = name.startsWith(start)
      ? (/^(\d+)-(\w+)$/.exec(name.slice(start.length)) ?? [])
      : [];
    if (field) {
      const key = keys[Number(index)] ?? data.get(`${start}${index}-id`);
      return field === "id" ? null : `${set}/${key}/${field}`;
    }
  }
  const own = `${form.dataset.stepForm}-`;
  return name.startsWith(own) && !name.endsWith("_FORMS")
    ? name.slice(own.length).replace("-", "/")
    : null;
}

function textsByPlace(data) {
  const texts = new Map();
  for (const [name, value] of data) {
    const place = placeOf(name, data);
    if (place) {
      texts.set(place, [...(texts.get(place) ?? []), value]);
    }
  }
  return texts;
}

function encoded(extra = {}, data = typed()) {
  for (const [name, value] of Object.entries(extra)) {
    data.set(name, value);
  }
  return data;
}

function fingerprint(data = typed()) {
  const text = new URLSearchParams(data);
  for (const name of ["base_revision", "sent", "kept", "choose", "csrfmiddlewaretoken"]) {
    text.delete(name);
  }
  return text.toString();
}

// --- The copy in the browser, until the server has the text --------------------------------------

function keepHere(sentData) {
  const data = new URLSearchParams(sentData);
  data.delete("csrfmiddlewaretoken"); // it is the session's
  try {
    localStorage.setItem(STORE, data.toString());
  } catch {
    // Storage is full or forbidden: the text is still in the page.
  }
}

function forgetHere() {
  try {
    localStorage.removeItem(STORE);
  } catch {
    // Nothing was kept either.
  }
}

// --- Saving --------------------------------------------------------------------------------------

// Nothing changes on the page while a button is held down: a press that leaves a field starts a save, and
// where its words made the bar higher or lower, the button would no longer be under the pointer on release.
document.addEventListener(
  "pointerdown",
  () => {
    released = new Promise((resolve) => {
      release = resolve;
      setTimeout(resolve, PRESS);
    });
  },
  { capture: true },
);
for (const kind of ["pointerup", "pointercancel"]) {
  document.addEventListener(kind, () => setTimeout(() => release?.()), { capture: true }); // after its click
}

function soon(pause = TYPING_PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(save, pause);
}

function save(extra = {}) {
  clearTimeout(timer);
  if (saving) {
    again = true;
    return saving;
  }
  const data = typed();
  const text = fingerprint(data);
  const isNews = Boolean(extra.unchanged) && text === savedText && !failed;
  if (text === savedText && !failed && Object.keys(extra).length === 0) {
    return Promise.resolve(true);
  }
  if (!isNews) {
    delete extra.unchanged;
  }
  sent += 1;
  counter.value = String(sent);
  encoded({ autosave: "1", sent: String(sent), ...extra }, data);
  for (const part of document.querySelectorAll("[data-is]")) {
    data.append("shown", part.dataset.is); // what it shows already is not sent again
  }
  again = false;
  if (!isNews) {
    released.then(() => {
      if (saving) {
        show("Enregistrement…");
      }
    });
  }
  saving = fetch(form.action, { method: "POST", body: data, signal: AbortSignal.timeout(PATIENCE) })
    .finally(() => released)
    .then((answer) => read(answer, text, data, isNews))
    .catch(() => (isNews ? false : notSent(data)))
    .finally(() => {
      saving = null;
      askLater();
      if (again) {
        soon(failed ? againAfter : 300);
      }
    });
  return saving;
}

async function read(answer, text, data, isNews) {
  if (answer.redirected) {
    // The sign-in keeps the text until the person is back: said once, in the place of the state of saving.
    signedOut.hidden = false;
    failed = true;
    show("");
    return false;
  }
  if (answer.status >= 500) {
    const seconds = Number(answer.headers.get("Retry-After"));
    return isNews ? false : notSent(data, { who: "le site", wait: seconds * 1000 });
  }
  if (!answer.ok) {
    failed = true;
    const why = REFUSALS[answer.status] ?? REFUSALS[400];
    const told = isNews ? "Cette étape a changé\u00a0: rechargez la page." : `Non enregistré\u00a0: ${why}`;
    show(told, { isFailure: true });
    return false;
  }
  const told = await answer.json();
  failed = false;
  savedText = text;
  signedOut.hidden = true;
  forgetHere();
  showOthers(told.others);
  if (told.around) {
    put(told, data, isNews);
  }
  return true;
}

function notSent(data, { who = "le réseau", wait = 0 } = {}) {
  failed = true;
  againAfter = wait || AGAIN_AFTER;
  keepHere(data);
  show(`Non enregistré\u00a0: ${who} ne répond pas. Votre texte reste ici et sera envoyé.`, {
    isFailure: true,
  });
  clearTimeout(timer);
  timer = setTimeout(save, againAfter);
  return false;
}

// What a save brings back: the revision, what others stored, what is kept aside, what is around.
function put(told, data, isNews) {
  let skipped = [];
  if (told.news) {
    const untouched = savedText === fingerprint();
    const detail = { ...told.news, before: textsByPlace(data), now: textsByPlace(typed()), skipped };
    form.dispatchEvent(new CustomEvent("step:news", { detail }));
    skipped = detail.skipped;
    if (untouched) {
      savedText = fingerprint();
    }
  }
  // What came in and is not shown yet stays news: the next save starts from the same revision.
  if (skipped.length === 0) {
    revision.value = told.revision;
  }
  around(told.around);
  const { refused, choices = [], slips = [] } = told;
  form.dispatchEvent(new CustomEvent("step:kept", { detail: { refused, choices, slips } }));
  const wrong = told.refused.length;
  const open = Math.max(told.kept.length - wrong, 0);
  const except = [
    wrong ? `${wrong}\u00a0saisie${wrong > 1 ? "s" : ""} à corriger` : "",
    open ? `${open}\u00a0texte${open > 1 ? "s" : ""} à choisir` : "",
  ].filter(Boolean);
  if (!isNews) {
    show(`Enregistré à ${told.hour}${except.length ? `, sauf ${except.join(" et ")}` : ""}`);
  }
  if (told.said && told.said !== heard) {
    heard = told.said;
    say(told.said);
    state.textContent = isNews ? told.said : `${told.said} ${state.textContent}.`;
  }
}

// Nothing is replaced under the eyes of somebody who is using it. What holds a part stays where it is:
// another element in its place has the browser work out the look of the whole form again.
function around(html) {
  const made = new DOMParser().parseFromString(html, "text/html");
  for (const part of [...made.body.children]) {
    const old = document.getElementById(part.id);
    const inUse =
      old?.contains(document.activeElement) ||
      [...(old?.querySelectorAll("textarea") ?? [])].some((area) => area.value !== area.defaultValue);
    if (old && !old.isEqualNode(part) && (PERSONAL.includes(part.id) || !inUse)) {
      old.replaceChildren(...part.childNodes);
      if (part.dataset.is) {
        old.dataset.is = part.dataset.is;
      }
      window.htmx?.process(old);
    }
  }
}

// --- Others on the step ---------------------------------------------------------------------------

function showOthers(names) {
  const place = document.querySelector("[data-others]");
  const told = names.length ? `Aussi sur cette étape\u00a0: ${names.join(", ")}` : "";
  if (place.textContent !== told) {
    place.textContent = told;
  }
}

function askLater() {
  clearTimeout(newsTimer);
  if (!document.hidden) {
    newsTimer = setTimeout(askNow, Date.now() - usedAt < IN_USE ? NEWS_IN_USE : NEWS_AT_REST);
  }
}

function askNow() {
  clearTimeout(newsTimer);
  if (saving || failed || !navigator.onLine) {
    askLater();
  } else {
    save({ unchanged: "1" });
  }
}

for (const kind of ["keydown", "pointerdown", "scroll"]) {
  document.addEventListener(
    kind,
    () => {
      const wasAtRest = Date.now() - usedAt >= IN_USE;
      usedAt = Date.now();
      if (wasAtRest) {
        askLater();
      }
    },
    { passive: true, capture: true },
  );
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    clearTimeout(newsTimer);
  } else {
    askNow();
  }
});
setTimeout(askNow, 1000);

// --- When ----------------------------------------------------------------------------------------

form.addEventListener("input", () => {
  soon();
});
form.addEventListener("rows:changed", () => {
  soon(50);
});
form.addEventListener("focusout", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && event.relatedTarget && !row.contains(event.relatedTarget)) {
    soon(0);
  }
});
window.addEventListener("online", () => {
  save();
});
// Asked for by another module, which waits until all that is typed is stored (true) or could not be.
form.addEventListener("step:save", (event) => {
  event.detail.waits.push(Promise.resolve(saving).then(() => save()));
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    insist();
  }
});

// Asked for: said even when there is nothing new, and led to what is refused.
async function insist(extra = {}) {
  announced = "";
  if (saving) {
    await saving;
  }
  if ((await save(extra)) && !failed) {
    form.querySelector("[aria-invalid=true]")?.focus();
    show(state.textContent === "" ? "Tout est enregistré." : state.textContent);
  }
}

stay.addEventListener("click", (event) => {
  event.preventDefault();
  insist();
});

// Two texts for one field: the choice is saved, and its text comes into the field.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=settle]");
  if (button) {
    event.preventDefault();
    const box = button.closest("[data-choice]");
    const at = box.dataset.at ?? box.querySelector("a")?.hash.slice(1);
    insist({ settle: button.value }).then(() => {
      (document.getElementById(at) ?? document.getElementById("to-settle")).focus();
    });
  }
});

// The other buttons save on the server: what is on its way goes before.
form.addEventListener("submit", (event) => {
  if (!navigator.onLine) {
    event.preventDefault(); // the browser's own page would take the place of the text
    notSent(encoded({ autosave: "1" }));
    return;
  }
  clearTimeout(timer);
  if (saving) {
    event.preventDefault();
    const { submitter } = event;
    saving.finally(() => HTMLFormElement.prototype.requestSubmit.call(form, submitter));
    return;
  }
  sent += 1;
  counter.value = String(sent);
  savedText = fingerprint();
  failed = false;
});

// Leaving: a beacon carries what is left; its copy goes once a page knows that it has arrived.
window.addEventListener("pagehide", () => {
  clearTimeout(timer);
  if (fingerprint() !== savedText || saving) {
    sent += 1;
    counter.value = String(sent);
    const data = encoded({ autosave: "1" });
    keepHere(data);
    navigator.sendBeacon(form.action, data);
  }
});
window.addEventListener("beforeunload", (event) => {
  if (failed && fingerprint() !== savedText) {
    event.preventDefault();
  }
});
