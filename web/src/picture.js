// A list or a clause as a picture for a chat: always light, since it is read in somebody else's window. The page gives the
// same rows that it copies as text; here they are only laid out.
const SCALE = 2;
const EDGE = 28;
const GAP = 14;
const LEAST = 720;
const MOST = 1120;
const COLUMN_LEAST = 56;
// What a narrow table gives each of its columns at most, so that it fills the page.
const SPREAD = 90;
const LINE = 20;
// Of a list as many rows as the server gives of others.
const ROWS_MAX = 30;
const INK = "#1d2127";
const GREY = "#555d68";
const RULE = "#e5e2da";
// Paper and ink of each standing, as the pages have them in light.
const STANDINGS = {
  met: ["#2f7d5b", "#fff"],
  on_track: ["#8cc3a8", "#14211b"],
  upcoming: ["#d9d6cd", "#555d68"],
  due_soon: ["#e3b341", "#221a05"],
  behind: ["#de8a2f", "#231300"],
  overdue: ["#c8402f", "#fff"],
  missed: ["#7d1f1a", "#fff"],
  recovered: ["#9aa23a", "#191b05"],
  excused: ["#c9c4e0", "#1f1b38"],
  unknown: ["#d3d7dc", "#1d2127"],
};

const textOf = (cell) => (typeof cell === "string" ? cell : cell.text);

// The shape of a standing in a colour, from the shapes of the page.
function shapeOf(standing, colour) {
  const inner = document.getElementById(`s-${standing}`)?.innerHTML ?? "";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 12 12" color="${colour}">${inner}</svg>`;
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  return image.decode().then(() => image);
}

async function shapesOf(picture) {
  const cells = picture.tables.flatMap((table) => table.rows.flat());
  const used = new Set([...picture.key.map(([standing]) => standing), ...cells.map((cell) => cell.standing).filter(Boolean)]);
  const pairs = [...used].flatMap((standing) => [
    [`${standing} cell`, shapeOf(standing, STANDINGS[standing][1])],
    [`${standing} key`, shapeOf(standing, INK)],
  ]);
  return Object.fromEntries(await Promise.all(pairs.map(async ([name, image]) => [name, await image])));
}

