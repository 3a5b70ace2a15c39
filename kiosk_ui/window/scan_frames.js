// The scanner's live picture: a stream of JPEG frames over HTTP, asked for anew as long as somebody looks.
//
// The stream is read by fetch, not by an <img>: the token stands in a header, never in an address.

import { RpcError, offlineError } from "../shared/rpc.js";

/** A frame beyond this is none: the daemon sends smaller ones. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Pause before a stream that has ended is asked for again. */
const AGAIN_MS = 1000;

/** Where `needle` begins in `bytes`, or -1. */
function indexOf(bytes, needle) {
  for (let at = 0; at + needle.length <= bytes.length; at += 1) {
    if (needle.every((byte, place) => bytes[at + place] === byte)) return at;
  }
  return -1;
}

const HEAD_END = [13, 10, 13, 10];
const LONGEST_HEAD = 1024;

/**
 * Takes a multipart/x-mixed-replace body apart, however it is cut: `feed(bytes)` gives the whole frames that are there
 * now. Throws on what is no such body.
 */
export function createFrames() {
  let rest = new Uint8Array(0);
  const one = () => {
    const end = indexOf(rest.subarray(0, LONGEST_HEAD), HEAD_END);
    if (end < 0) {
      if (rest.length >= LONGEST_HEAD) throw new Error("no head of a frame");
      return null;
    }
    const size = Number(/content-length: *(\d+)/i.exec(new TextDecoder().decode(rest.subarray(0, end)))?.[1] ?? NaN);
    if (!(size <= MOST_BYTES)) throw new Error("no size of a frame");
    const begin = end + HEAD_END.length;
    if (rest.length < begin + size + 2) return null;
    const frame = rest.slice(begin, begin + size);
    rest = rest.slice(begin + size + 2);
    return frame;
  };
  return {
    feed(bytes) {
      const joined = new Uint8Array(rest.length + bytes.length);
      joined.set(rest);
      joined.set(bytes, rest.length);
      rest = joined;
      const frames = [];
      for (let frame = one(); frame; frame = one()) frames.push(frame);
      return frames;
    },
  };
}

/** What the daemon refused, as an error with its sentence. */
async function refusal(answer) {
  const body = await answer.json().catch(() => ({}));
  return body.error ? new RpcError({ ...body.error.data }) : offlineError();
}

/** Read one stream to its end; `show(frame)` with the newest frame of each piece. */
async function read(answer, show) {
  const reader = answer.body.getReader();
  const frames = createFrames();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const newest = frames.feed(value).at(-1);
    if (newest) await show(newest);
  }
}

/**
 * Look through the scanner until `stop()` is called. `show(bytes)` gets JPEG frames, `fail(error)` why there is no
 * picture now, or null when there is one; where the device has none at all it is not asked again.
 *
 * @param {{token: string, place: string, show: (frame: Uint8Array) => any, fail: (error: any) => void, ask?: typeof fetch, again?: number}} options
 */
export function startPreview({ token, place, show, fail, ask = fetch, again = AGAIN_MS }) {
  const ended = new AbortController();
  const headers = { Authorization: `Bearer ${token}`, "X-Hallctl-Role": "window", "X-Hallctl-Place": place };
  const look = async () => {
    while (!ended.signal.aborted) {
      let error = null;
      try {
        const answer = await ask("/api/v1/page/preview", { headers, signal: ended.signal, cache: "no-store" });
        if (answer.ok && answer.body) await read(answer, (frame) => { fail(null); return show(frame); });
        else if (!answer.ok) error = await refusal(answer);
      } catch {
        error = offlineError();
      }
      if (ended.signal.aborted) return;
      if (error) fail(error);
      if (error?.code === "scanner.no_preview") return;
      await new Promise((resolve) => { setTimeout(resolve, again); });
    }
  };
  look();
  return () => ended.abort();
}
