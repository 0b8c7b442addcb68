// A chain's story: its stages at the left, what happened in them at the right.

const STORY_TEXT = 140;
const STORY_SENTENCES = 3;

/** Builds the story; what a sentence names leads to the graph (`goTo(index of node)`). */
function storyBlock(chain, goTo) {
  const sentence = (one) => el("li", { dir: "ltr" }, one.parts.map((part) => storyPart(part, goTo)), recordsOf(one));
  const limit = (passage) => (passage.sentences.length > STORY_SENTENCES + 1 ? STORY_SENTENCES : passage.sentences.length);
  return el("div", { class: "story" }, chain.story.map((passage) => el("section", { class: "passage" },
    el("h4", null, capital(passage.title)),
    el("div", null, shortList(passage.sentences, limit(passage), sentence, { class: "plain" })))));
}

function storyPart([text, kind, node, time], goTo) {
  const shown = kind === "command" || kind === "artifact" ? shorten(text, STORY_TEXT) : partText([text, kind, node, time]);
  if (node === null) return kind === "plain" ? shown : el("span", { class: `told ${kind}` }, shown);
  return jump(shown, () => goTo(node), { class: `told ${kind}` });
}

/** A part's text; times and the zone's name as they are shown now. */
function partText([text, kind, , time]) {
  if (kind === "zone") return ZONE;
  return time ? toldTime(time) : text;
}

function recordsOf({ records }) {
  if (!records.length) return null;
  const named = records.map(([source, record]) => `${baseName(source)} #${record}`);
  const more = named.length > 1 ? ` and ${named.length - 1} more` : null;
  return el("small", { class: "records", title: named.join(", ") }, ` ${named[0]}`, more);
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
