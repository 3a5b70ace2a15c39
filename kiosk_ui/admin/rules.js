/**
 * What each window calls: the plan in force, drafts of other plans, and how they are sent, all or none. Pure.
 *
 * A draft is `{services, help, policy, ratio, help_when, help_from, choose}`, or `{own: true}`: back to the config's.
 */

/** Policies in the order shown. */
export const POLICIES = ["priority", "fifo", "ratio", "longest_relative_wait"];

/** What a window may do with a service. */
export const PARTS = ["none", "own", "help"];

/** The window's plan as a draft to change. */
export function draftOf(window) {
  const { services, help, policy, ratio, help_when: when, help_from: from, choose } = window.plan;
  return { services: [...services], help: [...help], policy, ratio: { ...ratio }, help_when: when, help_from: from, choose };
}

/** The part of `service` in a plan: own, help or none. */
export const partOf = (plan, service) => (plan.services.includes(service) ? "own" : plan.help.includes(service) ? "help" : "none");

/** The draft with another part for `service`; shares of what is not called any more go. `order` are all services. */
export function withPart(draft, service, part, order) {
  const parts = Object.fromEntries(order.map((id) => [id, id === service ? part : partOf(draft, id)]));
  const of = (wanted) => order.filter((id) => parts[id] === wanted);
  return withShares({ ...draft, services: of("own"), help: of("help") });
}

/** The draft with another policy: shares belong to `ratio` only, there each service has one. */
export const withPolicy = (draft, policy) => withShares({ ...draft, policy });

function withShares(draft) {
  if (draft.policy !== "ratio") return { ...draft, ratio: {} };
  const called = [...draft.services, ...draft.help];
  return { ...draft, ratio: Object.fromEntries(called.map((id) => [id, draft.ratio[id] ?? 1])) };
}

const sorted = (rows) => [...rows].sort();
const shapeOf = ({ services, help, policy, ratio, help_when: when, help_from: from, choose }) =>
  JSON.stringify([sorted(services), sorted(help), policy, Object.entries(ratio).sort(), help.length > 0 ? [when, from] : [], choose]);

/** Whether the draft is another plan than the window's present one; the order of services means nothing. */
export function isChanged(draft, window) {
  return draft.own ? window.arranged : shapeOf(draft) !== shapeOf(window.plan);
}

/** What is missing before the draft can be sent: "services", or null. Everything else the hall judges. */
export const lacking = (draft) => (!draft.own && draft.services.length === 0 ? "services" : null);

/** Drafts by window as the params of `window.arrange`: those that change something, in the windows' order. */
export function arrangements(drafts, windows) {
  return windows.filter((window) => drafts[window.id] && isChanged(drafts[window.id], window)).map((window) => {
    const { own, ...plan } = drafts[window.id];
    return own ? { window: window.id } : { window: window.id, plan };
  });
}

/** Which mode's button is pressed: "" is the config's own plan, null a plan made by hand. */
export const modeOf = (window) => (window.plan.mode ?? (window.arranged ? null : ""));

/** The row that a refusal is about: its window, or null for all. */
export const refusedAt = (error) => error?.params?.window ?? null;

/** Windows with modes first, then as people count; those of `zone` only, if one is given. */
export function windowsOf(windows, zone) {
  const mine = zone ? windows.filter((window) => window.zone === zone) : windows;
  const byLabel = new Intl.Collator("zh", { numeric: true }).compare;
  return [...mine].sort((a, b) => Number(b.modes.length > 0) - Number(a.modes.length > 0) || byLabel(a.label, b.label));
}
