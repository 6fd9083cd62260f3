// What appears on an open page without reloading: polled every second and a half while the page is looked at.
const EVERY = 1500;

async function ask(element) {
  const response = await fetch(element.dataset.live, { headers: { "X-Requested-With": "live" } });
  if (response.status !== 200) return;
  element.insertAdjacentHTML("afterbegin", await response.text());
  element.dataset.live = response.headers.get("X-Live-Next");
  document.querySelector(element.dataset.liveEmpty)?.remove();
}

async function count(element) {
  const response = await fetch(element.dataset.liveText, { headers: { "X-Requested-With": "live" } });
  if (response.status !== 200) return;
  const text = await response.text();
  element.textContent = text;
  element.hidden = text === "0";
}

async function round() {
  if (document.visibilityState === "visible") {
    const jobs = [...document.querySelectorAll("[data-live]")].map(ask);
    const counts = [...document.querySelectorAll("[data-live-text]")].map(count);
    await Promise.allSettled([...jobs, ...counts]);
  }
  setTimeout(round, EVERY);
}

export function startLive() {
  setTimeout(round, EVERY);
}
