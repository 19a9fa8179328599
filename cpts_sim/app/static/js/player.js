// The clock of the page: which day is shown, at how many days a second.

export const SPEEDS = [1, 2, 4, 7, 14, 25, 60];

export class Player {
  constructor(onDay, limit) {
    this.onDay = onDay;   // called with each new day
    this.limit = limit;   // last day that can be shown now
    this.day = 0;
    this.speed = 7;
    this.playing = false;
    this.shown = 0;       // frames drawn, for the benchmark
    this.whole = 0;
    this.last = 0;
    this.onState = () => {};
    this.step = matchMedia("(prefers-reduced-motion: reduce)").matches ? 7 : 1;
  }

  play() { if (!this.playing) { this.playing = true; this.whole = this.day; this.last = performance.now(); requestAnimationFrame((now) => this.tick(now)); this.onState(); } }
  pause() { if (this.playing) { this.playing = false; this.onState(); } }
  toggle() { if (this.playing) this.pause(); else { if (this.atEnd?.()) this.go(0); this.play(); } }

  /** Show a day (kept within what has been computed). */
  go(day) {
    const next = Math.max(0, Math.min(Math.round(day), this.limit()));
    this.whole = next;
    this.set(next);
  }

  set(day) {
    this.day = day;
    this.shown += 1;
    this.onDay(day);
  }

  tick(now) {
    if (!this.playing) return;
    const most = this.limit();
    this.whole = Math.min(most, this.whole + ((now - this.last) / 1000) * this.speed);
    this.last = now;
    const day = Math.floor(this.whole / this.step + 1e-9) * this.step;
    if (day > this.day) this.set(day);
    if (this.atEnd?.()) { this.pause(); return; }
    requestAnimationFrame((next) => this.tick(next));
  }
}
