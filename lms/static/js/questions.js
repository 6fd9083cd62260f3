// Questions as learners answer them: templates/questions/answer.html makes them, mount() brings them to life,
// read() tells what was answered. Every change sends a bubbling "question:change" from the question's fieldset.
const SORTABLE = new URL("../vendor/Sortable.min.js", import.meta.url);
const QUESTION = "[data-question]";
let sortable;

// Brings every question in root, or root itself, to life. Doing it again does nothing.
export function mount(root) {
  for (const question of within(root)) {
    if (question.dataset.mounted !== undefined) continue;
    question.dataset.mounted = "";
    question.addEventListener("input", () => changed(question));
    if (question.dataset.kind === "ordering" && question.dataset.closed === undefined) startOrdering(question);
  }
}

// The answer of one question, as questions.read_answer takes it, null for none;
// of anything else that holds questions, an object of answers by their names.
export function read(root) {
  if (root.matches?.(QUESTION)) return answer(root);
  return Object.fromEntries(within(root).map((question) => [question.dataset.question, answer(question)]));
}

function within(root) {
  return root.matches?.(QUESTION) ? [root] : [...root.querySelectorAll(QUESTION)];
}

function answer(question) {
  switch (question.dataset.kind) {
    case "single": return question.querySelector("input:checked")?.value ?? null;
    case "truefalse": {
      const chosen = question.querySelector("input:checked");
      return chosen ? chosen.value === "true" : null;
    }
    case "multiple": {
      const chosen = [...question.querySelectorAll("input:checked")].map((box) => box.value);
      return chosen.length ? chosen : null;
    }
    case "ordering": return [...question.querySelectorAll("li[data-id]")].map((item) => item.dataset.id);
    case "matching":
    case "gaps": {
      const parts = [...question.querySelectorAll("[data-part]")].filter((field) => field.value.trim());
      return parts.length ? Object.fromEntries(parts.map((field) => [field.dataset.part, field.value])) : null;
    }
    default: return question.querySelector("input").value.trim() || null;
  }
}

function changed(question) {
  question.dispatchEvent(new CustomEvent("question:change", { bubbles: true }));
}

function startOrdering(question) {
  const list = question.querySelector("ol");
  showEnds(list);
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const item = button.closest("li");
    const other = button.dataset.move === "up" ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (button.dataset.move === "up") other.before(item); else other.after(item);
    moved(question, list, item);
    (button.disabled ? item.querySelector("[data-move]:not(:disabled)") : button)?.focus();
  });
  sortable ??= new Promise((resolve) => {
    if (window.Sortable) { resolve(); return; }
    const script = document.createElement("script");
    script.src = SORTABLE;
    script.addEventListener("load", resolve);
    document.head.append(script);
  });
  sortable.then(() => new window.Sortable(list, {
    animation: 120, handle: ".js-handle",
    onEnd: (event) => moved(question, list, event.item),
  }));
}

function moved(question, list, item) {
  showEnds(list);
  const said = question.querySelector("[data-said]");
  said.textContent = `${said.dataset.said} ${[...list.children].indexOf(item) + 1}`;
  changed(question);
}

// The first cannot go up, the last cannot go down.
function showEnds(list) {
  for (const item of list.children) {
    item.querySelector("[data-move=up]").disabled = !item.previousElementSibling;
    item.querySelector("[data-move=down]").disabled = !item.nextElementSibling;
  }
}
