// The attack graph on a canvas (Cytoscape.js): drawing, selection, hover and keys.

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
const HEIGHT = { least: 200, most: 600 };
const ZOOM = { least: 0.12, most: 2.5, readable: 0.62, beginning: 0.85 };

/** One chain's graph in a container. `events`: select(item), hover(item, position), moved(),
 * free() -> the right and bottom of what nothing covers. */
class AttackGraph {
  constructor(container, model, events) {
    this.model = model;
    this.events = events;
    this.view = newView(model);
    this.container = container;
    this.focused = null;
    this.cy = cytoscape({
      container, style: graphStyle(), layout: { name: "preset" }, boxSelectionEnabled: false,
      autoungrabify: true, selectionType: "single", minZoom: ZOOM.least, maxZoom: ZOOM.most,
      userZoomingEnabled: false,
    });
    this.listen();
    this.rebuild();
    this.showStart();
  }

  listen() {
    const { cy, container } = this;
    cy.on("tap", "node", (event) => {
      this.select(event.target.id());
      this.bringIn(event.target.id());
    });
    cy.on("dbltap", "node", (event) => this.expand(event.target.id()));
    cy.on("tap", (event) => { if (event.target === cy) this.clear(); });
    cy.on("mouseover", "node", (event) => this.events.hover(this.items.get(event.target.id()), event.renderedPosition));
    cy.on("mouseover", "edge", (event) => this.events.hover(this.items.lines.get(event.target.id()), event.renderedPosition));
    cy.on("mouseout", "node, edge", () => this.events.hover(null));
    cy.on("tap", "edge", (event) => {
      const line = this.items.lines.get(event.target.id());
      if (line) this.goTo(line.node);
    });
    cy.on("viewport resize", () => this.events.moved());
    // The wheel scrolls the page until the graph has the focus; with Ctrl it always zooms. The parent
    // hears of it before Cytoscape does.
    container.parentElement.addEventListener("wheel", (event) => {
      cy.userZoomingEnabled(event.ctrlKey || container.contains(document.activeElement));
    }, { capture: true, passive: true });
    container.addEventListener("pointerdown", () => container.focus({ preventScroll: true }));
    container.addEventListener("keydown", (event) => this.key(event));
  }

  /** Draws anew after what is shown has changed; keeps the selection. */
  rebuild() {
    const selected = this.selected;
    this.layout = layOut(this.model, this.view);
    this.items = Object.assign(new Map(), { lines: new Map() });
    const elements = drawnElements(this.layout, this.items);
    this.cy.batch(() => {
      this.cy.elements().remove();
      this.cy.add(elements);
    });
    this.selected = null;
    if (selected) this.select(this.itemOf(selected.node)?.id, { quiet: true });
    if (this.focused) this.focusPath(this.focused);
    this.events.moved();
  }

  /** The card or row that stands for a node. */
  itemOf(node) {
    for (const item of this.items.values()) {
      if (item.row ? item.row.relations.some((one) => one.node === node)
        : allMembers(this.model, item.unit).includes(node.index)) return item;
    }
    return null;
  }

  select(id, { quiet = false } = {}) {
    const item = this.items.get(id);
    if (!item) return;
    this.selected = item;
    this.cy.batch(() => {
      this.cy.elements().removeClass("selected related");
      this.cy.getElementById(id).addClass("selected");
      for (const other of this.items.values()) {
        if (other !== item && sharesNode(item, other)) this.cy.getElementById(other.id).addClass("related");
      }
    });
    if (!quiet) this.events.select(item);
  }

  clear() {
    this.cy.elements().removeClass("selected related faded");
    this.selected = null;
    this.focused = null;
    this.events.select(null);
  }

  /** Shows a node, opening what hides it, and brings it into view. */
  goTo(node) {
    if (!this.itemOf(node) || this.isPooled(node)) {
      reveal(this.model, this.view, node);
      this.rebuild();
    }
    const item = this.itemOf(node);
    if (!item) return;
    this.select(item.id);
    this.bringIn(item.id);
  }

  isPooled(node) {
    const item = this.itemOf(node);
    return item.row ? Boolean(item.row.pooled) : item.unit.members.length > 1;
  }

  /** Brings an element to where nothing covers it. */
  bringIn(id) {
    const element = this.cy.getElementById(id);
    const { right, bottom } = this.events.free();
    if (this.cy.zoom() < ZOOM.readable) this.cy.zoom(0.9);
    const box = element.renderedBoundingBox();
    if (box.x1 > 8 && box.y1 > 8 && box.x2 < right - 8 && box.y2 < bottom - 8) return;
    const at = element.renderedPosition();
    this.cy.panBy({ x: right / 2 - at.x, y: bottom / 2 - at.y });
  }

  expand(id) {
    const item = this.items.get(id);
    if (!item) return;
    if (item.row) {
      if (!item.row.pooled) return;
      this.view.open.add(item.row.key);
    } else {
      if (item.unit.members.length < 2) return;
      revealMore(this.view, item.unit);
    }
    this.rebuild();
  }

  collapseAll() {
    this.view.revealed.clear();
    this.view.open.clear();
    this.rebuild();
  }

