// A lesson: question, prediction, run, reveal, the teacher's note. The verdict is read from the runs, never written.

import { t, said, num, signed, make, present } from "./words.js";
import { differences, interval, levels, spread } from "./bands.js";
import { DIGITS } from "./figures.js";
import { value } from "./places.js";

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
      make("span", { class: "tools" }, ...["down", "same", "up"].map((choice) => make("button", { type: "button", id: `vote-${choice}`, "aria-pressed": String(this.choice === choice), text: t(`vote.${choice}`), onclick: () => this.vote(choice) }))),
      make("span", { id: "votes" }));
    const variants = (lesson.variants ?? []).map((variant, rank) => make("button", { type: "button", class: "small", id: `variant-${rank}`, text: said(variant.title), onclick: () => this.on.variant(variant.run) }));
    const tools = make("div", { class: "tools" },
      make("button", { type: "button", class: "small", id: "reveal", text: t("reveal"), disabled: this.choice === null, onclick: () => { this.revealed = true; this.draw(); this.on.reveal(); } }),
      make("button", { type: "button", class: "small", id: "note", text: t("note"), onclick: () => this.on.note(lesson) }), ...variants);
    const told = document.getElementById("story")?.open ?? false;
    const story = make("details", { id: "story", open: told }, make("summary", { text: t("story") }), make("p", { text: said(lesson.story) }), make("p", { text: said(lesson.watch) }));
    const verdict = this.revealed ? make("div", { id: "verdict", class: "verdict", role: "status" }, ...this.verdict()) : null;
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

  /** What this draw says, then what all draws say, then the sentence of the lesson for that outcome. */
  verdict() {
    const { offer, day, pair, draws, own } = this.on.facts();
    const { lesson } = this;
    const window = [lesson.window[0], Math.min(lesson.window[1], day)];
    if (day < window[0]) return [make("p", { text: t("too_early", { day: num(window[0], 0) }) })];
    const index = offer.series.indexOf(lesson.series);
    const [left, right] = pair.map((arm) => mean(arm, window, (from) => arm.value(from, index)));
    if (Number.isNaN(left) || Number.isNaN(right)) return [make("p", { text: t("not_yet") })];
    const way = wayOf(left, right);
    const facts = { name: t(`short.${lesson.series}`), unit: t(`unit.${lesson.series}`), first: num(window[0], 0), last: num(window[1], 0) };
    const many = this.manyDraws(draws, index, window, facts);
    const lines = [t(`verdict.${way}`, { ...facts, left: num(left, DIGITS[lesson.series]), right: num(right, DIGITS[lesson.series]) }), ...(many?.lines ?? [t("one_draw")]), ...this.byCommune(offer, pair, window)];
    lines.push(...(own ? this.outcome(many?.way ?? way) : [t("other_setting")]));
    return lines.map((text) => make("p", { text }));
  }

  /** What was predicted, and what the lesson says of what came; draws count for more than the single run. */
  outcome(way) {
    const { lesson, choice } = this;
    return [t(choice === way ? "predicted_right" : "predicted_wrong", { choice: t(`vote.${choice}`) }), said(lesson.reveal[way]), said(lesson.reveal.always)];
  }

  /** What further draws say: mean difference with its interval, whether it is small, and how much of chance the pairs take away. */
  manyDraws(draws, index, window, facts) {
    const gaps = differences(draws, index, window);
    if (gaps.length < FEW) return null;
    const digits = DIGITS[this.lesson.series] + 1;
    const { n, mean: middle, half } = interval(gaps);
    const without = levels(draws, 0, index, window);
    const share = Math.abs(middle) / (without.reduce((sum, level) => sum + level, 0) / n);
    const clear = Math.abs(middle) > half;
    const key = !clear ? "draws_unclear" : middle < 0 ? "draws_down" : "draws_up";
    const told = { ...facts, n, mean: signed(middle, digits), low: signed(middle - half, digits), high: signed(middle + half, digits), fell: gaps.filter((gap) => gap < 0).length };
    const small = clear && share <= SAME ? [t("draws_small", { share: num(100 * share, 1) })] : [];
    const lines = [t(key, told), ...small, t("draws_spread", { ...facts, level: num(spread(without), digits), gap: num(spread(gaps), digits) })];
    return { way: !clear || share <= SAME ? "same" : middle < 0 ? "down" : "up", lines };
  }

  /** In a lesson about places: how many communes are better and worse off than without, in this draw. */
  byCommune(offer, pair, window) {
    const column = offer.by_commune.indexOf(this.lesson.series);
    if (!this.lesson.places || column < 0) return [];
    const gaps = pair[0].stage.names.map((_, place) => {
      const [left, right] = pair.map((arm) => mean(arm, window, (day) => value(arm, day, column, place)));
      return Number.isNaN(left) || Number.isNaN(right) ? null : wayOf(left, right);
    });
    const count = (way) => gaps.filter((gap) => gap === way).length;
    return [t("communes_told", { down: count("down"), same: count("same"), up: count("up"), name: t(`short.${this.lesson.series}`) })];
  }
}

function wayOf(left, right) { return Math.abs(right - left) <= SAME * Math.abs(left) ? "same" : right < left ? "down" : "up"; }

function mean(arm, [first, last], read) {
  let [sum, count] = [0, 0];
  for (let day = first; day <= last; day += 1) {
    const found = arm ? read(day) : NaN;
    if (found !== undefined && !Number.isNaN(found)) { sum += found; count += 1; }
  }
  return count ? sum / count : NaN;
}
