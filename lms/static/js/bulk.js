// Rows that are chosen together: all at once, and buttons that are only there when something is chosen.
const form = document.getElementById("bulk");
if (form) start(form);

function start(bulk) {
  const all = document.getElementById("bulk-all");
  const boxes = [...document.querySelectorAll(`input[form="${bulk.id}"][name="ids"]`)];
  const acts = bulk.querySelector(".bulk-acts");
  const act = document.createElement("input");
  act.type = "hidden";
  act.name = "act";
  bulk.prepend(act);
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    acts.hidden = chosen === 0;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); show(); });
  boxes.forEach((box) => box.addEventListener("change", show));
  // Asked about before it is done (confirm.js), and then sent without the button that was pressed.
  bulk.querySelectorAll("button[name=act]").forEach((button) => button.addEventListener("click", () => {
    act.value = button.value;
    if (button.value === "delete") bulk.dataset.confirm = bulk.dataset.confirmDelete;
    else delete bulk.dataset.confirm;
  }));
  show();
}
