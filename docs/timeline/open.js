"use strict";

/* Opening a recording: by the chooser, by dropping it, by ?file= in the address; and the page's
 * beginning. */

function showModel(model, name) {
  Object.assign(state, { model, selected: undefined, time: model.begin, span: undefined });
  view.open(model);
  pressButton("fold", false);
  table.show(model);
  player.stop();
  details.replaceChildren();
  document.documentElement.classList.add("open");
  const length = formatRoughly(model.end - model.begin);
  const lost = formatNumber(model.dropped);
  title.textContent = `${model.program || name}: ${length}, ${model.rows.length} `
    + tr("linhas", "rows")
    + (model.dropped ? tr(`; ${lost} eventos mais antigos se perderam`,
      `; ${lost} older events are lost`) : "");
  document.title = `${model.program || name} · ${tr("Linha do tempo", "Timeline")}`;
  message.textContent = "";
  say(title.textContent);
  listNames(model);
  resize();
  canvas.focus();
}

/* What the search offers: each name once, of the first rows and of events. */
function listNames(model) {
  const rows = model.rows.filter(({ kind }) => kind !== "counter");
  const names = new Set([...rows.map(({ name }) => name), ...namesOfEvents(model)]);
  document.getElementById("names").replaceChildren(
    ...[...names].slice(0, 200).map((name) => new Option(name)));
}

let openings = 0; /* the last one is shown, whichever comes first */

/* get(): a promise of a file or an answer. Returns whether the recording is shown. */
async function openRecording(name, get) {
  const opening = ++openings;
  try {
    const text = await unpack(await (await get()).blob());
    if (opening === openings)
      showModel(new Model(readRecording(text)), name);
    return opening === openings;
  } catch (error) {
    if (!(error instanceof RecordingError))
      console.error(error);
    message.textContent = `${name}: ${error.message}`;
    return false;
  }
}

/* The text of a file, which may be compressed by gzip. */
async function unpack(blob) {
  const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (first !== 0x1f || second !== 0x8b)
    return blob.text();
  const unpacked = new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).text();
  return unpacked.catch((error) => refuse(`não pode ser descomprimido. (${error.message})`,
    `cannot be decompressed. (${error.message})`));
}

async function fetchRecording(address) {
  if (location.protocol === "file:")
    refuse("uma página aberta de um arquivo não pode ler outro por si. Escolha-o com o botão Abrir,"
      + " ou solte-o aqui.",
    "a page opened from a file may not read another by itself. Choose it with the button Open, or"
      + " drop it here.");
  const answer = await fetch(address).catch((error) => refuse(
    `não foi possível buscar. (${error.message})`, `could not be fetched. (${error.message})`));
  if (!answer.ok)
    refuse(`o servidor respondeu ${answer.status} ${answer.statusText}.`,
      `the server answered ${answer.status} ${answer.statusText}.`);
  return answer;
}

function openFile(file) {
  if (file)
    openRecording(file.name, () => new Response(file));
}

/* ---- light and dark ----------------------------------------------------------------------- */

const dark = matchMedia("(prefers-color-scheme: dark)");

/* In the site, as the reader has chosen there; else as the system has it. */
function wantsDark() {
  try {
    const chosen = localStorage.getItem("vitepress-theme-appearance");
    return chosen === "dark" || (chosen !== "light" && dark.matches);
  } catch { // a page from a file may have no storage
    return dark.matches;
  }
}

function showTheme(isDark) {
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  drawing.readColours();
  drawLegend(drawing);
  changed();
}

function toggleTheme() {
  showTheme(document.documentElement.dataset.theme === "light");
}

/* ---- the beginning ------------------------------------------------------------------------ */

function listen() {
  new Pointers(canvas, view, { hover, choose, measure, changed });
  canvas.addEventListener("keydown", pressKey);
  for (const button of document.querySelectorAll("[data-command]"))
    button.addEventListener("click", () => command(button.dataset.command));
  document.getElementById("open").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    openFile(chooser.files[0]);
    chooser.value = ""; // the same file may be chosen again
  });
  document.getElementById("theme").addEventListener("click", toggleTheme);
  document.getElementById("finder").addEventListener("submit", (event) => {
    event.preventDefault();
    if (state.model)
      find(search.value, 1);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.shiftKey || !state.model)
      return;
    event.preventDefault();
    find(search.value, -1);
  });
  addEventListener("hashchange", () => {
    if (state.model)
      goToFragment(location.hash, view, player);
  });
  speed.addEventListener("change", () => { player.speed = Number(speed.value); });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    openFile(event.dataTransfer.files[0]);
  });
  dark.addEventListener("change", () => showTheme(wantsDark()));
  new ResizeObserver(resize).observe(stage);
}

/* Back to the page that led here, where the reader was in it. */
function offerWayBack() {
  const back = document.getElementById("back");
  back.hidden = !document.referrer.startsWith(`${location.origin}/`);
  back.href = back.hidden ? "" : document.referrer;
  back.addEventListener("click", (event) => {
    if (history.length > 1) {
      event.preventDefault();
      history.back();
    }
  });
}

async function openWanted(wanted) {
  const { hash } = location;
  if (await openRecording(wanted, () => fetchRecording(wanted)))
    goToFragment(hash, view, player);
}

translatePage();
showTheme(wantsDark());
listen();
offerWayBack();
const wanted = new URLSearchParams(location.search).get("file");
if (wanted)
  openWanted(wanted);
