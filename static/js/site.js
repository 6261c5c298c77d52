// Behaviour of every page: what must take the focus takes it, and a form is not sent twice.

const summary = document.querySelector(".error-summary[data-focus], [data-focus]");
if (summary) {
  summary.focus();
}

// On a phone the rail starts folded, and the examples too once the step has an answer.
if (window.matchMedia("(max-width: 61.99rem)").matches) {
  for (const folded of document.querySelectorAll("[data-rail], [data-fold-on-phone]")) {
    folded.removeAttribute("open");
  }
}

// A second press on the same button within two seconds is a slip, not a wish.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") {
    return;
  }
  const button = event.submitter ? `${event.submitter.name}=${event.submitter.value}` : "";
  const now = Date.now();
  if (form.dataset.sentBy === button && now - Number(form.dataset.sentAt) < 2000) {
    event.preventDefault();
    return;
  }
  form.dataset.sentBy = button;
  form.dataset.sentAt = String(now);
});

// Back to a page kept in memory by the browser: its forms can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent-at]")) {
    delete form.dataset.sentAt;
  }
});
