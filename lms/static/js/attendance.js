// The attendance sheet saves each tap by itself and says so; the code on the wall renews itself; lists are printed.
const sheet = document.querySelector(".sheet");

function count() {
  const number = document.getElementById("marked");
  if (number) number.textContent = document.querySelectorAll('.sheet-row:not([data-state=""])').length;
}

async function save(form, button) {
  const row = form.closest(".sheet-row");
  const body = new FormData(form);
  if (button?.name) body.set(button.name, button.value);
  const said = row.querySelector(".mark-saved");
  said.classList.remove("is-bad");
  said.textContent = form.dataset.saving;
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "sheet" } });
    if (!response.ok || response.redirected) throw new Error(response.status);
    const fresh = document.createElement("template");
    fresh.innerHTML = (await response.text()).trim();
    const next = fresh.content.firstElementChild;
    row.replaceWith(next);
    (button?.value ? next.querySelector(`[value="${button.value}"]`) : next.querySelector("[name=reason]"))?.focus();
    count();
  } catch {
    said.classList.add("is-bad");
    said.textContent = form.dataset.failed;
  }
}

sheet?.addEventListener("submit", (event) => {
  event.preventDefault();
  save(event.target, event.submitter);
});
sheet?.addEventListener("change", (event) => {
  if (event.target.name === "reason") save(event.target.form, null);
});

const code = document.getElementById("code");
async function renew() {
  let wait = 5;
  try {
    const response = await fetch(code.dataset.refresh, { cache: "no-store" });
    if (response.ok) {
      code.src = `data:image/svg+xml;base64,${btoa(await response.text())}`;
      wait = Number(response.headers.get("X-Seconds-Left")) || wait;
    }
  } finally {
    setTimeout(renew, wait * 1000 + 100);
  }
}
if (code) renew();

document.querySelector(".js-print")?.addEventListener("click", () => print());
