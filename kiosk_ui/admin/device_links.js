/**
 * A link of the config in the parts that people know: an address and a port, a serial port and its speed. Pure.
 *
 * Parts are `{scheme, host, port, rest}` of tcp, `{scheme, place, baud, rest}` of serial, `{scheme, text}` of all else
 * and of links that are written in another way.
 */

/** Speeds of serial devices; "" is the link's own default. */
export const BAUDS = ["", "1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200"];

/** What a link of the scheme looks like. */
export const EXAMPLES = {
  tcp: "tcp://192.168.1.50:9100", serial: "serial:///dev/ttyUSB0?baud=9600", usblp: "usblp:///dev/usb/lp0", usb: "usb://0416:5011",
  input: "input:///dev/input/by-id/…-event-kbd", video: "video:///dev/v4l/by-id/…", pcsc: "pcsc:", none: "none:",
};

/** Ports at which devices of a driver usually listen. */
const PORTS = { escpos: "9100", onbon: "5005" };

export const schemeOf = (link) => String(link).split(":")[0];

/** @param {string} link @returns {any} parts; what they make is the same link */
export function partsOf(link) {
  const parts = split(link);
  return linkOf(parts) === link ? parts : { scheme: schemeOf(link), text: link };
}

function split(link) {
  const tcp = /^tcp:\/\/(\[[^\]]*\]|[^:/?]*):(\d*)(\?.*)?$/.exec(link);
  if (tcp) return { scheme: "tcp", host: tcp[1], port: tcp[2], rest: tcp[3] ?? "" };
  const serial = /^serial:\/\/([^?]*)(?:\?(.*))?$/.exec(link);
  if (!serial) return { scheme: schemeOf(link), text: link };
  const given = (serial[2] ?? "").split("&").filter(Boolean);
  const baud = given.find((each) => each.startsWith("baud="))?.slice(5) ?? "";
  return { scheme: "serial", place: serial[1], baud, rest: given.filter((each) => !each.startsWith("baud=")).join("&") };
}

/** The link that the parts make. */
export function linkOf(parts) {
  if (parts.text !== undefined) return parts.text.trim();
  if (parts.scheme === "tcp") return `tcp://${parts.host.trim()}:${parts.port.trim()}${parts.rest}`;
  const query = [parts.baud && `baud=${parts.baud}`, parts.rest].filter(Boolean).join("&");
  return `serial://${parts.place.trim()}${query ? `?${query}` : ""}`;
}

/** Parts to begin with. */
export function newParts(scheme, driver) {
  if (scheme === "tcp") return { scheme, host: "", port: PORTS[driver] ?? "", rest: "" };
  if (scheme === "serial") return { scheme, place: "", baud: "", rest: "" };
  return { scheme, text: ["none", "pcsc"].includes(scheme) ? EXAMPLES[scheme] : `${scheme}://` };
}
