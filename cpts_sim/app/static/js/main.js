// The page: what is chosen, what runs, what is shown.

import { LiveSource } from "./live.js";
import { RecordedSource } from "./recorded.js";
import { Player, SPEEDS } from "./player.js";
import { Screen } from "./screen.js";
import { Choices } from "./choices.js";
import { Lesson } from "./lessons.js";
import { listen } from "./keys.js";
import * as link from "./link.js";
import * as words from "./words.js";
import { saveCsv, savePng, fillSheet, figureTable } from "./save.js";
import { openBox } from "./people.js";
import { DIGITS } from "./figures.js";

const { t, said, num, make } = words;
const VIEWS = ["care", "doctor", "difference"];
const START = { preset: "rural_underdense", year: 2019, days: 365, seed: 1, shocks: {}, members: {}, lesson: 0, day: 0, speed: 7, view: "care",
  charts: ["wait_days", "exhaustion", "ed_per_1000", "without_mt"], projector: false };
const CHANGES_RUN = ["preset", "population", "year", "days", "seed", "missions", "shocks", "members"];
const byId = (id) => document.getElementById(id);

const app = { state: { ...START, missions: {} }, pair: [], draws: [], role: "full", drawsAsked: 0, seen: 0, wantedDay: null };
window.cptsSim = app; // for the benchmark and the tests: read only

