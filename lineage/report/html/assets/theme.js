// Light, dark, or as the system says; the choice is kept where the browser lets a file keep it.

const THEMES = ["auto", "light", "dark"];
const THEME_KEY = "lineage-report-theme";

function storedTheme() {
  try {
    const stored = localStorage.getItem(THEME_KEY);
    return THEMES.includes(stored) ? stored : "auto";
  } catch {
    return "auto";
  }
}

function storeTheme(theme) {
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // Private windows and some file: pages have no storage; the choice then lasts for this view.
  }
}

/** A button that goes round the themes; `changed` is called when the colours are others. */
function themeButton(changed) {
  let theme = storedTheme();
  const name = () => `Theme: ${theme}`;
  const toggle = button(name(), () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    storeTheme(theme);
    apply();
  }, { class: "theme" });
  const apply = () => {
    document.documentElement.dataset.theme = theme;
    toggle.textContent = name();
    changed();
  };
  document.documentElement.dataset.theme = theme;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  addEventListener("beforeprint", () => { document.documentElement.dataset.theme = "light"; changed(); });
  addEventListener("afterprint", apply);
  return toggle;
}
