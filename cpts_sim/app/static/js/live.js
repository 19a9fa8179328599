// Runs from the server, through one socket. What belongs to a former run is dropped by its number.

import { unpack, recordOf } from "./unpack.js";
import { Arm, blockOf } from "./record.js";
import { recordedDraws } from "./bands.js";

const AHEAD = 12; // parts asked for and not yet here
const KEPT = "cpts_sim code";

/** The code of the class: out of the address at once, so that a projector does not show it; kept for a reload of this tab. */
function takeCode() {
  const given = new URLSearchParams(location.search).get("code");
  try {
    if (given !== null) sessionStorage.setItem(KEPT, given);
    const code = given ?? sessionStorage.getItem(KEPT) ?? "";
    if (given !== null) history.replaceState(null, "", location.pathname + location.hash);
    return code;
  } catch { return given ?? ""; } // a browser that keeps nothing: the address keeps its code
}

export class LiveSource {
  constructor(on) {
    this.on = on;
    this.arms = new Map();
    this.pair = [];
    this.pending = 0;
    this.draws = new Map();
    this.day = 0;
    this.recorded = false;
    this.hasDraws = true;
    this.code = takeCode();
    this.shared = ""; // the code that a link for others holds
  }

  async offer() { return (await fetch("offer.json")).json(); }

  /** Say hello while the page is being built; what the server answers waits until it is. */
  connect() {
    this.early = [];
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const path = location.pathname.replace(/[^/]*$/, "");
    this.socket = new WebSocket(`${scheme}://${location.host}${path}live`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.say({ do: "hello", code: this.code });
    this.socket.onmessage = (event) => { if (this.early) this.early.push(event.data); else this.hear(event.data); };
    this.socket.onclose = () => { this.gone = true; if (!this.early) this.on.closed(); };
  }

  open() {
    const { early } = this;
    this.early = null;
    for (const data of early) this.hear(data);
    if (this.gone) this.on.closed();
  }

  hear(data) { if (typeof data === "string") this.told(JSON.parse(data)); else this.part(data); }

  say(message) { if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message)); }
  run(ask) { this.say({ do: "run", ask }); }
  askDraws(count, recorded = false) { this.say({ do: "draws", count, recorded }); }
  follow() { this.say({ do: "follow" }); }
  vote(choice) { this.say({ do: "vote", choice }); }
  show(state) { this.say({ do: "show", ...state }); }

  told(message) {
    if (message.topic === "hello") this.shared = message.role === "watch" ? this.code : message.code;
    if (message.topic === "run") this.begin(message);
    else if (message.topic === "progress") this.progress(message);
    else if (message.topic === "drawn") this.drawn(message.name);
    else this.on[message.topic]?.(message);
  }

  begin({ ask, records }) {
    const kept = new Map();
    for (const number of records) kept.set(number, this.arms.get(number) ?? new Arm(number));
    this.arms = kept;
    this.draws = new Map();
    this.pair = records.map((number) => kept.get(number));
    this.pending = 0;
    for (const arm of this.arms.values()) arm.asked = new Set();
    this.on.run(ask, this.pair);
    this.pull();
  }

  progress(message) {
    const arm = this.arms.get(message.record);
    if (!arm) { this.drawProgress(message); return; }
    arm.known = message.blocks;
    arm.warming = message.warming;
    if (!this.pair.some((other) => other !== arm && other.sight)) arm.lookAhead(message, (part) => this.say({ do: "get", record: arm.number, part }));
    arm.done = message.done;
    arm.staged = message.stage;
    arm.failed = message.failed ?? null;
    this.on.progress(arm);
    this.pull();
  }

  /** Draws that were recorded beforehand, unless another run has begun meanwhile. */
  async drawn(name) {
    const { pair } = this;
    const part = await unpack(await (await fetch(`draws-${name}.cpt`)).arrayBuffer());
    if (pair === this.pair) this.on.draws(recordedDraws(part), true);
  }

  drawProgress(message) {
    if (message.failed || message.blocks) return;
    if (!this.draws.has(message.record)) this.draws.set(message.record, null);
    if (message.draw && this.draws.get(message.record) === null) {
      this.draws.set(message.record, "asked");
      this.say({ do: "get", record: message.record, part: "draw" });
    }
    this.on.draws([...this.draws.values()]);
  }

  /** Ask for what is wanted next: the stage, the days around the one shown, then the others. */
  pull() {
    for (const arm of this.arms.values()) {
      if (arm.staged && !arm.stage && !arm.asked.has("stage")) this.get(arm, "stage");
    }
    const now = blockOf(this.day, 7);
    for (let offset = 0; this.pending < AHEAD; offset += 1) {
      let more = false;
      for (const arm of this.arms.values()) {
        const rank = (now + offset) % Math.max(arm.known, 1);
        if (offset < arm.known) more = true;
        if (offset < arm.known && !arm.packed[rank] && !arm.asked.has(rank)) this.get(arm, rank);
      }
      if (!more) return;
    }
  }

  get(arm, part) {
    arm.asked.add(part);
    this.pending += 1;
    this.say({ do: "get", record: arm.number, part });
  }

  async part(buffer) {
    const number = recordOf(buffer);
    const arm = this.arms.get(number);
    if (!arm) {
      if (!this.draws.has(number)) return;
      const draw = await unpack(buffer);
      if (this.draws.has(number)) { this.draws.set(number, draw); this.on.draws([...this.draws.values()]); }
      return;
    }
    const part = await unpack(buffer);
    if (part.meta.sight) { arm.sighted(part); this.on.progress(arm); return; }
    this.pending = Math.max(0, this.pending - 1);
    if (part.meta.names) arm.setStage(part);
    else await arm.add(buffer, part);
    this.on.progress(arm);
    this.pull();
  }

  offlineLink(lesson) {
    const [left, right] = this.pair;
    const code = this.code ? `&code=${encodeURIComponent(this.code)}` : "";
    return left?.done && right?.done ? `record-${left.number}-${right.number}.html?lesson=${lesson}${code}` : null;
  }
}
