// The screen read aloud, where the machine has a voice for the language: what is marked data-say, in order, then
// whatever gets the focus.

import { computed, effect, signal } from "../shared/ui.js";
import { language } from "../shared/i18n.js";

const synthesis = /** @type {SpeechSynthesis|undefined} */ (globalThis.speechSynthesis);
const voices = signal(/** @type {SpeechSynthesisVoice[]} */ ([]));
const load = () => { voices.value = synthesis ? synthesis.getVoices() : []; };
load();
synthesis?.addEventListener?.("voiceschanged", load);

/** Whether the screen is to be read aloud. */
export const reading = signal(false);

const voice = computed(() => {
  const wanted = language.value === "en" ? /^en/i : /^(zh|cmn)/i;
  return voices.value.find((each) => wanted.test(each.lang)) || null;
});
/** Whether this machine can speak the current language; the button is hidden otherwise. */
export const canSpeak = computed(() => voice.value !== null);

function speak(text, slow) {
  if (!synthesis || !voice.value || !text) return;
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.voice = voice.value;
  utterance.lang = voice.value.lang;
  utterance.rate = slow ? 0.75 : 1;
  synthesis.speak(utterance);
}

function words(element) {
  return (element.getAttribute("aria-label") || element.textContent || "").replace(/\s+/g, " ").trim();
}

/** Read every new screen while `reading` is on; returns the way to stop. */
export function readScreens(flow) {
  const stopReading = effect(() => {
    const { name, zone, page, slip, at } = flow.view.screen.value;
    const slow = flow.view.elder.value;
    const on = reading.value && voice.value && [name, zone, page, slip === "printing" && !at ? "queued" : slip, at];
    synthesis?.cancel();
    if (!on) return;
    requestAnimationFrame(() => {
      for (const element of document.querySelectorAll("[data-say]")) speak(words(element), slow);
    });
  });
  const onFocus = (/** @type {FocusEvent} */ event) => {
    const button = /** @type {Element} */ (event.target).closest?.("button");
    if (!reading.value || !button || !button.matches(":focus-visible")) return;
    synthesis?.cancel();
    speak(words(button), flow.view.elder.value);
  };
  document.addEventListener("focusin", onFocus);
  return () => { stopReading(); document.removeEventListener("focusin", onFocus); synthesis?.cancel(); };
}
