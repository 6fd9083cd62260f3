// Two people wrote on one page: both texts side by side, what differs marked; resolves to "mine" or "theirs".
import { h } from "./question-editor-fields.js";

export function compare(mine, theirs, words, by) {
  const dialog = document.getElementById("compare");
  const said = (page, other) => page.blocks.map((block) => {
    const twin = other.blocks.find((one) => one.id === block.id);
    const differs = !twin || plain(twin) !== plain(block);
    return h("div", { class: differs ? "compare-block differs" : "compare-block" }, h("strong", {}, words[block.kind]), h("div", {}, plain(block) || "–"));
  });
  const side = (label, page, other) => h("section", {}, h("h3", {}, label),
    h("div", { class: page.title === other.title ? "compare-block" : "compare-block differs" }, h("strong", {}, words.pageTitle), h("div", {}, page.title)), ...said(page, other));
  dialog.querySelector(".compare-sides").replaceChildren(
    side(words.yours, mine, theirs), side(words.theirs.replace("{name}", by || words.someone), theirs, mine));
  dialog.returnValue = "";
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.showModal();
  return new Promise((resolve) => { dialog.onclose = () => resolve(dialog.returnValue === "theirs" ? "theirs" : "mine"); });
}

// A block as words.
function plain(block) {
  const text = (html) => new DOMParser().parseFromString(html ?? "", "text/html").body.textContent.trim();
  switch (block.kind) {
    case "text":
    case "callout": return text(block.html);
    case "question": return strings(block.definition).map(text).filter(Boolean).join(" · ");
    case "draw": return `${block.count} × ${block.bank_id ?? "–"}`;
    default: return [block.title, block.alt, block.caption, block.embed, block.media_id].filter(Boolean).join(" · ");
  }
}

// The words of a question, without the names that its parts get when it is saved.
function strings(value) {
  if (typeof value === "string") return [value];
  if (typeof value === "boolean" || typeof value === "number") return [String(value)];
  if (Array.isArray(value)) return value.flatMap(strings);
  if (!value) return [];
  return Object.entries(value).filter(([name]) => name !== "id" && name !== "weight").flatMap(([, inner]) => strings(inner));
}
