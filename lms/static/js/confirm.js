// Forms with `data-confirm` ask before they are sent.
export function startConfirm() {
  const dialog = document.getElementById("confirm");
  if (!dialog) return;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset?.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    dialog.querySelector("#confirm-title").textContent = form.dataset.confirm;
    dialog.querySelector("#confirm-text").textContent = form.dataset.confirmText;
    dialog.returnValue = "no";
    dialog.onclose = () => {
      if (dialog.returnValue !== "yes") return;
      form.dataset.confirmed = "1";
      form.requestSubmit();
    };
    dialog.showModal();
  });
}
