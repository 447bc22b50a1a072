"use strict";

/* Searching: rows by name or number, then events by name. */

class Finder {
  /* All that match, rows first, each list in its own order. */
  search(model, text) {
    Object.assign(this, { model, text, at: -1 });
    const wanted = text.trim().toLowerCase();
    const has = (name) => name.toLowerCase().includes(wanted);
    const rows = model.rows.filter((row) => tracksOf(row).length > 0 && has(rowLabel(row)));
    const names = new Set(namesOfEvents(model).filter(has));
    const items = model.rows.flatMap((row) => tracksOf(row).flat())
      .filter(({ name, kind }) => kind !== "counter" && names.has(name))
      .sort((a, b) => a.number - b.number);
    this.hits = wanted ? [...rows.map((row) => tracksOf(row).at(-1)[0]), ...items] : [];
    this.rows = rows.length;
  }

  /* The next hit, or the one before; the first time, of a row what it did at that time. */
  next(model, text, time, step) {
    if (this.model !== model || this.text !== text)
      this.search(model, text);
    if (this.hits.length === 0)
      return undefined;
    this.at = this.at < 0 && step < 0 ? this.hits.length - 1
      : (this.at + step + this.hits.length) % this.hits.length;
    const hit = this.hits[this.at];
    return this.at < this.rows ? nearestItem(trackOf(hit), time) : hit;
  }
}

function namesOfEvents(model) {
  const names = new Set();
  for (const row of model.rows)
    for (const track of row.kind === "counter" ? [] : tracksOf(row))
      for (const { name } of track)
        names.add(name);
  return [...names];
}
