// What the coordinator says.

/** An error that the API explained, or that it could not be reached. */
export class Problem extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** Fetches JSON. */
export async function get(path) {
  let response;
  try {
    response = await fetch(`/v1/${path}`, { headers: { accept: "application/json" } });
  } catch {
    throw new Problem("unreachable", "The coordinator does not answer. This page goes on by itself when it does again.");
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw new Problem(body?.error?.code ?? "failed", body?.error?.message ?? `The coordinator answered with status ${response.status}.`);
}

/** Calls back with every change, and every few seconds while the stream is down. */
export function follow(changed, connection) {
  let polling = null;
  const source = new EventSource("/v1/events");
  source.addEventListener("change", (event) => changed(JSON.parse(event.data)));
  source.addEventListener("open", () => {
    clearInterval(polling);
    polling = null;
    connection(true);
  });
  source.addEventListener("error", () => {
    connection(false);
    polling ??= setInterval(() => changed({ jobs: [], missed: true }), 5000);
    // Refused rather than interrupted: the browser does not try again by itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => { clearInterval(polling); follow(changed, connection); }, 10000);
  });
}
