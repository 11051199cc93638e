// "Why did my signature fail?": a form for a pasted body, and how a finding looks, there and inside stories. The token is
// never here: the gateway sends the string with `•••` in its place.

import { post } from "./api.js";
import { at, make } from "./dom.js";
import { text } from "./words.js";

/** Wires the form; `failed` hears what the question was refused for. */
export function startDoctor(failed) {
  at("doctor").addEventListener("submit", async (event) => {
    event.preventDefault();
    const question = {
      shop: Number(at("doctor-shop").value),
      content_type: at("doctor-type").value,
      body: at("doctor-body").value,
    };
    try {
      at("doctor-result").replaceChildren(finding(await post("/diagnose", question)));
    } catch (problem) {
      at("doctor-result").replaceChildren();
      failed(problem);
    }
  });
  at("doctor-body").addEventListener("input", () => {
    const looksLikeJson = at("doctor-body").value.trimStart().startsWith("{");
    at("doctor-type").selectedIndex = looksLikeJson ? 1 : 0;
  });
}

/** What the diagnosis found, as an element. */
export function finding({ matches, algorithm, mistake, canonical, steps }) {
  const box = make("section", { className: "finding" });
  if (matches) {
    box.dataset.tone = "good";
    box.append(make("h3", { textContent: text("matches") }));
  } else if (mistake) {
    box.dataset.tone = "bad";
    box.append(
      make("p", { className: "code mono", textContent: mistake.code }),
      make("h3", { textContent: mistake.what }),
      make("p", {}, make("b", { textContent: `${text("remedy")}: ` }), mistake.remedy),
    );
  } else {
    box.dataset.tone = "wait";
    box.append(make("h3", { textContent: text("mistakeUnknown") }));
  }
  const title = text("canonical", { algorithm });
  const code = make("pre", { className: "canonical", textContent: canonical, tabIndex: 0 });
  code.setAttribute("role", "region");
  code.setAttribute("aria-label", title);
  box.append(make("h4", { textContent: title }), code);
  if (steps?.length > 0) {
    const list = make("ol", {}, ...steps.map((step) => make("li", { textContent: step })));
    box.append(make("details", {}, make("summary", { textContent: text("steps") }), list));
  }
  return box;
}
