// The editor of one question, of any kind: mountEditor(root, definition, onChange).
// The page includes templates/questions/editor.html (words) and css/questions.css.
import { check, h, htmlField, labelled, number, richField, select, t } from "./question-editor-fields.js";
import { PARTS } from "./question-editor-parts.js";

const COMMON = ["kind", "text", "points", "feedback", "shuffle"];
const OWN = {
  single: ["options"], multiple: ["options", "scoring"], truefalse: ["answer"], shorttext: ["variants", "case_sensitive"],
  numeric: ["numbers"], ordering: ["items", "scoring"], matching: ["pairs", "extra", "scoring"], gaps: ["gaps", "scoring"],
};
const KINDS = () => [
  ["single", t("Single choice")], ["multiple", t("Multiple choice")], ["truefalse", t("True or false")], ["shorttext", t("Short text")],
  ["numeric", t("Number")], ["ordering", t("Ordering")], ["matching", t("Matching")], ["gaps", t("Fill the gaps")],
];

// Shows an editor in `root` (what was there goes away). `definition` may be {} for a new question.
// `onChange(definition)` is called after every change; the server checks it with questions.validated_question.
// Returns { read(): definition, showErrors({path: sentence}): the first field with an error or null }.
export function mountEditor(root, definition, onChange = () => {}) {
  const state = filled(structuredClone(definition ?? {}));
  const changed = () => onChange(read());
  const read = () => Object.fromEntries([...COMMON, ...OWN[state.kind]].map((name) => [name, structuredClone(state[name])]));
  let editor = null;

  const parts = h("div", { class: "qe-parts" });
  const again = (focus) => {
    parts.replaceChildren(...PARTS[state.kind](state, changed, again));
    scoring.hidden = !OWN[state.kind].includes("scoring");
    shuffle.hidden = !["single", "multiple", "gaps"].includes(state.kind);
    partial.hidden = ["truefalse"].includes(state.kind);
    gapButton.hidden = gapButtonRemove.hidden = state.kind !== "gaps";
    if (focus) (parts.querySelector(`${focus}:not(:disabled)`) ?? parts.querySelector("button"))?.focus();
  };
  const said = (label, name) => htmlField(label, state.feedback[name], (text) => { state.feedback[name] = text; changed(); }, `feedback.${name}`);
  const scoring = check(t("All or nothing: no points for an answer that is partly right"), state.scoring === "all", (on) => { state.scoring = on ? "all" : "partial"; changed(); });
  const shuffle = check(t("Shuffle the options"), state.shuffle, (on) => { state.shuffle = on; changed(); });
  const partial = said(t("When partly right"), "partial");
  const gapButton = h("button", { type: "button", class: "btn btn-secondary btn-sm", click: () => {
    state.gaps.push(newGap());
    insert(editor, ` [[${state.gaps.length}]] `);
    changed();
    again(`[data-row="gaps.${state.gaps.length - 1}"] select`);
  } }, t("Insert a gap at the cursor"));
  const gapButtonRemove = h("button", { type: "button", class: "btn btn-plain btn-sm", click: () => {
    if (state.gaps.length < 2) return;
    remove(editor, `[[${state.gaps.length}]]`);
    state.gaps.pop();
    changed();
    again();
  } }, t("Remove the last gap"));
  const feedback = h("details", { class: "qe-more qe-feedback" }, h("summary", {}, t("Feedback after answering")),
    said(t("When right"), "correct"), partial, said(t("When not right"), "incorrect"), said(t("To everybody"), "general"));
  feedback.open = Object.values(state.feedback).some(Boolean);

  root.classList.add("question-editor");
  root.replaceChildren(
    h("div", { class: "qe-head" },
      labelled(t("Kind"), select(KINDS(), state.kind, (kind) => { state.kind = kind; changed(); again(); }), "kind"),
      labelled(t("Points"), number(state.points, (value) => { state.points = value ?? 1; changed(); }), "points")),
    richField(t("Question"), state.text, (text) => { state.text = text; changed(); }, "text", { ready: (quill) => { editor = quill; } }),
    h("div", { class: "qe-gap-acts" }, gapButton, gapButtonRemove),
    parts, scoring, shuffle, feedback);
  again();

  return { read, showErrors: (errors) => showErrors(root, errors) };
}

// A state in which every kind has its fields, so that switching kinds and back loses nothing.
function filled(state) {
  const option = (correct) => ({ text: "", correct, weight: null, feedback: "" });
  const item = () => ({ text: "" });
  const pair = () => ({ left: "", right: "" });
  const defaults = {
    kind: "single", text: "", points: 1, shuffle: true, scoring: "partial", case_sensitive: false, answer: true,
    options: [option(true), option(false)], variants: [{ text: "", weight: 100, feedback: "" }], numbers: [{ value: null, tolerance: 0, low: null, high: null, weight: 100, feedback: "" }],
    items: [item(), item(), item()], pairs: [pair(), pair()], extra: [], gaps: [newGap()],
  };
  for (const [name, value] of Object.entries(defaults)) if (state[name] === undefined || (Array.isArray(value) && value.length && !state[name].length)) state[name] = value;
  state.feedback = { correct: "", partial: "", incorrect: "", general: "", ...state.feedback };
  state.gaps = state.gaps.map((gap) => {
    const blank = newGap();
    for (const name of ["options", "variants", "numbers"]) if (!gap[name]?.length) gap[name] = blank[name];
    return { ...blank, ...gap };
  });
  return state;
}

function newGap() {
  return {
    kind: "text", weight: 1, case_sensitive: false, variants: [{ text: "", weight: 100, feedback: "" }],
    options: [{ text: "", correct: true, weight: null, feedback: "" }, { text: "", correct: false, weight: null, feedback: "" }],
    numbers: [{ value: null, tolerance: 0, low: null, high: null, weight: 100, feedback: "" }],
  };
}

function insert(editor, text) {
  if (!editor) return;
  const at = editor.getSelection()?.index ?? editor.getLength() - 1;
  editor.insertText(at, text, "user");
}

function remove(editor, text) {
  const at = editor?.getText().indexOf(text) ?? -1;
  if (at >= 0) editor.deleteText(at, text.length, "user");
}

// Each sentence beside the field it is about, or above everything if there is none; earlier ones go away.
function showErrors(root, errors) {
  root.querySelectorAll(".qe-error").forEach((old) => old.remove());
  let first = null;
  for (const [path, sentence] of Object.entries(errors)) {
    const message = h("p", { class: "field-error qe-error", role: "alert" }, sentence);
    const place = closest(root, path);
    (place ?? root).append(message);
    place?.closest("details")?.setAttribute("open", "");
    first ??= place;
  }
  return first;
}

function closest(root, path) {
  const parts = path.split(".");
  while (parts.length) {
    const place = root.querySelector(`[data-path="${parts.join(".")}"]`);
    if (place) return place;
    parts.pop();
  }
  return null;
}
