// What becomes of a ticket that leaves the window, as the clerk is told. Pure but for the language.

import { pick, t } from "../shared/i18n.js";

/**
 * Its citizen did not come (C07).
 * @param {{ticket: string, label: string, queue: string, then?: string}} data of the event `ticket.missed`
 * @param {any[]} services
 */
export function missedText({ label, queue, then = "staff_restore" }, services) {
  const count = services.find((each) => each.id === queue)?.missed_k ?? null;
  if (then === "requeue" && count !== null) return t("window.missed_then.requeue", { label, count });
  return t(`window.missed_then.${then === "requeue" ? "later" : then}`, { label });
}

/**
 * A step to come in few words: the service, or the person or window that the ticket comes back to.
 * @param {{queue: string, target?: string|null, for_clerk?: string|null}} step
 * @param {{services: {value: any[]}, windows: {value: any[]}}} state of the hall, signals
 */
export function stepText({ queue, target, for_clerk: clerkId }, { services, windows }) {
  const service = pick(services.value.find((each) => each.id === queue) ?? { name: queue });
  const clerk = clerkId && (windows.value.find((each) => each.clerk?.id === clerkId)?.clerk.name ?? clerkId);
  const window = target && windows.value.find((each) => each.id === target)?.label;
  if (clerk) return t("window.fact.back", { who: clerk, service });
  return window ? t("window.fact.back", { who: t("window.window", { window }), service }) : service;
}

/**
 * A service was finished and the same number waits for the next one; null where it has ended.
 * @param {any} receipt of `ticket.finish`, or null @param {any} step the one that begins now @param {any} state as above
 */
export function steppedText(receipt, step, state) {
  const ticket = receipt?.ticket;
  if (ticket?.stage !== "waiting") return null;
  return t("window.stepped", { label: ticket.label, step: stepText(step ?? { queue: ticket.queue }, state) });
}
