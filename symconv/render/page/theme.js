// The theme: the system's, or the one that the reader chose. It is set before the page is drawn, or it would flash.

const THEMES = ["system", "light", "dark"];

function storedTheme() {
  try {
    const stored = localStorage.getItem("symconv-theme");
    return THEMES.includes(stored) ? stored : "system";
  } catch {
    return "system"; // storage may be forbidden
  }
}

function applyTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

applyTheme(storedTheme());
