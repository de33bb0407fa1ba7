// Puts everything in its place.

document.body.append(voice);
for (const place of document.querySelectorAll(".lab")) {
  const data = JSON.parse(place.querySelector("script").textContent);
  place.querySelector(".needs").remove();
  (data.kind === "convolution" ? exploreConvolution : explorePooling)(data, place);
}
document.getElementById("tools").append(...[showAll(), copyMode(), themeSwitch()].filter(Boolean));
addCopyButtons();
copySelections();
followContents();
stopAtScrolling();
window.addEventListener("hashchange", openTarget);
openTarget();
