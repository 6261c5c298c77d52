// A password can be shown while it is typed: a button beside each field. Without this module the
// fields are as browsers make them.

for (const input of document.querySelectorAll("input[type=password]")) {
  const label = document.querySelector(`label[for="${input.id}"]`);
  const name = label ? label.textContent.replace("*", "").trim() : "";

  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-quiet password-toggle";
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-controls", input.id);
  const icon = document.createElement("i");
  icon.className = "bi bi-eye";
  icon.setAttribute("aria-hidden", "true");
  const what = document.createElement("span");
  what.className = "visually-hidden";
  what.textContent = ` «\u00a0${name}\u00a0»`;
  button.append(icon, "Afficher", what);

  const show = (isShown) => {
    input.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
    icon.className = isShown ? "bi bi-eye-slash" : "bi bi-eye";
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Sent or left as a password: browsers remember what was typed in a text field.
  input.form?.addEventListener("submit", () => show(false));
  window.addEventListener("pagehide", () => show(false));

  const frame = document.createElement("div");
  frame.className = "password-frame";
  input.replaceWith(frame);
  frame.append(input, button);
  input.setAttribute("spellcheck", "false");
  input.setAttribute("autocapitalize", "none");
}
