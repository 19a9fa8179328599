// Maps, figures, curves and legend of the day shown; heavy things are drawn less often than the maps.

import { TerritoryMap } from "./map.js";
import { Curves } from "./charts.js";
import { drawFigures, updateFigures, drawLegend, counts, summary } from "./figures.js";
import * as places from "./places.js";
import { gpTitle, gpWeek, personTitle, personStory, openBox } from "./people.js";
import { ready, differences, interval } from "./bands.js";
import { DIGITS } from "./figures.js";
import { t, num, signed, date, make } from "./words.js";
import { figureTable } from "./save.js";

const VIEWS = ["care", "doctor", "difference"];
const SLOW_MS = 120;
const SPOKEN_DAYS = 30;
/** "Day 3" is what there is after the third day, and bears its date; day 0 is the morning before the first. */
const dayDate = (day, start) => t(day ? "day_date" : "day_0", { day: num(day, 0), date: start ? date(start, Math.max(day - 1, 0)) : "" });
const byId = (id) => document.getElementById(id);

export class Screen {
  constructor(app) {
    this.app = app;
    const on = (side) => ({ hover: (commune) => this.hover(commune, side), pick: (who) => this.pick(who) });
    this.maps = ["map-left", "map-right"].map((id, side) => new TerritoryMap(byId(id), on(side)));
    for (const map of this.maps) map.last = () => this.draw();
    this.curves = new Curves(byId("curves"), { menu: (name) => this.enlarge(name) });
    this.slow = 0;
    this.spoken = 0;
    this.measure = 0;
    byId("places").addEventListener("toggle", () => this.table());
  }

  /** A new run: curves and figures anew. */
  begin() {
    const { app } = this;
    byId("time").max = app.state.days;
    this.curves.height = app.state.projector ? 160 : 112;
    this.curves.setup(app.state.charts, app.offer.series, app.state.days);
    drawFigures(byId("figures"), app.offer.series, app.state, (name) => this.toggle(name));
    this.curves.cover(app.lesson?.hides ?? false);
    this.spoken = 0;
  }

  stage() {
    this.maps.forEach((map, side) => { map.commune = -1; map.chosen = null; map.setStage(this.app.pair[side].stage); });
    this.table();
    this.day(this.app.player.day);
  }

  /** The warm-up, which both arms share: the territory as it is on a day before day 0, on both maps. */
  sight(arm) {
    if (this.drawnSight === arm.picture) return;
    this.drawnSight = arm.picture;
    const { picture, scene } = arm;
    const view = this.app.state.view === "doctor" ? "doctor" : "care";
    for (const map of this.maps) {
      if (map.stage !== scene) { map.commune = -1; map.chosen = null; map.setStage(scene); }
      map.drawPeople(picture.looks, view);
      map.drawPros(picture.pros);
    }
    const found = counts(picture.looks);
    drawLegend(byId("legend"), view, found, found, false, true);
    this.captions();
    byId("date").textContent = picture.day < 0 ? t("warmup_date", { days: num(-picture.day, 0) }) : dayDate(0, scene.start);
  }

  progress() {
    this.tellComputed();
    if (this.missing) this.draw();
    if (this.app.player.day <= 1) this.slowly();
  }

  tellComputed() { byId("computed").textContent = t("computed", { day: num(this.app.computed(), 0) }); }

  day(day) {
    byId("time").value = day;
    const start = this.app.pair[0]?.stage?.start;
    byId("date").textContent = dayDate(day, start);
    byId("time").setAttribute("aria-valuetext", byId("date").textContent);
    this.draw();
    const now = performance.now();
    if (now - this.slow > SLOW_MS) this.slowly(now);
    else { clearTimeout(this.later); this.later = setTimeout(() => this.slowly(), SLOW_MS); }
  }

