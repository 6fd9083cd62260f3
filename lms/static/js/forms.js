// Forms are sent once; filters send themselves; the theme button switches.
export function startForms() {
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.matches(".js-once")) return;
    const button = event.target.querySelector("[type=submit]");
    setTimeout(() => { button.disabled = true; });
    addEventListener("pageshow", () => { button.disabled = false; });
  });
  for (const form of document.querySelectorAll(".js-auto-submit")) {
    form.querySelectorAll(".js-hide").forEach((button) => { button.hidden = true; });
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, [type=date], [type=checkbox]")) form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    });
  }
  document.querySelectorAll(".js-theme").forEach((button) => button.addEventListener("click", () => {
    const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    document.documentElement.dataset.bsTheme = next;
    localStorage.setItem("theme", next);
  }));
}
