// Between attempts: Escape leaves, and the questions shown are brought to life (they are closed).
import { mount } from "./questions.js";

mount(document);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) document.querySelector(".js-leave").click();
});