  draw() {
    const { app } = this;
    if (this.maps.some((map) => !map.pixels)) return;
    if (!app.ready) {
      const arm = app.pair.find((one) => one.scene && one.picture);
      if (arm) { this.drawnSight = null; this.sight(arm); }
      return;
    }
    const { day } = app.player;
    const { view } = app.state;
    this.missing = false;
    if (view === "difference") {
      const { base, gap, baseLimit, gapLimit } = places.choropleth(app.pair, day, this.measure);
      this.maps[0].drawCommunes(base, baseLimit, false);
      if (!app.lesson?.hides) this.maps[1].drawCommunes(gap, gapLimit, true); else this.maps[1].drawCommunes(gap.map(() => NaN), 1, true);
      this.limits = [baseLimit, gapLimit];
    }
    this.maps.forEach((map, side) => {
      const arm = app.pair[side];
      if (view !== "difference") {
        const looks = arm.looks(day);
        if (looks) map.drawPeople(looks, view);
        else { this.missing = true; setTimeout(() => this.missing && this.draw(), 30); }
      }
      map.drawPros(view === "difference" ? null : arm.pros[day]);
    });
  }

  /** What need not follow every frame. */
  slowly(now = performance.now()) {
    const { app } = this;
    this.slow = now;
    if (!app.ready) return;
    const { day } = app.player;
    const hidden = app.lesson?.hides ?? false;
    this.curves.update(app.pair, day, app.seen);
    updateFigures(byId("figures"), app.offer.series, app.pair, day, hidden);
    this.legend(hidden);
    this.captions();
    this.tip();
    if (byId("places").open) this.table();
    if (!hidden && day - this.spoken >= SPOKEN_DAYS) {
      this.spoken = day - (day % SPOKEN_DAYS);
      byId("live").textContent = `${byId("date").textContent}. ${summary(app.offer.series, app.pair, day, app.state.charts.slice(0, 2))}`;
    }
  }

  legend(hidden) {
    const { app } = this;
    const found = app.pair.map((arm) => { const looks = arm.stage ? arm.looks(app.player.day) : null; return looks ? counts(looks) : undefined; });
    drawLegend(byId("legend"), app.state.view, found[0], found[1], hidden, app.player.day === 0);
    clearTimeout(this.counting); // people of a day that is being unpacked are counted as soon as they are there
    if (app.ready && found.some((count) => !count)) this.counting = setTimeout(() => this.legend(app.lesson?.hides ?? false), 100);
    if (app.state.view === "difference") {
      const unit = t(`unit.${app.offer.by_commune[this.measure]}`);
      byId("legend").append(...[["scale_level", 0], ["scale_gap", 1]].map(([key, side]) => make("li", { text: t(key, { limit: num(this.limits?.[side], 1), unit }) })));
    }
  }

  captions() {
    const { app } = this;
    const difference = app.state.view === "difference";
    const measure = t(`short.${app.offer.by_commune[this.measure]}`);
    const names = Object.keys(app.state.missions).length;
    byId("cap-left").textContent = difference ? t("map_level", { measure }) : t("without");
    byId("cap-right").textContent = difference ? t("map_gap", { measure }) : names ? t("with") : t("with_nothing");
    this.maps.forEach((map, side) => map.marks.setAttribute("aria-label", t("map_label", { arm: byId(side ? "cap-right" : "cap-left").textContent })));
  }

  relabel() {
    const { app } = this;
    const choose = VIEWS.map((view) => make("button", { type: "button", id: `view-${view}`, class: "small", "aria-pressed": String(app.state.view === view), text: t(`view.${view}`), onclick: () => this.view(view) }));
    if (app.state.view === "difference") {
      choose.push(make("select", { id: "measure", "aria-label": t("measure"), onchange: (event) => { this.measure = Number(event.target.value); this.refresh(); } },
        ...app.offer.by_commune.map((name, rank) => make("option", { value: rank, text: t(`short.${name}`), selected: rank === this.measure }))));
    }
    byId("views").replaceChildren(...choose);
    drawFigures(byId("figures"), app.offer.series, app.state, (name) => this.toggle(name));
    this.draws();
    this.refresh();
    this.tellComputed();
  }

  refresh() {
    if (!this.app.pair.length) return;
    this.curves.cover(this.app.lesson?.hides ?? false);
    this.day(this.app.player.day);
    this.slowly();
  }

  view(view) {
    this.app.state.view = view;
    for (const map of this.maps) if (map.stage) map.drawLand();
    this.relabel();
    byId(`view-${view}`).focus();
  }

