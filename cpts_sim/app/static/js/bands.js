// Further draws: where eight in ten of them lie on each day, and how their differences fall.

const FEWEST = 5;
const LOW = 0.1;
const HIGH = 0.9;
const empty = (days) => new Array(days + 1).fill(null);
let cache = { draws: null, bands: new Map() };

/** Draws that have come, as {series, shape}. */
export function ready(draws) { return draws.filter((draw) => draw && draw.arrays).map((draw) => draw.arrays.series); }

/** Draws recorded beforehand, on some days only: on every day, along straight lines. */
export function recordedDraws(part) {
  const { days, series } = part.arrays;
  const [count, arms, width, kept] = series.shape;
  const last = days[kept - 1];
  return Array.from({ length: count }, (_, rank) => {
    const out = new Float32Array(arms * width * (last + 1));
    out.shape = [arms, width, last + 1];
    for (let row = 0; row < arms * width; row += 1) {
      const from = (rank * arms * width + row) * kept;
      for (let k = 0; k + 1 < kept; k += 1) {
        const [low, high, span] = [series[from + k], series[from + k + 1], days[k + 1] - days[k]];
        for (let day = days[k]; day <= days[k + 1]; day += 1) out[row * (last + 1) + day] = low + ((high - low) * (day - days[k])) / span;
      }
    }
    return { arrays: { series: out } };
  });
}

function at(series, arm, index, day) {
  const [, width, days] = series.shape;
  return day < days ? series[(arm * width + index) * days + day] : NaN;
}

function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

export function bandOf(draws, arm, index, days) {
  if (cache.draws !== draws) cache = { draws, bands: new Map() };
  const key = `${arm}/${index}/${days}`;
  if (!cache.bands.has(key)) cache.bands.set(key, band(ready(draws), arm, index, days));
  return cache.bands.get(key);
}

function band(all, arm, index, days) {
  if (all.length < FEWEST) return [empty(days), empty(days)];
  const low = empty(days);
  const high = empty(days);
  for (let day = 0; day <= days; day += 1) {
    const values = all.map((series) => at(series, arm, index, day)).filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    if (values.length >= FEWEST) { low[day] = quantile(values, LOW); high[day] = quantile(values, HIGH); }
  }
  return [low, high];
}

const meanOf = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean of an arm of each draw over some days. */
export function levels(draws, arm, index, [first, last]) {
  return ready(draws).map((series) => {
    const known = [];
    for (let day = first; day <= last; day += 1) { const value = at(series, arm, index, day); if (!Number.isNaN(value)) known.push(value); }
    return known.length ? meanOf(known) : NaN;
  });
}

/** Differences with − without over some days, one for each draw. */
export function differences(draws, index, window) {
  const [left, right] = [0, 1].map((arm) => levels(draws, arm, index, window));
  return right.map((value, rank) => value - left[rank]).filter((value) => !Number.isNaN(value));
}

/** Standard deviation from draw to draw. */
export function spread(values) {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = meanOf(known);
  return Math.sqrt(known.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(known.length - 1, 1));
}

/** Mean and half-width of the 95 % interval of some differences (Student). */
export function interval(values) {
  const n = values.length;
  const mean = meanOf(values);
  const student = [0, 12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1, 2.09, 2.09, 2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05];
  return { n, mean, half: ((student[n - 1] ?? 2.04) * spread(values)) / Math.sqrt(n) };
}
