// What each kind of question has of its own, as rows that can be added, removed and put in order.
import { button, check, h, htmlField, labelled, line, newId, number, select, t } from "./question-editor-fields.js";

// Each part gets the question's state, `changed` to tell that a field changed, and `again` to draw all parts anew.
export const PARTS = {
  single: (state, ...how) => choice(state, state.options, false, "options", ...how),
  multiple: (state, ...how) => choice(state, state.options, true, "options", ...how),
  truefalse: trueFalse,
  shorttext: (state, ...how) => variants(state, state.variants, "variants", ...how),
  numeric: (state, changed, again) => [numbers(state.numbers, "numbers", changed, again)],
  ordering: (state, changed, again) => [rows(state.items, "items", t("Items, in their right order"), t("Add an item"), () => ({ text: "" }),
    (item, path) => [htmlField(t("Item"), item.text, (text) => { item.text = text; changed(); }, `${path}.text`, true)], changed, again)],
  matching: (state, changed, again) => [pairs(state, changed, again), extras(state, changed, again)],
  gaps: gapRows,
};

// A list of rows with buttons for up, down and away.
function rows(list, path, legend, addLabel, make, draw, changed, again, least = 2) {
  const move = (from, to) => { list.splice(to, 0, ...list.splice(from, 1)); changed(); again(`[data-row="${path}.${to}"] button`); };
  return h("fieldset", { class: "qe-rows", "data-path": path },
    h("legend", {}, legend),
    list.map((item, index) => h("div", { class: "qe-row", "data-row": `${path}.${index}` },
      h("div", { class: "qe-row-fields" }, draw(item, `${path}.${index}`, index)),
      h("div", { class: "qe-row-acts" },
        button(t("Move up"), "arrow-up", () => move(index, index - 1), { plain: true, disabled: index === 0 }),
        button(t("Move down"), "arrow-down", () => move(index, index + 1), { plain: true, disabled: index === list.length - 1 }),
        button(t("Take out"), "trash", () => { list.splice(index, 1); changed(); again(`[data-path="${path}"] .qe-add`); }, { plain: true, disabled: list.length <= least })))),
    h("button", { type: "button", class: "btn btn-secondary btn-sm qe-add", click: () => { list.push(make()); changed(); again(`[data-row="${path}.${list.length - 1}"] :is(textarea, input[type=text], select)`); } }, `+ ${addLabel}`));
}

function choice(state, options, several, path, changed, again) {
  const weighted = options.some((option) => option.weight !== null && option.weight !== undefined);
  const name = newId();
  const drawn = rows(options, path, t("Options"), t("Add an option"), () => ({ text: "", correct: false, weight: weighted ? 0 : null, feedback: "" }),
    (option, here) => [
      h("div", { class: "qe-option" },
        weighted
          ? labelled(t("Weight in %"), number(option.weight, (value) => { option.weight = value; changed(); }, { class: "form-control qe-percent" }), `${here}.weight`)
          : check(t("Right"), option.correct, (right) => {
            if (!several) options.forEach((other) => { other.correct = false; });
            option.correct = right;
            changed();
          }, { type: several ? "checkbox" : "radio", name }),
        htmlField(t("Option"), option.text, (text) => { option.text = text; changed(); }, `${here}.text`, true)),
      feedback(option, here, changed)], changed, again);
  const own = check(t("Weigh the options one by one"), weighted, (on) => {
    const right = options.filter((option) => option.correct).length || 1;
    options.forEach((option) => { option.weight = !on ? null : option.correct ? Math.round(1e7 / (several ? right : 1)) / 1e5 : 0; });
    changed();
    again();
  });
  return [drawn, own];
}

function feedback(row, path, changed) {
  const details = h("details", { class: "qe-more" }, h("summary", {}, t("Feedback")),
    htmlField(t("What is said to those who choose this"), row.feedback, (text) => { row.feedback = text; changed(); }, `${path}.feedback`));
  details.open = Boolean(row.feedback);
  return details;
}

function trueFalse(state, changed) {
  const name = newId();
  state.answer ??= true;
  return [h("fieldset", { class: "qe-rows", "data-path": "answer" }, h("legend", {}, t("Right answer")),
    check(t("True"), state.answer === true, () => { state.answer = true; changed(); }, { type: "radio", name }),
    check(t("False"), state.answer === false, () => { state.answer = false; changed(); }, { type: "radio", name }))];
}

