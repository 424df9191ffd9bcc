// Tells an open page what happens meanwhile: one feed for all tabs of a session, held by the tab that is looked at. What
// the feed names is read again as a page under the same rights; no row moves until the reader asks for it.
"use strict";
{
const signals = document.querySelector(".signals");
const news = document.querySelector("[data-signal=news]");
const stale = document.querySelector("[data-signal=stale]");
const SILENCE = 30000;
const tab = Math.random();
const channel = signals && "BroadcastChannel" in window ? new BroadcastChannel(`live ${document.querySelector("[name=csrf]").value}`) : null;

let feed = null; // What ends our own feed; nothing while another tab has it.
let claiming = 0;
let last = ""; // The place in the log, to come back to.
let heard = performance.now();
let pause = 1000;

const clock = (ms) => new Date((Number(document.body.dataset.now) + ms / 1000 + 8 * 3600) * 1000).toISOString().slice(11, 16);

// Who leads: whoever asks and hears no other within a moment.
function claim() {
  if (!signals || document.hidden || feed || claiming) return;
  if (!channel) return lead();
  channel.postMessage({ claim: tab });
  claiming = setTimeout(() => { claiming = 0; lead(); }, 300);
}

function follow() {
  clearTimeout(claiming);
  claiming = 0;
}

if (channel) channel.onmessage = ({ data }) => {
  if (data.claim !== undefined) {
    if (feed) channel.postMessage({ beat: true });
    else if (claiming && data.claim > tab) channel.postMessage({ claim: tab });
    else follow();
  } else if (data.left) claim();
  else {
    follow();
    beat();
    if (data.event) happened(data.event);
  }
};

function leave() {
  follow();
  if (!feed) return;
  feed.abort();
  feed = null;
  channel?.postMessage({ left: true });
}

async function lead() {
  if (feed || document.hidden) return;
  const mine = new AbortController();
  feed = mine;
  let goOn = true;
  try {
    const headers = last ? { "Last-Event-ID": last } : {};
    const answer = await fetch("/console/live", { headers, signal: mine.signal, cache: "no-store" });
    goOn = answer.status !== 401;
    if (answer.ok) await read(answer.body.getReader());
  } catch { /* Gone, or away: both are told by silence. */ }
  if (feed !== mine) return;
  feed = null;
  if (!goOn) return show(stale, "stale", clock(heard - opened));
  setTimeout(claim, pause);
  pause = Math.min(pause * 2, 15000);
}

async function read(reader) {
  const decoder = new TextDecoder();
  for (let text = "";;) {
    const { done, value } = await reader.read();
    if (done) return;
    pause = 1000;
    beat();
    channel?.postMessage({ beat: true });
    text += decoder.decode(value, { stream: true });
    const parts = text.split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const line = (name) => part.split("\n").find((one) => one.startsWith(name))?.slice(name.length);
      last = line("id: ") ?? last;
      const data = line("data: ");
      if (!data) continue;
      const event = JSON.parse(data);
      channel?.postMessage({ event });
      happened(event);
    }
  }
}

let caughtUp = false;
function beat() {
  heard = performance.now();
  // What happened between the page and the feed was told to nobody; neither was what happened during a silence.
  if (!caughtUp || !stale.hidden) again();
  caughtUp = true;
  stale.hidden = true;
}

setInterval(() => {
  if (!signals || document.hidden) return;
  const silent = performance.now() - heard;
  if (silent > SILENCE / 2) claim();
  if (silent > SILENCE && stale.hidden) show(stale, "stale", clock(heard - opened));
}, 1000);

function show(element, words, value) {
  const said = signals.dataset[words].replace(/\{\w+\}/, value);
  (element.querySelector("span") ?? element).textContent = said;
  element.hidden = false;
}

// What happened to the thing that is shown is said; what happened to lists is read again.
let waiting = 0;
function happened(event) {
  const shown = document.querySelector("[data-live-code]")?.dataset.liveCode;
  if (shown && (event.code === shown || event.code?.startsWith(`${shown}-`))) {
    show(news, "news", "");
    news.dataset.reload = "1";
  }
  again();
}

