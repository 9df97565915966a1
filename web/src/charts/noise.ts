/** Which significant effects are so small that rounding could have made a part of them. */
import { type Cells, isSignificant, kNoiseFactor, type PageModel, type PromptChoice } from "../model";

/** Of an intervention's summary: which of its effects are significant but near the noise floor. */
export interface NearNoise {
  late: boolean;
  immediate: boolean;
  extreme: boolean;
}

const kNowhere: NearNoise = { late: false, immediate: false, extreme: false };

/** Whether the results hold a noise floor. */
export function hasNoiseFloor(model: PageModel): boolean {
  return model.data.prompts.some((prompt) => prompt.cells.noise_floor !== null);
}

/** Whether a state is significant, but its mean below ten times the noise floor. */
export function isNearNoise(cells: Cells, state: number): boolean {
  return isSignificant(cells, state) && cells.noise !== null && Math.abs(cells.mean[state]!) < kNoiseFactor * cells.noise[state]!;
}

function onPrompt(model: PageModel, prompt: number, i: number): NearNoise | null {
  const summary = model.summary(prompt, i);
  const noise = model.prompt(prompt).cells.noise_floor === null ? null : (model.cells(prompt, i)?.noise ?? null);
  if (summary === null || noise === null) return null;
  const near = (value: number | null, floor: number | undefined) =>
    value !== null && floor !== undefined && Math.abs(value) < kNoiseFactor * floor;
  const late = noise.subarray(Math.max(model.cut(i), model.nLayer - Math.ceil(model.nLayer / 5)), model.nLayer);
  return {
    late: summary.role !== "none" && near(summary.late, Math.max(...late)),
    immediate: summary.immediateEffect && near(summary.immediate, noise[model.cut(i)]),
    extreme: summary.extremeEffect && near(summary.extreme, noise[summary.extremeLayer ?? -1]),
  };
}

/**
 * The effects of an intervention that are significant, but below ten times the noise floor; the late
 * one against the largest floor of the late blocks. Over all prompts: so in at least half of them.
 */
export function nearNoise(model: PageModel, prompt: PromptChoice, i: number): NearNoise {
  if (prompt !== "all" || model.data.prompts.length === 1) return onPrompt(model, prompt === "all" ? 0 : prompt, i) ?? kNowhere;
  if (!hasNoiseFloor(model)) return kNowhere;
  const all = model.data.prompts.map((_, at) => onPrompt(model, at, i)).filter((one): one is NearNoise => one !== null);
  const half = (name: keyof NearNoise) => 2 * all.filter((one) => one[name]).length >= Math.max(1, model.data.prompts.length);
  return { late: half("late"), immediate: half("immediate"), extreme: half("extreme") };
}
