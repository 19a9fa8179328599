// Runs recorded in the page itself: the same interface as the server's, without a server.

import { unpack } from "./unpack.js";
import { Arm } from "./record.js";
import { recordedDraws } from "./bands.js";

function bytes(text) {
  const raw = atob(text);
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) out[i] = raw.charCodeAt(i);
  return out.buffer;
}

export class RecordedSource {
  constructor(on, told) {
    this.on = on;
    this.told = told;
    this.recorded = true;
    this.arms = new Map();
    this.day = 0;
  }

  async offer() { return this.told.offer; }
  get pairs() { return this.told.pairs.map((_, rank) => ({ title: this.told.titles[rank], ask: this.told.asks[rank] })); }

  connect() {}
  open() { this.on.hello({ role: "full", code: "" }); }

  async run(ask) { await this.choose(this.closest(ask)); }

  closest(ask) {
    const wanted = JSON.stringify(Object.keys(ask?.missions ?? {}).sort());
    const found = this.told.asks.findIndex((other) => JSON.stringify(Object.keys(other.missions).sort()) === wanted);
    return found < 0 ? 0 : found;
  }

  async choose(rank) {
    const numbers = this.told.pairs[rank];
    const pair = [];
    for (const number of numbers) {
      if (!this.arms.has(number)) this.arms.set(number, await this.load(number));
      pair.push(this.arms.get(number));
    }
    this.pair = pair;
    this.rank = rank;
    this.on.run(this.told.asks[rank], pair);
    for (const arm of pair) this.on.progress(arm);
    if (this.asked || !this.told.offer.lessons.length) await this.askDraws(); // a lesson says when they are shown
  }

  /** Further draws belong to the first pair. */
  get hasDraws() { return this.rank === 0 && this.told.draws.length > 0; }

  async askDraws() {
    this.asked = true;
    if (!this.hasDraws) return;
    const { pair } = this;
    const parts = await Promise.all(this.told.draws.map((text) => unpack(bytes(text))));
    if (pair === this.pair) this.on.draws(parts.flatMap((part) => (part.arrays.days ? recordedDraws(part) : [part])), true);
  }

  async load(number) {
    const arm = new Arm(number);
    const { stage, blocks } = this.told.records[number];
    arm.setStage(await unpack(bytes(stage)));
    for (const block of blocks) await arm.add(bytes(block));
    arm.known = blocks.length;
    arm.staged = arm.done = true;
    arm.warming = 1;
    return arm;
  }

  pull() {}
  say() {}
  follow() {}
  vote(choice) { this.on.votes({ down: 0, same: 0, up: 0, [choice]: 1 }); }
  show() {}
  offlineLink() { return null; }
}
