// Saves a page as it is written. What is not saved yet is kept on this device, and sent again until it is.
import { keep, kept, newName, send } from "./send.js";

const PAUSE = 800;
const WAITS = [1, 2, 4, 8, 15];
const writer = newName(16);

// `page` is {id, url, title, blocks, revision}; `marked(kind, text)` hears how it stands ("saved", "saving",
// "unsaved", "waiting", "signedOut", "refused"), `saved(data)` what the server said, `conflict(data)` the other's text.
export class Saver {
  constructor(page, { marked, saved, conflict }) {
    Object.assign(this, { page, marked, saved, conflict, writer, timer: 0, failures: 0, changes: 0, running: false, stopped: false });
    this.name = `draft:${page.id}`;
    addEventListener("online", () => { if (this.isOpen()) this.push(); });
  }

  // What was written here before and did not arrive takes the place of what the server has.
  restore() {
    const draft = kept(this.name);
    if (!draft) return false;
    Object.assign(this.page, { title: draft.title, blocks: draft.blocks, revision: draft.revision });
    this.writer = draft.writer;
    this.changes = 1;
    this.marked("unsaved");
    this.push();
    return true;
  }

  isOpen() {
    return this.changes > 0 && !this.stopped;
  }

  changed() {
    this.changes += 1;
    this.keepHere();
    if (this.stopped) return;
    if (!this.failures) this.marked("unsaved");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.push(), this.failures ? this.wait() : PAUSE);
  }

  keepHere() {
    const { title, blocks, revision } = this.page;
    keep(this.name, { title, blocks, revision, writer: this.writer });
  }

  wait() {
    return WAITS[Math.min(this.failures, WAITS.length) - 1] * 1000;
  }

  async push() {
    clearTimeout(this.timer);
    if (this.running || !this.isOpen()) return;
    this.running = true;
    const changes = this.changes;
    if (!this.failures) this.marked("saving");
    try {
      const { title, blocks, revision } = this.page;
      const data = await send(this.page.url, "PATCH", { title: title.trim() || "–", blocks, revision, writer: this.writer });
      this.page.revision = data.revision;
      this.writer = writer;
      this.failures = 0;
      if (this.changes === changes) {
        this.changes = 0;
        keep(this.name, null);
        this.marked("saved");
      } else {
        this.keepHere();
      }
      this.saved(data);
    } catch (error) {
      this.failed(error);
    } finally {
      this.running = false;
    }
    if (this.changes && !this.failures && !this.stopped) this.timer = setTimeout(() => this.push(), PAUSE);
  }

  failed(error) {
    if (error.kind === "network" || error.kind === "signed-out") {
      this.failures += 1;
      this.marked(error.kind === "network" ? "waiting" : "signedOut");
      this.timer = setTimeout(() => this.push(), this.wait());
      return;
    }
    if (error.kind !== "refused") throw error;
    if (error.status === 409) {
      this.stopped = true;
      this.marked("unsaved");
      this.conflict(error.data);
      return;
    }
    this.stopped = error.status === 404;
    this.marked("refused", error.status === 404 ? "gone" : Object.values(error.data.errors ?? {})[0] ?? error.message);
  }

  // After a conflict: what is here now is to stay, on top of what the other saved.
  keepMine(revision) {
    this.page.revision = revision;
    this.writer = writer;
    this.stopped = false;
    this.changes += 1;
    this.push();
  }

  // After a conflict: what the other saved is to stay.
  takeTheirs(page) {
    Object.assign(this.page, { title: page.title, blocks: page.blocks, revision: page.revision });
    this.stopped = false;
    this.changes = 0;
    keep(this.name, null);
    this.marked("saved");
  }

  forget() {
    this.stopped = true;
    clearTimeout(this.timer);
    keep(this.name, null);
  }
}
