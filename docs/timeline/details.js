"use strict";

/* What is said of a spell, a mark or a counter: beside the pointer, in the panel, and to a screen
 * reader. */

/* The state of a task, or what the row does. */
function stateText({ kind, name }) {
  switch (kind) {
  case "run": return tr("rodando", "running");
  case "ready": return tr("pronta, na fila", "ready, in the queue");
  case "wait": return tr(`espera: ${name}`, `waiting: ${name}`);
  case "loop": return tr("passada do loop", "tick of the loop");
  case "phase": return name === "poll"
    ? tr("poll: dormindo no núcleo", "poll: asleep in the kernel")
    : tr(`fase: ${name}`, `phase: ${name}`);
  default: return name;
  }
}

function wakerText({ by, row }) {
  if (by === row)
    return tr("ela mesma", "itself");
  return by.kind === "loop"
    ? tr("o loop (um timer, um socket, um sinal)", "the loop (a timer, a socket, a signal)")
    : rowLabel(by);
}

const ARGUMENT_WORDS = {
  bytes: ["bytes", "bytes"],
  in_ms: ["daqui a (ms)", "in (ms)"],
  late_ms: ["atraso (ms)", "late by (ms)"],
};

function argumentLines(model, args) {
  return Object.entries(args).filter(([name]) => name !== "by").map(([name, value]) => {
    const asker = name === "task" && model.rowOf.get(value);
    if (asker)
      return [tr("pedido por", "asked for by"), rowLabel(asker)];
    const label = Object.hasOwn(ARGUMENT_WORDS, name) ? tr(...ARGUMENT_WORDS[name]) : name;
    return [label, typeof value === "number" ? formatNumber(value, 3) : String(value)];
  });
}

/* Pairs of a label and its value. */
function describe(model, item) {
  const lines = [[tr("linha", "row"), rowLabel(item.row)]];
  if (item.kind === "counter")
    lines.push([tr("valor", "value"), formatNumber(item.value)]);
  if (item.mark)
    lines.push([tr("marca", "mark"), item.name], [tr("em", "at"), formatTime(item.begin)]);
  else
    lines.push(...item.kind === "counter" ? [] : [[tr("estado", "state"), stateText(item)]],
      [tr("desde", "since"), formatTime(item.begin)],
      [tr("durante", "for"), formatTime(item.end - item.begin)]);
  const wake = item.mark ? undefined : wakeOf(item);
  if (wake?.by)
    lines.push([tr("acordada por", "woken by"), wakerText(wake)]);
  return [...lines, ...argumentLines(model, item.args)];
}

function describeInOneLine(model, item) {
  return describe(model, item)
    .map(([label, value], index) => (index ? `${label}: ${value}` : value)).join("; ");
}

/* Fills a <dl>. What the recording says goes in as text, never as markup. */
function fillList(list, lines) {
  list.replaceChildren(...lines.flatMap(([label, value]) => {
    const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = label;
    detail.textContent = value;
    return [term, detail];
  }));
}
