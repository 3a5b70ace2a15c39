// The hall's time for what shows durations, and answers that are asked for again when something changes.

import { useEffect, useState } from "../shared/ui.js";

/** The daemon's time in ms, renewed every `every` ms. */
export function useNow(hall, every = 1000) {
  const [now, setNow] = useState(hall.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(hall.now()), every);
    return () => clearInterval(timer);
  }, [hall, every]);
  return now;
}

/**
 * The answer of a reading method: `{answer, error, asking, again}`. Asked when `key` changes and by `again()`; an
 * answer that comes after a newer question is dropped. The last answer stays while the next is on its way.
 */
export function useAnswer(hall, method, params, key) {
  const [state, setState] = useState({ answer: null, error: null, asking: true });
  const [count, setCount] = useState(0);
  useEffect(() => {
    let current = true;
    setState((before) => ({ ...before, asking: true }));
    hall.call(method, params).then(
      (answer) => { if (current) setState({ answer, error: null, asking: false }); },
      (error) => { if (current) setState({ answer: null, error, asking: false }); },
    );
    return () => { current = false; };
  }, [hall, method, key, count]);
  return { ...state, again: () => setCount((before) => before + 1) };
}
