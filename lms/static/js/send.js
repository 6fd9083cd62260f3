// Asks the server as scripts do: JSON both ways, the form's token along, and an error that says what to make of it.

// `kind`: "network" (nobody answered, or not well: try again), "signed-out" (try again once signed in), "refused".
export class SendError extends Error {
  constructor(kind, status = 0, data = {}) {
    super(data.error ?? kind);
    Object.assign(this, { kind, status, data });
  }
}

const meta = () => document.querySelector("meta[name=csrf-token]");
const TIMEOUT = 15_000;

// The answer's data; throws SendError. A token that expired while the page stood open is renewed once.
export async function send(url, method = "GET", body = undefined, { keepalive = false } = {}) {
  let response = await ask(url, method, body, keepalive);
  if (response.status === 400 && method !== "GET" && await renewToken()) response = await ask(url, method, body, keepalive);
  if (response.status === 401 || (response.redirected && new URL(response.url).pathname.startsWith("/login"))) throw new SendError("signed-out", 401);
  if (response.status >= 500 || response.status === 429 || response.status === 408) throw new SendError("network", response.status);
  let data;
  try {
    data = await response.json();
  } catch {
    throw new SendError(response.status === 400 ? "signed-out" : "network", response.status);
  }
  if (!response.ok) throw new SendError("refused", response.status, data);
  return data;
}

async function ask(url, method, body, keepalive) {
  const headers = { Accept: "application/json", "X-CSRFToken": meta().content, "X-Requested-With": "script" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(url, {
      method, headers, keepalive, credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new SendError("network");
  }
}

async function renewToken() {
  try {
    const response = await fetch(location.href, { credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT) });
    const token = (await response.text()).match(/name="csrf-token" content="([^"]+)"/)?.[1];
    if (!token || token === meta().content) return false;
    meta().content = token;
    document.querySelectorAll("input[name=csrf_token]").forEach((field) => { field.value = token; });
    return true;
  } catch {
    return false;
  }
}

// A name nobody else gives.
export function newName(length = 12) {
  return [...crypto.getRandomValues(new Uint8Array(length))].map((byte) => (byte % 36).toString(36)).join("");
}

// Storage that may be full or forbidden: then there is only what is in memory.
export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch { /* the page goes on with what it has in memory */ }
}

export function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}
