// Passkeys: the browser is asked for one (data-passkey="get"), or to make one ("create"), with the
// options of data-options; its answer goes into the form, which is then sent as any other. What the
// server and the browser exchange is bytes: base64url on one side, buffers on the other.

const NOT_HERE =
  "Ce navigateur ne sait pas utiliser une clé d’accès ici\u00a0: il lui faut une adresse en https.";
const REFUSED =
  "Rien n’a été enregistré\u00a0: la demande a été annulée ou refusée par l’appareil. Réessayez.";
const KNOWN = "Cette clé est déjà celle de votre compte.";

function bytes(written) {
  const base64 = written.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function text(buffer) {
  const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
  return btoa(characters.join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function readOptions(form) {
  const { publicKey } = JSON.parse(form.dataset.options);
  const withBytes = (one) => ({ ...one, id: bytes(one.id) });
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.excludeCredentials = publicKey.excludeCredentials?.map(withBytes);
  publicKey.allowCredentials = publicKey.allowCredentials?.map(withBytes);
  if (publicKey.user) {
    publicKey.user = withBytes(publicKey.user);
  }
  return { publicKey };
}

function answerOf(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) {
      response[name] = text(credential.response[name]);
    }
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button[type=submit]");
  const said = form.querySelector(".passkey-said");
  form.hidden = false;
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!navigator.credentials || !window.PublicKeyCredential) {
      said.textContent = NOT_HERE;
      return;
    }
    button.disabled = true;
    said.textContent = "";
    try {
      const credential = await navigator.credentials[form.dataset.passkey](readOptions(form));
      form.elements.credential.value = JSON.stringify(answerOf(credential));
      form.submit();
    } catch (error) {
      said.textContent = { InvalidStateError: KNOWN, SecurityError: NOT_HERE }[error.name] || REFUSED;
      button.disabled = false;
    }
  });
}