// Lines of a text that fit a width: between characters of Chinese, between words of other scripts where they fit.
function wrapped(pen, text, width) {
  const lines = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.match(/[\u0021-\u024f]+|[\s\S]/gu) ?? [""]) {
      if (pen.measureText(line + word).width <= width) {
        line += word;
        continue;
      }
      if (line.trim()) lines.push(line.trimEnd());
      line = "";
      // A word that no line holds is broken.
      for (const letter of word.trimStart()) {
        if (line && pen.measureText(line + letter).width > width) {
          lines.push(line);
          line = "";
        }
        line += letter;
      }
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

const fonts = () => {
  const family = getComputedStyle(document.documentElement).fontFamily;
  return {
    title: `600 21px ${family}`,
    name: `600 15px ${family}`,
    text: `14px ${family}`,
    small: `12px ${family}`,
    strong: `600 13px ${family}`,
  };
};

const CELL = 46;
const PAD = 30;

// What a column would take in one line.
function natural(pen, font, table) {
  return table.heads.map((head, at) => {
    pen.font = font.small;
    const own = pen.measureText(head.text).width;
    const cells = table.rows.map((row) => {
      const cell = row[at] ?? "";
      pen.font = cell.standing ? font.strong : font.text;
      const wide = Math.max(...textOf(cell).split("\n").map((line) => pen.measureText(line).width));
      return cell.standing ? Math.max(CELL, wide + PAD) : wide;
    });
    return Math.ceil(Math.max(own, COLUMN_LEAST, ...cells)) + 1;
  });
}

// Columns that fit: the widest give way first.
function fitted(widths, room) {
  const left = room - GAP * (widths.length - 1);
  const fits = (most) => widths.reduce((sum, wide) => sum + Math.min(wide, most), 0) <= left;
  let [low, high] = [COLUMN_LEAST, Math.max(...widths, COLUMN_LEAST)];
  if (fits(high)) {
    const spare = Math.min(SPREAD, (left - widths.reduce((sum, wide) => sum + wide, 0)) / widths.length);
    return widths.map((wide) => wide + Math.max(0, spare));
  }
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return widths.map((wide) => Math.min(wide, Math.floor(low)));
}

// Goes down the page; draws only where there is ink, so that the first pass tells the height.
class Page {
  constructor(pen, font, width, shapes, draws) {
    Object.assign(this, { pen, font, width, shapes, draws, y: EDGE });
  }

  put(text, x, y, align = "left") {
    if (!this.draws) return;
    this.pen.textAlign = align;
    this.pen.fillText(text, x, y);
  }

  paragraph(text, font, colour, line = LINE) {
    if (!text) return;
    this.pen.font = font;
    this.pen.fillStyle = colour;
    for (const part of wrapped(this.pen, text, this.width - 2 * EDGE)) {
      this.put(part, EDGE, this.y + line * 0.76);
      this.y += line;
    }
  }

  rule(colour = RULE) {
    if (this.draws) {
      this.pen.fillStyle = colour;
      this.pen.fillRect(EDGE, this.y, this.width - 2 * EDGE, 1);
    }
    this.y += 1;
  }

  standing(cell, x, y) {
    const { pen } = this;
    const [paper, ink] = STANDINGS[cell.standing];
    pen.font = this.font.strong;
    const wide = Math.max(CELL, pen.measureText(cell.text).width + PAD);
    if (!this.draws) return;
    pen.fillStyle = paper;
    pen.beginPath();
    pen.roundRect(x, y, wide, 24, 4);
    pen.fill();
    const shape = this.shapes[`${cell.standing} cell`];
    const inner = cell.text ? 16 + pen.measureText(cell.text).width : 11;
    const from = x + (wide - inner) / 2;
    pen.drawImage(shape, from, y + 6.5, 11, 11);
    pen.fillStyle = ink;
    if (cell.text) this.put(cell.text, from + 16, y + 17);
  }

  row(cells, table, widths) {
    const { pen, font } = this;
    this.rule();
    const top = this.y + 5;
    let [x, lines] = [EDGE, 1];
    cells.forEach((cell, at) => {
      if (cell?.standing) {
        this.standing(cell, x, top - 2);
      } else if (cell) {
        pen.font = font.text;
        pen.fillStyle = INK;
        const parts = wrapped(pen, cell, widths[at]);
        const isRight = table.heads[at].right;
        parts.forEach((part, nth) => {
          this.put(part, isRight ? x + widths[at] : x, top + nth * LINE + 15, isRight ? "right" : "left");
        });
        lines = Math.max(lines, parts.length);
      }
      x += widths[at] + GAP;
    });
    this.y = top + lines * LINE + 4;
  }

  heads(table, widths) {
    const { pen, font } = this;
    pen.font = font.small;
    pen.fillStyle = GREY;
    const parts = table.heads.map((head, at) => wrapped(pen, head.text, widths[at]));
    const deep = Math.max(...parts.map((lines) => lines.length));
    let x = EDGE;
    parts.forEach((lines, at) => {
      const isRight = table.heads[at].right;
      lines.forEach((line, nth) => this.put(line, isRight ? x + widths[at] : x, this.y + nth * 16 + 13, isRight ? "right" : "left"));
      x += widths[at] + GAP;
    });
    this.y += deep * 16 + 5;
  }

  key(key) {
    const { pen } = this;
    pen.font = this.font.small;
    let x = EDGE;
    for (const [standing, word] of key) {
      const wide = 15 + pen.measureText(word).width;
      if (x + wide > this.width - EDGE) {
        x = EDGE;
        this.y += LINE;
      }
      if (this.draws) {
        pen.drawImage(this.shapes[`${standing} key`], x, this.y + 4, 10, 10);
        pen.fillStyle = GREY;
        this.put(word, x + 14, this.y + 13);
      }
      x += wide + GAP;
    }
    if (key.length > 0) this.y += LINE + 4;
  }

  all(picture, room) {
    const { font } = this;
    if (this.draws) {
      this.pen.fillStyle = "#b3261e";
      this.pen.fillRect(0, 0, this.width, 5);
    }
    this.paragraph(picture.title, font.title, INK, 29);
    this.paragraph(picture.about, font.text, GREY);
    for (const table of picture.tables) {
      this.y += 16;
      this.paragraph(table.name, font.name, INK, 22);
      this.paragraph(table.says, font.text, INK);
      if (table.rows.length > 0) {
        this.y += 6;
        const widths = fitted(natural(this.pen, font, table), room);
        this.heads(table, widths);
        for (const row of table.rows) this.row(row, table, widths);
        this.rule();
      }
      if (table.more) {
        this.y += 5;
        this.paragraph(table.more, font.small, GREY, 18);
      }
    }
    this.y += 12;
    this.key(picture.key);
    this.paragraph(picture.source, font.small, GREY, 18);
    this.paragraph(addressOf(), font.small, GREY, 18);
    this.y += EDGE - 8;
  }
}

// Where the same can be seen, with what narrows it unless that is long.
function addressOf() {
  const whole = decodeURI(location.origin + location.pathname + location.search);
  return whole.length <= 110 ? whole : decodeURI(location.origin + location.pathname);
}

// The rows of the list that the page shows, without the boxes to tick.
function fillFrom(list, table) {
  const [head] = list.tHead.rows;
  const rows = [...list.tBodies[0].rows].slice(0, ROWS_MAX);
  const kept = [...head.cells].map((_, at) => !rows[0]?.cells[at]?.querySelector("[name=pick]"));
  const cells = (row) => [...row.cells].filter((_, at) => kept[at]);
  table.heads = cells(head).map((cell) => ({ text: cell.textContent.trim(), right: cell.classList.contains("r") }));
  table.rows = rows.map((row) => cells(row).map((cell) => cell.textContent.trim()));
}

export async function drawPicture(picture) {
  const list = document.querySelector("table.records");
  for (const table of picture.tables) if (table.heads.length === 0 && list) fillFrom(list, table);
  await document.fonts.ready;
  const shapes = await shapesOf(picture);
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const font = fonts();
  const wide = (table) => natural(pen, font, table).reduce((sum, column) => sum + column + GAP, -GAP);
  const width = Math.min(MOST, Math.max(LEAST, ...picture.tables.map((table) => wide(table) + 2 * EDGE)));
  const room = width - 2 * EDGE;
  const first = new Page(pen, font, width, shapes, false);
  first.all(picture, room);
  canvas.width = width * SCALE;
  canvas.height = Math.ceil(first.y) * SCALE;
  pen.scale(SCALE, SCALE);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, first.y);
  new Page(pen, font, width, shapes, true).all(picture, room);
  return canvas;
}

const blobOf = (canvas) => new Promise((done) => canvas.toBlob(done, "image/png"));

// Into the clipboard; where that refuses, or there is none, as a file.
async function give(blob, name) {
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return "copied";
  } catch {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${name}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return "saved";
  }
}

export async function copyPicture(button) {
  const picture = JSON.parse(button.dataset.picture);
  const canvas = await drawPicture(picture);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", picture.title);
  const given = await give(await blobOf(canvas), picture.title.replace(/[\\/:*?"<>|\s]+/g, " ").slice(0, 60).trim());
  const copy = button.closest(".copy");
  copy.querySelector("canvas")?.remove();
  copy.append(canvas);
  copy.querySelector("[role=status]").textContent = given === "copied" ? button.dataset.copied : button.dataset.saved;
}