  /** Fades all that is neither cause nor effect of the item's card. */
  focusPath(item) {
    const current = item.unit && this.itemOf(item.node);
    if (!current) return;
    this.focused = current;
    const kept = causalPath(this.layout.edges, current.unit);
    this.cy.batch(() => {
      this.cy.nodes(".card, .row, .sub").forEach((node) => {
        node.toggleClass("faded", !kept.has(node.data("unit")));
      });
      this.cy.edges().forEach((edge) => {
        edge.toggleClass("faded", !(kept.has(edge.data("fromUnit")) && kept.has(edge.data("toUnit"))));
      });
    });
  }

  fit() {
    this.cy.fit(this.lanes(), 8);
  }

  /** The lanes enclose all that is drawn, and measure faster than hundreds of labels. */
  lanes() {
    return this.cy.elements(".lane");
  }

  /** The first view: everything where that is readable, else what weighs most. */
  showStart() {
    this.sizeCanvas();
    this.fit();
    if (this.cy.zoom() > 1) this.cy.zoom(1);
    if (this.cy.zoom() >= ZOOM.readable) {
      this.cy.center(this.lanes());
      return;
    }
    const box = this.lanes().boundingBox();
    const zoom = ZOOM.beginning;
    this.cy.zoom(zoom);
    const worst = worstUnit(this.layout.units);
    const within = (wanted, from, to, room) => Math.max(room - to * zoom - 14, Math.min(-from * zoom + 14, wanted));
    this.cy.pan({
      x: within(this.cy.width() * 0.4 - worst.x * zoom, box.x1, box.x2, this.cy.width()),
      y: within(this.cy.height() * 0.4 - worst.y * zoom, box.y1, box.y2, Math.min(this.cy.height(), box.h * zoom + 28)),
    });
  }

  /** As high as the drawing needs, within bounds: a small chain needs no large canvas. */
  sizeCanvas() {
    const box = this.lanes().boundingBox();
    const zoom = Math.max(ZOOM.readable, Math.min(1, (this.cy.width() - 16) / box.w));
    const most = Math.min(HEIGHT.most, innerHeight * (innerWidth < 640 ? 0.55 : 0.8));
    this.container.style.height = `${Math.round(Math.max(HEIGHT.least, Math.min(most, box.h * zoom + 16)))}px`;
    this.cy.resize();
  }

  /** The whole drawing as an image, for print. */
  picture() {
    return this.cy.png({ full: true, scale: 1.5, maxWidth: 4000, maxHeight: 4000, bg: "#ffffff" });
  }

  zoomBy(factor) {
    const middle = { x: this.cy.width() / 2, y: this.cy.height() / 2 };
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: middle });
  }

  restyle() {
    this.cy.style(graphStyle());
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = {
      ArrowLeft: () => this.step("left"), ArrowRight: () => this.step("right"),
      ArrowUp: () => this.step("up"), ArrowDown: () => this.step("down"),
      Enter: () => this.selected && this.expand(this.selected.id),
      f: () => this.selected && this.focusPath(this.selected),
      "+": () => this.zoomBy(1.25), "=": () => this.zoomBy(1.25), "-": () => this.zoomBy(0.8),
      0: () => this.fit(), Escape: () => this.clear(),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    if (event.key === "Escape") event.stopPropagation();
    action();
  }

  /** Moves the selection to the nearest card or row in a direction. */
  step(direction) {
    const next = this.selected ? neighbour([...this.items.values()], this.selected, direction)
      : this.items.get(this.layout.units[0]?.id);
    if (!next) return;
    this.select(next.id);
    this.bringIn(next.id);
  }
}

/** The card on which most weighs: the risks of the different detections of what it stands for. */
function worstUnit(units) {
  const weight = (unit) => {
    const risks = new Map(unit.nodes.flatMap((node) => node.acts).map((hit) => [hit.detection, hit.type === "TTP" ? 2 * hit.risk : hit.risk]));
    return [...risks.values()].reduce((sum, risk) => sum + risk, 0);
  };
  return units.map((unit) => ({ unit, weight: weight(unit) })).reduce((a, b) => (b.weight > a.weight ? b : a)).unit;
}

function neighbour(items, from, direction) {
  const ahead = {
    left: (item) => from.x - item.x, right: (item) => item.x - from.x,
    up: (item) => from.y - item.y, down: (item) => item.y - from.y,
  }[direction];
  const level = direction === "left" || direction === "right";
  const aside = (item) => Math.abs(level ? item.y - from.y : item.x - from.x);
  const least = level ? COLUMN / 2 : 4;
  const distance = (item) => ahead(item) + (level ? 2 : 4) * aside(item);
  return items.filter((item) => ahead(item) > least && (!level || !item.row))
    .sort((a, b) => distance(a) - distance(b))[0];
}

function sharesNode(one, other) {
  if (!one.row || !other.row) return false;
  const nodes = new Set(one.row.relations.map((relation) => relation.node));
  return other.row.relations.some((relation) => nodes.has(relation.node));
}

/** Ids of the units on a way into or out of a unit. */
function causalPath(edges, unit) {
  const kept = new Set([unit.id]);
  for (const [near, far] of [["from", "to"], ["to", "from"]]) {
    const queue = [unit];
    const seen = new Set(queue);
    for (let at = 0; at < queue.length; at += 1) {
      for (const edge of edges) {
        if (edge[near] !== queue[at] || seen.has(edge[far])) continue;
        seen.add(edge[far]);
        kept.add(edge[far].id);
        queue.push(edge[far]);
      }
    }
  }
  return kept;
}
