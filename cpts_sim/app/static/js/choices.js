// Missions with their start, dose, price and prerequisites; members; what befalls both arms; the territory's size.

import { t, said, num, make } from "./words.js";

const MONTHS = [0, 1, 2, 3, 6, 9, 12, 18, 24];
const DOSES = [0.25, 0.5, 0.75, 1];
const SIZES = [3000, 6000, 12000, 20000, 28000, 40000, 60000];

const percent = (share) => t("percent", { number: num(share * 100, 0) });
const months = (count) => (Number(count) === 1 ? t("months_1") : t("months", { count: num(count, Number.isInteger(Number(count)) ? 0 : 1) }));

export class Choices {
  constructor(holder, offer, state, on) {
    Object.assign(this, { holder, offer, state, on });
  }

  draw(recorded, pairs = [], chosen = 0) {
    const open = [...this.holder.querySelectorAll("details[open]")].map((item) => item.id);
    const focus = document.activeElement?.id;
    this.holder.replaceChildren();
    if (recorded) this.holder.append(this.recordedChoice(pairs, chosen));
    this.holder.append(...this.offer.missions.map((mission, rank) => this.mission(mission, rank, recorded)));
    this.holder.append(this.settings(recorded));
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focus) document.getElementById(focus)?.focus();
  }

  recordedChoice(pairs, chosen) {
    const select = make("select", { id: "pair", onchange: (event) => this.on.pair(Number(event.target.value)) },
      ...pairs.map((pair, rank) => make("option", { value: rank, text: said(pair.title), selected: rank === chosen })));
    return make("label", { class: "block" }, make("span", { text: t("recorded_pair") }), select);
  }

  mission(mission, rank, recorded) {
    const chosen = this.state.missions[mission.name];
    const missing = mission.requires.filter((name) => !(name in this.state.missions));
    const off = recorded || missing.length > 0;
    const box = make("input", { type: "checkbox", id: `m-${mission.name}`, checked: Boolean(chosen), disabled: off && !chosen || recorded,
      "aria-describedby": `w-${mission.name}`, onchange: (event) => this.toggle(mission.name, event.target.checked) });
    const why = missing.length ? t("needs_mission", { names: missing.map((name) => said(this.offer.missions.find((m) => m.name === name)?.title)).join(", ") }) : "";
    const grade = t(`grade.${mission.grade}`);
    const price = t("price", { who: mission.pays.map(said).join(", "), lose: mission.loses.map(said).join(", ") });
    const more = make("details", { id: `x-${mission.name}` },
      make("summary", { text: t("price_short"), "aria-label": `${t("price_short")}: ${said(mission.title)}` }),
      make("p", { text: said(mission.text) }), make("p", { text: price }),
      make("p", { text: t("prepares", { hours: num(mission.preparation_hours, 0), months: num(mission.start_months, 0) }) }),
      make("p", { text: grade }));
    const row = make("div", { class: chosen ? "mission on" : "mission" },
      make("label", {}, box, make("span", { class: "key", "aria-hidden": "true", text: String(rank + 1) }), make("span", { text: said(mission.title) })),
      chosen ? this.starts(mission, chosen, recorded) : null, more, make("p", { id: `w-${mission.name}`, class: "why", text: why }));
    return row;
  }

  starts(mission, chosen, recorded) {
    const start = this.select(`s-${mission.name}`, [["", t("start_usual", { months: num(mission.start_months, 0) })], ...MONTHS.map((m) => [m, months(m)])],
      chosen.start ?? "", recorded, (value) => this.set(mission.name, "start", value === "" ? undefined : Number(value)), months);
    const dose = this.select(`d-${mission.name}`, DOSES.map((d) => [d, percent(d)]), chosen.dose ?? 1, recorded,
      (value) => this.set(mission.name, "dose", Number(value) === 1 ? undefined : Number(value)), percent);
    return make("div", { class: "starts" },
      make("label", {}, make("span", { text: t("start") }), start), make("label", {}, make("span", { text: t("dose") }), dose));
  }

  select(id, options, value, disabled, change, other = String) {
    const items = options.some(([key]) => String(key) === String(value)) ? options : [...options, [value, other(value)]];
    return make("select", { id, disabled, onchange: (event) => change(event.target.value) },
      ...items.map(([key, text]) => make("option", { value: key, text, selected: String(key) === String(value) })));
  }

  settings(recorded) {
    const { state } = this;
    const share = (name, normal) => this.select(`p-${name}`, [["", t("share_usual", { share: normal })], ...[10, 20, 40, 60, 80, 100].map((s) => [s / 100, percent(s / 100)])],
      state.members[name] ?? "", recorded, (value) => this.members(name, value), percent);
    const scales = this.offer.presets.find((preset) => preset.name === state.preset)?.scales;
    const shocks = this.offer.shocks.map((shock) => make("label", { class: "tick", title: said(shock.text) },
      make("input", { type: "checkbox", id: `k-${shock.name}`, checked: shock.name in state.shocks, disabled: recorded,
        onchange: (event) => this.shock(shock.name, event.target.checked) }), make("span", { text: said(shock.title) })));
    return make("div", {},
      make("details", { id: "set-members" }, make("summary", { text: t("members") }),
        make("label", { class: "block" }, make("span", { text: t("share_gps") }), share("share_gps", t("by_evidence"))),
        make("label", { class: "block" }, make("span", { text: t("active_share") }), share("active_share", t("by_evidence")))),
      make("details", { id: "set-shocks" }, make("summary", { text: t("shocks") }), ...shocks),
      make("details", { id: "set-territory" }, make("summary", { text: t("size") }),
        make("label", { class: "block" }, make("span", { text: t("population") }),
          this.select("population", [["", t("own_size")], ...SIZES.map((n) => [n, num(n, 0)])], state.population ?? "", recorded || !scales, (value) => this.on.change({ population: value === "" ? null : Number(value) }), (n) => num(n, 0))),
        make("label", { class: "block" }, make("span", { text: t("length") }),
          this.select("length", [[182, t("months", { count: 6 })], [365, t("years_1")], [730, t("years_2")], [1095, t("years_3")]], state.days, recorded, (value) => this.on.change({ days: Number(value) }), (count) => t("days", { count: num(count, 0) }))),
        make("label", { class: "block" }, make("span", { text: t("year") }),
          this.select("year", [[2019, "2019"], [2024, "2024"]], state.year, recorded, (value) => this.on.change({ year: Number(value) })))));
  }

  toggle(name, on) {
    const missions = { ...this.state.missions };
    if (on) missions[name] = {};
    else {
      delete missions[name];
      for (const other of this.offer.missions) if (other.requires.includes(name)) delete missions[other.name];
    }
    this.on.change({ missions });
  }

  set(name, key, value) {
    const set = { ...this.state.missions[name] };
    if (value === undefined) delete set[key]; else set[key] = value;
    this.on.change({ missions: { ...this.state.missions, [name]: set } });
  }

  members(name, value) {
    const members = { ...this.state.members };
    if (value === "") delete members[name]; else members[name] = Number(value);
    this.on.change({ members });
  }

  shock(name, on) {
    const shocks = { ...this.state.shocks };
    if (on) shocks[name] = {}; else delete shocks[name];
    this.on.change({ shocks });
  }
}
