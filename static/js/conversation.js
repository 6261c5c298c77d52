// Messages sent in place: what is typed in a step, or in another thread, stays where it is. What could not
// be sent stays where it was typed. The step's own text is keeping.js's.

let leaving = false; // a form is on its way by the ordinary way

function formOf(element) {
  return element?.closest?.("form[data-talk]");
}

function alarm(form, message, link) {
  const place = form.querySelector("[data-talk-alarm]");
  place.textContent = message;
  if (link) {
    const sign = document.createElement("a");
    sign.href = `${link}?next=${encodeURIComponent(location.pathname)}`;
    sign.textContent = "reconnectez-vous";
    place.append(" ", sign, ".");
  }
}

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const form = formOf(requestConfig.elt);
  if (!form) {
    return;
  }
  const answered = new URL(xhr.responseURL).pathname;
  if (answered !== new URL(requestConfig.path, location.href).pathname) {
    event.detail.shouldSwap = false;
    alarm(form, "Non envoyé\u00a0: votre session est terminée. Votre texte reste ici\u00a0;", answered);
  } else if (xhr.status === 409) {
    // Somebody changed the thread meanwhile: it comes as it is now, with what was typed.
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  } else if (xhr.status === 503) {
    event.detail.isError = false;
    alarm(form, "Non envoyé\u00a0: le site ne répond pas pour le moment. Votre texte reste ici.");
  } else if (xhr.status >= 400) {
    // It cannot be sent from here: the ordinary way says why, with what was typed.
    event.detail.isError = false;
    leaving = true;
    form.action = requestConfig.path;
    HTMLFormElement.prototype.submit.call(form);
  }
});

document.body.addEventListener("htmx:sendError", (event) => {
  const form = formOf(event.detail.elt);
  if (form) {
    alarm(form, "Non envoyé\u00a0: le réseau ne répond pas. Votre texte reste ici.");
  }
});

// --- What waits, in words: at the steps, and at the rows ------------------------------------------------

document.body.addEventListener("talk:counted", (event) => {
  for (const place of document.querySelectorAll("[data-talk-count]")) {
    const words = event.detail[place.dataset.talkCount];
    if (words !== undefined) {
      place.textContent = words;
    }
  }
});

function showAtRows() {
  for (const place of document.querySelectorAll("[data-talk-row]")) {
    const about = `[data-about="${CSS.escape(place.dataset.talkRow)}"][data-open]`;
    const threads = document.querySelectorAll(about);
    place.replaceChildren();
    if (threads.length) {
      const link = document.createElement("a");
      const plural = threads.length > 1 ? "s" : "";
      link.href = `#${threads[0].id}`;
      link.textContent = `${threads.length}\u00a0échange${plural} ouvert${plural}`;
      place.append(link);
    }
  }
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (formOf(event.detail.requestConfig?.elt) || event.detail.elt?.closest?.(".talk")) {
    showAtRows();
  }
});

// --- Leaving with a message that was not sent -----------------------------------------------------------

document.addEventListener("submit", (event) => {
  if (formOf(event.target) && !event.defaultPrevented) {
    leaving = true;
  }
});

window.addEventListener("beforeunload", (event) => {
  const drafts = [...document.querySelectorAll("form[data-talk] textarea")];
  if (!leaving && drafts.some((area) => area.value.trim() && area.value !== area.defaultValue)) {
    event.preventDefault();
  }
});
