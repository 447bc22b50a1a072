"use strict";

/* The table of tasks: sorted by a click on a heading; a click on a cell chooses what it tells of. */

const TABLE_ROWS = 300; // so many are shown, of those that come first

/* Each column: its heading in both languages, what sorts it, and what its cells hold. */
const COLUMNS = [
  { id: "task", words: ["Tarefa", "Task"], key: ({ row }) => rowLabel(row) },
  { id: "warnings", words: ["Avisos", "Warnings"],
    key: ({ held, neverWaits, runs }) => (held ? runs.longest : 0) + (neverWaits ? 0.5 : 0) },
  { id: "runs", words: ["Vezes", "Runs"], key: ({ runs }) => runs.count },
  { id: "run", words: ["Rodou", "Ran"], key: ({ runs }) => runs.total, time: true },
  { id: "longest-run", words: ["A mais longa", "Longest run"], key: ({ runs }) => runs.longest,
    time: true },
  { id: "ready", words: ["Pronta", "Ready"], key: ({ readies }) => readies.total, time: true },
  { id: "longest-ready", words: ["Mais tempo pronta", "Longest ready"],
    key: ({ readies }) => readies.longest, time: true },
  { id: "received", words: ["Recebeu", "Received"], key: ({ received }) => received },
  { id: "sent", words: ["Enviou", "Sent"], key: ({ sent }) => sent },
  { id: "waits", words: ["Esperas", "Waits"],
    key: ({ waits }) => waits.reduce((sum, { total }) => sum + total, 0) },
];

function warningsOf({ held, neverWaits, runs }) {
  return [
    held && tr(`segurou o loop ${formatRoughly(runs.longest)}`,
      `held the loop ${formatRoughly(runs.longest)}`),
    neverWaits && tr("nunca espera", "never waits"),
  ].filter(Boolean).join("; ");
}

function waitsText(waits) {
  return waits.map(({ name, count, total }) => `${name} ${formatRoughly(total)} (${count}×)`)
    .join(", ");
}

function cellText(column, sums) {
  if (column.id === "waits")
    return waitsText(sums.waits);
  if (column.id === "warnings")
    return warningsOf(sums);
  const value = column.key(sums);
  if (column.time)
    return value ? formatRoughly(value) : "";
  return typeof value === "number" ? formatNumber(value) : value;
}

class Table {
  /* select(item): chooses what a row tells of. */
  constructor(element, select) {
    Object.assign(this, { element, select, list: [] });
    this.sortBy(COLUMNS.find(({ id }) => id === "longest-run"));
  }

  show(model) {
    this.list = sumsOfModel(model);
    this.draw();
  }

  /* Numbers begin with the largest, names with the first; a second click turns the order. */
  sortBy(column) {
    const first = column.id === "task" ? 1 : -1;
    this.order = this.column === column ? -this.order : first;
    this.column = column;
    this.draw();
  }

  draw() {
    const { key } = this.column;
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, language) : a - b);
    const list = this.list
      .toSorted((a, b) => this.order * compare(key(a), key(b)) || a.row.index - b.row.index);
    const left = list.length - TABLE_ROWS;
    this.element.tHead.replaceChildren(this.heading());
    this.element.tBodies[0].replaceChildren(...list.slice(0, TABLE_ROWS).map((sums) => this.row(sums)));
    this.element.caption.textContent = tr("Tarefas", "Tasks") + (left > 0
      ? tr(`: as primeiras ${TABLE_ROWS} de ${list.length}`, `: the first ${TABLE_ROWS} of ${list.length}`)
      : "");
  }

  heading() {
    const line = document.createElement("tr");
    line.append(...COLUMNS.map((column) => {
      const [cell, button] = [document.createElement("th"), document.createElement("button")];
      cell.scope = "col";
      button.type = "button";
      button.dataset.column = column.id;
      button.textContent = tr(...column.words);
      button.addEventListener("click", () => {
        this.sortBy(column);
        this.element.querySelector(`[data-column="${column.id}"]`).focus();
      });
      if (column === this.column)
        cell.ariaSort = this.order > 0 ? "ascending" : "descending";
      cell.append(button);
      return cell;
    }));
    return line;
  }

  row(sums) {
    const line = document.createElement("tr");
    line.append(...COLUMNS.map((column) => {
      const cell = document.createElement(column.id === "task" ? "th" : "td");
      cell.textContent = cellText(column, sums);
      cell.className = column.id;
      return cell;
    }));
    const [name] = line.children;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name.textContent;
    name.scope = "row";
    name.replaceChildren(button);
    line.addEventListener("click", ({ target }) => this.choose(sums, target.className));
    return line;
  }

  /* The longest run or ready spell for its cell; else the longest run, or the row's first spell. */
  choose({ row, runs, readies }, column) {
    const item = /ready/.test(column) ? readies.item : runs.item;
    this.select(item ?? row.lanes[0][0]);
  }
}
