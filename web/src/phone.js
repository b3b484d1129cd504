// What is entered on a phone is sent at once where there is a connection; else it is kept there and sent later. Each filling
// has a key of its own, so that sending it again does nothing twice.
const PAGES = "heli-phone";
const OWNER = "heli-phone-account";

const database = () =>
  new Promise((done, failed) => {
    const opening = indexedDB.open("heli-phone", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("waiting", { keyPath: "key" });
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => failed(opening.error);
  });

async function store(how, work) {
  const open = await database();
  try {
    return await new Promise((done, failed) => {
      const asked = work(open.transaction("waiting", how).objectStore("waiting"));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  } finally {
    open.close();
  }
}

const all = () => store("readonly", (items) => items.getAll());
const get = (key) => store("readonly", (items) => items.get(key));
const put = (item) => store("readwrite", (items) => items.put(item));
const drop = (key) => store("readwrite", (items) => items.delete(key));

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
const markOf = (body) => body.dataset.pass?.replace("?pass=", "") ?? "";

// The mark of today's session: the page at hand may have been kept from an earlier one.
async function freshMark() {
  const answer = await fetch("/go");
  if (answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return markOf(page.body);
}

async function post(item, mark) {
  const body = new FormData();
  for (const [name, value] of item.entries) body.append(name, value);
  return fetch(item.path, { method: "POST", body, headers: { "X-Heli-Pass": mark } });
}

// Sends one filling: done with its page, refused with the form that says why, signed out, or lost on the way.
async function send(item) {
  if (!navigator.onLine) return { state: "lost" };
  try {
    let answer = await post(item, markOf(document.body));
    if (answer.status === 403) {
      const mark = await freshMark();
      if (mark === null) return { state: "signed-out" };
      answer = await post(item, mark);
    }
    if (new URL(answer.url).pathname === "/sign-in") return { state: "signed-out" };
    if (answer.ok && answer.redirected) return { state: "done", url: answer.url };
    if (answer.status >= 400 && answer.status < 500) return { state: "refused", html: await answer.text() };
    return { state: "lost" };
  } catch {
    return { state: "lost" };
  }
}

async function submitted(event) {
  const form = event.target;
  const account = localStorage.getItem(OWNER);
  if (!account || !form.matches?.("form.sheet") || !location.pathname.endsWith("/new")) return;
  event.preventDefault();
  const button = form.querySelector("button.main");
  button.disabled = true;
  const kept = new URLSearchParams(location.search).get("kept");
  const item = {
    key: kept ?? newKey(),
    account,
    path: location.pathname,
    title: document.querySelector("h1").textContent,
    at: Date.now(),
    entries: [...new FormData(form)].filter(([, value]) => !(value instanceof File && value.size === 0)),
  };
  item.entries = item.entries.map(([name, value]) => [name, name === "_key" ? item.key : value]);
  const sent = await send(item);
  if (sent.state === "done") {
    if (kept) await drop(kept);
    location.assign(sent.url);
  } else if (sent.state === "refused") {
    show(sent.html);
  } else {
    await put(item);
    location.assign("/go");
  }
}

// The form as the server gave it back, with what stands against it.
function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.getElementById("main").replaceWith(page.getElementById("main") ?? page.body);
  document.querySelector("[data-focus]")?.focus();
}

// A kept filling in its form again.
async function fillAgain() {
  const key = new URLSearchParams(location.search).get("kept");
  const form = document.querySelector("form.sheet");
  const item = key && form && (await get(key));
  if (!item) return;
  for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = false;
  for (const [name, value] of item.entries) {
    if (name.startsWith("_")) continue;
    const fields = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    const box = fields.find((field) => field.type === "checkbox" && field.value === value);
    const field = fields.find((one) => !["hidden", "checkbox"].includes(one.type));
    if (box) box.checked = true;
    else if (value instanceof File && field?.type === "file") {
      const files = new DataTransfer();
      for (const file of [...field.files, value]) files.items.add(file);
      field.files = files.files;
    } else if (field && field.type !== "file") field.value = value;
  }
}

async function drawWaiting() {
  const section = document.getElementById("waiting");
  if (!section) return;
  const mine = (await all()).filter((item) => item.account === localStorage.getItem(OWNER));
  section.hidden = mine.length === 0;
  const words = section.dataset;
  const lines = mine.map((item) => {
    const line = document.createElement("li");
    const time = new Date(item.at);
    line.append(`${item.title} ${time.toLocaleString(document.documentElement.lang)} `);
    if (item.said) line.append(Object.assign(document.createElement("p"), { textContent: words.refused + item.said }));
    const link = Object.assign(document.createElement("a"), {
      className: "button",
      href: `${item.path}?kept=${item.key}`,
      textContent: words.change,
    });
    const gone = Object.assign(document.createElement("button"), { type: "button", textContent: words.drop });
    gone.addEventListener("click", async () => {
      await drop(item.key);
      drawWaiting();
    });
    line.append(link, " ", gone);
    return line;
  });
  section.querySelector("ul").replaceChildren(...lines);
}

let sending = false;
async function sendAll() {
  if (sending || !navigator.onLine) return;
  sending = true;
  try {
    const account = localStorage.getItem(OWNER);
    for (const item of await all()) {
      if (item.account !== account) continue;
      const sent = await send(item);
      if (sent.state === "done") await drop(item.key);
      if (sent.state === "refused") {
        const page = new DOMParser().parseFromString(sent.html, "text/html");
        item.said = (page.querySelector("#said ul") ?? page.querySelector("main"))?.textContent.trim() ?? "";
        await put(item);
      }
      if (sent.state === "lost" || sent.state === "signed-out") break;
    }
  } finally {
    sending = false;
    await drawWaiting();
  }
}

// Pages are kept for whoever opened this one, and for nobody after them.
async function keepPages(account) {
  if (localStorage.getItem(OWNER) !== account) await caches.delete(PAGES);
  localStorage.setItem(OWNER, account);
  await navigator.serviceWorker.register("/assets/worker.js", { scope: "/" });
  const pages = await caches.open(PAGES);
  const links = [...document.querySelectorAll("a[data-offline]")].map((link) => link.href);
  const own = [location.href, ...[...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((e) => e.href ?? e.src)];
  await Promise.allSettled([...own, ...links].map((address) => pages.add(address)));
  document.documentElement.dataset.kept = "yes";
}

export function startPhone() {
  document.addEventListener("submit", submitted);
  addEventListener("online", sendAll);
  if (document.querySelector("main.door")) {
    // Whoever comes in next starts anew; what waits to be sent waits for its owner.
    localStorage.removeItem(OWNER);
    if ("caches" in window) caches.delete(PAGES);
  }
  const account = document.querySelector("main.go")?.dataset.account;
  if (account && "serviceWorker" in navigator && navigator.onLine) keepPages(account).catch(() => {});
  fillAgain();
  drawWaiting().then(sendAll);
}
