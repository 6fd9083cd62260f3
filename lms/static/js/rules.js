// Shows the choice that belongs to the kind of rule; without it, all of them are there and the right one counts.
const form = document.querySelector(".js-rule");
const kind = form.elements.kind;

function show() {
  for (const part of form.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== kind.value;
}

kind.addEventListener("change", show);
show();
