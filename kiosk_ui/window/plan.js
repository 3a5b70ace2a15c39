// What a window calls now, in words: its services, those it helps out with, the mode in force (机动窗口). Pure but for
// the language.

import { pick, t } from "../shared/i18n.js";

const nameOf = (id, services) => pick(services.find((each) => each.id === id) ?? { name: id });

/** "统一发证 + 综合受理（支援）" */
export function callsText(window, services) {
  const help = new Set(window.plan?.help ?? []);
  return window.services.map((id) => (help.has(id) ? t("window.plan.help", { service: nameOf(id, services) }) : nameOf(id, services))).join(" + ");
}

/** The title of the mode in force, or null: the config's own plan, or one made by hand. */
export const modeTitle = (window) => window.modes?.find((mode) => mode.name === window.plan?.mode)?.title ?? window.plan?.mode ?? null;

/** Whether the window is one that is switched, or was arranged today: then its line tells what it calls now. */
export const isFlexible = (window) => Boolean(window.modes?.length || window.plan?.mode || window.arranged);

/**
 * What a change means for the clerk, in one line: null where nothing has changed.
 * @param {any} before the window as it was @param {any} after as it is
 */
export function changeText(before, after, services) {
  const [old, plan] = [before.plan, after.plan];
  if (!old || !plan || JSON.stringify(old) === JSON.stringify(plan)) return null;
  const calls = callsText(after, services);
  if (calls !== callsText(before, services)) return t("window.plan.changed", { calls });
  if (old.policy !== plan.policy) return t("window.plan.policy", { policy: t(`window.policy.${plan.policy}`) });
  if (old.choose !== plan.choose) return t(plan.choose ? "window.plan.choose" : "window.plan.blind");
  return t("window.plan.changed", { calls });
}
