// Shows only the fields that the chosen kind has: an element with data-only="a b" is for the kinds a and b.
function show(group) {
  const chosen = group.querySelector("input[type=radio]:checked")?.value;
  for (const part of group.querySelectorAll("[data-only]")) {
    part.hidden = !part.dataset.only.split(" ").includes(chosen);
  }
}

for (const group of document.querySelectorAll(".js-rule")) {
  group.addEventListener("change", () => show(group));
  show(group);
}
