// Lists that can be dragged into another order; the buttons for up and down do the same without a mouse.
export function startSortable() {
  for (const list of document.querySelectorAll(".js-sortable")) {
    const script = document.createElement("script");
    script.src = list.dataset.sortScript;
    script.addEventListener("load", () => makeSortable(list));
    document.head.append(script);
  }
}

function makeSortable(list) {
  window.Sortable.create(list, {
    handle: ".js-handle",
    animation: 120,
    onEnd: async () => {
      const body = new FormData();
      body.set("csrf_token", document.querySelector("meta[name=csrf-token]").content);
      body.set("order", [...list.children].map((row) => row.dataset.id).join(","));
      await fetch(list.dataset.sortUrl, { method: "POST", body });
      location.reload();
    },
  });
}
