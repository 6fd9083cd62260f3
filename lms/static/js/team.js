// Opens a cell of the matrix in a dialog; without this the link leads to a page of its own.
const dialog = document.getElementById("cell-dialog");
const content = document.getElementById("cell-dialog-content");

async function open(link) {
  const response = await fetch(link.href, { headers: { "X-Part": "1" } });
  if (!response.ok || response.redirected) {
    location.href = link.href;
    return;
  }
  content.innerHTML = await response.text();
  for (const field of content.querySelectorAll(".js-from input[name=from]")) {
    field.value = location.search || "?";
  }
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.js-cell");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    open(link);
  } else if (event.target === dialog) {
    dialog.close();
  }
});
