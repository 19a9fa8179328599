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

const SIDE = 460;
const CHART = 420;

/** Maps, legend, figures and curves on one picture, with what was run and the sentence that says what this is. */
export function savePng(name, [heading, setting]) {
  const maps = [...document.querySelectorAll(".pair figure")];
  const charts = [...document.querySelectorAll(".chart")];
  const left = 2 * SIDE + 60;
  const canvas = make("canvas", { width: left + CHART, height: Math.max(SIDE + 330, 110 + charts.length * 170) });
  const pen = canvas.getContext("2d");
  const write = (text, x, y, font = "14px", colour = "#222") => { pen.font = `${font} system-ui, sans-serif`; pen.fillStyle = colour; pen.fillText(text, x, y); return pen.measureText(text).width; };
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  write(heading, 16, 26, "bold 18px", "#111");
  write(setting, 16, 48, "13px", "#444");
  maps.forEach((figure, rank) => {
    const x = 16 + rank * (SIDE + 20);
    write(figure.querySelector("figcaption").textContent, x, 74, "bold 15px", rank ? OTHER : BASE);
    for (const layer of figure.querySelectorAll("canvas")) pen.drawImage(layer, x, 82, SIDE, SIDE);
  });
  drawList([...document.querySelectorAll("#legend li")], write, left - 40, SIDE + 106);
  [...document.querySelectorAll(".figure")].forEach((tile, rank) => {
    const [x, y] = [16 + (rank % 4) * ((left - 40) / 4), SIDE + 216 + Math.floor(rank / 4) * 44];
    write(tile.querySelector(".name").textContent, x, y, "bold 13px");
    write(`${tile.querySelector(".pair-values").textContent} ${tile.querySelector(".unit").textContent}`, x, y + 18, "13px");
  });
  charts.forEach((chart, rank) => {
    const plot = chart.querySelector("canvas");
    write(chart.querySelector("h3").textContent, left, 74 + rank * 170, "bold 13px", "#111");
    if (plot && chart.querySelector(".cover").hidden) pen.drawImage(plot, left, 82 + rank * 170, CHART - 20, ((CHART - 20) * plot.height) / plot.width);
  });
  write(t("caution"), 16, canvas.height - 14, "12px", "#444");
  write(t("single_draw"), left, canvas.height - 14, "12px", "#444");
  canvas.toBlob((blob) => download(blob, `${name}.png`), "image/png");
}

/** The legend as lines of marks and words. */
function drawList(items, write, width, top) {
  let [x, y] = [16, top];
  for (const item of items) {
    const mark = item.querySelector(".mark");
    const text = item.textContent.slice(mark?.textContent.length ?? 0).trim().replace(/\s+/g, " ");
    const room = 8 * text.length;
    if (x > 16 && (item.className === "break" || x + room > width)) { x = 16; y += 21; }
    if (mark) x += write(mark.textContent, x, y, "14px", mark.style.color || "#222") + 5;
    x += write(text, x, y, "13px") + 18;
    if (item.className === "break") { x = 16; y += 21; }
  }
}

/** The sheet of a lesson, for paper. */
export function fillSheet(holder, lesson, said, figures, setting) {
  if (!lesson) { holder.replaceChildren(); return; }
  const lines = said(lesson.sheet).map((text) => make("li", {}, make("p", { text }), make("p", { class: "answer" }), make("p", { class: "answer" })));
  holder.replaceChildren(make("h1", { text: said(lesson.title) }), make("p", { class: "lead", text: said(lesson.question) }), make("p", { text: said(lesson.story) }), make("p", { class: "small", text: setting }),
    make("h2", { text: t("my_prediction") }), make("p", { text: `${said(lesson.prediction)}   □ ${t("vote.down")}   □ ${t("vote.same")}   □ ${t("vote.up")}` }),
    make("h2", { text: t("what_i_see") }), make("p", { text: said(lesson.watch) }), figures, make("ol", {}, ...lines), make("p", { class: "small", text: t("caution") }));
}

/** The numbers of a day; a day below 0: to be filled in by hand, for a class that has not predicted yet. */
export function figureTable(series, pair, day, digits) {
  const head = make("tr", {}, make("td", {}), ...["without", "with"].map((arm) => make("th", { scope: "col", text: t(arm) })));
  const rows = series.map((name, index) => make("tr", {}, make("th", { scope: "row", text: t(`series.${name}`) }),
    ...pair.map((arm) => make("td", { text: day < 0 ? "…………" : num(arm?.value(day, index), digits[name]) }))));
  return make("table", {}, make("caption", { text: day < 0 ? t("figures_to_fill") : t("figures_on_day", { day: num(day, 0) }) }), make("thead", {}, head), make("tbody", {}, ...rows));
}
