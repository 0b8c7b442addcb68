// Campaigns: chains that share what only an attack has, drawn over hosts and in order of time.

const TRAITS_SHOWN = 8;
const CAMPAIGN_CHAINS = 24;

/** The campaigns of several chains, by name, in the chains' order. */
function campaignsOf(chains) {
  const found = new Map();
  for (const chain of chains) {
    if (!chain.campaign) continue;
    if (!found.has(chain.campaign.name)) found.set(chain.campaign.name, []);
    found.get(chain.campaign.name).push(chain);
  }
  return [...found].filter(([, members]) => members.length > 1);
}

function campaignsBlock(report) {
  const found = campaignsOf(report.chains);
  if (!found.length) return null;
  return el("section", { class: "campaigns", "aria-label": "Campaigns" },
    found.map(([name, members]) => campaignMap(name, members, report)));
}

/** One campaign: a lane for each host, its chains from left to right as they began, and the links between. */
function campaignMap(name, members, report) {
  const ordered = [...members].sort((a, b) => (sortableTime(a.first) < sortableTime(b.first) ? -1 : 1)).slice(0, CAMPAIGN_CHAINS);
  const hosts = [...new Set(ordered.flatMap((chain) => chain.hosts))];
  const grid = el("div", { class: "campaign-grid" });
  grid.style.gridTemplateColumns = `max-content repeat(${ordered.length}, minmax(132px, 1fr))`;
  const boxes = [];
  hosts.forEach((host, lane) => {
    const label = el("span", { class: "campaign-host" }, shorten(host, 40));
    label.style.gridArea = `${lane + 1} / 1`;
    grid.append(label);
    ordered.forEach((chain, place) => {
      if (!chain.hosts.includes(host)) return;
      const box = campaignBox(chain, report.chains.indexOf(chain) + 1);
      box.style.gridArea = `${lane + 1} / ${place + 2}`;
      grid.append(box);
      boxes.push({ box, place });
    });
  });
  const lines = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  lines.setAttribute("aria-hidden", "true");
  grid.prepend(lines);
  new ResizeObserver(() => drawLinks(lines, grid, boxes)).observe(grid);
  const left = members.length - ordered.length;
  return el("div", { class: "campaign-map" },
    el("h2", null, `One campaign: ${plural(members.length, "chain")} on ${plural(hosts.length, "host")}`),
    el("p", { class: "muted" }, "They share what only the attack has. Time runs from left to right; a line leads to the next.",
      left > 0 ? ` The first ${ordered.length} are drawn.` : null, " ", el("small", null, shorten(name, 80))),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Chains of the campaign over hosts" }, grid),
    traitList(members[0].campaign.traits));
}

function campaignBox(chain, number) {
  return el("a", { href: `#${chain.id}`, class: `campaign-chain ${chain.verdict}` },
    el("strong", null, `Chain ${number}`), el("span", null, ` ${chain.verdict} ${points(chain.score)}`),
    el("small", null, fullTime(chain.first).slice(0, 16)));
}

/** Lines from each chain to the next, and between the lanes of a chain on several hosts. */
function drawLinks(lines, grid, boxes) {
  const frame = grid.getBoundingClientRect();
  lines.setAttribute("width", String(grid.scrollWidth));
  lines.setAttribute("height", String(grid.scrollHeight));
  lines.textContent = "";
  const at = ({ box }) => {
    const { left, top, right, bottom } = box.getBoundingClientRect();
    return { left: left - frame.left, right: right - frame.left, x: (left + right) / 2 - frame.left, y: (top + bottom) / 2 - frame.top };
  };
  for (const one of boxes) {
    const next = boxes.filter((other) => other.place === one.place + 1)[0];
    const twin = boxes.find((other) => other.place === one.place && boxes.indexOf(other) === boxes.indexOf(one) + 1);
    const [from, to] = [at(one), next && at(next)];
    if (to) addLine(lines, `M${from.right} ${from.y} C${from.right + 24} ${from.y} ${to.left - 24} ${to.y} ${to.left} ${to.y}`);
    if (twin) addLine(lines, `M${from.x} ${from.y} L${at(twin).x} ${at(twin).y}`);
  }
}

function addLine(lines, path) {
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  lines.append(line);
}

function traitList(traits) {
  const trait = ([kind, value]) => el("li", null, el("span", { class: "muted" }, `${kind} `), code(shorten(value, 120)));
  return shortList(traits, TRAITS_SHOWN, trait, { class: "plain" });
}

/** In a chain: the campaign that it belongs to, and the others of it. */
function campaignBlock(chain, chains) {
  if (!chain.campaign) return null;
  const others = chains.filter((other) => other !== chain && other.campaign?.name === chain.campaign.name);
  const link = (other) => el("li", null, el("a", { href: `#${other.id}` }, `Chain ${chains.indexOf(other) + 1}`),
    ` ${other.verdict}, ${other.hosts.map((host) => shorten(host, 40)).slice(0, 3).join(", ")}, ${fullTime(other.first).slice(0, 16)}`);
  return el("div", { class: "campaign" }, el("p", null, "Campaign ", el("strong", null, shorten(chain.campaign.name, 80)),
    others.length ? ": these chains share what only the attack has." : ": its other chains aren't in this report."),
    others.length ? shortList(others, TRAITS_SHOWN, link, { class: "plain" }) : null, traitList(chain.campaign.traits));
}
