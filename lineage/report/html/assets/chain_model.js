// A chain as the page works on it: nodes by number, who did what to what, and which hit hangs where.

/** Builds the working form of a chain of the payload. */
function chainModel(chain, hits) {
  const nodes = chain.nodes.map((node, index) => ({
    ...node, index, did: [], touchedBy: [], children: [], hits: [], acts: [], time: moment(node.start),
  }));
  for (const [from, to, kind, time, source, record, also, guess] of chain.edges) {
    link(nodes, { from, to, kind, time: moment(time), iso: time, source, record, also: also || [], guess: guess || null });
  }
  for (const [hit, node, actor] of chain.evidence) {
    nodes[node].hits.push(hits[hit]);
    nodes[nodes[actor]?.kind === "process" ? actor : node].acts.push(hits[hit]);
  }
  setParents(nodes);
  setTimes(nodes);
  setHosts(nodes, chain.hosts);
  setWeights(nodes);
  return { ...chain, nodes, hits: chain.evidence.map(([hit, node]) => ({ ...hits[hit], at: node })) };
}

function link(nodes, edge) {
  const { from, to } = edge;
  nodes[from].did.push(edge);
  nodes[to].touchedBy.push(edge);
}

/** Each process's parent: the spawning one; never its own descendant. */
function setParents(nodes) {
  for (const node of nodes) {
    if (node.kind !== "process") continue;
    const spawned = node.touchedBy.find((edge) => edge.kind === WORDS.descent);
    if (node.parent === null && spawned) node.parent = spawned.from;
    if (node.parent === node.index) node.parent = null;
  }
  for (const node of nodes) breakCycle(nodes, node);
  for (const node of nodes) {
    if (node.kind === "process" && node.parent !== null) nodes[node.parent].children.push(node.index);
  }
}

/** Cuts a parent that leads back to the node. `rooted` marks what is known to lead to a root. */
function breakCycle(nodes, node) {
  const path = new Set();
  let current = node;
  while (current && !current.rooted && !path.has(current)) {
    path.add(current);
    current = current.parent === null || current.parent === undefined ? null : nodes[current.parent];
  }
  if (current && path.has(current)) current.parent = null;
  for (const seen of path) seen.rooted = true;
}

/** A node without a start time gets its first mention; a parent never seen, its first child's. */
function setTimes(nodes) {
  for (const node of nodes) {
    if (node.time !== null) continue;
    const times = [...node.touchedBy, ...node.did].map((edge) => edge.time).filter((t) => t !== null);
    node.time = times.length ? times.reduce((a, b) => Math.min(a, b)) : null;
  }
}

/** Hosts as the chain spells them; a process known only by name stands with its first child. */
function setHosts(nodes, hosts) {
  const spelled = new Map(hosts.map((host) => [host.toLowerCase(), host]));
  for (const node of childrenFirst(nodes)) {
    const own = node.host || (node.children.length ? nodes[node.children[0]].host : null);
    node.host = own && (spelled.get(own.toLowerCase()) || own);
  }
}

/** Hits in the subtree of each process, on what it did included: what decides on what is shown. */
function setWeights(nodes) {
  for (const node of nodes) node.weight = node.acts.length;
  for (const node of childrenFirst(nodes)) {
    if (node.parent !== null && node.parent !== undefined) nodes[node.parent].weight += node.weight;
  }
}

function childrenFirst(nodes) {
  const order = nodes.filter((node) => node.kind === "process" && node.parent === null);
  for (let index = 0; index < order.length; index += 1) {
    for (const child of order[index].children) order.push(nodes[child]);
  }
  return order.reverse();
}

/** What a node is called on the graph. */
function nodeName(node) {
  if (!node.value) return node.kind === "process" ? "unknown process" : "";
  const components = WORDS.nodes[node.kind]?.components ?? 1;
  if (components === 0) return node.value.trim().split("\n")[0];
  return components === 1 ? baseName(node.value) : node.value.split("\\").slice(-components).join("\\");
}

/** What a search looks in. */
function nodeText(node) {
  return `${node.value || ""}\n${node.command || ""}\n${node.data || ""}\n${node.pid ?? ""}\n${node.host || ""}\n${node.user || ""}\n${
    node.hits.map((hit) => hit.detection).join("\n")}`.toLowerCase();
}

/** The relations of a process to things, each thing and verb once, in order of time. */
function relations(nodes, node) {
  const found = new Map();
  const add = (other, edge, passive) => {
    if (nodes[other].kind === "process") return;
    const key = `${other} ${edge.kind}`;
    if (!found.has(key)) found.set(key, { node: nodes[other], kind: edge.kind, passive, time: edge.time });
  };
  for (const edge of node.did) add(edge.to, edge, false);
  for (const edge of node.touchedBy) add(edge.from, edge, true);
  return [...found.values()].sort((a, b) => (a.time ?? 0) - (b.time ?? 0));
}
