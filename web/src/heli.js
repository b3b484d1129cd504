// What every page runs: htmx for redrawing in place, the date bar, the filters, and curves where there are any.
import "htmx.org";
import { startDateBar } from "./date-bar.js";
import { startPhone } from "./phone.js";

// The order of a person's doing: a redraw keeps the scroll, except on a phone, where a clause is a screen of its own.
const narrow = matchMedia("(max-width: 900px)");

function submitOnChange(event) {
  const form = event.target.closest?.("form[data-filters]");
  if (form) form.requestSubmit();
}

async function drawCurves() {
  const figures = document.querySelectorAll("[data-pace]:not([data-drawn])");
  if (figures.length === 0) return;
  const { drawPace } = await import("./pace.js");
  figures.forEach(drawPace);
}

// A day that is being built: a page that was loaded asks again by its header, one that was redrawn in place by this.
function askAgain() {
  if (document.querySelector("[data-again]")) setTimeout(() => location.reload(), 1000);
}

let clauseShown = new URLSearchParams(location.search).get("clause");

function afterRedraw() {
  const clause = new URLSearchParams(location.search).get("clause");
  if (narrow.matches && clause !== clauseShown) {
    const back = clause ? null : document.getElementById(`c-${clauseShown}`);
    if (back) back.scrollIntoView({ block: "center" });
    else scrollTo(0, 0);
  }
  clauseShown = clause;
  drawCurves();
  askAgain();
}

document.addEventListener("change", submitOnChange);
document.addEventListener("htmx:after:settle", afterRedraw);
startDateBar();
startPhone();
drawCurves();
// An address may open a clause far down the notice.
if (clauseShown && !narrow.matches && !location.hash && scrollY === 0) {
  document.getElementById(`c-${clauseShown}`)?.scrollIntoView({ block: "center" });
}

// Values that fit what is typed into a field that leads to a unit or a record.
let suggesting;
document.addEventListener("input", (event) => {
  const input = event.target.closest?.("input[data-suggest]");
  if (!input) return;
  clearTimeout(suggesting);
  suggesting = setTimeout(() => suggest(input), 150);
});

async function suggest(input) {
  const typed = input.value.trim();
  if (typed === "" || typed.endsWith("]")) return;
  const last = typed.split(/[；;、]/).pop().trim();
  const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(last)}`);
  if (!answer.ok || input.value.trim() !== typed) return;
  const before = typed.slice(0, typed.length - last.length);
  const values = await answer.json();
  input.list.replaceChildren(
    ...values.map((value) => Object.assign(document.createElement("option"), { value: before + value })),
  );
}

// One key for what is done often: `/` searches, `n` adds, `e` changes; never while something is typed.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const link = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

// What must be read first, and what is typed first, has the focus.
function focusFirst() {
  document.querySelector("[data-focus]")?.focus({ preventScroll: false });
}
focusFirst();
document.addEventListener("htmx:after:settle", focusFirst);

// What a cell says is shown beside it where the pointer rests; saying it twice would make a large matrix larger.
document.addEventListener("pointerover", (event) => {
  const cell = event.target.closest?.(".cell:not([title])");
  if (cell) cell.title = cell.getAttribute("aria-label");
});

// A list is in its page once: its text is made from the table when it is looked for.
document.addEventListener(
  "toggle",
  async (event) => {
    if (!event.target.matches?.(".copy[data-rows]") || !event.target.open) return;
    const { fillFromTable } = await import("./rows.js");
    fillFromTable(event.target);
  },
  true,
);

// Plain text for a chat, in one click.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-copy]");
  if (!button) return;
  const text = button.closest(".copy").querySelector("textarea");
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    document.execCommand("copy");
  }
  button.textContent = button.dataset.copy;
});

// A picture for a chat, drawn by a script of its own.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-picture]");
  if (!button || button.disabled) return;
  button.disabled = true;
  try {
    const { copyPicture } = await import("./picture.js");
    await copyPicture(button);
  } finally {
    button.disabled = false;
  }
});
