// What each kind of block looks like while it is written. Every change goes into the block and to `changed`.
import { describe } from "./editor.js";
import { mountEditor } from "./question-editor.js";
import { h, icon, labelled, line, newId, select } from "./question-editor-fields.js";
import { upload } from "./upload.js";

const VENDOR = new URL("../vendor/", import.meta.url);
let quill;

export const SYMBOLS = { text: "text-left", picture: "image", video: "play-btn", file: "paperclip", callout: "megaphone", question: "question-circle", draw: "shuffle" };
export const NEW = {
  text: { html: "" }, picture: { media_id: null, alt: "", caption: "" }, video: { title: "", media_id: null, captions_id: null, embed: "" },
  file: { media_id: null, title: "" }, callout: { tone: "info", html: "" }, question: { definition: { kind: "single" } }, draw: { bank_id: null, count: 5 },
};

// `context` has words, files (by id), banks, uploadUrl and changed(). Returns the fields as elements.
export function fieldsOf(block, context) {
  return { text, picture, video, file, callout, question, draw }[block.kind](block, context);
}

function text(block, context) {
  return [richText(context.words.text, block, context)];
}

function callout(block, context) {
  const { words } = context;
  const tones = ["info", "good", "warn", "bad"].map((tone) => [tone, words[tone]]);
  return [
    labelled(words.tone, select(tones, block.tone, (tone) => { block.tone = tone; context.changed(); }), "tone"),
    richText(words.callout, block, context),
  ];
}

// Not the question editor's field: running text has headings and quotes, and no pictures, which are blocks.
function richText(label, block, context) {
  const id = newId();
  const box = h("div");
  const field = h("div", { class: "rich" }, h("span", { class: "visually-hidden", id }, label), box);
  loadQuill().then((Quill) => {
    const editor = new Quill(box, {
      theme: "snow",
      modules: { toolbar: [[{ header: [2, 3, false] }], ["bold", "italic", "link"], [{ list: "ordered" }, { list: "bullet" }], ["blockquote", "clean"]] },
    });
    editor.setContents(editor.clipboard.convert({ html: block.html }), "silent");
    editor.root.setAttribute("aria-labelledby", id);
    describe(editor, context.words.textStyle);
    editor.on("text-change", () => {
      block.html = editor.getText().trim() ? editor.getSemanticHTML().replaceAll("&nbsp;", " ") : "";
      context.changed();
    });
    if (field.dataset.focus !== undefined) editor.focus();
  });
  return field;
}

function loadQuill() {
  quill ??= new Promise((resolve) => {
    if (!document.querySelector("link[href$='quill.snow.css']")) document.head.prepend(h("link", { rel: "stylesheet", href: `${VENDOR}quill.snow.css` }));
    if (window.Quill) resolve(window.Quill);
    else document.head.append(h("script", { src: `${VENDOR}quill.js`, load: () => resolve(window.Quill) }));
  });
  return quill;
}

function words(block, name, label, context, help = null) {
  const field = labelled(label, line(block[name], (value) => { block[name] = value; context.changed(); }, { maxlength: 1000 }), name);
  if (help) field.append(h("p", { class: "help" }, help));
  return field;
}

function picture(block, context) {
  const { words: w } = context;
  return [
    chooser(block, "media_id", w.choosePicture, "image/*", context, (known) => h("img", { src: known.url, alt: block.alt, class: "media-picture" })),
    words(block, "alt", w.alt, context, w.altHelp),
    words(block, "caption", w.caption, context),
  ];
}

function video(block, context) {
  const { words: w } = context;
  return [
    words(block, "title", w.title, context),
    chooser(block, "media_id", w.chooseVideo, "video/*", context, (known) => h("video", { src: known.url, controls: true, preload: "metadata", class: "media-video" })),
    chooser(block, "captions_id", w.chooseCaptions, ".vtt,text/vtt", context, nameOf),
    words(block, "embed", w.embed, context),
  ];
}

function file(block, context) {
  return [chooser(block, "media_id", context.words.chooseFile, "", context, nameOf), words(block, "title", context.words.title, context)];
}

function nameOf(known) {
  return h("a", { href: known.url, target: "_blank", class: "media-file" }, icon("paperclip"), ` ${known.name}`);
}

// A file that is uploaded as soon as it is chosen; `shown` makes the element for one that is there.
function chooser(block, name, label, accept, context, shown) {
  const { words: w } = context;
  const input = h("input", { class: "form-control", type: "file", accept, id: newId() });
  const bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": w.uploading });
  const problem = h("p", { class: "field-error", role: "alert", hidden: true });
  const place = h("div", { class: "chosen" });
  const show = () => {
    const known = context.files[block[name]];
    place.replaceChildren(...(known ? [shown(known), h("button", { type: "button", class: "btn btn-plain btn-sm", click: () => { block[name] = null; context.changed(); show(); } }, icon("x-lg"), ` ${w.removeFile}`)] : []));
    input.hidden = Boolean(known);
  };
  input.addEventListener("change", async () => {
    if (!input.files[0]) return;
    problem.hidden = true;
    bar.hidden = false;
    try {
      const made = await upload(context.uploadUrl, input.files[0], (part) => { bar.value = part; });
      context.files[made.id] = made;
      block[name] = made.id;
      context.changed();
    } catch (error) {
      problem.textContent = error.message || w.uploadFailed;
      problem.hidden = false;
    }
    bar.hidden = true;
    input.value = "";
    show();
  });
  show();
  return h("div", { class: "field" }, h("label", { class: "form-label", for: input.id }, label), place, input, bar, problem);
}

function question(block, context) {
  const root = h("div");
  mountEditor(root, block.definition, (definition) => { block.definition = definition; context.changed(); });
  return [root];
}

function draw(block, context) {
  const { words: w } = context;
  if (!context.banks.length) return [h("p", { class: "help" }, w.noBanks)];
  const banks = [["", w.chooseBank], ...context.banks.map(([id, title, number]) => [String(id), `${title} (${number})`])];
  const count = h("input", { class: "form-control", type: "number", min: 1, max: 100, value: block.count, input: (event) => {
    block.count = Math.min(100, Math.max(1, Number.parseInt(event.target.value, 10) || 1));
    context.changed();
  } });
  return [h("div", { class: "form-pair" },
    labelled(w.bank, select(banks, String(block.bank_id ?? ""), (id) => { block.bank_id = id ? Number(id) : null; context.changed(); }), "bank_id"),
    labelled(w.count, count, "count")), h("p", { class: "help" }, w.drawHelp)];
}
