// Communes: tooltip, table (the text alternative of the maps), difference map.

import { t, num, signed, make } from "./words.js";

const DIGITS = [1, 1, 0];

export function value(arm, day, column, commune) {
  const all = arm?.places[day];
  return all ? all[column * arm.stage.names.length + commune] : NaN;
}

export function tooltip(pair, day, commune, columns) {
  const names = pair[0]?.stage?.names;
  if (!names || commune < 0) return "";
  const parts = columns.map((name, column) => t("tip_part", {
    name: t(`short.${name}`), left: num(value(pair[0], day, column, commune), DIGITS[column]),
    right: num(value(pair[1], day, column, commune), DIGITS[column]), unit: t(`unit.${name}`),
  }));
  return t("tip", { name: names[commune], people: num(pair[0].stage.communes[commune], 0), parts: parts.join(" · ") });
}

export function table(holder, pair, day, columns) {
  const stage = pair[0]?.stage;
  if (!stage) return;
  const head = [
    make("tr", {}, make("th", { scope: "col", rowspan: 2, text: t("commune") }), make("th", { scope: "col", rowspan: 2, text: t("inhabitants") }),
      ...columns.map((name) => make("th", { scope: "colgroup", colspan: 2, class: "over", text: `${t(`short.${name}`)} (${t(`unit.${name}`)})` }))),
    make("tr", {}, ...columns.flatMap(() => ["without", "difference"].map((key) => make("th", { scope: "col", class: "number", text: t(key) })))),
  ];
  const rows = stage.names.map((name, commune) => make("tr", {}, make("th", { scope: "row", text: name }), make("td", { text: num(stage.communes[commune], 0) }),
    ...columns.flatMap((_, column) => {
      const [left, right] = pair.map((arm) => value(arm, day, column, commune));
      return [make("td", { text: num(left, DIGITS[column]) }), make("td", { text: signed(right - left, DIGITS[column]) })];
    })));
  holder.replaceChildren(make("table", {}, make("caption", { text: t("places_caption", { day: num(day, 0) }) }), make("thead", {}, ...head), make("tbody", {}, ...rows)));
}

/** Levels without and differences, for the two maps of the view "difference". */
export function choropleth(pair, day, column) {
  const count = pair[0].stage.names.length;
  const base = Array.from({ length: count }, (_, commune) => value(pair[0], day, column, commune));
  const gap = base.map((level, commune) => value(pair[1], day, column, commune) - level);
  const most = (list) => Math.max(...list.filter((number) => !Number.isNaN(number)).map(Math.abs), 1e-9);
  return { base, gap, baseLimit: most(base), gapLimit: most(gap) };
}
