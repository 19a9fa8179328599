// Curves over time: grey dashes without, blue line with, the band of further draws behind, ghosts of former runs.

import { BASE, OTHER } from "./colours.js";
import { t, num, make } from "./words.js";
import { bandOf } from "./bands.js";

const GHOSTS = 3;
const BEFORE = "rgba(0,114,178,.32)";

/** Digits that tell the marks of an axis apart: 15; 17.5; 20 need one. */
function digitsOf(ticks) { return [0, 1, 2].find((digits) => ticks.every((tick) => Math.abs(tick * 10 ** digits - Math.round(tick * 10 ** digits)) < 1e-6)) ?? 2; }

export class Curves {
  constructor(holder, on) {
    this.holder = holder;
    this.on = on; // menu(series, element)
    this.charts = new Map();
    this.ghosts = [];
    this.draws = [];
  }

  /** Rebuild the charts of the series named. */
  setup(names, all, days) {
    this.all = all;
    this.days = days;
    for (const chart of this.charts.values()) chart.plot.destroy();
    this.charts.clear();
    this.holder.replaceChildren();
    this.axis = Float64Array.from({ length: days + 1 }, (_, day) => day);
    for (const name of names) this.add(name);
  }

  add(name) {
    const index = this.all.indexOf(name);
    const title = t(`series.${name}`);
    const holder = make("div", { class: "plot" });
    const cover = make("p", { class: "cover", text: t("predict_first"), hidden: true });
    const head = make("div", { class: "chart-head" },
      make("h3", { text: title }),
      make("button", { type: "button", class: "small", text: t("enlarge"), "aria-label": `${t("enlarge")}: ${title}`, onclick: () => this.on.menu(name) }));
    const note = make("p", { class: "chart-note" });
    this.holder.append(make("div", { class: "chart", "data-series": name }, head, make("div", { class: "covered" }, holder, cover), note));
    const plot = new window.uPlot(this.options(name, holder), this.data(index), holder);
    this.charts.set(name, { plot, index, cover, holder, note });
    new ResizeObserver(() => {
      const width = Math.max(160, holder.clientWidth);
      if (Math.abs(width - plot.width) > 2) plot.setSize({ width, height: plot.height });
    }).observe(holder);
  }

  options(name, holder) {
    const step = getComputedStyle(document.documentElement).fontSize.replace("px", "") / 16;
    const font = `${Math.round(11 * step)}px system-ui, sans-serif`;
    const line = (stroke, width, extra = {}) => ({ stroke, width, points: { show: false }, spanGaps: false, ...extra });
    return {
      width: Math.max(160, holder.clientWidth || 320), height: Math.round(this.height ?? 118),
      legend: { show: false }, cursor: { show: false }, select: { show: false },
      scales: { x: { time: false, range: [0, this.days] }, y: { range: (plot, low, high) => this.range(low, high) } },
      axes: [
        { font, stroke: "#333", size: 20 * step, gap: 2, grid: { stroke: "#eceff1" }, ticks: { show: false },
          values: (plot, ticks) => ticks.map((day) => num(day, 0)) },
        { font, stroke: "#333", size: 44 * step, gap: 3, grid: { stroke: "#eceff1" }, ticks: { show: false }, space: 20 * step,
          values: (plot, ticks) => ticks.map((value) => num(value, digitsOf(ticks))) },
      ],
      series: [{}, line("transparent", 0), line("transparent", 0), line("transparent", 0), line("transparent", 0),
        ...Array.from({ length: GHOSTS }, () => line(BEFORE, 1)),
        line(BASE, 2, { dash: [6, 4] }), line(OTHER, 2.4)],
      bands: [{ series: [2, 1], fill: "rgba(90,90,90,.16)" }, { series: [4, 3], fill: "rgba(0,114,178,.16)" }],
      hooks: { draw: [(plot) => this.mark(plot)] },
    };
  }

  range(low, high) {
    if (low === null || high === null) return [0, 1];
    const span = Math.max(high - low, Math.abs(high) * 0.15, 0.05);
    return [Math.max(0, low - span * 0.12), high + span * 0.12];
  }

  /** The day shown, as a vertical line. */
  mark(plot) {
    const x = plot.valToPos(this.day ?? 0, "x", true);
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = "#111";
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }

  column(arm, index, until) {
    const out = new Array(this.days + 1).fill(null);
    for (let day = 0; day <= until && day <= this.days; day += 1) {
      const value = arm?.series[day]?.[index];
      out[day] = value === undefined || Number.isNaN(value) ? null : value;
    }
    return out;
  }

  data(index) {
    const seen = this.seen ?? 0;
    const [low0, high0] = bandOf(this.draws, 0, index, this.days);
    const [low1, high1] = bandOf(this.draws, 1, index, this.days);
    const ghosts = Array.from({ length: GHOSTS }, (_, rank) => this.column(this.ghosts[rank], index, this.days));
    return [this.axis, low0, high0, low1, high1, ...ghosts,
      this.column(this.pair?.[0], index, seen), this.column(this.pair?.[1], index, seen)];
  }

  /** Keep the curves of a run that is left behind. */
  forget() { this.ghosts = []; }

  remember(arm) {
    if (arm?.frames > 7) this.ghosts = [{ series: [...arm.series] }, ...this.ghosts].slice(0, GHOSTS);
  }

  update(pair, day, seen) {
    this.pair = pair;
    this.day = day;
    this.seen = seen;
    for (const { plot, index } of this.charts.values()) plot.setData(this.data(index));
  }

  cover(hidden) {
    for (const { cover, holder } of this.charts.values()) {
      cover.hidden = !hidden;
      holder.style.visibility = hidden ? "hidden" : "visible";
    }
  }

  notes(text) { for (const [name, { note }] of this.charts) note.textContent = text(name); }
}
