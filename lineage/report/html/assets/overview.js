// A small map of a graph that is larger than its window; a click or drag moves there.

const MAP = { width: 190, height: 110 };

/** Builds the map of an attack graph; `draw` is called when anything moved. */
function overviewMap() {
  const canvas = el("canvas", { width: 2 * MAP.width, height: 2 * MAP.height });
  const element = el("div", { class: "overview", "aria-hidden": "true", title: "The whole graph; click to go there" }, canvas);
  let graph = null;
  let frame = null;
  const move = (event) => {
    if (!graph || !frame || !(event.buttons & 1)) return;
    const box = canvas.getBoundingClientRect();
    const zoom = graph.cy.zoom();
    const at = { x: frame.left + (event.clientX - box.left) / frame.scale, y: frame.top + (event.clientY - box.top) / frame.scale };
    graph.cy.pan({ x: graph.cy.width() / 2 - at.x * zoom, y: graph.cy.height() / 2 - at.y * zoom });
  };
  canvas.addEventListener("pointerdown", (event) => { event.preventDefault(); event.stopPropagation(); move(event); });
  canvas.addEventListener("pointermove", move);
  return {
    element,
    draw(attackGraph) {
      graph = attackGraph;
      frame = mapFrame(graph);
      const seen = graph.cy.extent();
      const whole = seen.x1 <= frame.left && seen.y1 <= frame.top && seen.x2 >= frame.right && seen.y2 >= frame.bottom;
      element.hidden = whole;
      if (!whole) drawMap(canvas, graph.layout, frame, seen);
    },
  };
}

function mapFrame(graph) {
  const lanes = graph.layout.lanes;
  const left = Math.min(...lanes.map((lane) => lane.left));
  const right = Math.max(...lanes.map((lane) => lane.left + lane.width));
  const [top, bottom] = [0, Math.max(...lanes.map((lane) => lane.top + lane.height))];
  return { left, right, top, bottom, scale: Math.min(MAP.width / (right - left), MAP.height / (bottom - top)) };
}

function drawMap(canvas, layout, frame, seen) {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  const ink = canvas.getContext("2d");
  const scale = 2 * frame.scale;
  canvas.style.width = `${(frame.right - frame.left) * frame.scale}px`;
  canvas.style.height = `${(frame.bottom - frame.top) * frame.scale}px`;
  canvas.width = Math.ceil((frame.right - frame.left) * scale);
  canvas.height = Math.ceil((frame.bottom - frame.top) * scale);
  for (const unit of layout.units) {
    const heatOf = heat(unit.nodes);
    ink.fillStyle = color(heatOf || "edge");
    ink.globalAlpha = heatOf ? 1 : 0.6;
    ink.fillRect((unit.x - CARD.width / 2 - frame.left) * scale, (unit.y - CARD.height / 2 - frame.top) * scale,
      Math.max(3, CARD.width * scale), Math.max(2, CARD.height * scale));
  }
  ink.globalAlpha = 1;
  ink.strokeStyle = color("accent");
  ink.lineWidth = 3;
  ink.strokeRect((seen.x1 - frame.left) * scale, (seen.y1 - frame.top) * scale, (seen.x2 - seen.x1) * scale, (seen.y2 - seen.y1) * scale);
}
