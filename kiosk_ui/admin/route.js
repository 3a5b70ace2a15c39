/**
 * The admin page's places as URLs, so that each can be sent: `#/journal?ticket=...`. Pure.
 *
 * A fragment that carries a token (`#token=...`) is not a route; the session has read it already.
 */

/** Roles that may use the page, the usual one first. */
export const ROLES = ["admin", "supervisor", "auditor"];

/** The tabs, in the order shown, with the roles that may see them. */
export const TABS = [
  { tab: "hall", roles: ["supervisor", "auditor", "admin"] },
  { tab: "rules", roles: ["supervisor", "auditor", "admin"] },
  { tab: "devices", roles: ["supervisor", "auditor", "admin"] },
  { tab: "journal", roles: ["supervisor", "auditor", "admin"] },
  { tab: "ledger", roles: ["supervisor", "auditor", "admin"] },
  { tab: "agents", roles: ["supervisor", "admin"] },
  { tab: "accounts", roles: ["admin"] },
  { tab: "terminals", roles: ["admin"] },
];

/** The tabs that `role` may see. */
export const tabsOf = (role) => TABS.filter((each) => each.roles.includes(role)).map((each) => each.tab);

/**
 * `{tab, query}` of a fragment; what is unknown, or not for this role, is the first tab.
 *
 * @param {string} fragment as in location.hash, with or without "#"
 * @param {string} role
 */
export function routeOf(fragment, role) {
  const found = /^#?\/([a-z]+)(?:\?(.*))?$/.exec(fragment ?? "");
  const allowed = tabsOf(role);
  if (!found || !allowed.includes(found[1])) return { tab: allowed[0] ?? "hall", query: {} };
  return { tab: found[1], query: Object.fromEntries(new URLSearchParams(found[2] ?? "")) };
}

/** The fragment of a place; empty values are left out. */
export function fragmentOf(tab, query = {}) {
  const kept = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const text = new URLSearchParams(kept).toString();
  return `#/${tab}${text ? `?${text}` : ""}`;
}
