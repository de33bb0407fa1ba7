// What helps to read the page: the theme switch, all details at once, where one is, boxes that scroll.

function themeSwitch() {
  const labels = { system: "System", light: "Light", dark: "Dark" };
  return choice("Theme", THEMES.map((value) => ({ value, label: labels[value] })), storedTheme(), (theme) => {
    applyTheme(theme);
    try { localStorage.setItem("symconv-theme", theme); } catch { /* it holds for this page then */ }
  });
}

function showAll() {
  const folds = () => [...document.querySelectorAll("main details")];
  if (!folds().length) return null;
  const button = html("button", { type: "button", "aria-expanded": "false" }, "Show all details");
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    for (const fold of folds()) fold.open = open;
    button.setAttribute("aria-expanded", open);
    button.textContent = open ? "Hide the details" : "Show all details";
  });
  return button;
}

// The section on the screen is marked in the contents.
function followContents() {
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const onScreen = new Set();
  const observer = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) onScreen[isIntersecting ? "add" : "delete"](target.id);
    const first = [...links.keys()].find((id) => onScreen.has(id));
    for (const [id, link] of links) {
      if (id === first) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-10% 0px -60% 0px" });
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section) observer.observe(section);
  }
}

// A box is a stop for the keyboard, with a name, only while it scrolls.
function stopAtScrolling() {
  const boxes = [...document.querySelectorAll(".eq, .scroll, .conditions")];
  const judge = (box) => {
    if (box.scrollWidth > box.clientWidth + 1) {
      const kind = { eq: "Formula", scroll: "Table or figure", conditions: "Conditions" }[box.className];
      const step = box.closest(".step")?.id.replace("step-", "");
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", step ? `${kind} ${step}` : kind);
    } else for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
  };
  const observer = new ResizeObserver((changes) => changes.forEach(({ target }) => judge(target)));
  boxes.forEach((box) => observer.observe(box));
  document.fonts.ready.then(() => boxes.forEach(judge)); // formulas have other widths then
}

// A link to something inside of a fold opens the fold.
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (target?.closest("details")) target.scrollIntoView();
}
