// Shows the design in the form while it is typed; without this, it shows what is saved.
const picture = document.getElementById("certificate-preview");
const form = picture?.closest("main").querySelector("form.form");
const PAUSE = 400;
let timer;

function show() {
  const wanted = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && name !== "csrf_token") {
      wanted.set(name, value);
    }
  }
  picture.classList.add("is-loading");
  picture.src = `${picture.dataset.address}?${wanted}`;
}

if (form) {
  picture.addEventListener("load", () => picture.classList.remove("is-loading"));
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
}
