// Colours that colour-blind readers tell apart (Okabe & Ito), each repeated by a shape or a word.

const pixel = (hex, alpha = 255) => {
  const value = parseInt(hex.slice(1), 16);
  return ((alpha << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
};

export const LAND = "#f2f5f7";
export const LINE = "#aab4bc";
export const BASE = "#5a5a5a";
export const OTHER = "#0072b2";

export const LOOKS = ["#b9c6cf", "#111111", "#e69f00", "#d55e00", "#56b4e9", "#8e2f8e", "#0b5345", "#ffffff"];
export const PEOPLE = LOOKS.map((hex) => pixel(hex));
export const DOCTOR_HEX = ["#9fb9a8", "#b01e3a"];
export const DOCTOR = DOCTOR_HEX.map((hex) => pixel(hex));
export const STRAIN = ["#009e73", "#e6a100", "#c8102e", "#ffffff", "#222222"];

const mix = (from, to, share) => {
  const part = (hex, shift) => (parseInt(hex.slice(1), 16) >> shift) & 255;
  const channel = (shift) => Math.round(part(from, shift) + (part(to, shift) - part(from, shift)) * share);
  return `rgb(${channel(16)},${channel(8)},${channel(0)})`;
};

/** Colour of a commune: blue for less, orange for more; levels from white to grey-blue. */
export function difference(value, limit, signed) {
  if (value === undefined || Number.isNaN(value)) return "#d9d9d9";
  const share = Math.min(1, Math.abs(value) / (limit || 1));
  if (!signed) return mix("#ffffff", "#4d6f8a", share);
  return mix("#f7f7f7", value > 0 ? "#d55e00" : "#0072b2", share);
}
