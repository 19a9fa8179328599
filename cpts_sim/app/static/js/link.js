// The whole screen in the address: what is shared is what is seen. Values that make no sense are left out.

export function write(state) {
  const parts = new URLSearchParams();
  const put = (key, value, normal) => { if (value !== normal && value !== undefined && value !== "") parts.set(key, String(value)); };
  put("t", state.preset, "");
  put("n", state.population, null);
  put("y", state.year, 2019);
  put("d", state.days, 365);
  put("g", state.seed, 1);
  put("m", Object.entries(state.missions).map(([name, set]) => [name, set.start ?? "", set.dose ?? ""].join("~").replace(/~+$/, "")).join(","), "");
  put("s", Object.entries(state.shocks).map(([name, set]) => [name, parseInt(set.start, 10) || ""].join("~").replace(/~$/, "")).join(","), "");
  put("p", [state.members.share_gps, state.members.active_share].map((share) => (share === undefined ? "" : Math.round(share * 100))).join(",").replace(/^,$/, ""), "");
  put("l", state.lesson, 0);
  put("j", state.day, 0);
  put("v", state.speed, 7);
  put("w", state.view, "care");
  put("c", state.charts.join(","), "");
  put("lang", state.lang, undefined);
  put("big", state.projector ? 1 : "", "");
  return `#${parts.toString().replaceAll("%2C", ",").replaceAll("%7E", "~")}`;
}

const whole = (text, low, high) => {
  const value = Number(text);
  return text !== null && text !== "" && Number.isInteger(value) && value >= low && value <= high ? value : undefined;
};
const share = (text) => { const value = whole(text, 0, 100); return value === undefined ? undefined : value / 100; };

export function read(hash, offer, views, speeds) {
  const parts = new URLSearchParams(hash.replace(/^#/, "").slice(0, 2000));
  const found = {};
  const set = (key, value) => { if (value !== undefined) found[key] = value; };
  const known = (list, name) => (list.some((item) => item.name === name) ? name : undefined);
  set("preset", known(offer.presets, parts.get("t")));
  set("population", whole(parts.get("n"), 500, offer.limits.people));
  set("year", [2019, 2024].find((year) => String(year) === parts.get("y")));
  set("days", whole(parts.get("d"), 28, offer.limits.days));
  set("seed", whole(parts.get("g"), 0, 2 ** 31));
  if (parts.has("m") || parts.has("t")) set("missions", missions(parts.get("m") ?? "", offer));
  if (parts.has("s")) set("shocks", shocks(parts.get("s"), offer));
  if (parts.has("p")) {
    const [gps, active] = parts.get("p").split(",").map(share);
    found.members = {};
    if (gps !== undefined) found.members.share_gps = gps;
    if (active !== undefined) found.members.active_share = active;
  }
  set("lesson", whole(parts.get("l"), 0, offer.lessons.length));
  set("day", whole(parts.get("j"), 0, offer.limits.days));
  set("speed", speeds.find((speed) => String(speed) === parts.get("v")));
  set("view", views.find((view) => view === parts.get("w")));
  if (parts.has("c")) set("charts", parts.get("c").split(",").filter((name) => offer.series.includes(name)));
  set("lang", ["fr", "en"].find((lang) => lang === parts.get("lang")));
  set("projector", parts.get("big") === "1" ? true : undefined);
  return found;
}

/** Shocks with the day they come on, where it is not the usual one. */
function shocks(text, offer) {
  const out = {};
  for (const item of text.split(",")) {
    const [name, day] = item.split("~");
    if (!offer.shocks.some((shock) => shock.name === name)) continue;
    out[name] = whole(day ?? "", 1, offer.limits.days) === undefined ? {} : { start: `${Number(day)} days` };
  }
  return out;
}

function missions(text, offer) {
  const out = {};
  for (const item of text.split(",").filter(Boolean)) {
    const [name, start, dose] = item.split("~");
    if (!offer.missions.some((mission) => mission.name === name)) continue;
    out[name] = {};
    const months = Number(start);
    if (start && months >= 0 && months <= 36) out[name].start = months;
    const level = Number(dose);
    if (dose && level >= 0 && level <= 1) out[name].dose = level;
  }
  return out;
}
