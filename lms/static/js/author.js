// Where authors write: the pages of a content at the left, the open one at the right, saved as one types.
import { askFirst } from "./ask.js";
import { NEW, SYMBOLS, fieldsOf } from "./author-blocks.js";
import { compare } from "./author-compare.js";
import { Saver } from "./author-save.js";
import { h, icon } from "./question-editor-fields.js";
import { newName, send } from "./send.js";

const root = document.getElementById("author");
const words = JSON.parse(root.dataset.words);
const state = JSON.parse(root.dataset.state);
const savers = new Map();
const [mark, pageList, section, title, blockList, undoBar] =
  ["author-mark", "page-list", "author-page", "page-title", "blocks", "undo"].map((id) => document.getElementById(id));
const context = { words, files: state.files, banks: JSON.parse(root.dataset.banks), uploadUrl: root.dataset.upload, changed: () => saverOf(open).changed() };
let open = null;

function saverOf(page) {
  if (!savers.has(page.id)) {
    savers.set(page.id, new Saver(page, {
      marked: (kind, text) => showMark(kind, text),
      saved: (data) => { state.problems = data.problems; showProblems(); },
      conflict: (data) => resolveConflict(page, data),
    }));
  }
  return savers.get(page.id);
}

function showMark(kind, text = "") {
  const symbols = { saved: "check-lg", saving: "arrow-repeat", unsaved: "pencil", waiting: "exclamation-triangle", signedOut: "exclamation-triangle", refused: "exclamation-triangle" };
  const sentence = text === "gone" ? words.pageGone : text ? `${words[kind]}: ${text}` : words[kind];
  mark.className = `author-mark is-${kind}`;
  mark.replaceChildren(icon(symbols[kind]), ` ${sentence}`);
}

async function resolveConflict(page, data) {
  Object.assign(context.files, data.files);
  const choice = await compare(page, data.page, words, data.by);
  if (choice === "mine") {
    saverOf(page).keepMine(data.page.revision);
  } else {
    saverOf(page).takeTheirs(data.page);
    if (open === page) show(page);
    listPages();
  }
}

function small(label, symbol, click, disabled = false) {
  return h("button", { type: "button", class: "btn btn-plain btn-sm", "aria-label": label, title: label, disabled, click }, icon(symbol));
}

// Pages

function listPages() {
  pageList.replaceChildren(...state.pages.map((page, index) => h("li", { "data-id": page.id, class: page === open ? "is-open" : "" },
    h("span", { class: "js-handle", title: words.drag }, icon("grip-vertical")),
    h("button", { type: "button", class: "page-link", "aria-current": page === open ? "page" : null, click: () => show(page) }, h("span", { class: "page-number" }, String(index + 1)), h("span", { class: "page-name" }, page.title || "–")),
    h("span", { class: "page-acts" },
      small(words.moveUp, "arrow-up", () => movePage(index, -1), index === 0), small(words.moveDown, "arrow-down", () => movePage(index, 1), index === state.pages.length - 1),
      small(words.duplicate, "copy", () => duplicatePage(page)), small(words.delete, "trash", () => deletePage(page))))));
  showProblems();
}

async function act(work) {
  try {
    await work();
  } catch (error) {
    if (!error.kind) throw error;
    showMark(error.kind === "network" ? "waiting" : error.kind === "signed-out" ? "signedOut" : "refused", error.kind === "refused" ? error.message : "");
  }
}

function sendOrder() {
  return act(async () => { await send(root.dataset.order, "POST", { order: state.pages.map((page) => page.id) }); showMark("saved"); });
}

function movePage(index, by) {
  const [page] = state.pages.splice(index, 1);
  state.pages.splice(index + by, 0, page);
  listPages();
  const buttons = [...pageList.children[index + by].querySelectorAll(".page-acts button")];
  (buttons[by < 0 ? 0 : 1].disabled ? buttons[by < 0 ? 1 : 0] : buttons[by < 0 ? 0 : 1]).focus();
  sendOrder();
}

function addPage() {
  return act(async () => {
    const { page } = await send(root.dataset.add, "POST", { title: `${words.newPage} ${state.pages.length + 1}` });
    state.pages.push(page);
    show(page);
    title.focus();
    title.select();
  });
}

function duplicatePage(page) {
  return act(async () => {
    await saverOf(page).push();
    const data = await send(`${page.url}/duplicate`, "POST", {});
    state.pages.splice(state.pages.indexOf(page) + 1, 0, data.page);
    state.problems = data.problems;
    show(data.page);
  });
}

async function deletePage(page) {
  if (!await askFirst(words.deletePage, words.deletePageText)) return;
  await act(async () => {
    state.problems = (await send(page.url, "DELETE")).problems;
    saverOf(page).forget();
    const index = state.pages.indexOf(page);
    state.pages.splice(index, 1);
    show(state.pages[Math.min(index, state.pages.length - 1)] ?? null);
  });
}

// The open page

function show(page) {
  if (open && open !== page) saverOf(open).push();
  open = page;
  section.hidden = !page;
  undoBar.hidden = true;
  if (page) {
    title.value = page.title;
    listBlocks();
    if (!location.hash.startsWith(`#page-${page.id}`)) history.replaceState(null, "", `#page-${page.id}`);
  }
  listPages();
}

