// Puts the page together and answers the keys that work everywhere.

function start() {
  const report = JSON.parse(document.getElementById("report-data").textContent);
  useVocabulary(report.vocabulary);
  useRules(report.rules);
  useRecords(report.records);
  useZone(report.timezone || "UTC");
  const page = { report, list: null };
  build(page);
  if (!followAddress(page.list)) page.list.sections[0]?.open();
  listenToPage(page);
  document.documentElement.dataset.ready = "true";
  performance.mark("ready");
}

/** Makes all of the page anew, in the zone that times are shown in now. */
function build(page) {
  const { report } = page;
  page.list = chainList(report);
  const restyle = () => page.list.sections.forEach((section) => section.panel?.restyle());
  replaceChildren(document.getElementById("page"),
    el("nav", { class: "top", "aria-label": "Display" }, el("span", { class: "brand" }, "lineage"),
      el("span", { class: "muted" }, "process-lineage report"), zoneChoice(page), themeButton(restyle)),
    el("p", { id: "print-note", class: "print-only" }), summary(report), campaignsBlock(report), page.list.element, footer(report));
}

/** Which zone times are shown in: UTC, the one that was asked for, or this computer's. */
function zoneChoice(page) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set(["UTC", page.report.timezone, ZONE, own].filter(Boolean))];
  if (zones.length < 2) return el("span", { class: "zone muted" }, "Times: UTC");
  const select = selectOf("Time zone of all times", zones.map((zone) => [zone, `Times: ${zone}`]), (zone) => {
    const open = page.list.sections.map((section) => !section.body.hidden);
    useZone(zone);
    build(page);
    page.list.sections.forEach((section, index) => { if (open[index]) section.open(); });
    document.getElementById("page").querySelector("select")?.focus();
  });
  select.classList.add("zone");
  select.value = ZONE;
  return select;
}

function footer(report) {
  return el("footer", { class: "muted" }, `Made by ${report.generator.name} ${report.generator.version}, report schema ${
    report.schema_version}. Times are ${ZONE}; what is copied as TSV or JSON has UTC. Control and direction characters in telemetry are written out.`);
}

function listenToPage(page) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input, select, textarea")) return;
    const section = currentSection(page.list.sections);
    if (!section) return;
    event.preventDefault();
    section.open();
    section.panel.search.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const section of page.list.sections) if (section.panel?.graph?.selected) section.panel.graph.clear();
  });
  addEventListener("hashchange", () => followAddress(page.list));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[href^='#']");
    if (link instanceof HTMLAnchorElement && link.hash === location.hash && !event.defaultPrevented) {
      event.preventDefault(); // the address stays, so that nothing else would follow it
      followAddress(page.list);
    }
  });
  addEventListener("beforeprint", () => printable(page.list.sections));
}

const HEADLINES_PRINTED = 60;

/** Opens what paper is to show, and says what it won't. */
function printable(sections) {
  const strong = sections.filter(isStrong);
  for (const section of strong) {
    section.open();
    openAll(section.element);
  }
  for (const section of sections) section.panel?.picture();
  document.querySelectorAll(".disclosures details.inputs, .disclosures details.unchained").forEach(unfold);
  const weak = sections.length - strong.length;
  const listed = weak <= HEADLINES_PRINTED;
  if (listed) document.querySelectorAll("details.weak, details.alike").forEach(unfold);
  document.getElementById("print-note").textContent = [
    strong.length ? `Printed in full: ${plural(strong.length, "confirmed or probable chain")}, but for the records as logged.` : null,
    weak ? `Not printed: what ${plural(weak, "suspicious chain")} ${weak === 1 ? "holds" : "hold"}${
      listed ? "; the headlines are listed" : ", nor their headlines"}.` : null,
    "Of the summary's folds those are printed that were open.",
    `Times are ${ZONE}. The page itself and the JSON report have everything.`,
  ].filter(Boolean).join(" ");
}

/** The chain that is in view, else the first. */
function currentSection(sections) {
  const inView = (section) => {
    const box = section.element.getBoundingClientRect();
    return box.height > 0 && box.bottom > 80 && box.top < innerHeight * 0.7;
  };
  return sections.find(inView) || sections[0];
}

start();
