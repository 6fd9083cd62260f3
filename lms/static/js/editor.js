// A text area with class js-editor becomes a rich-text editor; what is written goes back into the text area.
export function startEditors() {
  const areas = [...document.querySelectorAll("textarea.js-editor")];
  if (!areas.length) return;
  const base = document.querySelector("script[src*='htmx.min.js']").src.replace("htmx.min.js", "");
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = `${base}quill.snow.css`;
  document.head.prepend(style);
  const script = document.createElement("script");
  script.src = `${base}quill.js`;
  script.addEventListener("load", () => areas.forEach(makeEditor));
  document.head.append(script);
}

// What Quill leaves out for those who do not see it: that the box is for text, and what the list of its toolbar is.
export function describe(editor, styleLabel) {
  editor.root.setAttribute("role", "textbox");
  editor.root.setAttribute("aria-multiline", "true");
  editor.getModule("toolbar").container.querySelector(".ql-picker-label")?.setAttribute("aria-label", styleLabel);
}

function makeEditor(area) {
  const box = document.createElement("div");
  area.before(box);
  const editor = new window.Quill(box, {
    theme: "snow",
    modules: { toolbar: [[{ header: [2, 3, false] }], ["bold", "italic", "link"], [{ list: "ordered" }, { list: "bullet" }], ["blockquote", "clean"]] },
  });
  // Not dangerouslyPasteHTML(text): it would take the focus.
  editor.setContents(editor.clipboard.convert({ html: area.value }), "silent");
  editor.root.setAttribute("aria-label", document.querySelector(`label[for="${area.id}"]`)?.textContent.trim() ?? "");
  describe(editor, area.dataset.styleLabel);
  area.hidden = true;
  editor.on("text-change", () => { area.value = editor.getText().trim() ? editor.getSemanticHTML() : ""; });
}
