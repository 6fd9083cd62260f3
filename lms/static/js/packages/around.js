// The page around a package: the table of contents follows what is reported, and nobody leaves before it is saved.
const { origin, contents, back } = document.body.dataset;
const frame = document.querySelector(".player-frame");
const saved = document.querySelector(".player-saved");
const PATIENCE = 4000; // milliseconds the unit gets to say its last word
let leaving = null;
let refreshing = 0;

function say(state) {
  saved.textContent = saved.dataset[state] ?? "";
  saved.classList.toggle("is-bad", state === "offline" || state === "refused");
}

async function refresh() {
  const number = ++refreshing;
  const answer = await fetch(contents);
  const html = answer.ok && !answer.redirected ? await answer.text() : "";
  if (html && number === refreshing) document.querySelector(".js-contents").innerHTML = html;
}

function go(address) {
  if (!frame || !origin) { location.href = address; return; }
  if (leaving) return;
  leaving = address;
  frame.contentWindow.postMessage({ lms: "package", what: "leave" }, origin);
  setTimeout(() => { location.href = leaving; }, PATIENCE);
}

function finished(request) {
  const unit = /\{target=([^}]*)\}/.exec(request)?.[1];
  const links = [...document.querySelectorAll(".player-units a")];
  const here = links.findIndex((link) => link.hasAttribute("aria-current"));
  const target = {
    continue: links[here + 1], previous: links[here - 1],
    choice: links.find((link) => link.dataset.identifier === unit), jump: links.find((link) => link.dataset.identifier === unit),
  }[request.replace(/^\{.*\}/, "")];
  if (target) go(target.href);
  else if (/exitAll|suspendAll|abandonAll|^exit$/.test(request)) go(back);
  else document.querySelector(".js-finished").hidden = false;
}

addEventListener("message", (event) => {
  if (event.origin !== origin || event.source !== frame?.contentWindow || event.data?.lms !== "package") return;
  const { what, request } = event.data;
  if (what === "left" && leaving) location.href = leaving;
  else if (what === "saved") { say(what); refresh(); }
  else if (what === "silent") document.querySelector(".js-silent").hidden = false;
  else if (what === "spoke") document.querySelector(".js-silent").hidden = true;
  else if (what === "finished") refresh().then(() => { if (!leaving) finished(String(request ?? "")); });
  else say(what);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.js-leave");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.href);
});

// What was reported on the way out of the unit before may arrive just after this page was made.
setTimeout(refresh, 1500);
