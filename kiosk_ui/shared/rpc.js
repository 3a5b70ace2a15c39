// The websocket of a page: JSON-RPC 2.0 to the daemon, reconnecting for ever. See hallctl/api/README.md.

/** Methods that change the hall; they carry a request_id and may be sent again without changing it twice. */
export const CHANGING = new Set([
  "ticket.take", "ticket.cancel", "ticket.call", "ticket.recall", "ticket.start", "ticket.finish", "ticket.miss",
  "ticket.undo", "ticket.hold", "ticket.resume", "ticket.transfer", "ticket.restore", "ticket.rate", "slip.reprint",
  "window.open", "window.resume", "window.close", "window.pause", "window.take_over", "clerk.login", "clerk.logout",
  "day.open", "day.close", "help.request", "help.answer", "terminal.revoke", "account.set", "account.remove",
  "window.arrange", "numbers.skip", "emergency.declare", "emergency.end", "agent.set", "agent.remove", "alert.confirm",
  "alert.dismiss", "appointment.book", "appointment.cancel", "appointment.check_in", "appointment.import", "quota.set",
  "block.lift", "page.scan", "page.arrange", "page.remove", "page.restore", "page.finish", "page.offer", "device.add",
  "device.change", "device.remove", "device.apply",
]);

/** A changing call is sent again after a reconnect for this long, a reading one for READ_MS. */
export const CALL_MS = 15000;
export const READ_MS = 8000;
/** Methods that wait for people or paper have more time. They are not sent again: paper would come out twice. */
const SLOW_MS = new Map([["device.test", 150000]]);
/** With no frame for this long the line is tried with `hall.about`; no answer in half of it means it is dead. */
export const PULSE_MS = 10000;

const RECONNECT_MOST_S = 5;
const REFUSED = new Set([
  "auth.required", "auth.wrong_role", "auth.wrong_place", "auth.bad_token", "account.not_allowed", "request.version",
]);

/** An error with a stable `code` and a sentence for people in both languages. */
export class RpcError extends Error {
  /**
   * @param {{code: string, zh?: string, en?: string, params?: Record<string, unknown>, problems?: {key: string, zh: string, en: string}[]}} fields
   *   `problems`: everything that is wrong with what was sent, by key
   */
  constructor({ code, zh, en, params, problems }) {
    super(zh || en || code);
    this.code = code;
    this.zh = zh || code;
    this.en = en || zh || code;
    this.params = params || {};
    this.problems = problems || [];
  }

  /** @param {{code?: number, message?: string, data?: any}} error JSON-RPC's error object */
  static fromWire(error) {
    const data = error.data || {};
    return new RpcError({
      code: data.code || `rpc.${error.code}`,
      zh: data.zh || error.message,
      en: data.en || error.message,
      params: data.params,
      problems: data.problems,
    });
  }
}

/** The error of a call that got no answer in time. */
export function offlineError() {
  return new RpcError({
    code: "offline",
    zh: "与系统的连接中断，操作未得到确认。请稍候再试。",
    en: "The connection was lost and nothing was confirmed. Please try again shortly.",
  });
}

/** A random id; crypto.randomUUID is missing on http:// addresses other than localhost. */
export function newId() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function sameHost() {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}

/**
 * @typedef {object} RpcOptions
 * @property {string} role
 * @property {string=} place window, kiosk or zone id
 * @property {string} token
 * @property {string=} url default: /ws of the page's host
 * @property {(state: "connecting"|"online"|"offline"|"refused", error: RpcError|null) => void=} onState
 *   `refused`: the daemon does not let this page in (token, role, version); it is tried again every 30 s
 * @property {(hello: object) => void=} onHello the answer to `hello`
 * @property {(seq: number, snapshot: object) => void=} onSnapshot
 * @property {(events: object[], to: number, live: boolean) => void=} onEvents in order, none twice; `live` is false
 *   for those that were missed while offline
 * @property {(method: string, params: object) => void=} onNotice notifications without a number
 * @property {(url: string) => WebSocket=} open for tests
 */

export class Rpc {
  #pending = new Map(); // id → {method, params, resolve, reject, timer, sent}
  #inner = new Map(); // id → (error, result) of hello, subscribe and the pulse
  #options;
  #socket = null;
  #nextId = 1;
  #tries = 0;
  #ready = false;
  #epoch;
  #subscribing = false;
  #closed = false;
  #retry = null;
  #pulse = null;

  /** @param {RpcOptions} options */
  constructor(options) {
    this.#options = { open: (url) => new WebSocket(url), ...options };
    /** Number of the last event seen; null before the first snapshot. @type {number|null} */
    this.seq = null;
    this.#epoch = null;
    this.#connect();
  }

