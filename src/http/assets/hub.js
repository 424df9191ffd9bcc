// Shortens what the forms already do without it: one press sends once, keys walk the queue, limits go on counting.
// It never builds markup, talks to no other origin, and keeps nothing on this machine.
"use strict";

const english = document.documentElement.lang === "en";
const typing = (e) => e.isComposing || e.keyCode === 229 || e.target.closest?.("input:not([type=radio],[type=checkbox]),textarea,select,[contenteditable]");

// A second press is ignored; the button keeps its place and its width.
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    e.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  e.submitter?.setAttribute("aria-busy", "true");
});
// Coming back by the browser's own button, the form may be sent again: the same key makes it count once.
addEventListener("pageshow", (e) => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
  if (e.persisted && document.querySelector(".me")) stillSignedIn();
});

// The browser keeps left pages whole: after signing out, none of them may be shown again on a shared desk.
async function stillSignedIn() {
  document.body.style.visibility = "hidden";
  const answer = await fetch("/console/whistles", { cache: "no-store" }).catch(() => null);
  if (answer?.status === 401) location.replace("/login");
  else document.body.style.visibility = "";
}

// After a refused form the reader starts at the list of faults.
document.getElementById("faults")?.focus();

// The clause is asked for only when the hazard is called major. Without script it is always there.
function showWhenMajor() {
  for (const part of document.querySelectorAll("[data-when=major]")) {
    const form = part.closest("form");
    const major = form.querySelector("[name=severity][value=major]:checked, [name=severity_claimed]:checked");
    part.hidden = !major && !part.querySelector(".fault");
  }
}
document.addEventListener("change", showWhenMajor);
showWhenMajor();

// Before a whistle is blown: what may be the same, and enterprises by what is typed. The page is the one that the button
// brings; of it only the parts that differ are shown.
const order = document.querySelector("form[data-deed=blow]");
let asked = new XMLHttpRequest();
let pause = 0;

function askBeforehand(firms) {
  const said = (name) => order.elements[name].value;
  const enough = said("category") && said("what").trim().length > 3;
  if (!enough && !firms) return;
  const fields = new URLSearchParams();
  for (const name of ["csrf", "find", "enterprise", "place", "what", "category"]) fields.append(name, said(name));
  asked.abort();
  asked = new XMLHttpRequest();
  asked.open("POST", "/console/whistles/hints");
  asked.responseType = "document";
  asked.addEventListener("load", ({ target }) => {
    const page = target.response;
    if (!page?.getElementById("hints")) return;
    for (const part of ["hints", "hints-look", ...(firms ? ["blow-enterprise"] : [])]) {
      document.getElementById(part).replaceChildren(...page.getElementById(part).childNodes);
    }
    document.getElementById("hints").hidden = page.getElementById("hints").hidden;
  });
  asked.send(fields);
}
order?.addEventListener("input", (e) => {
  if (e.isComposing || !["find", "enterprise", "place", "what", "category"].includes(e.target.name)) return;
  clearTimeout(pause);
  pause = setTimeout(askBeforehand, 600, e.target.name === "find");
});
order?.addEventListener("compositionend", (e) => e.target.dispatchEvent(new Event("input", { bubbles: true })));

// While a visit is put together: what bars the choice, and what a firm, a day and its whistles bring along. The page is the one
// that the button brings; only parts that nobody stands in are renewed.
const plan = document.querySelector("form[data-deed=plan]");
let looking = new XMLHttpRequest();

function lookAtPlan() {
  const fields = new URLSearchParams(new FormData(plan));
  fields.set("look", "check");
  looking.abort();
  looking = new XMLHttpRequest();
  looking.open("POST", plan.action);
  looking.responseType = "document";
  looking.addEventListener("load", ({ target }) => {
    if (!target.response?.querySelector("[data-part=check]")) return;
    for (const part of plan.querySelectorAll("[data-part]")) {
      const other = target.response.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!other || part.contains(document.activeElement) || part.isEqualNode(other)) continue;
      const open = [...part.querySelectorAll("details")].map((fold) => fold.open);
      part.replaceChildren(...document.importNode(other, true).childNodes);
      part.querySelectorAll("details").forEach((fold, at) => { fold.open ||= open[at]; });
    }
  });
  looking.send(fields);
}
plan?.addEventListener("change", (e) => {
  if (["find", "place", "override_reason"].includes(e.target.name) || !plan.elements.date.value) return;
  looking.abort(); // its answer knows nothing of this choice
  clearTimeout(pause);
  pause = setTimeout(lookAtPlan, 400);
});