function listBlocks() {
  blockList.replaceChildren(...open.blocks.map(frame));
  if (!open.blocks.length) blockList.append(h("li", { class: "blocks-empty help" }, words.empty));
  showEnds();
}

function frame(block) {
  return h("li", { class: `block block-${block.kind}`, "data-block": block.id, id: `block-${block.id}` },
    h("div", { class: "block-head" },
      h("span", { class: "js-handle", title: words.drag }, icon("grip-vertical")), h("span", { class: "block-kind" }, icon(SYMBOLS[block.kind]), ` ${words[block.kind]}`),
      h("span", { class: "row-actions" },
        small(words.moveUp, "arrow-up", () => moveBlock(block, -1)), small(words.moveDown, "arrow-down", () => moveBlock(block, 1)),
        small(words.duplicate, "copy", () => insert(open.blocks.indexOf(block) + 1, { ...structuredClone(block), id: newName() })), small(words.delete, "trash", () => deleteBlock(block)))),
    h("p", { class: "block-problem field-error", hidden: true }), h("div", { class: "block-fields" }, fieldsOf(block, context)));
}

function elementOf(block) {
  return blockList.querySelector(`[data-block="${block.id}"]`);
}

function showEnds() {
  open.blocks.forEach((block, index) => {
    const [up, down] = elementOf(block).querySelectorAll(".block-head button");
    up.disabled = index === 0;
    down.disabled = index === open.blocks.length - 1;
  });
}

function insert(index, block) {
  blockList.querySelector(".blocks-empty")?.remove();
  open.blocks.splice(index, 0, block);
  const element = frame(block);
  blockList.insertBefore(element, blockList.children[index] ?? null);
  showEnds();
  context.changed();
  const field = element.querySelector(".block-fields :is(input:not([hidden]), select, textarea)");
  element.querySelector(".rich")?.setAttribute("data-focus", "");
  if (!element.querySelector(".rich")) field?.focus();
  element.scrollIntoView({ block: "nearest" });
}

function moveBlock(block, by) {
  const index = open.blocks.indexOf(block);
  const element = elementOf(block);
  const other = by < 0 ? element.previousElementSibling : element.nextElementSibling;
  // The neighbour moves: what is being written stays where it is in the document, so nothing in it is lost.
  if (by < 0) element.after(other); else element.before(other);
  open.blocks.splice(index + by, 0, ...open.blocks.splice(index, 1));
  showEnds();
  const buttons = element.querySelectorAll(".block-head button");
  (buttons[by < 0 ? 0 : 1].disabled ? buttons[by < 0 ? 1 : 0] : buttons[by < 0 ? 0 : 1]).focus();
  context.changed();
}

function deleteBlock(block) {
  const page = open;
  const index = page.blocks.indexOf(block);
  page.blocks.splice(index, 1);
  elementOf(block).remove();
  showEnds();
  context.changed();
  undoBar.querySelector("span").textContent = words.deleted;
  const button = undoBar.querySelector("button");
  button.textContent = words.undo;
  undoBar.hidden = false;
  button.onclick = () => {
    undoBar.hidden = true;
    if (open !== page) show(page);
    insert(Math.min(index, page.blocks.length), block);
  };
  button.focus({ preventScroll: true });
}

function showProblems() {
  for (const element of pageList.children) {
    element.classList.toggle("has-problem", state.problems.some((problem) => String(problem.page) === element.dataset.id));
  }
  for (const element of blockList.querySelectorAll("[data-block]")) {
    const problem = state.problems.find((one) => one.block === element.dataset.block);
    const place = element.querySelector(".block-problem");
    place.hidden = !problem;
    place.replaceChildren(...(problem ? [icon("exclamation-triangle"), ` ${problem.message}`] : []));
  }
}

title.addEventListener("input", () => {
  open.title = title.value;
  pageList.querySelector(".is-open .page-name").textContent = title.value || "–";
  context.changed();
});
document.getElementById("add-page").addEventListener("click", addPage);
document.getElementById("add-blocks").addEventListener("click", (event) => {
  const kind = event.target.closest("[data-add]")?.dataset.add;
  if (kind) insert(open.blocks.length, { id: newName(), kind, ...structuredClone(NEW[kind]) });
});
new window.Sortable(pageList, { handle: ".js-handle", animation: 120, onEnd: () => {
  state.pages.sort((a, b) => place(pageList, "id", a) - place(pageList, "id", b));
  listPages();
  sendOrder();
} });
new window.Sortable(blockList, { handle: ".block-head .js-handle", draggable: "[data-block]", animation: 120, onEnd: () => {
  open.blocks.sort((a, b) => place(blockList, "block", a) - place(blockList, "block", b));
  showEnds();
  context.changed();
} });

function place(list, name, row) {
  return [...list.children].findIndex((element) => element.dataset[name] === String(row.id));
}

document.addEventListener("visibilitychange", () => { if (document.hidden && open) saverOf(open).push(); });

for (const page of state.pages) saverOf(page).restore();
const [, pageId, blockId] = location.hash.match(/^#page-(\d+)(?:-(\w+))?$/) ?? [];
show(state.pages.find((page) => String(page.id) === pageId) ?? state.pages[0] ?? null);
root.querySelectorAll("#add-page, [data-add]").forEach((button) => { button.disabled = false; });
if (blockId) document.getElementById(`block-${blockId}`)?.scrollIntoView();
