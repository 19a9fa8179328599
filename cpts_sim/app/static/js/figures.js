// The numbers of the day: without → with, each a button that shows or hides its curve. And the legend with counts.

import { t, num, signed, make } from "./words.js";
import { LOOKS, DOCTOR_HEX, STRAIN } from "./colours.js";

export const DIGITS = { wait_days: 1, without_mt: 1, ed_per_1000: 0, exhaustion: 1, exhausted: 0, unmet: 1, cpts_hours: 1, euros_per_head: 2 };
const LOOK_NAMES = ["well", "gave_up", "waiting", "late", "seen", "ed", "ward"];
const SHOWN = [0, 2, 3, 1, 4, 5, 6];
const SHAPES = { gp: ["●", "▲", "■", "○", "✕"] };

export function drawFigures(holder, series, state, onToggle) {
  holder.replaceChildren(...series.map((name) => make("button", {
    type: "button", class: "figure", id: `f-${name}`, "data-series": name, "aria-pressed": String(state.charts.includes(name)), onclick: () => onToggle(name),
  }, make("span", { class: "name", text: t(`short.${name}`) }),
  make("span", { class: "pair-values" }, make("span", { class: "base" }), make("span", { text: " → ", "aria-hidden": "true" }), make("span", { class: "other" })),
  make("span", { class: "unit", text: t(`unit.${name}`) }))));
}

export function updateFigures(holder, series, pair, day, hidden) {
  for (const [index, name] of series.entries()) {
    const tile = holder.querySelector(`[data-series="${name}"]`);
    if (!tile) continue;
    const [left, right] = pair.map((arm) => arm?.value(day, index));
    tile.querySelector(".base").textContent = hidden ? "?" : num(left, DIGITS[name]);
    tile.querySelector(".other").textContent = hidden ? "?" : num(right, DIGITS[name]);
  }
}

export function counts(day) {
  const found = new Uint32Array(16);
  const { looks, step, at } = day;
  for (let place = at; place < looks.length; place += step) found[looks[place]] += 1;
  return found;
}

function item(mark, colour, text, left, right) {
  const sign = make("span", { class: "mark", "aria-hidden": "true", text: mark });
  sign.style.color = colour;
  const both = left === undefined ? null : make("span", { class: "counts", text: `${num(left, 0)} | ${num(right, 0)}` });
  return make("li", {}, sign, make("span", { text: ` ${text} ` }), both);
}

const OF_TODAY = [1, 4, 5]; // what befalls people in the course of a day: not known before the first

/** Legend with the number of people in each state, without | with (`before`: of a moment, no day has gone by). */
export function drawLegend(holder, view, left, right, hidden = false, before = false) {
  if (view === "difference") { holder.replaceChildren(make("li", { text: t("legend_difference") })); return; }
  const people = view === "doctor"
    ? [item("•", DOCTOR_HEX[0], t("with_doctor"), sum(left, 0, 7), sum(right, 0, 7)), item("●", DOCTOR_HEX[1], t("without_doctor"), sum(left, 8, 15), sum(right, 8, 15))]
    : SHOWN.map((look) => item({ 1: "✕", 5: "✚", 6: "□" }[look] ?? "●", LOOKS[look], t(`look.${LOOK_NAMES[look]}`), hidden || (before && OF_TODAY.includes(look)) ? undefined : left?.[look] + left?.[look + 8], right?.[look] + right?.[look + 8]));
  const pros = ["low", "middling", "high", "away", "left"].map((name, rank) => item(SHAPES.gp[rank], rank === 3 ? "#555" : STRAIN[rank], t(`strain.${name}`)));
  holder.replaceChildren(...people, make("li", { class: "break", text: t("legend_pros") }), ...pros, make("li", { text: t("legend_member") }));
}

function sum(found, from, to) {
  let total = 0;
  for (let code = from; code < to; code += 1) total += found?.[code] ?? 0; // the last code of each half is "absent"
  return total;
}

export function summary(series, pair, day, names) {
  return names.map((name) => {
    const index = series.indexOf(name);
    const [left, right] = pair.map((arm) => arm?.value(day, index));
    return t("spoken", { name: t(`short.${name}`), left: num(left, DIGITS[name]), right: num(right, DIGITS[name]), unit: t(`unit.${name}`), difference: signed(right - left, DIGITS[name]) });
  }).join(" ");
}
