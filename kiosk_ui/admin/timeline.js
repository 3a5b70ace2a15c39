/**
 * A ticket's life from its journal records. Pure.
 */

/** What the time after an event is called, by the event's type; others do not change it. */
const AFTER = {
  "ticket.taken": "waiting",
  "ticket.called": "called",
  "ticket.resumed": "called",
  "ticket.started": "serving",
  "ticket.held": "held",
  "ticket.missed": "missed",
  "ticket.restored": "waiting",
  "ticket.transferred": "waiting",
  "ticket.undone": "waiting",
  "ticket.finished": "done",
  "ticket.cancelled": "cancelled",
  "ticket.expired": "expired",
};

const ENDED = new Set(["done", "cancelled", "expired"]);

/**
 * Records of one ticket, oldest first, each with what followed: `{record, stage, lasted_s}`; `lasted_s` is the time
 * until the next change of stage, null where none followed or the ticket has ended.
 *
 * @param {{seq: number, at: number, type: string}[]} records in any order
 */
export function life(records) {
  const ordered = [...records].sort((a, b) => a.seq - b.seq);
  return ordered.map((record, index) => {
    const stage = AFTER[record.type] ?? null;
    const next = ordered.slice(index + 1).find((later) => AFTER[later.type]);
    const lasted = stage && !ENDED.has(stage) && next ? Math.max(0, Math.round((next.at - record.at) / 1000)) : null;
    return { record, stage, lasted_s: lasted };
  });
}

/** Seconds spent in each stage: `{waiting, called, serving, held}`, only those that occurred. */
export function spent(records) {
  const totals = {};
  for (const { stage, lasted_s: lasted } of life(records)) {
    if (lasted !== null && stage !== "missed") totals[stage] = (totals[stage] ?? 0) + lasted;
  }
  return totals;
}

/** The facts of a record worth showing, as `[key, value]`: no ids that the line shows already, no empty values. */
export function facts(record) {
  const shown = new Set(["ticket", "window", "label", "number", "place"]);
  return Object.entries(record.data ?? {}).filter(
    ([key, value]) => !shown.has(key) && value !== null && value !== "" && value !== false
      && !(Array.isArray(value) && value.length === 0),
  );
}
