// "/" goes to the search field.
export function startShortcuts() {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, textarea, select, [contenteditable=true]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey) return;
    const field = document.getElementById("topsearch");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  });
}