// The one who leads does not support as well.
document.addEventListener("change", (e) => {
  if (e.target.name !== "lead" || !e.target.checked) return;
  for (const box of e.target.form.querySelectorAll("[name=supports]")) {
    if (box.value === e.target.value) box.checked = false;
  }
});

// Limits count by the server's clock: our own only measures what has passed since the page was made.
const made = Number(document.body.dataset.now);
const opened = performance.now();

function left(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const late = seconds <= 0;
  let unit = english ? "min" : "分";
  let n = minutes;
  if (minutes >= 2880) {
    n = Math.floor(minutes / 1440);
    unit = english ? "d" : "天";
  } else if (minutes >= 120) {
    n = Math.floor(minutes / 60);
    unit = english ? "h" : "小时";
  }
  if (minutes === 0 && !late) return english ? "under 1 min left" : "不到1分";
  if (english) return `${n} ${unit} ${late ? "late" : "left"}`;
  return `${late ? "超时" : "剩"}${n}${unit}`;
}

function count() {
  const now = made + Math.floor((performance.now() - opened) / 1000);
  for (const pace of document.querySelectorAll(".pace[data-due]")) {
    const seconds = Number(pace.dataset.due) - now;
    pace.lastElementChild.textContent = left(seconds);
    if (seconds > 0 || pace.classList.contains("late")) continue;
    pace.classList.remove("ontime", "soon");
    pace.classList.add("late");
    const use = pace.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#late"));
  }
}
if (made) setInterval(count, 60000);

// Keys: by place on the keyboard, dead while somebody types or an input method composes, and where they were switched off.
const queue = document.querySelector("[data-queue]");
const help = document.getElementById("keys");
const goes = { KeyT: "/console/triage", KeyW: "/console/whistles", KeyS: "/console/summonses", KeyD: "/console/deadlines", KeyH: "/console" };
let going = 0;

function step(by) {
  const rows = [...queue.querySelectorAll(".row")];
  const at = rows.findIndex((r) => r === document.activeElement);
  const from = at < 0 ? rows.findIndex((r) => r.getAttribute("aria-current")) : at;
  const to = at < 0 && from < 0 ? 0 : from + by;
  rows[Math.min(Math.max(to, 0), rows.length - 1)]?.focus();
}

function openVerdict(digit) {
  const verdict = document.querySelector(`[data-verdict="${digit}"]`);
  if (!verdict) return false;
  verdict.open = true;
  verdict.scrollIntoView({ block: "nearest" });
  (verdict.querySelector("input:checked, input:not([type=hidden]), textarea") ?? verdict.firstElementChild).focus();
  return true;
}

// After G, for a moment, a letter leads to a page that this reader's menu has.
function go(code) {
  const link = goes[code] && document.querySelector(`.menu a[href="${goes[code]}"]`);
  if (performance.now() - going > 2000 || !link) return false;
  link.click();
  return true;
}

function press(e) {
  if (queue && (e.code === "KeyJ" || e.code === "KeyK")) step(e.code === "KeyJ" ? 1 : -1);
  else if (e.key === "?") help?.showModal();
  else if (e.code === "Slash") document.querySelector("[type=search]")?.focus();
  else if (e.code === "KeyG") going = performance.now();
  else if (!go(e.code) && !(/^(Digit|Numpad)[1-3]$/.test(e.code) && openVerdict(e.code.slice(-1))) && !(e.code === "KeyM" && openVerdict("m"))) return;
  e.preventDefault();
}

document.addEventListener("keydown", (e) => {
  if ((e.code === "Enter" || e.code === "NumpadEnter") && (e.ctrlKey || e.metaKey)) {
    const form = e.target.closest?.("form.deed");
    if (form && !e.isComposing) {
      e.preventDefault();
      form.requestSubmit(form.querySelector(".primary") ?? undefined);
    }
    return;
  }
  if (document.documentElement.classList.contains("nokeys") || help?.open) return;
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e)) return;
  press(e);
});

// A sheet's button; without script it is not there, and the browser's own menu prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
