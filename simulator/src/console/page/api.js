// Talks to the admin interface: calls and the stream of journal lines. Keeps the token where the tab keeps it, and
// says once that a token is asked for.

const TOKEN = "token";
const AGAIN_MIN_MS = 500;
const AGAIN_MAX_MS = 8000;

/** What the gateway refused, in its own words; status 0 when it did not answer. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message ?? "");
    this.status = status;
    this.code = body?.error ?? "unreachable";
    this.help = body?.help ?? "";
    this.problems = body?.problems ?? [];
  }
}

/** Remembers the token for as long as the tab lives. */
export function keepToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

/** Whether a token was entered before. */
export function hasToken() {
  return sessionStorage.getItem(TOKEN) !== null;
}

/** `GET`s JSON. Throws `Refused`. */
export function get(path) {
  return call("GET", path);
}

/** `POST`s JSON and gives the JSON answer. Throws `Refused`. */
export function post(path, content = {}) {
  return call("POST", path, content);
}

/** Sends a text of a media type and gives the JSON answer. Throws `Refused`. */
export async function put(path, type, body) {
  const options = { method: "PUT", headers: { ...headers("application/json"), "content-type": type }, body, cache: "no-store" };
  return answer(await reach(path, options));
}

/** `DELETE`s and gives the JSON answer. Throws `Refused`. */
export function remove(path) {
  return call("DELETE", path);
}

async function call(method, path, content) {
  const options = { method, headers: headers("application/json"), cache: "no-store" };
  if (content !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(content);
  }
  return answer(await reach(path, options));
}

async function answer(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

/**
 * Follows the journal for ever: `line` gets each new line, `state` hears `live` and `lost`, `caughtUp` is called after
 * each connect so that the caller can fetch what it missed.
 */
export async function follow({ line, state, caughtUp }) {
  let wait = AGAIN_MIN_MS;
  for (;;) {
    try {
      const response = await reach("/events", { headers: headers("text/event-stream"), cache: "no-store" });
      if (!response.ok) throw new Refused(response.status, null);
      state("live");
      wait = AGAIN_MIN_MS;
      caughtUp();
      await read(response.body, line);
    } catch (problem) {
      if (problem instanceof Refused && problem.status === 401) return;
    }
    state("lost");
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 2, AGAIN_MAX_MS);
  }
}

async function read(stream, line) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value.replaceAll("\r", "")).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = event.split("\n").filter((row) => row.startsWith("data:")).map((row) => row.slice(5).trimStart());
      if (data.length > 0) line(JSON.parse(data.join("\n")));
    }
  }
}

async function reach(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refused(0, null);
  }
  if (response.status === 401) document.dispatchEvent(new Event("token-asked"));
  return response;
}

function headers(accept) {
  const token = sessionStorage.getItem(TOKEN);
  return token === null ? { accept } : { accept, authorization: `Bearer ${token}` };
}
