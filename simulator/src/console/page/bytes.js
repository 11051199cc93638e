// A body as it went over the wire: raw, or laid out for reading. Laying out moves white space only; no number, escape or
// name is rewritten, since those are what signatures break on.

import { make, notice } from "./dom.js";
import { text } from "./words.js";

/** A panel with one side's bytes; `body` is absent where none are kept, `length` is what the journal counted. */
export function panel(title, body, length) {
  const head = make("header", {}, make("h4", { textContent: title }));
  const box = make("section", { className: "bytes" }, head);
  if (!body || body.len_bytes === 0) {
    const words = !body && length > 0 ? "noBytes" : "noBody";
    box.append(make("p", { className: "soft", textContent: text(words) }));
    return box;
  }
  const facts = [body.content_type, text("bytes", { bytes: body.len_bytes })];
  const code = make("pre", { tabIndex: 0 });
  code.setAttribute("role", "region");
  code.setAttribute("aria-label", title);
  head.append(tools(body, code));
  box.append(code, make("p", { className: "soft", textContent: facts.filter(Boolean).join(" · ") }));
  return box;
}

function tools(body, code) {
  const laidOut = layOut(body);
  const buttons = [];
  const show = (pretty) => {
    code.replaceChildren(...(pretty ? laidOut : [body.text]));
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(pretty === (index === 0))));
  };
  const copy = make("button", { type: "button", textContent: text("copy") });
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(body.text);
    notice(text("copied"));
  });
  if (laidOut === null) {
    code.append(body.text);
  } else {
    for (const [pretty, key] of [[true, "pretty"], [false, "raw"]]) {
      const button = make("button", { type: "button", textContent: text(key) });
      button.addEventListener("click", () => show(pretty));
      buttons.push(button);
    }
    show(true);
  }
  return make("div", { className: "tools" }, ...buttons, copy);
}

/** Nodes of the body laid out, or null where there is nothing to lay out. */
function layOut(body) {
  if (/^\s*[{[]/.test(body.text)) return json(body.text);
  if (/urlencoded/.test(body.content_type ?? "")) return form(body.text);
  return null;
}

function json(source) {
  try {
    JSON.parse(source);
  } catch {
    return null;
  }
  const tokens = source.match(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  const nodes = [];
  let depth = 0;
  const fresh = () => nodes.push(`\n${"  ".repeat(depth)}`);
  tokens.forEach((token, index) => {
    const opens = "{[".includes(token);
    const closes = "}]".includes(token);
    if (closes) depth -= 1;
    if (closes && !"{[".includes(tokens[index - 1])) fresh();
    nodes.push(coloured(token, tokens[index + 1]));
    if (opens) depth += 1;
    if ((opens && !"}]".includes(tokens[index + 1])) || token === ",") fresh();
    if (token === ":") nodes.push(" ");
  });
  return nodes;
}

function coloured(token, next) {
  if (token.startsWith('"')) return make("span", { className: next === ":" ? "name" : "string", textContent: token });
  return /^[{}[\],:]$/.test(token) ? token : make("span", { className: "number", textContent: token });
}

function form(source) {
  const decode = (part) => {
    try {
      return decodeURIComponent(part.replaceAll("+", " "));
    } catch {
      return part;
    }
  };
  return source.split("&").flatMap((pair, index) => {
    const [name, ...rest] = pair.split("=");
    const value = make("span", { className: "string", textContent: decode(rest.join("=")) });
    const equals = rest.length === 0 ? "" : " = ";
    return [index === 0 ? "" : "\n", make("span", { className: "name", textContent: decode(name) }), equals, value];
  });
}
