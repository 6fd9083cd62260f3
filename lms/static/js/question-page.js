// The page of one question in a bank: the editor, and beside it the question as learners see it, to be tried out.
import { mountEditor } from "./question-editor.js";
import { mount, read } from "./questions.js";

const form = document.getElementById("question-form");
const preview = document.getElementById("question-preview");
const problem = document.getElementById("question-preview-problem");
const token = document.querySelector("meta[name=csrf-token]").content;
let seed = Number(form.dataset.seed);
let timer;
let latest = 0;
let changed = form.dataset.errors !== "{}";

const editor = mountEditor(document.getElementById("question-editor"), JSON.parse(form.dataset.definition), () => {
  changed = true;
  clearTimeout(timer);
  timer = setTimeout(() => show(), 400);
});
const errors = JSON.parse(form.dataset.errors);
delete errors.form;
if (Object.keys(errors).length) editor.showErrors(errors)?.scrollIntoView({ block: "center" });
else if (editor.read().text) show();

form.addEventListener("submit", () => { changed = false; form.elements.definition.value = JSON.stringify(editor.read()); }, true);
addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
document.getElementById("question-check").addEventListener("click", () => {
  const question = preview.querySelector("[data-question]:not([data-closed])");
  if (question) show({ answer: read(question) });
});
document.getElementById("question-restart").addEventListener("click", () => { seed += 1; show(); });

async function show(more = {}) {
  latest += 1;
  const mine = latest;
  const response = await fetch(form.dataset.preview, {
    method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ definition: editor.read(), seed, ...more }),
  }).catch(() => null);
  if (!response || mine !== latest) return;
  const data = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  problem.textContent = data.errors ? Object.values(data.errors)[0] : "";
  if (!data.html) return;
  preview.innerHTML = data.html;
  mount(preview);
}
