// On the packages' origin: holds the SCORM API that content looks for in its parent, and sends what content commits.
// Nothing here knows the learner's session; the token in the address is all there is.
const launch = JSON.parse(document.body.dataset.launch);
const frame = document.querySelector("#unit");
const RETRY = 3000;
const FITS_UNLOAD = 60000; // bytes that browsers still send while a page is closing

function tell(what, more = {}) {
  if (parent !== window) parent.postMessage({ lms: "package", what, ...more }, launch.lms);
}

// One report at a time, the latest one only: each holds the whole data model.
let waiting = null;
let sending = null;
let sequence = 0;
let ended = false;
const whenSent = [];

function address(report) {
  return `${launch.commit}?sequence=${report.sequence}&final=${report.final ? 1 : 0}`;
}

function keep(body, final) {
  ended = ended || final;
  waiting = { body, final: ended, sequence: ++sequence };
  tell("unsaved");
  send();
}

async function send() {
  if (sending || !waiting) return;
  sending = waiting;
  waiting = null;
  try {
    const answer = await fetch(address(sending), {
      method: "POST", body: sending.body, headers: { "Content-Type": "application/json" },
      keepalive: sending.body.length < FITS_UNLOAD,
    });
    if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText);
    if (!answer.ok) tell("refused");
    else if (!waiting) tell("saved");
    sending = null;
  } catch {
    waiting = waiting || sending;
    sending = null;
    tell("offline");
    setTimeout(send, RETRY);
    return;
  }
  if (waiting) send();
  else whenSent.splice(0).forEach((act) => act());
}

function afterSending(act) {
  if (sending || waiting) whenSent.push(act);
  else act();
}

addEventListener("pagehide", () => {
  if (waiting) navigator.sendBeacon(address(waiting), waiting.body);
});
addEventListener("online", send);

const is12 = launch.standard === "scorm12";
const Api = is12 ? window.Scorm12API : window.Scorm2004API;
const api = new Api({
  autocommit: true,
  autocommitSeconds: 15,
  lmsCommitUrl: launch.commit,
  dataCommitFormat: "json",
  sendFullCommit: true,
  autoCompleteLessonStatus: true,
  mastery_override: false,
  logLevel: 5,
  strict_errors: true,
  httpService: {
    processHttpRequest(url, params, immediate, log, listeners, metadata) {
      keep(JSON.stringify(params), metadata ? metadata.isTerminateCommit : immediate);
      return { result: "true", errorCode: 0 };
    },
    updateSettings() {},
  },
});

// An interaction is known by its id, and what may be answered by its type: those come first, and 9 before 10.
const FIRST = ["id", "type"];
const rank = (key) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
const inOrder = (a, b) => rank(a) - rank(b) || a.localeCompare(b, "en", { numeric: true });

function load(value, name) {
  if (value !== null && typeof value === "object") {
    for (const key of Object.keys(value).sort(inOrder)) load(value[key], `${name}.${key}`);
  } else if (value !== "" && value !== null) {
    try {
      api.loadFromFlattenedJSON({ [name]: value }, "");
    } catch (error) {
      // What an earlier version of the content kept may not be valid any more; the rest still is.
      console.warn(`${name} was not taken over: ${error.message}`);
    }
  }
}
load(launch.data, "cmi");

let spoke = false;
let request = "";
const begins = is12 ? "LMSInitialize" : "Initialize";
const ends = is12 ? "LMSFinish" : "Terminate";
api.on(begins, () => { spoke = true; tell("spoke"); });
api.on("BeforeTerminate", () => { request = is12 ? "" : String(api.adl?.nav?.request ?? ""); });
api.on(ends, () => {
  const wanted = request;
  setTimeout(() => afterSending(() => tell("finished", { request: wanted })));
});
window[is12 ? "API" : "API_1484_11"] = api;

frame.addEventListener("load", () => {
  if (frame.src) setTimeout(() => { if (!spoke) tell("silent"); }, 2500);
});
frame.src = launch.content;

// The page around wants to go elsewhere: content is unloaded first, so that it says its last word.
addEventListener("message", (event) => {
  if (event.origin !== launch.lms || event.source !== parent || event.data?.lms !== "package") return;
  if (event.data.what !== "leave") return;
  const away = () => {
    if (spoke && !ended) (is12 ? api.LMSCommit("") : api.Commit(""));
    afterSending(() => tell("left"));
  };
  frame.addEventListener("load", away, { once: true });
  frame.src = "about:blank";
});
