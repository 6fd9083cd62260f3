// Runs before the first paint, so that a dark page does not flash white.
(() => {
  const chosen = localStorage.getItem("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = chosen || (dark ? "dark" : "light");
  document.documentElement.classList.add("js");
})();
