// The timeline below the graph: one line per tactic, the hits on it, at the x of the graph's columns.

const TICK_ROOM = 74;
const DOT_ROOM = 20;

/** Builds the timeline of a graph; `choose(hit)` is called for the hit that was clicked. */
function timeline(model, choose) {
  const tactics = model.stages.map((stage) => stage.tactic);
  const axis = el("div", { class: "axis", "aria-hidden": "true" });
  const marks = [];
  const rows = tactics.map((tactic) => {
    const lane = el("div", { class: "hits" });
    return { tactic, lane, row: el("div", { class: "tactic" }, el("span", { class: "name" }, tacticName(tactic)), lane) };
  });
  const element = el("div", { class: "timeline", role: "group", "aria-label": "Timeline of detections, by tactic" },
    rows.map(({ row }) => row), axis);
  element.addEventListener("keydown", (event) => roveMarks(event, marks));
  if (!rows.length) return { element: el("p", { class: "muted" }, "No detections to put on a timeline."), draw() {}, relayout() {} };
  let graph = null;
  return {
    element,
    relayout(attackGraph) {
      graph = attackGraph;
      marks.length = 0;
      for (const { tactic, lane } of rows) {
        lane.textContent = "";
        for (const mark of marksOf(model, tactic, graph.layout.scale)) {
          mark.button = markButton(mark, choose);
          lane.append(mark.button);
          marks.push(mark);
        }
      }
      if (marks.length) marks[0].button.tabIndex = 0;
      this.draw();
    },
    draw() {
      if (!graph) return;
      const pan = graph.cy.pan().x;
      const zoom = graph.cy.zoom();
      for (const mark of marks) mark.button.style.transform = `translateX(${pan + mark.x * zoom}px)`;
      drawAxis(axis, graph.layout, pan, zoom);
    },
  };
}

/** The hits of a tactic as marks, those of one detection that fall together as one. */
function marksOf(model, tactic, scale) {
  const stage = model.stages.find((one) => one.tactic === tactic);
  const detections = new Set(stage.detections);
  const found = new Map();
  for (const hit of model.hits) {
    if (!detections.has(hit.detection)) continue;
    const x = scale(moment(hit.time) ?? 0);
    const key = `${hit.detection} ${Math.round(x / DOT_ROOM)}`;
    if (!found.has(key)) found.set(key, { x, hits: [] });
    found.get(key).hits.push(hit);
  }
  return [...found.values()];
}

function markButton(mark, choose) {
  const [first] = mark.hits;
  const many = mark.hits.length > 1 ? `, ${count(mark.hits.length)} times` : "";
  const label = `${first.detection}, ${clock(first.time)}${many}`;
  return button(null, () => choose(first), {
    class: `mark ${first.type === "TTP" ? "hot" : "warm"} ${mark.hits.length > 1 ? "many" : ""}`,
    title: label, "aria-label": label, tabindex: -1,
  });
}

function roveMarks(event, marks) {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step) return;
  const at = marks.findIndex((mark) => mark.button === document.activeElement);
  const next = marks[at + step];
  event.preventDefault();
  if (at < 0 || !next) return;
  marks[at].button.tabIndex = -1;
  next.button.tabIndex = 0;
  next.button.focus();
}

/** Labels the beginnings of columns where there is room, with the date where it changes. */
function drawAxis(axis, layout, pan, zoom) {
  axis.textContent = "";
  for (const gap of layout.breaks) {
    const mark = el("span", { class: "gap" }, `// ${shortDuration(gap.time)}`);
    mark.style.transform = `translateX(${pan + gap.x * zoom}px)`;
    axis.append(mark);
  }
  let last = -Infinity;
  let day = null;
  layout.starts.forEach((time, column) => {
    const x = pan + column * COLUMN * zoom;
    if (x - last < TICK_ROOM || x < -10 || x > axis.clientWidth - 40) return;
    last = x;
    const date = dayOf(time);
    const tick = el("span", { class: "tick" }, clockOf(time), date === day ? null : el("small", null, date));
    day = date;
    tick.style.transform = `translateX(${x}px)`;
    axis.append(tick);
  });
}
