// The player: pages one at a time, answers kept until the server has them, the place and the time remembered.
import { AnswerQueue } from "./answer-queue.js";
import { askFirst } from "./ask.js";
import { startClock } from "./player-clock.js";
import { mount, read } from "./questions.js";
import { keep, kept, newName, send } from "./send.js";

const root = document.getElementById("player");
const words = JSON.parse(root.dataset.words);
const pages = [...root.querySelectorAll(".player-page")];
const attempt = root.dataset.attempt;
const place = `place:${attempt}`;
const tells = root.dataset.feedback === "answer";
const [wait, previous, next] = [".player-wait", ".js-previous", ".js-next"].map((name) => document.querySelector(name));
const finish = document.querySelector(".js-finish");
const end = document.querySelector(".js-end");
let current = Number(root.dataset.first);
let seconds = Number(root.dataset.seconds ?? 0);

const queue = new AnswerQueue(attempt ?? `preview-${newName(6)}`, root.dataset.answers, { told, refused, waiting });

function boxOf(key) {
  return root.querySelector(`.asked[data-key="${CSS.escape(key)}"]`);
}

function mark(box, text, kind = "") {
  const place = box.querySelector(".asked-mark");
  if (!place) return;
  place.textContent = text;
  place.className = `asked-mark ${kind}`;
}

function lock(box, on) {
  box.querySelectorAll(".asked-question :is(input, select, button)").forEach((field) => { field.disabled = on; });
  const button = box.querySelector(".js-answer");
  if (button) button.hidden = on;
}

function told(item, data) {
  const box = boxOf(item.key);
  if (!box) return;
  box.dataset.answered = "1";
  if (data.html) {
    box.querySelector(".asked-question").innerHTML = data.html;
    mount(box);
    box.dataset.graded = "1";
    lock(box, true);
    mark(box, "");
  } else if (!queue.has(item.key)) {
    mark(box, words.saved, "is-good");
  }
}

function refused(item, error) {
  const box = boxOf(item.key);
  if (error.status === 409) {
    location.reload();
    return;
  }
  if (!box) return;
  lock(box, false);
  mark(box, Object.values(error.data.errors ?? {})[0] ?? error.message, "is-bad");
}

function waiting(kind) {
  wait.hidden = kind === null;
  wait.querySelector("span").textContent = kind === "signed-out" ? words.signedOut : words.waiting;
  if (kind) queue.items.forEach((item) => { const box = boxOf(item.key); if (box) mark(box, words.kept, "is-warn"); });
}

function answer(box) {
  const question = box.querySelector("[data-question]");
  const given = read(question);
  if (given === null && tells) {
    mark(box, words.first, "is-bad");
    return;
  }
  if (tells) lock(box, true);
  mark(box, words.sending);
  queue.add(box.dataset.key, given);
}

function show(number, { focus = true } = {}) {
  current = Math.min(Math.max(0, number), pages.length - 1);
  pages.forEach((page, index) => page.classList.toggle("is-current", index === current));
  const isLast = current >= pages.length - 1;
  previous.disabled = current <= 0;
  next.hidden = isLast;
  next.disabled = false;
  if (finish) finish.hidden = !isLast;
  if (end) end.hidden = !isLast;
  document.querySelector(".player-progress").value = current + 1;
  document.querySelector(".player-place").textContent = words.page.replace("{page}", current + 1).replace("{pages}", pages.length);
  if (focus) {
    scrollTo(0, 0);
    pages[current]?.querySelector("h2").focus({ preventScroll: true });
    remember();
  }
}

function remember() {
  if (!attempt) return;
  keep(place, { page: current, seconds });
  send(root.dataset.place, "POST", { page: current, seconds }, { keepalive: true }).then(() => keep(place, null), () => {});
}

async function finishNow(confirmed) {
  if (tells) root.querySelectorAll(".asked[data-touched]:not([data-answered])").forEach((box) => { if (!queue.has(box.dataset.key)) answer(box); });
  const open = [...root.querySelectorAll(".asked")].filter((box) => !box.dataset.answered && !queue.has(box.dataset.key));
  if (!confirmed && open.length && !await askFirst(words.finish, words.open.replace("{count}", open.length))) return;
  const button = finish.querySelector("button");
  button.disabled = true;
  const all = await queue.flush();
  if (!all) {
    button.disabled = false;
    // The queue goes on by itself; when it is through, this is tried again.
    setTimeout(() => finishNow(true), 1500);
    return;
  }
  try {
    await send(root.dataset.place, "POST", { page: current, seconds });
  } catch (error) {
    if (error.kind === "network") {
      waiting("network");
      setTimeout(() => finishNow(true), 1500);
      return;
    }
  }
  keep(place, null);
  finish.submit();
}

root.addEventListener("click", (event) => {
  const button = event.target.closest(".js-answer");
  if (button) answer(button.closest(".asked"));
});
const changes = new Map();
root.addEventListener("question:change", (event) => {
  const box = event.target.closest(".asked");
  if (!box || box.dataset.graded) return;
  box.dataset.touched = "1";
  if (tells) {
    mark(box, "");
    return;
  }
  clearTimeout(changes.get(box));
  changes.set(box, setTimeout(() => answer(box), 500));
});
root.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(".asked input:not([type=checkbox])")) return;
  event.preventDefault();
  answer(event.target.closest(".asked"));
});
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea, video, audio, iframe, [contenteditable=true]")) return;
  if (event.key === "ArrowRight" && !next.hidden) show(current + 1);
  else if (event.key === "ArrowLeft" && current > 0) show(current - 1);
  else if (event.key === "Escape") document.querySelector(".js-leave").click();
});
previous.addEventListener("click", () => show(current - 1));
next.addEventListener("click", () => show(current + 1));
finish?.addEventListener("submit", (event) => { event.preventDefault(); finishNow(false); });

mount(root);
root.querySelectorAll(".asked[data-graded]").forEach((box) => lock(box, true));
const before = kept(place);
if (before && !new URLSearchParams(location.search).has("page")) {
  seconds = Math.max(seconds, before.seconds);
  show(before.page, { focus: false });
  remember();
} else {
  show(current, { focus: false });
}
if (queue.items.length) {
  queue.items.forEach((item) => {
    const box = boxOf(item.key);
    if (!box) return;
    if (tells) lock(box, true);
    mark(box, words.kept, "is-warn");
  });
  queue.flush();
}
if (attempt) {
  setInterval(() => {
    if (document.hidden) return;
    seconds += 1;
    if (seconds % 20 === 0) remember();
  }, 1000);
  document.addEventListener("visibilitychange", () => { if (document.hidden) remember(); });
}
if (root.dataset.left !== undefined) {
  startClock(document.querySelector(".js-clock"), Number(root.dataset.left), () => {
    wait.hidden = false;
    wait.querySelector("span").textContent = words.over;
    finishNow(true);
  });
}
addEventListener("offline", () => waiting("network"));
addEventListener("online", () => { if (!queue.items.length) waiting(null); });
