// What every page does: its language, its colours, and how it is printed. Charts listen to `paydrill:repaint`.
"use strict";
(() => {
  const root = document.documentElement;
  const repaint = () => document.dispatchEvent(new Event("paydrill:repaint"));
  root.classList.remove("plain");

  function speak(language) {
    root.lang = language;
    document.title = language === "en" ? root.dataset.titleEn : root.dataset.titleZh;
    press("[data-language]", (button) => button.dataset.language === language);
    repaint();
  }

  function paint(colours) {
    if (colours === "system") root.removeAttribute("data-colours");
    else root.setAttribute("data-colours", colours);
    press("button[data-colours]", (button) => button.dataset.colours === colours);
    repaint();
  }

  function press(selector, isPressed) {
    for (const button of document.querySelectorAll(selector)) button.setAttribute("aria-pressed", isPressed(button));
  }

  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => speak(button.dataset.language));
  }
  for (const button of document.querySelectorAll("button[data-colours]")) {
    button.addEventListener("click", () => paint(button.dataset.colours));
  }

  // Paper is white: charts are drawn in light colours and to its width before the page is printed.
  function print(printed) {
    root.classList.toggle("printed", printed);
    repaint();
  }
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  matchMedia("print").addEventListener("change", (media) => print(media.matches));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

  speak(root.lang);
  paint("system");
})();
