// The rows of a list's table as plain text for a chat.

// What a cell says, after the name of its column; nothing where nothing stands. A picture says what it is called.
function said(cell, colon, nothing) {
  const text = cell.textContent.trim() || (cell.querySelector("img")?.alt ?? "");
  const isEmpty = text === nothing && cell.querySelector(".none") !== null;
  return isEmpty ? [] : [`${cell.dataset.name}${colon}${text}`];
}

export function fillFromTable(copy) {
  const { title, nothing, colon, semicolon } = copy.dataset;
  const text = copy.querySelector("textarea");
  if (text.value) return;
  const lines = [...document.querySelector("table.records").tBodies[0].rows].map((row) => {
    const cells = [...row.cells].filter((cell) => cell.localName === "td" && !cell.querySelector("input"));
    const all = cells.flatMap((cell) => said(cell, colon, nothing));
    return `${row.querySelector("th").textContent.trim()} ${all.join(semicolon)}`;
  });
  text.value = `${[title, ...lines].join("\n")}\n`;
}
