// What changes of the watches on this page, as it does (server-sent events), and times as they go by. The page works without it.

const sign = document.querySelector("[data-live]");
const cards = new Map([...document.querySelectorAll("[data-watch]")].map((card) => [card.dataset.watch, card]));
const part = (card, name) => card.querySelector(`[data-part="${name}"]`);
const title = document.title;
// What changed last, for whoever hears the page.
const news = document.querySelector("[data-news]");

function setTime(time, at) {
  if (!time || !at) { return; }
  if (!at.iso) {
    time.removeAttribute("datetime");
    time.removeAttribute("title");
    time.textContent = sign.dataset.soon;
    return;
  }
  time.setAttribute("datetime", at.iso);
  time.title = at.exact;
}

function setIcon(chip, name) {
  const use = chip.querySelector("use");
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${name}`);
  const svg = use.ownerSVGElement;
  const kept = [...svg.classList].filter((word) => word === "icon" || word === "signal");
  svg.setAttribute("class", [...kept, name].join(" "));
}

// Shows a card as it was told; what is to be heard of it, if its word has changed.
function show(told) {
  const item = cards.get(told.id);
  if (!item) { return []; }
  const before = part(item, "word").textContent;
  item.querySelector(".card").classList.toggle("loud", Boolean(told.line));
  const chip = part(item, "chip");
  chip.className = `chip ${told.tone}`;
  setIcon(chip, told.icon);
  part(item, "word").textContent = told.word;
  const line = part(item, "line");
  line.textContent = told.line ?? "";
  line.hidden = !told.line;
  for (const stroke of ["checked", "open", "missed"]) {
    part(item, stroke)?.setAttribute("d", told[stroke] ?? "");
  }
  item.querySelector(".pulse")?.setAttribute("aria-label", told.summary ?? "");
  setTime(part(item, "last"), told.last);
  setTime(part(item, "next"), told.next);
  setTime(part(item, "missed-since"), told.failing);
  const failing = part(item, "failing");
  if (failing) { failing.hidden = !told.failing; }
  if (before === told.word) { return []; }
  return [[item.querySelector("h2").textContent, told.word, told.line].filter(Boolean).join(", ")];
}

// The same words as the server's: "6 minutes ago", in the language of the page.
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
function age() {
  for (const time of document.querySelectorAll(".watch time[datetime]")) {
    const seconds = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000);
    const isNext = time.dataset.part === "next";
    if (isNext && seconds < 1) { time.textContent = sign.dataset.soon; continue; }
    if (!isNext && seconds > -1) { continue; }
    const minutes = Math.round(Math.abs(seconds) / 60);
    const hours = Math.round(minutes / 60);
    const sense = Math.sign(seconds);
    if (Math.abs(seconds) < 60) { time.textContent = words.format(seconds, "second"); }
    else if (minutes < 120 && minutes !== 60) { time.textContent = words.format(sense * minutes, "minute"); }
    else if (hours < 48) { time.textContent = words.format(sense * hours, "hour"); }
    else { time.textContent = words.format(sense * Math.round(hours / 24), "day"); }
  }
}
setInterval(age, 10_000);

// A page that nobody looks at holds no stream: browsers have few connections for all of them together.
let stream;
function follow() {
  if (document.hidden || stream) { return; }
  stream = new EventSource(sign.dataset.live);
  stream.onopen = () => { sign.classList.add("on"); sign.textContent = sign.dataset.on; };
  stream.onerror = () => {
    sign.classList.remove("on");
    sign.textContent = sign.dataset.off;
    if (stream?.readyState === EventSource.CLOSED) { stream = undefined; setTimeout(follow, 60_000); }
  };
  stream.addEventListener("watches", (event) => {
    const told = JSON.parse(event.data);
    const heard = told.cards.flatMap(show);
    if (heard.length > 0) { news.textContent = heard.join(". "); }
    age();
    for (const id of told.gone) { const item = cards.get(id); if (item) { item.hidden = true; } }
    document.title = told.open > 0 ? `(${told.open}) ${title}` : title;
  });
}
function leave() {
  stream?.close();
  stream = undefined;
}
document.addEventListener("visibilitychange", () => { if (document.hidden) { leave(); } else { age(); follow(); } });
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", follow);
follow();
