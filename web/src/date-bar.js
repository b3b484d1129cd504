// The date bar: dragging, arrow keys and clicks on the ruler redraw the page as of that day.
import htmx from "htmx.org";

const DAY_MS = 24 * 60 * 60 * 1000;

let asked = null;
let busy = false;

function dayAt(slider) {
  const from = Date.parse(`${slider.form.dataset.from}T00:00:00Z`);
  return new Date(from + Number(slider.value) * DAY_MS);
}

function words(day) {
  const weekday = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" });
  return `${day.toISOString().slice(0, 10)} ${weekday.format(day)}`;
}

// The page's own address on another day; today needs no day.
function addressOn(slider, day) {
  const address = new URL(location.href);
  address.searchParams.delete("lang");
  address.searchParams.delete("at");
  if (day !== slider.form.dataset.today) address.searchParams.set("at", day);
  return address.pathname + address.search;
}

// One redraw at a time; while one is under way only the last day asked for is kept.
async function redraw(slider) {
  asked = dayAt(slider).toISOString().slice(0, 10);
  if (busy) return;
  busy = true;
  document.documentElement.classList.add("redrawing");
  try {
    while (asked !== null) {
      const address = addressOn(slider, asked);
      asked = null;
      await htmx.ajax("GET", address, {
        source: slider.form, target: "#page", select: "#page", swap: "outerMorph show:none", replace: address,
      });
    }
  } finally {
    busy = false;
    document.documentElement.classList.remove("redrawing");
  }
}

function show(slider) {
  const text = words(dayAt(slider));
  slider.setAttribute("aria-valuetext", text);
  const share = `${(100 * Number(slider.value)) / Number(slider.max)}%`;
  slider.form.querySelector("[data-run]").setAttribute("x2", share);
  const day = document.querySelector("[data-day]");
  if (day) day.textContent = text;
}

function moved(event) {
  const slider = event.target;
  if (!slider.matches?.("[data-ruler] input[type=range]")) return;
  // Days after today are on the ruler, and cannot be shown yet.
  if (Number(slider.value) > Number(slider.dataset.last)) slider.value = slider.dataset.last;
  show(slider);
  redraw(slider);
}

// The slider is left alone by a redraw, so that a drag goes on; it follows when the day was changed elsewhere.
function follow() {
  for (const slider of document.querySelectorAll("[data-ruler] input[type=range]")) {
    slider.disabled = false;
    if (busy) continue;
    const shown = document.querySelector("[data-day]")?.getAttribute("datetime");
    if (!shown) continue;
    const from = Date.parse(`${slider.form.dataset.from}T00:00:00Z`);
    slider.value = String(Math.round((Date.parse(`${shown}T00:00:00Z`) - from) / DAY_MS));
    slider.setAttribute("aria-valuetext", words(dayAt(slider)));
  }
}

export function startDateBar() {
  document.addEventListener("input", moved);
  document.addEventListener("htmx:after:settle", follow);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-ruler]")) event.preventDefault();
  });
  follow();
}