  /** Whether the page is subscribed and calls go out at once. */
  get ready() { return this.#ready; }

  /**
   * Call a method. Rejects with RpcError; code "offline" when no answer came within CALL_MS (READ_MS for reading
   * methods), across any number of reconnects. The same request_id is used for every repetition.
   * @param {string} method @param {object=} params @returns {Promise<any>}
   */
  call(method, params = {}) {
    const changing = CHANGING.has(method);
    const full = changing ? { request_id: newId(), ...params } : params;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(offlineError());
      }, SLOW_MS.get(method) ?? (changing ? CALL_MS : READ_MS));
      this.#pending.set(id, { method, params: full, resolve, reject, timer, sent: this.#ready });
      if (this.#ready) this.#send({ id, method, params: full });
    });
  }

  /** End the connection and every waiting call; nothing is tried again. */
  close() {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#pulse);
    this.#socket?.close();
    for (const call of this.#pending.values()) {
      clearTimeout(call.timer);
      call.reject(offlineError());
    }
    this.#pending.clear();
  }

  #connect() {
    this.#options.onState?.("connecting", null);
    const socket = this.#options.open(this.#options.url || sameHost());
    this.#socket = socket;
    this.#inner.clear();
    const current = () => socket === this.#socket && !this.#closed;
    socket.onopen = () => { if (current()) this.#hello(); };
    socket.onmessage = (message) => { if (current()) this.#receive(message.data); };
    socket.onclose = () => { if (current()) this.#lost(); };
    socket.onerror = () => {}; // a close follows
    this.#listen(); // also bounds the time that connecting may take
  }

  #hello() {
    const { role, token, place } = this.#options;
    const params = { api_version: 1, role, token, ...(place ? { place } : {}) };
    this.#ask("hello", params, (error, result) => {
      if (error) return this.#refuse(error);
      this.#options.onHello?.(result);
      return this.#subscribe();
    });
  }

  #subscribe() {
    if (this.#subscribing) return;
    this.#subscribing = true;
    this.#ready = false;
    this.#ask("hall.subscribe", this.seq === null ? {} : { since: this.seq, epoch: this.#epoch }, (error, result) => {
      this.#subscribing = false;
      if (error) return this.#refuse(error);
      this.#take(result);
      this.#tries = 0;
      this.#ready = true;
      this.#options.onState?.("online", null);
      for (const [id, call] of this.#pending) this.#sendAgain(id, call);
      return undefined;
    });
  }

  #sendAgain(id, call) {
    if (call.sent && SLOW_MS.has(call.method)) {
      this.#pending.delete(id);
      clearTimeout(call.timer);
      call.reject(offlineError());
      return;
    }
    call.sent = true;
    this.#send({ id, method: call.method, params: call.params });
  }

  #take({ seq, epoch, snapshot, events }) {
    this.#epoch = epoch;
    if (snapshot) {
      this.seq = seq;
      this.#options.onSnapshot?.(seq, snapshot);
    } else {
      const fresh = (events || []).filter((event) => event.seq > (this.seq ?? 0));
      this.seq = seq;
      this.#options.onEvents?.(fresh, seq, false);
    }
  }

  /** `hello` or the subscription was turned down: for good (wrong token) or for now (store, stopping). */
  #refuse(error) {
    const forGood = REFUSED.has(error.code);
    this.#socket.onclose = null;
    this.#socket.close();
    this.#down(forGood ? "refused" : "offline", error, forGood ? 30000 : null);
  }

  #lost() { this.#down("offline", null, null); }

  #down(state, error, delay) {
    clearTimeout(this.#pulse);
    clearTimeout(this.#retry);
    this.#socket = null;
    this.#ready = false;
    this.#subscribing = false;
    this.#tries += 1;
    const wait = delay ?? Math.min(this.#tries, RECONNECT_MOST_S) * 1000 * (0.5 + Math.random() / 2);
    this.#options.onState?.(state, error);
    if (!this.#closed) this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #ask(method, params, answer) {
    const id = this.#nextId++;
    this.#inner.set(id, answer);
    this.#send({ id, method, params });
  }

  #send(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }

  #receive(text) {
    this.#listen();
    const message = JSON.parse(text);
    if (message.method !== undefined) this.#notified(message.method, message.params || {});
    else this.#answered(message);
  }

  #answered({ id, result, error }) {
    const failure = error ? RpcError.fromWire(error) : null;
    const inner = this.#inner.get(id);
    if (inner) {
      this.#inner.delete(id);
      inner(failure, result);
      return;
    }
    const call = this.#pending.get(id);
    if (!call) return;
    this.#pending.delete(id);
    clearTimeout(call.timer);
    if (failure) call.reject(failure);
    else call.resolve(result);
  }

  #notified(method, params) {
    if (method === "hall.events") this.#events(params);
    else if (method === "hall.snapshot") this.#take(params);
    else this.#options.onNotice?.(method, params);
  }

  /** A frame that follows is handed on, an old one dropped; a gap means: subscribe again. */
  #events({ from, to, events }) {
    if (this.#subscribing || this.seq === null || to <= this.seq) return;
    if (from > this.seq + 1) {
      this.#subscribe();
      return;
    }
    const fresh = events.filter((event) => event.seq > this.seq);
    this.seq = to;
    this.#options.onEvents?.(fresh, to, true);
  }

  /** Any frame shows that the line lives; a cut cable shows nothing at all, so silence is asked about. */
  #listen() {
    clearTimeout(this.#pulse);
    this.#pulse = setTimeout(() => {
      this.#ask("hall.about", {}, () => {});
      this.#pulse = setTimeout(() => {
        const dead = this.#socket;
        this.#lost();
        dead?.close();
      }, PULSE_MS / 2);
    }, PULSE_MS);
  }
}
