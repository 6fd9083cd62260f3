// Draws a chart from the table behind it, so that both say the same; without this the tables are there.
const { Chart } = window;
const COLOURS = { compliant: "--good", expiring: "--warn", in_grace: "--info", expired: "--bad", missing: "--line-strong", exempt: "--accent" };
const MOST = 12;
const DAY = 86_400_000;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function read(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.dataset.value ?? cell.textContent.trim()));
  return { heads, rows };
}

function options(table, more) {
  const ink = colour("--ink-soft");
  return {
    animation: false,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    plugins: { tooltip: { callbacks: { title: ([item]) => (item.parsed.x > 10_000 ? iso(item.parsed.x) : item.label) } }, legend: { position: "bottom", labels: { color: ink, boxWidth: 12, boxHeight: 12 } } },
    ...more(ink, colour("--line")),
  };
}

function iso(day) {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

function axis(ink, line, more = {}) {
  return { ticks: { color: ink, precision: 0 }, grid: { color: line }, border: { color: line }, ...more };
}

function bars(table) {
  const { heads, rows } = read(table);
  const shown = rows.slice(0, MOST);
  const datasets = heads.flatMap((head, index) =>
    head.dataset.state
      ? [{ label: head.textContent.trim(), data: shown.map((row) => Number(row[index])), backgroundColor: colour(COLOURS[head.dataset.state]), maxBarThickness: 22 }]
      : [],
  );
  return {
    type: "bar",
    data: { labels: shown.map((row) => row[0]), datasets },
    height: 80 + 32 * shown.length,
    options: options(table, (ink, line) => ({ indexAxis: "y", scales: { x: axis(ink, line, { stacked: true, beginAtZero: true }), y: axis(ink, "transparent", { stacked: true }) } })),
  };
}

function lines(table) {
  const { heads, rows } = read(table);
  rows.reverse();
  const values = (index) => rows.map((row) => ({ x: Date.parse(row[0]) / DAY, y: Number(row[index]) }));
  const percent = heads.findIndex((head) => "percent" in head.dataset);
  const bad = heads.flatMap((head, index) => (["expired", "missing"].includes(head.dataset.state) ? [{ head, index }] : []));
  const line = (label, data, name, axisId, dash = []) => ({ label, data, borderColor: colour(name), backgroundColor: colour(name), yAxisID: axisId, pointRadius: rows.length > 40 ? 0 : 2, borderWidth: 2, borderDash: dash, tension: 0.2 });
  return {
    type: "line",
    height: 300,
    data: {
      datasets: [
        line(heads[percent].textContent.trim(), values(percent), "--good", "percent"),
        ...bad.map(({ head, index }, number) => line(head.textContent.trim(), values(index), COLOURS[head.dataset.state], "number", number ? [6, 4] : [2, 3])),
      ],
    },
    options: options(table, (ink, grid) => ({
      scales: {
        x: axis(ink, "transparent", { type: "linear", min: Date.parse(rows[0][0]) / DAY, max: Date.parse(rows.at(-1)[0]) / DAY, ticks: { color: ink, precision: 0, maxTicksLimit: 8, maxRotation: 0, callback: (value) => iso(value) } }),
        percent: axis(ink, grid, { position: "left", min: 0, max: 100, ticks: { color: ink, callback: (value) => `${value}%` } }),
        number: axis(ink, "transparent", { position: "right", beginAtZero: true }),
      },
    })),
  };
}

for (const frame of document.querySelectorAll("[data-chart-of]")) {
  const behind = document.getElementById(frame.dataset.chartOf);
  const table = behind?.matches("table") ? behind : behind?.querySelector("table");
  if (!Chart || !table || !table.tBodies[0].rows.length) {
    continue;
  }
  const { height, ...settings } = table.dataset.chart === "trend" ? lines(table) : bars(table);
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", table.dataset.label);
  frame.style.height = `${height}px`;
  frame.append(canvas);
  new Chart(canvas, settings);
}
