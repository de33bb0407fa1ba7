// "Copy LaTeX": a button at every displayed formula, a mode in which every formula is one, and a selection that
// is copied takes the LaTeX of its formulas along.

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = html("textarea", { class: "unseen", readonly: true });
    area.value = text;
    document.body.append(area);
    const before = document.activeElement;
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    before?.focus();
    return copied;
  }
}

async function copyLatex(latex, told = () => {}) {
  const copied = await toClipboard(latex);
  told(copied);
  announce(copied ? `Copied: ${latex}` : "The browser does not allow copying.");
}

function copyButton(latex) {
  const button = html("button", { type: "button", class: "copy" }, "Copy LaTeX");
  let later = 0;
  button.addEventListener("click", () => copyLatex(latex(), (copied) => {
    button.textContent = copied ? "Copied" : "Not copied";
    clearTimeout(later);
    later = setTimeout(() => { button.textContent = "Copy LaTeX"; }, 1500);
  }));
  return button;
}

function addCopyButtons() {
  for (const box of document.querySelectorAll("main .eq")) {
    const drawn = box.querySelector("math"), place = html("div", { class: "formula" });
    box.replaceWith(place);
    place.append(box, copyButton(() => drawn.dataset.latex));
  }
}

// While it is on, every formula of the text, inline ones too, can be reached and copied.
function copyMode() {
  const button = html("button", { type: "button", "aria-pressed": "false", title: "Make every formula a button that copies its LaTeX" }, "Copy formulas");
  const isOn = () => button.getAttribute("aria-pressed") === "true";
  const formulas = () => document.querySelectorAll("main math[data-latex]");
  const pulse = (drawn) => {
    drawn.classList.add("copied");
    setTimeout(() => drawn.classList.remove("copied"), 900);
  };
  button.addEventListener("click", () => {
    const on = !isOn();
    button.setAttribute("aria-pressed", on);
    document.body.classList.toggle("copying", on);
    for (const drawn of formulas()) {
      if (on) drawn.setAttribute("tabindex", "0");
      else drawn.removeAttribute("tabindex");
    }
    announce(on ? "Every formula is a button now: Enter or a click copies its LaTeX." : "Formulas are text again.");
  });
  const act = (event) => {
    const drawn = isOn() && event.target.closest?.("math[data-latex]");
    if (!drawn || (event.type === "keydown" && event.key !== "Enter")) return;
    event.preventDefault();
    copyLatex(drawn.dataset.latex, (copied) => copied && pulse(drawn));
  };
  document.addEventListener("click", act, true);
  document.addEventListener("keydown", act, true);
  return button;
}

function copySelections() {
  document.addEventListener("copy", (event) => {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || event.target.matches?.("input, textarea")) return;
    const part = selection.getRangeAt(0).cloneContents();
    const formulas = part.querySelectorAll("math[data-latex]");
    if (!formulas.length) return;
    const box = html("div", {}, part);
    event.clipboardData.setData("text/html", box.innerHTML);
    for (const drawn of formulas) {
      const isDisplayed = drawn.getAttribute("display") === "block";
      drawn.replaceWith(isDisplayed ? `\n\\[${drawn.dataset.latex}\\]\n` : `$${drawn.dataset.latex}$`);
    }
    for (const button of box.querySelectorAll("button")) button.remove();
    event.clipboardData.setData("text/plain", box.textContent);
    event.preventDefault();
  });
}
