"use strict";

/*
 * Reading: the text of a file that TRACE=file made becomes a list of events that can be relied on.
 * A file that is anything else is refused, by a RecordingError whose message is for the reader.
 */

class RecordingError extends Error {}

function refuse(portuguese, english) {
  throw new RecordingError(tr(portuguese, english));
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`Não é JSON completo; talvez o arquivo tenha sido cortado. (${error.message})`,
      `This is not complete JSON; perhaps the file was cut short. (${error.message})`);
  }
}

const PHASES_OF_EVENTS = new Set(["M", "B", "E", "i", "C", "s", "f"]);

/* Refuses an event that lacks what its kind needs. number: its place in the file, from 1. */
function checkEvent(event, number) {
  const good = event !== null && typeof event === "object" && PHASES_OF_EVENTS.has(event.ph)
    && Number.isInteger(event.tid) && (event.ph === "E" || typeof event.name === "string")
    && (event.ph === "M" || Number.isFinite(event.ts));
  if (!good)
    refuse(`O evento ${number} não é de uma gravação feita com TRACE=arquivo.`,
      `Event ${number} is not of a recording made with TRACE=file.`);
}

/* Up to there a number holds every nanosecond. */
const LONGEST = 100 * 24 * 3600 * 1e6; // microseconds

function checkTime(event, before, number) {
  if (event.ts < 0 || event.ts > LONGEST)
    refuse(`O tempo do evento ${number} não está entre 0 e 100 dias.`,
      `The time of event ${number} is not between 0 and 100 days.`);
  if (event.ts < before)
    refuse(`O tempo volta atrás no evento ${number}: a gravação está errada.`,
      `Time goes back at event ${number}: the recording is wrong.`);
}

/* Every begin has its end, the innermost first, and only the loop does one thing in another. open: by row,
 * how many have begun. */
function checkNesting(event, open, number) {
  if (event.ph !== "B" && event.ph !== "E")
    return;
  const depth = (open.get(event.tid) ?? 0) + (event.ph === "B" ? 1 : -1);
  if (depth < 0)
    refuse(`No evento ${number} termina algo que não começou.`,
      `Event ${number} ends something that never began.`);
  if (depth > (kindOfRow(event.tid) === "loop" ? MOST_LANES : 1))
    refuse(`No evento ${number} começa algo dentro de outra coisa da linha ${event.tid}.`,
      `Event ${number} begins something within another thing of row ${event.tid}.`);
  open.set(event.tid, depth);
}

function checkAllEnded(open) {
  for (const [tid, depth] of open)
    if (depth > 0)
      refuse(`A gravação está incompleta: algo na linha ${tid} começa e nunca termina.`,
        `The recording is incomplete: something in row ${tid} begins and never ends.`);
}

/* {program, dropped, events}: the events in the order of time. */
function readRecording(text) {
  const file = parseJson(text);
  if (!Array.isArray(file?.traceEvents))
    refuse("Este JSON não é uma gravação: falta a lista \"traceEvents\".",
      "This JSON is not a recording: it lacks the list \"traceEvents\".");
  const open = new Map();
  let now = 0;
  file.traceEvents.forEach((event, index) => {
    checkEvent(event, index + 1);
    if (event.ph === "M")
      return;
    checkTime(event, now, index + 1);
    checkNesting(event, open, index + 1);
    now = event.ts;
  });
  checkAllEnded(open);
  if (open.size === 0)
    refuse("A gravação está vazia: nada aconteceu nela.",
      "The recording is empty: nothing happened.");
  const { program = "", dropped = 0 } = file.otherData ?? {};
  return { program: String(program), dropped: Number(dropped) || 0, events: file.traceEvents };
}
