// Puts the page together and answers the keys that work everywhere.

function start() {
  const report = JSON.parse(document.getElementById("report-data").textContent);
  useVocabulary(report.vocabulary);
  useRules(report.rules);
  useZone(report.timezone || "UTC");
  const list = chainList(report);
  const restyle = () => list.sections.forEach((section) => section.panel?.graph?.restyle());
  replaceChildren(document.getElementById("page"),
    el("div", { class: "top" }, el("span", { class: "brand" }, "lineage"),
      el("span", { class: "muted" }, "process-lineage report"), themeButton(restyle)),
    el("p", { id: "print-note", class: "print-only" }), summary(report), list.element, footer(report));
  list.sections[0]?.open();
  listenToPage(list.sections);
  document.documentElement.dataset.ready = "true";
  performance.mark("ready");
}

function footer(report) {
  return el("footer", { class: "muted" }, `Made by ${report.generator.name} ${report.generator.version}, report schema ${
    report.schema_version}. Times are ${ZONE === "UTC" ? "UTC" : `those of ${ZONE}; what is copied as TSV or JSON has UTC`}. Control and direction characters in telemetry are written out.`);
}

function listenToPage(sections) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input, select, textarea")) return;
    const section = currentSection(sections);
    if (!section) return;
    event.preventDefault();
    section.open();
    section.panel.search.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const section of sections) if (section.panel?.graph?.selected) section.panel.graph.clear();
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[data-chain], a.to-weak");
    if (!(link instanceof HTMLAnchorElement)) return;
    if (link.dataset.chain) sections[Number(link.dataset.chain)].open();
    else unfold(document.getElementById("suspicious"));
  });
  addEventListener("beforeprint", () => printable(sections));
}

const HEADLINES_PRINTED = 60;

/** Opens what paper is to show, and says what it won't. */
function printable(sections) {
  const strong = sections.filter(({ chain }) => chain.verdict !== "suspicious");
  for (const section of strong) {
    section.open();
    openAll(section.element);
  }
  for (const section of sections) section.panel?.picture();
  document.querySelectorAll("details:not(.weak, .alike)").forEach(unfold);
  const weak = sections.length - strong.length;
  const listed = weak <= HEADLINES_PRINTED;
  if (listed) document.querySelectorAll("details.weak, details.alike").forEach(unfold);
  document.getElementById("print-note").textContent = [
    strong.length ? `Printed in full: ${plural(strong.length, "confirmed or probable chain")}.` : null,
    weak ? `Not printed: what ${plural(weak, "suspicious chain")} ${weak === 1 ? "holds" : "hold"}${
      listed ? "; the headlines are listed" : ", nor their headlines"}.` : null,
    `Times are ${ZONE}. The page itself and the JSON report have everything.`,
  ].filter(Boolean).join(" ");
}

/** The chain that is in view, else the first. */
function currentSection(sections) {
  const inView = (section) => {
    const box = section.element.getBoundingClientRect();
    return box.bottom > 80 && box.top < innerHeight * 0.7;
  };
  return sections.find(inView) || sections[0];
}

start();
