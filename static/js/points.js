// The points to discuss beside a step, answered in place: what was typed there stays there when it could
// not be stored. The step's own text is keeping.js's.

const signedOut = document.querySelector("[data-signed-out]");
const state = document.querySelector("[data-save-state]");
const alarm = document.querySelector("[data-save-alarm]");

function notStored(why) {
  alarm.textContent = `Non enregistré\u00a0: ${why}. Votre texte reste ici.`;
  state.textContent = alarm.textContent;
  state.classList.add("is-failure");
}

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const answer = event.detail.requestConfig.elt;
  if (!answer.closest(".point")) {
    return;
  }
  if (new URL(event.detail.xhr.responseURL).pathname !== new URL(answer.action).pathname) {
    // The session has ended: the reason stays where it was typed.
    event.detail.shouldSwap = false;
    signedOut.hidden = false;
    signedOut.querySelector("[data-signed-out-reason]").hidden = false;
    signedOut.focus();
  } else if (event.detail.xhr.status === 503) {
    event.detail.isError = false;
    notStored("le site ne répond pas pour le moment");
  } else if (event.detail.xhr.status >= 400) {
    // It cannot be answered here: the ordinary way shows why, with what was typed.
    event.detail.isError = false;
    HTMLFormElement.prototype.submit.call(answer);
  }
});

document.body.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt.closest(".point")) {
    notStored("le réseau ne répond pas");
  }
});
