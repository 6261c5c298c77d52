// The text of a step: kept as a draft while it is typed and on leaving, saved in place, and what is told
// when a session has ended or the network is away. Rows are rows.js's; it says « rows:changed ».

const form = document.querySelector("[data-step-form]");
const live = form.querySelector("[data-live]");
const signedOut = document.querySelector("[data-signed-out]");
const offline = document.querySelector("[data-offline]");
const TYPING_PAUSE = 2000; // milliseconds
const PATIENCE = 4000; // milliseconds that a draft may take
let typed = false; // and not kept yet
let sending = false; // « Enregistrer » is on its way
let soon = 0; // the timer of a draft that is about to be kept
let keeping = null; // a draft on its way

function say(message) {
  live.textContent = message;
}

function rowsOf(container) {
  return [...container.querySelectorAll(":scope > [data-row]")];
}

function tellOffline() {
  offline.hidden = false;
  offline.focus();
}

function draft() {
  const data = new FormData(form);
  data.append("keep_draft", "1");
  return data;
}

// What was typed is kept after a pause, so that a browser that ends, or a text too long for a beacon,
// loses nothing. What a script filled is kept at once: the next page may be asked for before this one
// knows that it is left. A save waits for a draft on its way, which would otherwise come after it.
function keepSoon(pause) {
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (keeping || sending) {
      keepSoon(pause);
      return;
    }
    typed = false;
    // A save does not wait for longer: the text is in it.
    const signal = AbortSignal.timeout(PATIENCE);
    keeping = fetch(form.action, { method: "POST", body: draft(), signal })
      .then((answer) => {
        typed ||= answer.status !== 204;
        offline.hidden = true;
        signedOut.hidden = !answer.redirected; // to the page of sign-in
      })
      .catch(() => {
        typed = true; // the text is still here: the next pause, or leaving the page, tries again
        offline.hidden = navigator.onLine;
      })
      .finally(() => {
        keeping = null;
      });
  }, pause);
}

form.addEventListener("input", () => {
  typed = true;
  keepSoon(TYPING_PAUSE);
});
form.addEventListener("rows:changed", () => {
  typed = true;
  keepSoon(50);
});

// --- « Enregistrer » in place --------------------------------------------------------------------

const stay = form.querySelector("[data-stay]");
const revision = form.querySelector("[data-revision]");

stay?.addEventListener("htmx:confirm", (event) => {
  clearTimeout(soon);
  if (keeping) {
    event.preventDefault();
    say("Enregistrement…");
    keeping.finally(() => event.detail.issueRequest(true));
  }
});

// Each row remembers the place it was sent in: it may be moved before the answer comes.
stay?.addEventListener("htmx:beforeRequest", () => {
  for (const container of form.querySelectorAll("[data-rows]")) {
    rowsOf(container).forEach((row, index) => {
      row.dataset.sent = String(index);
    });
  }
  typed = false;
  sending = true;
});

stay?.addEventListener("htmx:afterRequest", () => {
  sending = false;
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig.elt !== stay) {
    return;
  }
  if (event.detail.xhr.getResponseHeader("HX-Trigger")?.includes("step:saved")) {
    return;
  }
  // Not saved: the ordinary way shows why, with what was typed.
  event.detail.shouldSwap = false;
  stay.removeAttribute("hx-post");
  HTMLFormElement.prototype.requestSubmit.call(form, stay);
});

stay?.addEventListener("htmx:sendError", () => {
  typed = true;
  tellOffline();
});

document.body.addEventListener("step:saved", (event) => {
  revision.value = event.detail.revision;
  for (const [name, ids] of Object.entries(event.detail.rows)) {
    const container = form.querySelector(`[data-rows][data-name="${name}"]`);
    for (const row of rowsOf(container)) {
      const field = row.querySelector(":scope > input[type=hidden][name$='-id']");
      if (field && row.dataset.sent !== undefined) {
        field.value = ids[Number(row.dataset.sent)] ?? "";
      }
      delete row.dataset.sent;
    }
  }
  say("Enregistré.");
  offline.hidden = true;
  const label = stay.lastChild;
  label.textContent = " Enregistré";
  setTimeout(() => {
    label.textContent = " Enregistrer";
  }, 4000);
});

// --- Two texts for one field: taking the other one's ---------------------------------------------

for (const button of document.querySelectorAll("[data-take]")) {
  const field = document.getElementById(button.dataset.take);
  // A list of boxes has no one value to put.
  button.hidden = !field?.matches("input:not([type=checkbox]), textarea, select");
  button.addEventListener("click", () => {
    const text = button.dataset.text;
    if (field.tagName === "SELECT") {
      const named = [...field.options].find((option) => option.text.trim() === text);
      field.value = named ? named.value : "";
    } else {
      field.value = field.inputMode === "decimal" ? text.replace(/\s/g, "") : text;
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    say("Texte repris dans le formulaire.");
  });
}

// --- Points to discuss, answered beside the form ------------------------------------------------

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const answer = event.detail.requestConfig.elt;
  if (!answer.closest(".point")) {
    return;
  }
  if (new URL(event.detail.xhr.responseURL).pathname !== new URL(answer.action).pathname) {
    // The session has ended: the reason stays where it was typed.
    event.detail.shouldSwap = false;
    signedOut.hidden = false;
    signedOut.focus();
  } else if (event.detail.xhr.status >= 400) {
    // It cannot be answered here: the ordinary way shows why, with what was typed.
    event.detail.isError = false;
    HTMLFormElement.prototype.submit.call(answer);
  }
});

document.body.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt.closest(".point")) {
    tellOffline();
  }
});

// --- Leaving: what was typed and not saved becomes a draft -------------------------------------

form.addEventListener("submit", (event) => {
  if (!navigator.onLine) {
    event.preventDefault(); // the browser's own page would take the place of the text
    tellOffline();
    return;
  }
  clearTimeout(soon);
  if (keeping) {
    event.preventDefault();
    say("Enregistrement…");
    const { submitter } = event;
    keeping.finally(() => HTMLFormElement.prototype.requestSubmit.call(form, submitter));
    return;
  }
  typed = false;
  sending = false;
});
window.addEventListener("pagehide", () => {
  if (typed || sending || keeping) {
    typed = !navigator.sendBeacon(form.action, draft());
  }
});
