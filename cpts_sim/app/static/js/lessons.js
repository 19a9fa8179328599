// A lesson: question, prediction, run, reveal, the teacher's note. The verdict is read from the runs, never written.

import { t, said, num, signed, make, present } from "./words.js";
import { differences, interval } from "./bands.js";
import { DIGITS } from "./figures.js";

const SAME = 0.05; // differences below this share of the level without are called "the same" in a prediction
const FEW = 5;

export class Lesson {
  constructor(holder, offer, on) {
    Object.assign(this, { holder, offer, on });
    this.choice = null;
    this.votes = null;
    this.revealed = false;
  }

  get now() { return this.lesson; }
  get hides() { return Boolean(this.lesson) && this.choice === null; }

  start(lesson, role) {
    this.lesson = lesson;
    this.role = role;
    this.choice = null;
    this.revealed = false;
    this.votes = null;
    this.draw();
  }

  draw() {
    const { lesson, holder } = this;
    holder.hidden = !lesson;
    if (!lesson) { holder.replaceChildren(); return; }
    const vote = make("fieldset", { class: "vote" }, make("legend", { text: said(lesson.prediction) }),
      ...["down", "same", "up"].map((choice) => make("button", { type: "button", id: `vote-${choice}`, "aria-pressed": String(this.choice === choice), text: t(`vote.${choice}`), onclick: () => this.vote(choice) })),
      make("span", { id: "votes" }));
    const variants = (lesson.variants ?? []).map((variant, rank) => make("button", { type: "button", class: "small", id: `variant-${rank}`, text: said(variant.title), onclick: () => this.on.variant(variant.run) }));
    const tools = make("div", { class: "tools" },
      make("button", { type: "button", class: "small", id: "reveal", text: t("reveal"), disabled: this.choice === null, onclick: () => { this.revealed = true; this.draw(); this.on.reveal(); } }),
      make("button", { type: "button", class: "small", id: "note", text: t("note"), onclick: () => this.on.note(lesson) }), ...variants);
    const told = document.getElementById("story")?.open ?? false;
    const story = make("details", { id: "story", open: told }, make("summary", { text: t("story") }), make("p", { text: said(lesson.story) }), make("p", { text: said(lesson.watch) }));
    const verdict = this.revealed ? make("div", { id: "verdict", class: "verdict", role: "status" }, ...this.verdict(), make("p", { text: said(lesson.reveal) })) : null;
    holder.replaceChildren(...present([make("h2", { text: said(lesson.question) }), story, make("div", { class: "vote-row" }, vote, tools), verdict]));
    this.tellVotes();
  }

  vote(choice) {
    this.choice = choice;
    this.draw();
    document.getElementById(`vote-${choice}`)?.focus();
    this.on.voted(choice);
  }

  tellVotes(votes = this.votes) {
    this.votes = votes;
    const place = document.getElementById("votes");
    const total = votes ? votes.down + votes.same + votes.up : 0;
    if (place && total > 1) place.textContent = t("votes", { down: votes.down, same: votes.same, up: votes.up });
  }

  /** What this draw says, then what all draws say, in sentences made from their signs. */
  verdict() {
    const { series, day, pair, draws } = this.on.facts();
    const name = this.lesson.series;
    const index = series.indexOf(name);
    const [left, right] = pair.map((arm) => arm?.value(day, index));
    const gap = right - left;
    if (Number.isNaN(gap) || gap === undefined) return [make("p", { text: t("not_yet") })];
    const way = Math.abs(gap) <= SAME * Math.abs(left) ? "same" : gap < 0 ? "down" : "up";
    const unit = t(`unit.${name}`);
    const lines = [t(`verdict.${way}`, { name: t(`short.${name}`), left: num(left, DIGITS[name]), right: num(right, DIGITS[name]), unit, day: num(day, 0) }),
      t(this.choice === way ? "predicted_right" : "predicted_wrong", { choice: t(`vote.${this.choice}`) })];
    const gaps = differences(draws, index, day);
    if (gaps.length >= FEW) {
      const { n, mean, half } = interval(gaps);
      const key = mean + half < 0 ? "draws_down" : mean - half > 0 ? "draws_up" : "draws_unclear";
      lines.push(t(key, { n, mean: signed(mean, DIGITS[name] + 1), low: signed(mean - half, DIGITS[name] + 1), high: signed(mean + half, DIGITS[name] + 1), unit, fell: gaps.filter((g) => g < 0).length }));
    } else lines.push(t("one_draw"));
    return lines.map((text) => make("p", { text }));
  }
}