function weight(row, path, changed) {
  return labelled(t("Weight in %"), number(row.weight, (value) => { row.weight = value ?? 100; changed(); }, { class: "form-control qe-percent" }), `${path}.weight`);
}

function variants(owner, list, path, changed, again) {
  return [
    rows(list, path, t("Accepted answers"), t("Add an answer"), () => ({ text: "", weight: 100, feedback: "" }),
      (variant, here) => [
        h("div", { class: "qe-pair" },
          labelled(t("Answer"), line(variant.text, (text) => { variant.text = text; changed(); }), `${here}.text`),
          weight(variant, here, changed)),
        feedback(variant, here, changed)], changed, again, 1),
    h("p", { class: "help" }, t("An asterisk * stands for any characters: colo*r accepts color and colour.")),
    check(t("Capitals matter"), owner.case_sensitive, (on) => { owner.case_sensitive = on; changed(); }),
  ];
}

function numbers(list, path, changed, again) {
  return rows(list, path, t("Accepted numbers"), t("Add a number"), () => ({ value: null, tolerance: 0, low: null, high: null, weight: 100, feedback: "" }),
    (row, here) => {
      const isRange = row.low !== null && row.low !== undefined;
      const field = (label, key) => labelled(label, number(row[key], (value) => { row[key] = value; changed(); }), `${here}.${key}`);
      return [
        h("div", { class: "qe-numbers" },
          labelled(t("How"), select([["value", t("A value")], ["range", t("A range")]], isRange ? "range" : "value", (how) => {
            Object.assign(row, how === "range" ? { low: row.value ?? 0, high: row.value ?? 0, value: null, tolerance: null } : { value: row.low, tolerance: 0, low: null, high: null });
            changed();
            again();
          })),
          isRange ? [field(t("From"), "low"), field(t("To"), "high")] : [field(t("Value"), "value"), field(t("More or less"), "tolerance")],
          weight(row, here, changed)),
        feedback(row, here, changed)];
    }, changed, again, 1);
}

function pairs(state, changed, again) {
  return rows(state.pairs, "pairs", t("Pairs"), t("Add a pair"), () => ({ left: "", right: "" }),
    (pair, here) => [h("div", { class: "qe-pair" },
      htmlField(t("What is asked"), pair.left, (text) => { pair.left = text; changed(); }, `${here}.left`),
      labelled(t("What belongs to it"), line(pair.right, (text) => { pair.right = text; changed(); }), `${here}.right`))], changed, again);
}

function extras(state, changed, again) {
  return rows(state.extra, "extra", t("Extra wrong answers"), t("Add a wrong answer"), () => "",
    (text, here, index) => [labelled(t("Wrong answer"), line(text, (value) => { state.extra[index] = value; changed(); }), here, true)], changed, again, 0);
}

function gapRows(state, changed, again) {
  const kinds = [["choice", t("Choose from a list")], ["text", t("Type a word")], ["number", t("Type a number")]];
  return [h("fieldset", { class: "qe-rows", "data-path": "gaps" }, h("legend", {}, t("Gaps")),
    h("p", { class: "help" }, t("In the text above, [[1]] is the place of gap 1, [[2]] of gap 2.")),
    state.gaps.map((gap, index) => {
      const path = `gaps.${index}`;
      const parts = gap.kind === "choice" ? choice(state, gap.options, false, `${path}.options`, changed, again)
        : gap.kind === "text" ? variants(gap, gap.variants, `${path}.variants`, changed, again)
          : [numbers(gap.numbers, `${path}.numbers`, changed, again)];
      return h("div", { class: "qe-gap", "data-row": path },
        h("div", { class: "qe-gap-head" }, h("strong", {}, `[[${index + 1}]]`),
          labelled(t("Kind of gap"), select(kinds, gap.kind, (kind) => { gap.kind = kind; changed(); again(`[data-row="${path}"] select`); }), `${path}.kind`, true),
          labelled(t("Share"), number(gap.weight, (value) => { gap.weight = value ?? 1; changed(); }, { class: "form-control qe-percent" }), `${path}.weight`)),
        parts);
    }))];
}
