// A page that waits for a file asks for it again by itself (header Refresh). The browser tells no page that what
// came was a file, which leaves it where it is: it asks then whether the file is there, and says so.

const FIRST = 1000; // milliseconds after the page asked again
const AGAIN = 3000;
const arrived = document.querySelector("[data-arrived]");
let asking = 0;
let leavesForAnother = false;

function say() {
  arrived.replaceWith(arrived.content);
  document.querySelector("[data-waiting]").remove();
  const title = document.querySelector("h1");
  document.title = document.title.replace(/^.*(?= — )/, title.textContent);
  title.focus();
}

async function ask() {
  const answer = await fetch(arrived.dataset.arrived, { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (answer?.headers.get("Content-Disposition")?.startsWith("attachment")) {
    say();
  } else {
    asking = setTimeout(ask, AGAIN);
  }
}

document.addEventListener("click", ({ target }) => {
  const link = target.closest("a[href]");
  leavesForAnother = link !== null && link.getAttribute("href") !== arrived.dataset.arrived;
});

// The page leaves for the file, or for where it waits on: a script that still runs after that was not left.
// Another file (« en Word ») leaves it as well, and is not what one waits for.
window.addEventListener("beforeunload", () => {
  clearTimeout(asking);
  const isAnother = leavesForAnother;
  leavesForAnother = false;
  if (arrived.isConnected && !isAnother) {
    asking = setTimeout(ask, FIRST);
  }
});
