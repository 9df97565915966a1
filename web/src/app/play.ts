/** The block of the pairs' matrix: a slider that can play, and steps for those who prefer them. */
import type { ChoiceStore } from "./choice";
import { el } from "./dom";
import { blockName } from "./numbers";

/** Milliseconds that a block is shown while the slider plays. */
const kStep = 450;

/** The controls; `nLayer` stands for ln_f. */
export function makePlayer(store: ChoiceStore, nLayer: number): HTMLElement {
  let timer: ReturnType<typeof setInterval> | null = null;
  const nameOf = (state: number) => (state === nLayer ? "ln_f (after the last block)" : blockName(state));
  const go = (state: number) => store.set({ state: Math.max(0, Math.min(nLayer, state)) }, "replace");

  const play = el("button", { class: "play", attrs: { type: "button" }, on: { click: () => (timer ? stop() : start()) } });
  const slider = el("input", {
    attrs: { id: "block", type: "range", min: 0, max: nLayer, step: 1 },
    on: {
      input: () => {
        stop();
        go(Number(slider.value));
      },
    },
  });
  const step = (by: number, text: string, label: string) =>
    el(
      "button",
      {
        class: "step",
        attrs: { type: "button", "aria-label": label },
        on: {
          click: () => {
            stop();
            go(store.choice.state + by);
          },
        },
      },
      text,
    );
  const output = el("output", { class: "block-name", attrs: { for: "block" } });

  const showPlaying = () => {
    play.textContent = timer ? "❚❚ Pause" : "▶ Play";
    play.setAttribute("aria-label", timer ? "Pause at this block" : "Play the blocks from the bottom up");
  };
  function stop(): void {
    if (timer) clearInterval(timer);
    timer = null;
    showPlaying();
  }
  function start(): void {
    if (store.choice.state === nLayer) go(0);
    timer = setInterval(() => {
      go(store.choice.state + 1);
      if (store.choice.state === nLayer) stop();
    }, kStep);
    showPlaying();
  }
  const show = () => {
    slider.value = String(store.choice.state);
    slider.setAttribute("aria-valuetext", nameOf(store.choice.state));
    output.textContent = nameOf(store.choice.state);
  };
  store.listen((_, changed) => changed.has("state") && show());
  show();
  showPlaying();
  return el(
    "div",
    "player",
    play,
    step(-1, "‹", "One block down"),
    el("label", { class: "hidden", attrs: { for: "block" } }, "Block"),
    slider,
    step(1, "›", "One block up"),
    output,
  );
}
