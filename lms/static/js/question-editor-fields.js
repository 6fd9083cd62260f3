// Small parts of the question editor: elements, words in the reader's language, text fields that hold HTML.
const BASE = new URL("../vendor/", import.meta.url);
const ICONS = new URL("../icons.svg", import.meta.url);
const KNOWN = new Set(["P", "BR", "STRONG", "B", "EM", "I", "U", "S", "A", "OL", "UL", "LI", "BLOCKQUOTE", "H2", "H3", "IMG", "SUB", "SUP", "SPAN"]);
let words;
let quill;
let lastId = 0;

// The words of templates/questions/editor.html, by their English.
export function t(english) {
  words ??= JSON.parse(document.getElementById("question-words")?.dataset.words ?? "{}");
  return words[english] ?? english;
}

// An element with its attributes (functions become listeners) and children; null children are left out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

export function newId() {
  lastId += 1;
  return `qe-${lastId}`;
}

// A label above its field, and the place for what is wrong with it.
export function labelled(label, field, path, hidden = false) {
  field.id ||= newId();
  return h("div", { class: "field qe-field", "data-path": path },
    h("label", { class: hidden ? "visually-hidden" : "form-label", for: field.id }, label), field);
}

export function button(label, symbol, click, { plain = false, disabled = false } = {}) {
  return h("button", { type: "button", class: `btn btn-${plain ? "plain" : "secondary"} btn-sm`, "aria-label": plain ? label : null, title: plain ? label : null, disabled, click }, icon(symbol), plain ? null : ` ${label}`);
}

export function check(label, checked, change, { type = "checkbox", name = null } = {}) {
  const box = h("input", { class: "form-check-input", type, name, id: newId(), checked, change: (event) => change(event.target.checked) });
  return h("div", { class: "form-check" }, box, h("label", { class: "form-check-label", for: box.id }, label));
}

export function select(options, value, change) {
  return h("select", { class: "form-select", change: (event) => change(event.target.value) },
    options.map(([key, label]) => h("option", { value: key, selected: key === value }, label)));
}

// A number; an empty field is null, what is no number goes on as it is and is refused by the server in words.
export function number(value, change, attributes = {}) {
  return h("input", { class: "form-control", type: "text", inputmode: "decimal", autocomplete: "off", ...attributes, value: value ?? "",
    input: (event) => {
      const text = event.target.value.trim().replace(",", ".");
      change(text === "" ? null : Number.isFinite(Number(text)) ? Number(text) : text);
    } });
}

export function line(value, change, attributes = {}) {
  return h("input", { class: "form-control", type: "text", autocomplete: "off", maxlength: 500, ...attributes, value: value ?? "", input: (event) => change(event.target.value) });
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

function isPlain(html) {
  const body = parsed(html);
  const inner = body.children.length === 1 && body.firstElementChild.tagName === "P" && body.childNodes.length === 1 ? body.firstElementChild : body;
  return [...inner.querySelectorAll("*")].every((element) => element.tagName === "BR" && !element.attributes.length);
}

function toPlain(html) {
  const body = parsed(html);
  body.querySelectorAll("br").forEach((br) => br.replaceWith("\n"));
  return body.textContent;
}

function toHtml(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\n", "<br>");
}

// HTML in a plain text area as long as it is plain, else in the rich editor; nothing is lost on the way.
export function htmlField(label, value, change, path, hidden = false) {
  if (!isPlain(value ?? "")) return richField(label, value, change, path, { hidden });
  const area = h("textarea", { class: "form-control qe-text", rows: 1, input: (event) => { grow(area); change(toHtml(event.target.value)); } });
  area.value = toPlain(value ?? "");
  requestAnimationFrame(() => grow(area));
  return labelled(label, area, path, hidden);
}

function grow(area) {
  area.rows = Math.min(8, Math.max(1, area.value.split("\n").length, Math.ceil(area.value.length / 70)));
}

// HTML in Quill; what Quill would lose is shown as it is. `ready` is called with the Quill editor.
export function richField(label, value, change, path, { hidden = false, ready = null } = {}) {
  if ([...parsed(value ?? "").querySelectorAll("*")].some((element) => !KNOWN.has(element.tagName))) return sourceField(label, value, change, path);
  const id = newId();
  const box = h("div");
  const field = h("div", { class: "field qe-field qe-rich", "data-path": path },
    h("span", { class: hidden ? "visually-hidden" : "form-label", id }, label), box);
  loadQuill().then((Quill) => {
    const editor = new Quill(box, { theme: "snow", modules: { toolbar: [["bold", "italic", "link"], [{ list: "ordered" }, { list: "bullet" }], [{ script: "sub" }, { script: "super" }], ["image", "clean"]] } });
    // Not dangerouslyPasteHTML(text): it would take the focus.
    editor.setContents(editor.clipboard.convert({ html: value ?? "" }), "silent");
    editor.root.setAttribute("aria-labelledby", id);
    editor.root.setAttribute("role", "textbox");
    editor.root.setAttribute("aria-multiline", "true");
    editor.on("text-change", () => {
      const empty = !editor.getText().trim() && !editor.root.querySelector("img");
      change(empty ? "" : editor.getSemanticHTML().replaceAll("&nbsp;", " "));
    });
    ready?.(editor);
  });
  return field;
}

function sourceField(label, value, change, path) {
  const area = h("textarea", { class: "form-control qe-source", rows: 6, spellcheck: "false", input: (event) => change(event.target.value) });
  area.value = value;
  const field = labelled(label, area, path);
  field.append(h("p", { class: "help" }, t("This text holds more than the editor can show, a table for instance. Here is its HTML.")));
  return field;
}

function loadQuill() {
  quill ??= new Promise((resolve) => {
    document.head.prepend(h("link", { rel: "stylesheet", href: `${BASE}quill.snow.css` }));
    if (window.Quill) { resolve(window.Quill); return; }
    document.head.append(h("script", { src: `${BASE}quill.js`, load: () => resolve(window.Quill) }));
  });
  return quill;
}
