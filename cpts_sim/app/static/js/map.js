// One territory on a canvas: outlines, people as stamps of a few pixels, professionals as shapes.

import { PEOPLE, DOCTOR, STRAIN, LINE, LAND, difference } from "./colours.js";

const MEMBER = 8;
// What is drawn for each look, as pixels around the place: shape says it, colour repeats it.
const DOT = [[0, 0], [1, 0], [0, 1], [1, 1]];
const BIG = [[0, -1], [1, -1], [-1, 0], [0, 0], [1, 0], [2, 0], [-1, 1], [0, 1], [1, 1], [2, 1], [0, 2], [1, 2]];
const PLUS = [[0, -2], [0, -1], [0, 0], [0, 1], [0, 2], [-2, 0], [-1, 0], [1, 0], [2, 0], [1, 1], [-1, -1], [1, -1], [-1, 1]];
const CROSS = [[-2, -2], [-1, -1], [0, 0], [1, 1], [2, 2], [-2, 2], [-1, 1], [1, -1], [2, -2]];
const SQUARE = [[-2, -2], [-1, -2], [0, -2], [1, -2], [2, -2], [-2, 2], [-1, 2], [0, 2], [1, 2], [2, 2], [-2, -1], [-2, 0], [-2, 1], [2, -1], [2, 0], [2, 1]];
const STAMPS = [DOT, CROSS, DOT, BIG, DOT, PLUS, SQUARE, []];
const ORDER = [4, 2, 1, 3, 6, 5]; // who is drawn after whom

export class TerritoryMap {
  constructor(holder, on) {
    this.holder = holder;
    this.on = on; // hover(commune, element), pick({person}|{pro}), label()
    this.land = document.createElement("canvas");
    this.dots = document.createElement("canvas");
    this.marks = document.createElement("canvas");
    this.land.setAttribute("aria-hidden", "true");
    this.dots.setAttribute("aria-hidden", "true");
    this.marks.tabIndex = 0;
    this.marks.setAttribute("role", "application");
    holder.append(this.land, this.dots, this.marks);
    this.marks.addEventListener("pointermove", (event) => this.hover(event));
    this.marks.addEventListener("pointerleave", () => this.point(-1));
    this.marks.addEventListener("click", (event) => this.click(event));
    this.marks.addEventListener("keydown", (event) => this.key(event));
    this.commune = -1;
    new ResizeObserver(() => this.resize()).observe(holder);
  }

  setStage(stage) {
    this.stage = stage;
    this.size = 0;
    this.pixels = null;
    this.resize();
  }

  resize() {
    if (!this.stage) return;
    const css = Math.max(120, this.holder.clientWidth);
    const size = Math.round(css * Math.min(window.devicePixelRatio || 1, 1.5));
    if (size === this.size) return;
    this.size = size;
    for (const canvas of [this.land, this.dots, this.marks]) { canvas.width = size; canvas.height = size; }
    this.place();
    this.drawLand();
    this.last?.();
  }

  place() {
    const { x, y, pro_x: px, pro_y: py, outlines } = this.stage;
    const scale = this.size / 65536;
    this.at = new Int32Array(x.length);
    for (let i = 0; i < x.length; i += 1) {
      const column = Math.min(this.size - 4, Math.max(3, Math.floor(x[i] * scale)));
      const row = Math.min(this.size - 4, Math.max(3, Math.floor(y[i] * scale)));
      this.at[i] = row * this.size + column;
    }
    this.proX = Float32Array.from(px, (value) => value * scale);
    this.proY = Float32Array.from(py, (value) => value * scale);
    this.paths = outlines.map((rings) => {
      const path = new Path2D();
      for (const ring of rings) {
        for (let i = 0; i < ring.length; i += 2) path[i ? "lineTo" : "moveTo"](ring[i] * scale, ring[i + 1] * scale);
        path.closePath();
      }
      return path;
    });
    this.image = this.dots.getContext("2d").createImageData(this.size, this.size);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.offsets = STAMPS.map((stamp) => stamp.map(([dx, dy]) => dy * this.size + dx));
  }

  drawLand(fill = null) {
    const pen = this.land.getContext("2d");
    pen.clearRect(0, 0, this.size, this.size);
    this.paths.forEach((path, rank) => {
      pen.fillStyle = fill ? fill(rank) : LAND;
      pen.fill(path);
      pen.strokeStyle = LINE;
      pen.lineWidth = Math.max(1, this.size / 500);
      pen.stroke(path);
    });
    this.filled = fill !== null;
  }

  /** People by what happens to them (view "care") or by whether they have a usual doctor (view "doctor"). */
  drawPeople(day, view) {
    const { looks, step, at } = day;
    const { pixels, offsets } = this;
    if (this.filled) this.drawLand();
    pixels.fill(0);
    const ill = [[], [], [], [], [], [], [], []];
    const well = offsets[0];
    const few = this.at.length < 15000;
    for (let person = 0, place = at; person < this.at.length; person += 1, place += step) {
      const code = looks[place];
      const look = code & 7;
      if (look === 7) continue;
      if (view === "doctor") {
        const colour = code & 8 ? DOCTOR[1] : DOCTOR[0];
        for (let k = 0; k < (few || code & 8 ? 4 : 2); k += 1) pixels[this.at[person] + well[k]] = colour;
      } else if (look === 0) {
        for (let k = 0; k < (few ? 4 : 2); k += 1) pixels[this.at[person] + well[k]] = PEOPLE[0];
      } else ill[look].push(person);
    }
    for (const look of ORDER) {
      const colour = PEOPLE[look];
      for (const person of ill[look]) for (const offset of offsets[look]) pixels[this.at[person] + offset] = colour;
    }
    this.dots.getContext("2d").putImageData(this.image, 0, 0);
  }

