// What can be taken away: numbers as CSV, the screen as a picture, a sheet to print.

import { t, num, make, getLang } from "./words.js";
import { BASE, OTHER } from "./colours.js";

function download(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Numbers of both arms day by day, as spreadsheets of the language read them. */
export function csvText(series, pair, days) {
  const french = getLang() === "fr";
  const gap = french ? ";" : ",";
  const write = (value) => (value === undefined || Number.isNaN(value) ? "" : String(Math.round(value * 10000) / 10000).replace(".", french ? "," : "."));
  const quote = (text) => `"${text.replaceAll('"', '""')}"`;
  const titles = series.flatMap((name) => ["without", "with"].map((arm) => quote(`${t(`series.${name}`)} – ${t(arm)} (${t(`unit.${name}`)})`)));
  const lines = [[quote(t("day")), ...titles].join(gap)];
  for (let day = 0; day <= days; day += 1) {
    if (!pair[0]?.series[day] && !pair[1]?.series[day]) continue;
    lines.push([day, ...series.flatMap((_, index) => pair.map((arm) => write(arm.value(day, index))))].join(gap));
  }
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

export function saveCsv(series, pair, days, name) { download(new Blob([csvText(series, pair, days)], { type: "text/csv" }), `${name}.csv`); }

/** Maps and curves on one picture, with the sentence that says what this is. */
export function savePng(name, heading) {
  const maps = [...document.querySelectorAll(".pair figure")];
  const charts = [...document.querySelectorAll(".chart")];
  const side = 460;
  const canvas = make("canvas", { width: 2 * side + 60 + 420, height: Math.max(side + 110, 60 + charts.length * 170) });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#111";
  pen.font = "bold 17px system-ui, sans-serif";
  pen.fillText(heading, 16, 26);
  maps.forEach((figure, rank) => {
    pen.font = "15px system-ui, sans-serif";
    pen.fillStyle = rank ? OTHER : BASE;
    pen.fillText(figure.querySelector("figcaption").textContent, 16 + rank * (side + 20), 52);
    for (const layer of figure.querySelectorAll("canvas")) pen.drawImage(layer, 16 + rank * (side + 20), 60, side, side);
  });
  charts.forEach((chart, rank) => {
    const plot = chart.querySelector("canvas");
    const x = 2 * side + 56;
    pen.fillStyle = "#111";
    pen.font = "bold 13px system-ui, sans-serif";
    pen.fillText(chart.querySelector("h3").textContent, x, 50 + rank * 170);
    if (plot && chart.querySelector(".cover").hidden) pen.drawImage(plot, x, 58 + rank * 170, 400, (400 * plot.height) / plot.width);
  });
  pen.font = "12px system-ui, sans-serif";
  pen.fillStyle = "#444";
  pen.fillText(t("caution"), 16, canvas.height - 16);
  canvas.toBlob((blob) => download(blob, `${name}.png`), "image/png");
}

/** The sheet of a lesson, for paper. */
export function fillSheet(holder, lesson, said, figures) {
  if (!lesson) { holder.replaceChildren(); return; }
  const lines = said(lesson.sheet).map((text) => make("li", {}, make("p", { text }), make("p", { class: "answer" }), make("p", { class: "answer" })));
  holder.replaceChildren(make("h1", { text: said(lesson.title) }), make("p", { class: "lead", text: said(lesson.question) }), make("p", { text: said(lesson.story) }),
    make("h2", { text: t("my_prediction") }), make("p", { text: `${said(lesson.prediction)}   □ ${t("vote.down")}   □ ${t("vote.same")}   □ ${t("vote.up")}` }),
    make("h2", { text: t("what_i_see") }), make("p", { text: said(lesson.watch) }), figures, make("ol", {}, ...lines), make("p", { class: "small", text: t("caution") }));
}

export function figureTable(series, pair, day, digits) {
  const head = make("tr", {}, ...["", t("without"), t("with"), t("unit")].map((text) => make("th", { scope: "col", text })));
  const rows = series.map((name, index) => make("tr", {}, make("th", { scope: "row", text: t(`series.${name}`) }),
    ...pair.map((arm) => make("td", { text: num(arm?.value(day, index), digits[name]) })), make("td", { text: t(`unit.${name}`) })));
  return make("table", {}, make("caption", { text: t("figures_on_day", { day: num(day, 0) }) }), make("thead", {}, head), make("tbody", {}, ...rows));
}
