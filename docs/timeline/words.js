"use strict";

/* The page's words, in Portuguese or English by the browser's languages, and its numbers. */

/* The first language named that we speak; where none is, Portuguese, as the programs do. */
function languageOf(names) {
  const known = names.map((name) => name.toLowerCase().split("-")[0])
    .find((name) => name === "pt" || name === "en");
  return known ?? "pt";
}

/* A link may name the language: ?lang=en. */
const language = languageOf([new URLSearchParams(location.search).get("lang"),
  ...navigator.languages ?? [navigator.language]].filter(Boolean));

function tr(portuguese, english) {
  return language === "pt" ? portuguese : english;
}

/* The page is written in Portuguese; data-en holds the same text in English, data-en-label the
 * same accessible name. */
function translatePage() {
  if (language !== "en")
    return;
  document.documentElement.lang = "en";
  for (const element of document.querySelectorAll("[data-en]"))
    element.textContent = element.dataset.en;
  for (const element of document.querySelectorAll("[data-en-label]"))
    element.setAttribute("aria-label", element.dataset.enLabel);
}

/* By the digits behind the point: at most that many, and exactly that many. */
const formats = new Map();

function numberFormat(digits, least) {
  const key = `${digits} ${least}`;
  if (!formats.has(key))
    formats.set(key, new Intl.NumberFormat(language,
      { maximumFractionDigits: digits, minimumFractionDigits: least }));
  return formats.get(key);
}

function formatNumber(number, digits = 0) {
  return numberFormat(digits, 0).format(number);
}

/* Times are microseconds everywhere, as in the recording. */
const UNITS = [{ name: "s", size: 1e6 }, { name: "ms", size: 1e3 }, { name: "µs", size: 1 }];
const NANOSECOND = 1e-3;

function unitOf(time) {
  return UNITS.find(({ size }) => Math.abs(time) >= size) ?? UNITS.at(-1);
}

/* Digits of that unit that tell apart times which lie that far from each other. */
function digitsFor(unit, step) {
  return Math.min(Math.max(0, Math.ceil(-Math.log10(step / unit.size) - 1e-9)), 15);
}

/* The time as the recording has it, to the nanosecond; or as exact as the step asks for. */
function formatTime(time, step = NANOSECOND) {
  const unit = unitOf(time);
  return `${formatNumber(time / unit.size, digitsFor(unit, step))} ${unit.name}`;
}

/* Labels of a ruler have the same unit and the same number of digits. */
function formatTick(time, step, unit) {
  const digits = digitsFor(unit, step);
  return `${numberFormat(digits, digits).format(time / unit.size)} ${unit.name}`;
}

/* Four digits, for what need not be exact. */
function formatRoughly(time) {
  return formatTime(time, Math.max(NANOSECOND, Math.abs(time) / 1000));
}