async function boot() {
  const embedded = byId("recorded");
  const on = { hello, run: begun, progress, draws: drawsCame, refused, closed, show, votes: (votes) => app.lesson.tellVotes(votes), pong() {} };
  app.source = embedded ? new RecordedSource(on, JSON.parse(embedded.textContent)) : new LiveSource(on);
  app.source.connect();
  app.offer = await app.source.offer();
  words.setWords(app.offer.words);
  app.state.population = app.offer.school_people;
  if (embedded) app.state.lesson = app.offer.lessons.length; // one or none: a page that holds a lesson opens with it
  const given = app.offer.presets.find((preset) => preset.asks); // a file of the teacher opens first, unless a link names a territory
  if (given && !embedded && !/[#&]t=/.test(location.hash)) Object.assign(app.state, lessonState(given.asks), { preset: given.name });
  Object.assign(app.state, link.read(location.hash, app.offer, VIEWS, SPEEDS));
  app.state.lang ??= words.firstLang();
  words.setLang(app.state.lang);
  app.player = new Player(showDay, () => computed());
  app.player.atEnd = () => app.player.day >= app.state.days || (app.player.day >= computed() && app.pair.every((arm) => arm.done));
  app.player.onState = playState;
  app.screen = new Screen(app);
  app.choices = new Choices(byId("choices"), app.offer, app.state, { change, pair: (rank) => { app.screen.curves.remember(app.pair[1]); app.source.choose(rank); } });
  app.lesson = new Lesson(byId("lesson-box"), app.offer, {
    facts: () => ({ offer: app.offer, day: app.player.day, pair: app.pair, draws: app.draws, own: asPredicted() }),
    voted: (choice) => { app.source.vote(choice); app.screen.refresh(); }, reveal,
    variant: (run) => change({ ...lessonState(run), day: app.state.day }), note: showNote,
  });
  bind();
  const lesson = app.offer.lessons[app.state.lesson - 1];
  if (lesson && !location.hash.includes("m=")) Object.assign(app.state, lessonState(lesson.run), location.hash.includes("c=") ? {} : { charts: chartsOf(lesson) });
  relabel();
  app.lesson.start(app.offer.lessons[app.state.lesson - 1] ?? null, app.role);
  app.wantedDay = app.state.day;
  app.source.open();
}

// ---------------------------------------------------------------------------------------- what is chosen
function ask() {
  const { preset, population, year, days, seed, missions, shocks, members } = app.state;
  const whole = Object.fromEntries(Object.entries(missions).map(([name, set]) => [name, { ...(set.start === undefined ? {} : { start: `${set.start} months` }), ...(set.dose === undefined ? {} : { dose: set.dose }) }]));
  return { preset, population: population ?? null, year, days, seed, missions: whole, shocks, members };
}

/** Settings of the page for what a lesson or a scenario runs. */
function lessonState(run) {
  const months = (start) => { const number = parseFloat(start); return Number.isNaN(number) ? undefined : number; };
  const missions = Object.fromEntries(Object.entries(run.missions ?? {}).map(([name, set]) => {
    const out = {};
    if (set?.start !== undefined && months(set.start) !== undefined) out.start = months(set.start);
    if (set?.dose !== undefined) out.dose = set.dose;
    return [name, out];
  }));
  return { preset: run.preset ?? app.state.preset, population: run.population ?? null, year: run.year ?? 2019, days: run.days ?? 365, seed: run.seed ?? app.state.seed,
    missions, shocks: run.shocks ?? {}, members: run.members ?? {} };
}

/** Whether what runs is what the class predicted: the lesson's own territory, year, missions, members and shocks. */
function asPredicted() {
  const told = ({ preset, year, missions, members, shocks }) => JSON.stringify([
    preset, year, Object.keys(missions).sort(), members.share_gps, members.active_share, Object.keys(shocks).sort()]);
  return told(app.state) === told(lessonState(app.lesson.now.run));
}

function change(changes) {
  const runs = CHANGES_RUN.some((key) => key in changes);
  Object.assign(app.state, changes);
  if (runs) start();
  relabel();
}

/** What makes a former run comparable: the same territory over the same time. */
function placeNow() { const { preset, population, year, days } = app.state; return [preset, population, year, days].join("/"); }

function start() {
  app.player.pause();
  if (placeNow() === app.place) app.screen.curves.remember(app.pair[1]); else app.screen.curves.forget();
  app.place = placeNow();
  app.wantedDay = null;
  app.source.run(ask());
}

// ---------------------------------------------------------------------------------------- what the source tells
function hello({ role, code }) {
  app.role = role;
  app.place = placeNow();
  const watching = role === "watch";
  byId("follow").hidden = app.source.recorded || watching;
  byId("class-code").textContent = code ? t("class_code", { code }) : "";
  document.body.classList.toggle("watching", watching);
  for (const id of ["play", "day", "week", "again", "other", "draws", "preset", "lesson", "speed"]) byId(id).disabled = watching;
  if (watching) { notice(t("watching")); app.source.follow(); } else app.source.run(app.source.recorded ? {} : ask());
}

function begun(asked, pair) {
  if (app.role === "watch" || app.source.recorded) Object.assign(app.state, lessonState(asked));
  app.pair = pair;
  app.draws = [];
  app.drawsAsked = 0;
  app.drawsRecorded = false;
  app.seen = 0;
  app.ready = false;
  app.player.go(0);
  app.screen.begin();
  relabel();
  if (app.role !== "watch") notice(pair.every((arm) => arm.stage) ? "" : t("warming", { share: 0 }));
}

function progress(arm) {
  if (!app.pair.includes(arm)) return;
  if (arm.failed) { notice(t(`failed.${arm.failed}`) === `failed.${arm.failed}` ? t("failed", { why: arm.failed }) : t(`failed.${arm.failed}`)); return; }
  const [left, right] = app.pair;
  if (!app.ready && left.stage && right.stage && left.frames && right.frames) {
    app.ready = true;
    app.screen.stage();
    performance.mark("first frame"); // for the benchmark
    notice(app.role === "watch" ? t("watching") : "");
  } else if (!app.ready) {
    if (arm.scene && arm.picture) { app.screen.sight(arm); performance.mark("first picture"); }
    const lived = app.pair.filter((one) => !one.stage).map((one) => one.warming); // the arms share one warm-up
    notice(t("warming", { share: lived.length ? Math.round(100 * Math.max(...lived)) : 100 }));
  }
  if (app.wantedDay !== null && app.ready && computed() >= Math.min(app.wantedDay, app.state.days)) {
    app.player.go(app.wantedDay);
    app.wantedDay = null;
  }
  app.screen.progress();
  tellOffline();
}

/** The address of this run as a page that needs no server, once all of it is there. */
function tellOffline() {
  const offline = app.source.offlineLink(app.state.lesson);
  byId("offline").hidden = !offline;
  if (offline) { byId("offline").href = offline; byId("offline").setAttribute("download", "cpts-sim.html"); }
}

function drawsCame(draws, recorded = false) { app.draws = draws; app.drawsRecorded = recorded; app.screen.draws(); }
function askDraws() { app.drawsAsked = app.offer.limits.draws; app.source.askDraws(app.drawsAsked); app.screen.draws(); }
function refused({ why }) { notice(t("refused", { why })); }
function closed(message) { notice(message?.why ?? t("closed")); app.player.pause(); }

/** The reveal shows many draws at once where they were recorded beforehand, unless the class is to bet on them first. */
function reveal() {
  if (!app.lesson.now.bet && !app.drawsAsked && app.role !== "watch") app.source.askDraws(app.offer.limits.draws, true);
  app.screen.refresh();
}

function show({ day, playing, speed, lesson }) {
  if (app.role !== "watch" && !app.following) return;
  app.player.speed = speed;
  if (lesson !== app.state.lesson) { app.state.lesson = lesson; app.lesson.start(app.offer.lessons[lesson - 1] ?? null, app.role); }
  if (Math.abs(day - app.player.day) > Math.max(2, speed)) { if (computed() >= day) app.player.go(day); else app.wantedDay = day; }
  if (playing) app.player.play(); else { app.player.pause(); if (computed() >= day) app.player.go(day); }
}

// ---------------------------------------------------------------------------------------- what is shown
function computed() { return app.ready ? Math.min(...app.pair.map((arm) => arm.frames)) - 1 : 0; }
app.computed = computed;

function showDay(day) {
  app.seen = Math.max(app.seen, day);
  app.state.day = day;
  app.source.day = day;
  app.screen.day(day);
  saveLink();
}

let linkTimer = null;
function saveLink() {
  linkTimer ??= setTimeout(() => { linkTimer = null; history.replaceState(null, "", link.write(app.state)); tellClass(); }, 400);
}
function tellClass() {
  if (app.role === "full" && app.broadcast) app.source.show({ day: app.player.day, playing: app.player.playing, speed: app.state.speed, lesson: app.state.lesson });
}

function playState() {
  byId("play").textContent = t(app.player.playing ? "pause" : "play");
  byId("play").setAttribute("aria-keyshortcuts", "Space");
  tellClass();
}

function notice(text) { const place = byId("notice"); place.textContent = text; place.hidden = !text; }
app.notice = notice;

/** What is run, in one line, for paper and pictures: territory, people, missions, shocks, draw. */
function setting() {
  const { state, offer } = app;
  const named = (list, name) => said(list.find((item) => item.name === name)?.title) || name;
  const parts = [named(offer.presets, state.preset)];
  const people = app.pair[0]?.stage?.population ?? state.population;
  if (people) parts.push(t("setting_people", { people: num(people, 0), year: state.year }));
  const missions = Object.entries(state.missions).map(([name, set]) => named(offer.missions, name) + (set.start === undefined ? "" : ` (${t("setting_month", { month: num(set.start, 0) })})`));
  parts.push(missions.length ? missions.join(", ") : t("with_nothing"), ...Object.keys(state.shocks).map((name) => named(offer.shocks, name)));
  return [...parts, t("setting_draw", { seed: state.seed })].join(" · ");
}

/** Write everything that depends on the language or on what is chosen. */
function relabel() {
  words.setLang(app.state.lang);
  words.fillPage();
  byId("lang").textContent = words.getLang() === "fr" ? "English" : "Français";
  byId("lang").lang = words.getLang() === "fr" ? "en" : "fr";
  document.documentElement.classList.toggle("projecting", app.state.projector);
  byId("projector").setAttribute("aria-pressed", String(app.state.projector));
  const options = (select, items, chosen) => select.replaceChildren(...items.map(([value, text]) => make("option", { value, text, selected: String(value) === String(chosen) })));
  options(byId("preset"), app.offer.presets.map((preset) => [preset.name, said(preset.title)]), app.state.preset);
  options(byId("lesson"), [[0, t("free")], ...app.offer.lessons.map((lesson, rank) => [rank + 1, `${lesson.rank ?? rank + 1}. ${said(lesson.title)}`])], app.state.lesson);
  options(byId("speed"), SPEEDS.map((speed) => [speed, t("days_second", { count: speed })]), app.state.speed);
  byId("preset").disabled = byId("again").disabled = byId("other").disabled = app.source.recorded || app.role === "watch";
  for (const id of ["again", "other", "follow"]) byId(id).hidden = app.source.recorded;
  byId("draws").disabled = app.role === "watch";
  app.choices.draw(app.source.recorded || app.role === "watch", app.source.recorded ? app.source.pairs : [], app.source.rank);
  playState();
  app.lesson.draw();
  app.screen.relabel();
  tellOffline();
  saveLink();
}

// ---------------------------------------------------------------------------------------- buttons
function bind() {
  const click = (id, action) => byId(id).addEventListener("click", action);
  const step = (days) => { app.player.pause(); app.player.go(app.player.day + days); };
  click("play", () => app.player.toggle());
  click("day", () => step(1));
  click("week", () => step(7));
  click("again", () => { start(); });
  click("other", () => change({ seed: (app.state.seed % 99999) + 1 }));
  click("lang", () => { app.state.lang = words.getLang() === "fr" ? "en" : "fr"; relabel(); app.screen.begin(); app.screen.refresh(); });
  click("projector", () => { app.state.projector = !app.state.projector; relabel(); app.screen.begin(); app.screen.refresh(); });
  click("help", showHelp);
  click("draws", askDraws);
  click("share", share);
  click("csv", () => saveCsv(app.offer.series, app.pair, app.state.days, `cpts-sim-${app.state.preset}`));
  click("png", () => savePng(`cpts-sim-${app.state.preset}-${app.player.day}`, [byId("date").textContent, setting()]));
  click("print", () => { printSheet(); window.print(); });
  click("follow", () => { app.broadcast = !app.broadcast; byId("follow").setAttribute("aria-pressed", String(app.broadcast)); tellClass(); });
  byId("time").addEventListener("input", (event) => { app.player.pause(); app.player.go(Number(event.target.value)); });
  byId("preset").addEventListener("change", (event) => choosePreset(event.target.value));
  byId("lesson").addEventListener("change", (event) => chooseLesson(Number(event.target.value)));
  byId("speed").addEventListener("change", (event) => { app.state.speed = app.player.speed = Number(event.target.value); saveLink(); tellClass(); });
  app.player.speed = app.state.speed;
  window.addEventListener("beforeprint", printSheet);
  const free = (action) => (key) => { if (app.role !== "watch") action(key); }; // who follows the class sees what it sees
  listen({
    " ": free(() => app.player.toggle()), ArrowRight: free(() => step(1)), "Shift+ArrowRight": free(() => step(7)), ArrowLeft: free(() => step(-1)), "Shift+ArrowLeft": free(() => step(-7)),
    Home: free(() => step(-app.player.day)), "?": showHelp, p: () => byId("projector").click(), l: () => byId("lang").click(), r: free(() => byId("again").click()), n: free(() => byId("other").click()),
    mission: (key) => { const box = document.querySelectorAll("#choices .mission input[type=checkbox]")[Number(key) - 1]; if (box && !box.disabled) box.click(); },
  });
}

function choosePreset(name) {
  const preset = app.offer.presets.find((item) => item.name === name);
  change({ ...(preset.asks ? lessonState(preset.asks) : {}), preset: name, population: preset.scales ? app.state.population ?? app.offer.school_people : null });
}

/** Curves that a lesson opens with: its own first. */
function chartsOf(lesson) { return [...new Set([lesson.series, ...(lesson.charts ?? []), ...START.charts])].slice(0, 4); }

function chooseLesson(rank) {
  app.state.lesson = rank;
  const lesson = app.offer.lessons[rank - 1] ?? null;
  app.draws = [];
  if (lesson && !app.source.recorded) change({ ...lessonState(lesson.run), charts: chartsOf(lesson) });
  app.lesson.start(lesson, app.role);
  relabel();
  app.screen.begin();
  app.screen.refresh();
}

function share() {
  history.replaceState(null, "", link.write(app.state));
  const code = app.source.shared ? `?code=${encodeURIComponent(app.source.shared)}` : ""; // students' code, never the teacher's
  const address = location.href.replace(/[?#].*$/, "") + code + location.hash;
  const done = () => notice(t("copied"));
  const shown = () => openBox(t("share"), make("p", { text: t("copy_this") }), make("input", { type: "text", readonly: true, value: address, "aria-label": t("share") }));
  if (navigator.clipboard) navigator.clipboard.writeText(address).then(done, shown); else shown();
}

function showHelp() {
  const rows = ["space", "arrows", "shift_arrows", "home", "digits", "r", "n", "l", "p", "map_keys", "question"].map((name) => make("tr", {}, make("th", { scope: "row", text: t(`key.${name}`) }), make("td", { text: t(`key_does.${name}`) })));
  openBox(t("help"), make("p", { text: t("help_text") }), make("table", { class: "keys" }, make("tbody", {}, ...rows)), make("p", { text: t("caution") }), make("p", { class: "chart-note", text: `cpts_sim ${app.offer.version}` }));
}

function showNote(lesson) { openBox(t("note"), ...said(lesson.note).map((text) => make("p", { text }))); }

function printSheet() {
  const lesson = app.offer.lessons[app.state.lesson - 1] ?? null;
  document.body.classList.toggle("with-sheet", Boolean(lesson));
  byId("setting").textContent = setting();
  fillSheet(byId("sheet"), lesson, said, figureTable(app.offer.series, app.pair, app.lesson.hides ? -1 : app.player.day, DIGITS), setting());
}

boot().catch((error) => { notice(String(error)); throw error; });
