// Building the page: every text, ours or the telemetry's, becomes a text node, never markup.

/**
 * Makes an element. Attributes: `class`, `on` (event name -> listener), `data` (dataset), anything
 * else is set as an attribute; null and false leave it out. Children: nodes, texts, null, arrays.
 */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "on") listen(element, value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function listen(element, listeners) {
  for (const [event, listener] of Object.entries(listeners)) {
    element.addEventListener(event, listener);
  }
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

function replaceChildren(element, ...children) {
  element.textContent = "";
  append(element, children);
}

/** A button; `attributes` as for el(). */
function button(label, onClick, attributes) {
  return el("button", { type: "button", ...attributes, on: { click: onClick } }, label);
}

/** A link to a place in the page that must be found or made first; unlike a button's, its text wraps. */
function jump(label, onClick, attributes) {
  const follow = (event) => {
    event.preventDefault();
    onClick();
  };
  return el("a", { href: "#chains", title: "Show on the graph", ...attributes, on: { click: follow } }, label);
}

/** Text of the telemetry: set in the fixed font, never reordered by its own direction marks. */
function code(text, attributes) {
  return el("code", { dir: "ltr", ...attributes }, text);
}

/** A button for what is left out; on paper it says that it is. */
function moreButton(label, left, onClick) {
  return button(moreLabel(label, left), onClick, { class: "link more" });
}

function moreLabel(label, left) {
  return [el("span", { class: "screen-only" }, label), el("span", { class: "print-only" }, `${left} in the page, not printed`)];
}

/** What fills a disclosure at its first opening. */
const fillers = new WeakMap();

/** Shows all that an element keeps back, as before it is printed. */
function openAll(element) {
  element.querySelectorAll("details:not(.record)").forEach(unfold);
  /** @type {NodeListOf<HTMLButtonElement>} */
  let shut;
  while ((shut = element.querySelectorAll("button.more:not([hidden]), .open button[aria-expanded=false]")).length) {
    shut.forEach((toggle) => toggle.click());
  }
}

function unfold(details) {
  if (!(details instanceof HTMLDetailsElement)) return;
  details.open = true;
  fillers.get(details)?.();
}

/** A long text of the telemetry that opens on demand. */
function longCode(text, limit = 400) {
  if (text.length <= limit) return code(text, { class: "block" });
  const shown = code(`${text.slice(0, limit)}…`, { class: "block" });
  const toggle = moreButton(`Show all ${count(text.length)} characters`, `${count(text.length - limit)} more characters`, () => {
    shown.textContent = text;
    toggle.remove();
  });
  return [shown, toggle];
}

/** A list that shows its first entries and the rest on demand. */
function shortList(items, limit, render, attributes) {
  const list = el("ul", attributes, items.slice(0, limit).map(render));
  if (items.length <= limit) return list;
  const left = `${count(items.length - limit)} more`;
  const more = moreButton(`Show ${left}`, left, () => {
    append(list, items.slice(limit).map(render));
    more.remove();
  });
  return [list, more];
}

/** A heading with content below it that opens and closes; `fill` is called at the first opening. */
function disclosure(summary, fill, attributes) {
  const details = el("details", attributes, el("summary", null, summary));
  const open = () => {
    if (!details.open || details.dataset.filled) return;
    details.dataset.filled = "true";
    append(details, [fill()]);
  };
  details.addEventListener("toggle", open);
  fillers.set(details, open);
  if (details.open) open();
  return details;
}

const TABLE_ROWS = 25;

/** A plain table: column names, rows of cells, and which columns hold numbers; long ones in part. */
function plainTable(caption, columns, rows, numeric = []) {
  const side = (index) => (numeric.includes(index) ? "number" : null);
  const line = (row) => el("tr", null, row.map((content, index) =>
    el("td", { "data-label": columns[index], class: side(index) }, content)));
  const body = el("tbody", null, rows.slice(0, TABLE_ROWS).map(line));
  const table = el("table", { class: "stacking" },
    el("caption", { class: "unseen" }, caption),
    el("thead", null, el("tr", null, columns.map((name, index) => el("th", { scope: "col", class: side(index) }, name)))),
    body);
  const region = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, table);
  if (rows.length <= TABLE_ROWS) return region;
  const left = `${count(rows.length - TABLE_ROWS)} more`;
  const more = moreButton(`Show ${left}`, left, () => {
    append(body, rows.slice(TABLE_ROWS).map(line));
    more.remove();
  });
  return [region, more];
}

let announcement;

/** Says a line to screen readers, and shows it for a moment. */
function announce(text) {
  const status = document.getElementById("status");
  status.textContent = text;
  status.classList.add("shown");
  clearTimeout(announcement);
  announcement = setTimeout(() => status.classList.remove("shown"), 2500);
}

/** Puts a text on the clipboard, also where the page was opened as a file. */
async function copyText(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "unseen", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce(`Copied ${what}`);
}
