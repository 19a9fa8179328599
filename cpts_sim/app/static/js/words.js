// Sentences and numbers as people of the chosen language write them.

let all = { fr: {}, en: {} };
let lang = "fr";

export function setWords(words) { all = words; }
export function setLang(next) { lang = next === "en" ? "en" : "fr"; document.documentElement.lang = lang; }
export function getLang() { return lang; }
/** The language that a recorded page was asked for, else the browser's. */
export function firstLang() { return document.documentElement.dataset.asked ?? ((navigator.language || "fr").toLowerCase().startsWith("fr") ? "fr" : "en"); }

/** Sentence `key` with its values in place of {names}; the key itself shows what is missing. */
export function t(key, values = {}) {
  const text = all[lang][key];
  if (text === undefined) return key;
  return bound(text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? "?")));
}
/** French signs stay with their words at the end of a line; English ones follow the number. */
function bound(text) { return lang === "fr" ? text.replace(/ ([:;!?»%€])/g, "\u00a0$1").replace(/(\d) (?=\d{3})/g, "$1\u00a0").replaceAll("« ", "«\u00a0") : text.replace(/(\d) %/g, "$1%"); }
export function has(key) { return all[lang][key] !== undefined; }

/** Text of an object {fr, en}. */
export function said(titles) {
  const text = titles ? titles[lang] ?? titles.fr ?? "" : "";
  return Array.isArray(text) ? text.map(bound) : bound(text);
}

export function num(value, digits = 1) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const text = new Intl.NumberFormat(lang === "fr" ? "fr-FR" : "en-GB", options).format(value);
  return text.replace("-", "\u2212");
}
export function signed(value, digits = 1) { return value > 0 ? `+${num(value, digits)}` : num(value, digits); }

export function date(start, day) {
  const when = new Date(`${start}T12:00:00Z`);
  when.setUTCDate(when.getUTCDate() + day);
  const options = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(lang === "fr" ? "fr-FR" : "en-GB", options).format(when);
}

/** Write all fixed sentences of the page. */
export function fillPage() {
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
  document.title = t("page_title");
}

/** Make an element: tag, attributes (text, class, on…), children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...present(children));
  return element;
}

/** Children without the gaps left by conditions. */
export function present(children) { return children.filter((child) => child !== null && child !== undefined); }
