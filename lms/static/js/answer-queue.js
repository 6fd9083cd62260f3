// Answers on their way: kept on this device until the server has them, sent one after the other, in order.
import { keep, kept, newName, send } from "./send.js";

const WAITS = [1, 2, 4, 8, 15];

// `name` is the attempt's; `told(item, data)` hears what the server said, `refused(item, error)` what it refused,
// `waiting(kind)` that it waits ("network", "signed-out") or no longer does (null).
export class AnswerQueue {
  constructor(name, url, { told, refused, waiting }) {
    Object.assign(this, { name: `answers:${name}`, url, told, refused, waiting, failures: 0, timer: 0, running: null });
    this.items = kept(this.name) ?? [];
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => { if (!document.hidden && this.items.length) this.flush(); });
  }

  // A later answer to a question takes the place of one that was not sent yet.
  add(key, answer) {
    this.items = this.items.filter((item) => item.key !== key || item.sending);
    this.items.push({ key, answer, client_id: newName(20) });
    this.save();
    return this.flush();
  }

  has(key) {
    return this.items.some((item) => item.key === key);
  }

  save() {
    keep(this.name, this.items.length ? this.items.map(({ key, answer, client_id }) => ({ key, answer, client_id })) : null);
  }

  // Sends all there is; resolves when nothing is left or it has to wait, to whether nothing is left.
  flush() {
    clearTimeout(this.timer);
    this.running ??= this.run().finally(() => { this.running = null; });
    return this.running;
  }

  async run() {
    while (this.items.length) {
      const item = this.items[0];
      item.sending = true;
      try {
        const data = await send(this.url, "POST", { key: item.key, answer: item.answer, client_id: item.client_id });
        this.done(item);
        this.told(item, data);
      } catch (error) {
        item.sending = false;
        if (error.kind === "network" || error.kind === "signed-out") {
          this.waiting(error.kind);
          const seconds = WAITS[Math.min(this.failures, WAITS.length - 1)];
          this.failures += 1;
          this.timer = setTimeout(() => this.flush(), seconds * 1000);
          return false;
        }
        if (error.kind !== "refused") throw error;
        this.done(item);
        this.refused(item, error);
      }
    }
    return true;
  }

  done(item) {
    this.items = this.items.filter((other) => other !== item);
    this.failures = 0;
    this.save();
    this.waiting(null);
  }
}
