// How values are written: numbers, times, names, ATT&CK ids.

const TACTICS = {
  "initial-access": "Initial access", execution: "Execution", persistence: "Persistence",
  "privilege-escalation": "Privilege escalation", "defense-evasion": "Defense evasion",
  "credential-access": "Credential access", discovery: "Discovery", collection: "Collection",
  "lateral-movement": "Lateral movement", "command-and-control": "Command and control",
  exfiltration: "Exfiltration", impact: "Impact", reconnaissance: "Reconnaissance",
  "resource-development": "Resource development", unassigned: "No stage",
};

// What nodes and edges are called and how they are drawn: the payload's, by kind. Set by main.js.
let WORDS = { descent: null, nodes: {}, edges: {} };

function useVocabulary(vocabulary) {
  WORDS = vocabulary;
}

/** What one node of a kind is called, and several. */
function nouns(kind) {
  return WORDS.nodes[kind]?.noun ?? [kind, `${kind} nodes`];
}

/** The kinds of nodes that are drawn as marks, with what is known of them. */
function markedKinds() {
  return Object.entries(WORDS.nodes).filter(([, node]) => node.shape);
}

/** What a kind of edge says of its target, or with `passive` of its source. */
function verbOf(kind, passive = false) {
  const words = WORDS.edges[kind];
  return words ? (passive ? words.passive : words.verb) : kind;
}

const numberFormat = new Intl.NumberFormat("en-GB");

function count(number) {
  return numberFormat.format(number);
}

function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

function plurality(number, kind) {
  const [one, many] = nouns(kind);
  return plural(number, one, many);
}

function tacticName(tactic) {
  return TACTICS[tactic] || tactic;
}

/** Milliseconds since 1970, or null where the text isn't a time. */
function moment(iso) {
  const parsed = iso ? Date.parse(iso.replace(/(\.\d{3})\d+/, "$1")) : NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

// The zone that times are shown in, and what writes them there. Set by main.js.
let ZONE = "UTC";
let zoneFormat = null;

function useZone(name) {
  try {
    zoneFormat = name === "UTC" ? null : new Intl.DateTimeFormat("en-GB", {
      timeZone: name, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
      hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
    ZONE = name;
  } catch {
    zoneFormat = null; // a zone that this browser doesn't know
    ZONE = "UTC";
  }
}

/** "2024-10-14T10:02:13.12": an ISO time as the zone's clocks show it; no time stays as it is. */
function local(iso) {
  const time = moment(iso);
  if (time === null) return iso || "";
  if (!zoneFormat) return iso.replace(/Z$/, "");
  const part = Object.fromEntries(zoneFormat.formatToParts(time).map(({ type, value }) => [type, value]));
  const fraction = /\.\d+/.exec(iso);
  return `${part.year.padStart(4, "0")}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}${fraction ? fraction[0] : ""}`;
}

/** "10:02:13" of an ISO time, or the text itself where it isn't one. */
function clock(iso) {
  const match = /T(\d\d:\d\d:\d\d)/.exec(local(iso));
  return match ? match[1] : iso || "";
}

/** A time in a sentence, as `lineage.report.zone` tells it: "On 2024-10-15 00:05:51". */
function toldTime([iso, before, leads]) {
  const sameDay = before !== null && local(iso).slice(0, 10) === local(before).slice(0, 10);
  const time = sameDay ? clock(iso) : fullTime(iso).slice(0, 19);
  return leads ? `${sameDay ? "At" : "On"} ${time}` : time;
}

/** "2024-10-14 10:02:13.120": always to the millisecond, so that times stand below each other. */
function fullTime(iso) {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?/.exec(local(iso));
  return match ? `${match[1]} ${match[2]}.${(match[3] || "").padEnd(3, "0")}` : iso || "";
}

/** An ISO time as a text that sorts: all its fractional digits, at one width. */
function sortableTime(iso) {
  const match = /^([^.Z]*)(?:\.(\d+))?Z?$/.exec(iso || "");
  return match ? `${match[1]}.${(match[2] || "").padEnd(7, "0")}` : iso || "";
}

function clockOf(milliseconds) {
  return local(new Date(milliseconds).toISOString()).slice(11, 19);
}

function dayOf(milliseconds) {
  return local(new Date(milliseconds).toISOString()).slice(0, 10);
}

/** "2024-10-14 10:02:07 to 10:05:00 UTC", in the zone that times are shown in. */
function span(first, last) {
  if (!first) return "";
  const from = fullTime(first).slice(0, 19);
  const to = fullTime(last).slice(0, 19);
  if (from === to) return `${from} ${ZONE}`;
  return `${from} to ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to} ${ZONE}`;
}

function duration(first, last) {
  const seconds = Math.max(0, ((moment(last) ?? 0) - (moment(first) ?? 0)) / 1000);
  if (seconds < 1) return "under a second";
  if (seconds < 120) return plural(Math.round(seconds), "second");
  if (seconds < 7200) return plural(Math.round(seconds / 60), "minute");
  if (seconds < 172800) return plural(Math.round(seconds / 3600), "hour");
  return plural(Math.round(seconds / 86400), "day");
}

/** "21 h" of milliseconds. */
function shortDuration(milliseconds) {
  const hours = milliseconds / 3_600_000;
  if (hours < 1) return `${Math.round(hours * 60)} min`;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} d`;
}

/** The last component of a Windows path. */
function baseName(path) {
  const parts = (path || "").split(/[\\/]/);
  return parts[parts.length - 1] || path || "";
}

/** Shortens in the middle; counts whole characters, so that none is cut in half. */
function shorten(text, limit) {
  const characters = Array.from(text.slice(0, 4 * limit));
  if (characters.length <= limit && text.length <= 4 * limit) return text;
  const tail = Array.from(text.slice(-2 * limit)).slice(-Math.floor(limit / 3));
  return `${characters.slice(0, limit - tail.length - 1).join("")}…${tail.join("")}`;
}

/** Links to a technique's page at MITRE; anything that isn't a technique id stays text. */
function techniqueLink(id) {
  if (!/^T\d{4}(\.\d{3})?$/.test(id)) return el("span", { class: "tag" }, id);
  return el("a", {
    class: "tag", href: `https://attack.mitre.org/techniques/${id.replace(".", "/")}/`,
    target: "_blank", rel: "noopener noreferrer",
  }, id);
}

function points(number) {
  return String(Math.round(number * 100) / 100);
}
