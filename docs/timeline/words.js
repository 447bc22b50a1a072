"use strict";

/* The page's words, in Portuguese or English by the browser's languages, and its numbers. */

/* The first language named that we speak; where none is, Portuguese, as the programs do. */
function languageOf(names) {
  const known = names.map((name) => name.toLowerCase().split("-")[0])
    .find((name) => name === "pt" || name === "en");
  return known ?? "pt";
}

const language = languageOf((navigator.languages ?? [navigator.language]).filter(Boolean));

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

const numberFormats = Array.from({ length: 7 },
  (_, digits) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }));

function formatNumber(number, digits = 0) {
  return numberFormats[digits].format(number);
}

/* Times are microseconds everywhere, as in the recording. */
function formatTime(time) {
  const size = Math.abs(time);
  if (size < 1000)
    return `${formatNumber(time, 2)} µs`;
  return size < 1e6 ? `${formatNumber(time / 1000, 3)} ms` : `${formatNumber(time / 1e6, 4)} s`;
}