  toggle(name) {
    const { state } = this.app;
    state.charts = state.charts.includes(name) ? state.charts.filter((other) => other !== name) : [...state.charts, name];
    this.begin();
    this.refresh();
    byId(`f-${name}`).focus();
  }

  // ------------------------------------------------------------------------------------ draws
  draws() {
    const { app } = this;
    const have = ready(app.draws).length;
    byId("draws").hidden = !app.source.hasDraws || (app.drawsRecorded && have > 0);
    byId("draws").textContent = app.source.recorded ? t("draws_show") : t("draws_button", { count: app.offer.limits.draws });
    byId("draws-state").textContent = app.drawsRecorded ? t("draws_recorded", { have: num(have, 0) }) : have || app.drawsAsked ? t("draws_state", { have: num(have, 0), of: num(app.draws.length || app.drawsAsked, 0) }) : t("single_draw");
    this.curves.draws = app.draws.filter((draw) => draw?.arrays);
    this.curves.notes((name) => this.bandNote(name));
    if (app.ready) this.slowly();
    if (app.lesson?.revealed) app.lesson.draw();
  }

  bandNote(name) {
    const { app } = this;
    const index = app.offer.series.indexOf(name);
    const gaps = differences(this.curves.draws, index, [app.state.days, app.state.days]);
    if (gaps.length < 5) return "";
    const { n, mean, half } = interval(gaps);
    const digits = DIGITS[name] + 1;
    return t(Math.abs(mean) > half ? "band_note" : "band_unclear", { n, mean: signed(mean, digits), low: signed(mean - half, digits), high: signed(mean + half, digits), unit: t(`unit.${name}`) });
  }

  // ------------------------------------------------------------------------------------ people and places
  hover(commune) {
    const { app } = this;
    for (const map of this.maps) { map.commune = commune; if (map.stage && app.ready) map.drawPros(app.state.view === "difference" ? null : app.pair[this.maps.indexOf(map)].pros[app.player.day]); }
    this.tip();
  }

  /** What is told of the commune pointed at, on the half of the maps that does not hold it. */
  tip() {
    const { app } = this;
    const [{ commune, stage }] = this.maps;
    byId("tip").setAttribute("aria-live", app.player.playing ? "off" : "polite");
    const ring = stage?.outlines[commune]?.[0] ?? [];
    byId("tip").classList.toggle("above", ring.reduce((sum, at, rank) => sum + (rank % 2 ? at - 32768 : 0), 0) > 0);
    byId("tip").textContent = app.lesson?.hides && commune >= 0 ? t("predict_first") : places.tooltip(app.pair, app.player.day, commune, app.offer.by_commune);
  }

  pick(who) {
    const { app } = this;
    if (!app.ready) return; // the warm-up has no stories
    const { stage } = app.pair[0];
    for (const map of this.maps) map.chosen = who;
    this.draw();
    if (who.pro !== undefined) openBox(gpTitle(stage, who.pro), gpWeek(app.pair, who.pro, app.player.day, app.offer.ledger));
    else openBox(personTitle(stage, who.person), personStory(app.pair, who.person, app.player.day, app.offer.codes), make("p", { class: "chart-note", text: t("story_note") }));
  }

  table() {
    if (byId("places").open && this.app.ready) places.table(byId("places-table"), this.app.pair, this.app.player.day, this.app.offer.by_commune);
  }

  /** A curve as a large picture with its table. */
  enlarge(name) {
    const { app } = this;
    const holder = make("div", { class: "plot" });
    openBox(t(`series.${name}`), holder, make("p", { class: "chart-note", text: `${t(`about.${name}`)} ${t("curve_legend")}` }), ...(app.lesson.hides ? [] : [figureTable(app.offer.series, app.pair, app.player.day, DIGITS)]));
    if (app.lesson.hides) { holder.textContent = t("predict_first"); return; }
    const index = app.offer.series.indexOf(name);
    const old = this.curves.height;
    this.curves.height = Math.min(420, window.innerHeight * 0.5);
    const plot = new window.uPlot({ ...this.curves.options(name, holder), width: Math.min(900, holder.clientWidth || 800) }, this.curves.data(index), holder);
    this.curves.height = old;
    byId("box").addEventListener("close", () => plot.destroy(), { once: true });
  }
}
