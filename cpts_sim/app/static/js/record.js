// What the page holds of one arm: small numbers of every day, looks of people in blocks unpacked when needed.

import { unpack } from "./unpack.js";

const UNPACKED = 10;
const SIGHT_MS = 600; // from one picture of the warm-up to the next: drawing them must not hold up day 0

/** Rank of the block that holds a day: the first holds day 0 alone, the others some days each. */
export function blockOf(day, size) { return Math.ceil(day / size); }

export class Arm {
  constructor(number) {
    this.number = number;
    this.stage = null;
    this.packed = [];        // rank → bytes, kept
    this.blocks = new Map(); // rank → arrays, the ones used last
    this.asked = new Set();
    this.known = 0;          // blocks that the source has
    this.frames = 0;         // days held without a gap
    this.series = [];
    this.places = [];
    this.pros = [];
    this.story = [];
    this.weeks = [];
    this.done = false;
    this.failed = null;
    this.warming = 0;
    this.scene = null;       // who is where before day 0, while the warm-up is lived
    this.picture = null;     // how they are on a day of it
    this.sight = "";         // what of these has been asked for
    this.seenAt = 0;         // when the last one came
  }

  /** Ask for the newest picture of the warm-up, unless day 0 is there or one is under way. */
  lookAhead({ scene, pictured, stage }, get) {
    if (stage || this.stage || !scene || pictured === null) return;
    if (!this.sight) { get("scene"); this.sight = "scene"; }
    const due = this.sight === "seen" && pictured !== this.picture.day && performance.now() - this.seenAt >= SIGHT_MS;
    if (this.sight === "scene" || due) { get("picture"); this.sight = "asked"; }
  }

  sighted({ meta, arrays }) {
    if (meta.sight === "scene") { this.scene = { ...meta, ...arrays }; return; }
    this.picture = { day: meta.day, looks: { looks: arrays.looks, step: 1, at: 0 }, pros: arrays.pros };
    this.sight = "seen";
    this.seenAt = performance.now();
  }

  setStage(part) {
    this.stage = { ...part.meta, ...part.arrays };
    this.count = this.stage.x.length;
    this.scene = this.picture = null;
  }

  /** Take in a block: what is small is kept unpacked. */
  async add(buffer, part = null) {
    const { meta, arrays } = part ?? (await unpack(buffer));
    if (this.packed[meta.block]) return;
    this.packed[meta.block] = buffer;
    this.keep(meta.block, arrays);
    const [frames, width] = arrays.series.shape;
    const pros = arrays.pros.shape[1];
    const cells = arrays.places.shape[1] * arrays.places.shape[2];
    for (let i = 0; i < frames; i += 1) {
      this.series[meta.first + i] = arrays.series.subarray(i * width, (i + 1) * width);
      this.pros[meta.first + i] = arrays.pros.subarray(i * pros, (i + 1) * pros);
      this.places[meta.first + i] = arrays.places.subarray(i * cells, (i + 1) * cells);
    }
    this.gather(arrays, meta.block);
    while (this.series[this.frames]) this.frames += 1;
  }

  gather(arrays, block) {
    const count = arrays["story.person"]?.length ?? 0;
    const rows = [];
    for (let i = 0; i < count; i += 1) {
      const row = { block };
      for (const name of ["frame", "person", "event", "what", "who", "amount"]) row[name] = arrays[`story.${name}`][i];
      rows.push(row);
    }
    this.story.push(...rows);
    const weeks = arrays["week.pro"]?.length ?? 0;
    for (let i = 0; i < weeks; i += 1) {
      const width = arrays["week.hours"].shape[1];
      this.weeks.push({
        frame: arrays["week.frame"][i], pro: arrays["week.pro"][i], ee: arrays["week.ee"][i],
        acts: arrays["week.acts"][i], hours: arrays["week.hours"].subarray(i * width, (i + 1) * width),
      });
    }
  }

  keep(rank, arrays) {
    this.blocks.delete(rank);
    this.blocks.set(rank, arrays);
    if (this.blocks.size > UNPACKED) this.blocks.delete(this.blocks.keys().next().value);
  }

  /** Looks of all people on a day: {looks, step, at} with looks[person * step + at]; null while unpacking. */
  looks(day) {
    const rank = blockOf(day, this.stage.block_days);
    const arrays = this.blocks.get(rank);
    this.prepare(rank + 1);
    if (!arrays) { this.prepare(rank); return null; }
    const step = arrays.looks.shape[1];
    return { looks: arrays.looks, step, at: rank ? day - 1 - (rank - 1) * this.stage.block_days : 0 };
  }

  prepare(rank) {
    if (!this.packed[rank] || this.blocks.has(rank) || this.unpacking?.has(rank)) return;
    this.unpacking ??= new Set();
    this.unpacking.add(rank);
    unpack(this.packed[rank]).then((part) => { this.unpacking.delete(rank); this.keep(rank, part.arrays); });
  }

  value(day, index) { return this.series[day]?.[index]; }
}
