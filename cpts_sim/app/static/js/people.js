// One GP's week, one person's story: what the journal of the run says of them.

import { t, num, date, make, has } from "./words.js";

const GROUPS = [
  ["care", ["consult", "visit", "squeeze"]], ["session_other", ["session_other"]], ["idle", ["idle"]], ["admin", ["admin"]],
  ["knowledge", ["knowledge", "other", "supervision", "travel"]], ["duty", ["duty", "extra_paid"]],
  ["cpts", ["cpts_lunch", "cpts_evening", "cpts_day", "cpts_admin"]],
];

export function openBox(title, ...content) {
  const box = document.getElementById("box");
  document.getElementById("box-title").textContent = title;
  document.getElementById("box-body").replaceChildren(...content);
  if (!box.open) box.showModal();
}

export function gpTitle(stage, pro) {
  const sex = stage.pro_sex[pro] === 1 ? "w" : "m";
  return t(`gp_title_${sex}`, { rank: pro + 1, age: stage.pro_age[pro], commune: stage.names[stage.pro_commune[pro]] ?? "" });
}

/** Hours of the GP's last closed week, in both arms, line by line. */
export function gpWeek(pair, pro, day, ledger) {
  const last = (arm) => arm.weeks.filter((week) => week.pro === pro && week.frame <= day).at(-1);
  const weeks = pair.map(last);
  if (!weeks[0] && !weeks[1]) return make("p", { text: t("no_week") });
  const hours = (week, lines) => (week ? lines.reduce((sum, line) => sum + week.hours[ledger.indexOf(line)], 0) : NaN);
  const rows = GROUPS.map(([name, lines]) => ({ name: t(`ledger.${name}`), values: weeks.map((week) => hours(week, lines)) }));
  rows.push({ name: t("ledger.total"), values: weeks.map((week) => hours(week, ledger)), total: true });
  const most = Math.max(...rows.slice(0, -1).flatMap((row) => row.values).filter((v) => !Number.isNaN(v)), 1);
  const cell = (value, arm, total) => {
    const bar = make("span", { class: `week-bar ${arm}` });
    bar.style.width = `${(100 * value) / most}%`;
    return make("td", {}, make("span", { text: num(value, 1) }), total || Number.isNaN(value) ? null : bar);
  };
  const body = rows.map((row) => make("tr", { class: row.total ? "total" : null }, make("th", { scope: "row", text: row.name }),
    cell(row.values[0], "base", row.total), cell(row.values[1], "other", row.total)));
  const extra = (name, read, digits) => make("tr", {}, make("th", { scope: "row", text: name }), ...weeks.map((week) => make("td", { text: num(week ? read(week) : NaN, digits) })));
  const head = make("tr", {}, make("th", { scope: "col", text: t("hours_week") }), make("th", { scope: "col", text: t("without") }), make("th", { scope: "col", text: t("with") }));
  return make("div", {}, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body, extra(t("acts_week"), (week) => week.acts, 0), extra(t("ee_week"), (week) => week.ee, 1))),
    make("p", { class: "chart-note", text: t("week_note") }));
}

export function personTitle(stage, person) {
  const sex = stage.sex[person] === 1 ? "w" : "m";
  const ald = stage.ald[person] ? t("with_ald") : "";
  return t(`person_title_${sex}`, { age: stage.age[person], commune: stage.names[stage.commune[person]] ?? "", ald });
}

export function personStory(pair, person, day, codes) {
  return make("div", { class: "two" }, ...pair.map((arm, side) => make("section", {},
    make("h3", { text: t(side ? "with" : "without") }), story(arm, person, day, codes))));
}

function story(arm, person, day, codes) {
  const rows = arm.story.filter((row) => row.person === person && row.frame <= day).sort((a, b) => a.frame - b.frame);
  if (!rows.length) return make("p", { text: t("no_story") });
  return make("ol", { class: "story" }, ...rows.map((row) => make("li", {}, make("strong", { text: `${date(arm.stage.start, row.frame - 1)} ` }), document.createTextNode(sentence(row, codes)))));
}

function sentence(row, codes) {
  const word = (kind) => { const name = codes[kind][String(row.what)] ?? ""; return has(`${kind}.${name}`) ? t(`${kind}.${name}`) : name.replaceAll("_", " "); };
  const kind = ["need", "need", "route", "need", "road", null, "attachment", "act"][row.event];
  const what = kind ? word(kind) : t(row.what ? "avoidable" : "not_avoidable");
  const gp = row.who >= 0 ? t("gp_number", { rank: row.who + 1 }) : t("gp_elsewhere");
  const days = Math.round(row.amount);
  const phrase = (key) => (days < 1 ? t("same_day") : t(days === 1 ? `${key}_1` : key, { days: num(days, 0) }));
  return t(`event.${row.event}`, { what, gp, booked: phrase("booked"), after: phrase("after"), days: num(days, 0), minutes: num(row.amount, 0) });
}
