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
 * Records of one ticket, oldest first, each with what followed: `{record, stage, lasted_s, ongoing}`; `lasted_s` is the
 * time until the next change of stage, null where the event changed none or ended the ticket. The last stage of a
 * ticket that has not ended is `ongoing` and lasts until `now`; without `now` it is null.
 *
 * @param {{seq: number, at: number, type: string}[]} records in any order
 * @param {number|null=} now ms
 */
export function life(records, now = null) {
  const ordered = [...records].sort((a, b) => a.seq - b.seq);
  return ordered.map((record, index) => {
    const stage = AFTER[record.type] ?? null;
    if (!stage || ENDED.has(stage)) return { record, stage, lasted_s: null, ongoing: false };
    const next = ordered.slice(index + 1).find((later) => AFTER[later.type]);
    const until = next ? next.at : now;
    const lasted = until === null ? null : Math.max(0, Math.round((until - record.at) / 1000));
    return { record, stage, lasted_s: lasted, ongoing: !next };
  });
}

/**
 * The stages one after another, for a bar: `[{stage, lasted_s, ongoing}]` of those with a duration; neighbours of the
 * same stage (a transfer while waiting) are one. Somebody missed who has not come back would fill the bar: left out.
 */
export function stretches(steps) {
  const drawn = [];
  for (const { stage, lasted_s: lasted, ongoing } of steps) {
    if (!stage || lasted === null || (stage === "missed" && ongoing)) continue;
    const last = drawn[drawn.length - 1];
    if (last && last.stage === stage) {
      last.lasted_s += lasted;
      last.ongoing = ongoing;
    } else {
      drawn.push({ stage, lasted_s: lasted, ongoing });
    }
  }
  return drawn;
}

/** Seconds spent in each stage: `{waiting, called, serving, held}`, only those that occurred; missed is nobody's time. */
export function spent(steps) {
  const totals = {};
  for (const { stage, lasted_s: lasted } of steps) {
    if (stage && lasted !== null && stage !== "missed") totals[stage] = (totals[stage] ?? 0) + lasted;
  }
  return totals;
}

/** The stage that the records end in, null where nothing is known of it. */
export const stageNow = (steps) => steps.findLast((step) => step.stage)?.stage ?? null;