  /** Communes by a number: `values` per commune, `limit` the strongest colour. */
  drawCommunes(values, limit, signed) {
    this.dots.getContext("2d").clearRect(0, 0, this.size, this.size);
    this.drawLand((rank) => difference(values[rank], limit, signed));
  }

  drawPros(codes) {
    const pen = this.marks.getContext("2d");
    pen.clearRect(0, 0, this.size, this.size);
    if (codes) for (let rank = codes.length - 1; rank >= 0; rank -= 1) this.shape(pen, rank, codes[rank]);
    if (this.commune >= 0) {
      pen.strokeStyle = "#000";
      pen.lineWidth = Math.max(2, this.size / 220);
      pen.stroke(this.paths[this.commune]);
    }
    if (this.chosen && codes) this.ring(pen, this.chosen);
  }

  shape(pen, rank, code) {
    const look = code & 7;
    const gp = this.stage.pro_kind[rank] === 0;
    const size = (gp ? 6.5 : 3.8) * (this.size / 420) ** 0.5;
    const x = this.proX[rank];
    const y = this.proY[rank];
    pen.beginPath();
    if (look === 4) {
      pen.moveTo(x - size, y - size); pen.lineTo(x + size, y + size); pen.moveTo(x + size, y - size); pen.lineTo(x - size, y + size);
      pen.strokeStyle = "#222"; pen.lineWidth = 2; pen.stroke();
      return;
    }
    if (!gp) { pen.moveTo(x, y - size); pen.lineTo(x + size, y); pen.lineTo(x, y + size); pen.lineTo(x - size, y); pen.closePath(); }
    else if (look === 1) { pen.moveTo(x, y - size * 1.15); pen.lineTo(x + size * 1.1, y + size * 0.9); pen.lineTo(x - size * 1.1, y + size * 0.9); pen.closePath(); }
    else if (look === 2) pen.rect(x - size * 0.95, y - size * 0.95, size * 1.9, size * 1.9);
    else pen.arc(x, y, size, 0, 2 * Math.PI);
    pen.fillStyle = look === 3 ? "#fff" : STRAIN[look];
    pen.strokeStyle = look === 3 ? "#555" : "#fff";
    pen.lineWidth = 1.6;
    pen.fill();
    pen.stroke();
    if (code & MEMBER) { pen.beginPath(); pen.arc(x, y, size * 1.6, 0, 2 * Math.PI); pen.strokeStyle = "#004b7a"; pen.lineWidth = 2; pen.stroke(); }
  }

  ring(pen, { person, pro }) {
    const place = person === undefined ? [this.proX[pro], this.proY[pro]] : [this.at[person] % this.size, Math.floor(this.at[person] / this.size)];
    pen.beginPath();
    pen.arc(place[0], place[1], 11, 0, 2 * Math.PI);
    pen.strokeStyle = "#000";
    pen.lineWidth = 2.5;
    pen.stroke();
  }

  // ------------------------------------------------------------------------------------ pointer and keys
  where(event) {
    const box = this.marks.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.size, ((event.clientY - box.top) / box.height) * this.size];
  }

  hover(event) {
    if (!this.stage) return;
    const [x, y] = this.where(event);
    const pen = this.marks.getContext("2d");
    this.point(this.paths.findIndex((path) => pen.isPointInPath(path, x, y)));
  }

  point(commune) {
    if (commune === this.commune) return;
    this.commune = commune;
    this.on.hover(commune);
  }

  key(event) {
    if (!this.stage) return;
    const count = this.paths.length;
    const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      event.stopPropagation();
      this.point((this.commune + moves[event.key] + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.on.pick(this.nextPro());
    }
  }

  /** Professionals one after the other, those of the commune pointed at first. */
  nextPro() {
    const all = [...this.stage.pro_kind.keys()].filter((rank) => this.stage.pro_kind[rank] === 0);
    const here = all.filter((rank) => this.stage.pro_commune[rank] === this.commune);
    const list = here.length ? here : all;
    const next = list[(list.indexOf(this.chosen?.pro) + 1) % list.length];
    return { pro: next };
  }

  click(event) {
    if (!this.stage) return;
    const [x, y] = this.where(event);
    let best = null;
    let near = (16 * this.size) / this.marks.clientWidth;
    for (let rank = 0; rank < this.proX.length; rank += 1) {
      if (this.stage.pro_kind[rank] !== 0) continue;
      const far = Math.hypot(this.proX[rank] - x, this.proY[rank] - y);
      if (far < near) { near = far; best = { pro: rank }; }
    }
    if (!best) {
      near = (30 * this.size) / this.marks.clientWidth;
      for (let person = 0; person < this.at.length; person += 1) {
        if (!this.stage.told[person]) continue;
        const far = Math.hypot((this.at[person] % this.size) - x, Math.floor(this.at[person] / this.size) - y);
        if (far < near) { near = far; best = { person }; }
      }
    }
    if (best) this.on.pick(best);
  }
}
