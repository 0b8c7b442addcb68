// Addresses within the page: #chain-<id>, #chain-<id>-evidence, #suspicious; the back button too.

/** The section that an address names, or null. */
function sectionAt(sections, hash) {
  return sections.find(({ chain, element }) => [chain.id, element.id].some((id) => hash === id || hash.startsWith(`${id}-`))) || null;
}

function hashOf(address) {
  try {
    return decodeURIComponent(address.slice(1));
  } catch {
    return address.slice(1);
  }
}

/** Shows what the page's address names; whether there was such a thing. */
function followAddress(list) {
  const hash = hashOf(location.hash);
  if (hash === "suspicious") {
    const weak = document.getElementById("suspicious");
    if (weak) unfold(weak);
    weak?.scrollIntoView({ block: "start" });
    return Boolean(weak);
  }
  const section = hash ? sectionAt(list.sections, hash) : null;
  if (!section) return false;
  list.show(section);
  section.open();
  (document.getElementById(hash) || section.element).scrollIntoView({ block: "start" });
  return true;
}

/** Puts a chain into the page's address, so that it can be copied; the history doesn't grow. */
function nameInAddress(chain) {
  try {
    history.replaceState(null, "", `#${encodeURIComponent(chain.id)}`);
  } catch {
    // Some pages that were opened as a file may not; the address then stays.
  }
}