function again() {
  waiting ||= setTimeout(() => { waiting = 0; reread(); }, 1000);
}

let fresh = null;
function reread() {
  if (document.hidden || !document.querySelector("[data-live-list], [data-live-part=tiles]")) return;
  const ask = new XMLHttpRequest();
  ask.open("GET", location.href);
  ask.setRequestHeader("X-Unasked", "1");
  ask.responseType = "document";
  ask.onload = () => { if (ask.status === 200 && ask.response) compare(ask.response); };
  ask.send();
}

const rowsOf = (list) => new Map([...list.children].filter((row) => row.dataset.code).map((row) => [row.dataset.code, row]));

function compare(page) {
  fresh = page;
  for (const part of document.querySelectorAll("[data-live-part]")) {
    const other = page.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
    if (other && !part.contains(document.activeElement)) part.replaceWith(document.importNode(other, true));
  }
  const lists = [...document.querySelectorAll("[data-live-list]")];
  const theirs = new Map([...page.querySelectorAll("[data-live-list]")].flatMap((list) => [...rowsOf(list)]));
  const ours = new Map(lists.flatMap((list) => [...rowsOf(list)]));
  for (const [code, row] of ours) {
    const other = theirs.get(code);
    if (!other) row.classList.add("gone");
    if (!other) row.dataset.gone = signals.dataset.gone;
    else refresh(row, other);
  }
  const count = [...theirs.keys()].filter((code) => !ours.has(code)).length;
  const empty = !lists.length && theirs.size;
  if (count || empty) show(news, "rows", String(count || theirs.size));
  if (empty) news.dataset.reload = "1";
}

// Only what a row says changes; the row and its place do not.
function refresh(row, other) {
  row.classList.remove("gone");
  delete row.dataset.gone;
  const cells = [...row.querySelectorAll("[data-live-cell]")], others = [...other.querySelectorAll("[data-live-cell]")];
  cells.forEach((cell, at) => {
    if (others[at] && cell.textContent !== others[at].textContent) cell.replaceChildren(...document.importNode(others[at], true).childNodes);
  });
}

news?.addEventListener("click", () => {
  if (news.dataset.reload) return location.reload();
  const lists = [...document.querySelectorAll("[data-live-list]")], others = [...fresh.querySelectorAll("[data-live-list]")];
  if (lists.length !== others.length) return location.reload();
  lists.forEach((list, at) => list.replaceChildren(...document.importNode(others[at], true).childNodes));
  news.hidden = true;
  lists[0]?.querySelector("a")?.focus({ preventScroll: true });
});

// What is typed is kept as a draft two seconds after the last key, and when the page is left.
const typedIn = new Map();
function keep(form) {
  if (!typedIn.has(form)) return;
  clearTimeout(typedIn.get(form));
  typedIn.delete(form);
  if (form.dataset.sent) return;
  const body = new URLSearchParams(new FormData(form));
  body.set("of", new URL(form.action).pathname);
  fetch("/console/unsent", { method: "POST", body, keepalive: true }).then((answer) => {
    if (answer.status !== 204) return;
    const bar = form.querySelector(".bar:last-child") ?? form;
    const said = bar.querySelector("output") ?? bar.appendChild(document.createElement("output"));
    said.className = "hint";
    said.textContent = signals.dataset.saved.replace("{time}", clock(performance.now() - opened));
  }, () => {});
}

document.addEventListener("input", (e) => {
  const form = e.target.closest?.("form.deed");
  if (!form || form.method !== "post" || !new URL(form.action).pathname.startsWith("/console/")) return;
  clearTimeout(typedIn.get(form));
  typedIn.set(form, setTimeout(keep, 2000, form));
});

document.addEventListener("visibilitychange", () => (document.hidden ? leave() : claim()));
addEventListener("pagehide", () => {
  for (const form of [...typedIn.keys()]) keep(form);
  leave();
});
claim();
}
