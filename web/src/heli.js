// What every page runs: htmx for redrawing in place, the date bar, the filters, and curves where there are any.
import "htmx.org";
import { startDateBar } from "./date-bar.js";

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
drawCurves();
// An address may open a clause far down the notice.
if (clauseShown && !narrow.matches && !location.hash && scrollY === 0) {
  document.getElementById(`c-${clauseShown}`)?.scrollIntoView({ block: "center" });
}
