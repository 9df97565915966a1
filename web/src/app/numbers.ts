/** Numbers the way the page writes them. A value that does not exist is an en dash. */

const none = "–";
type Value = number | null | undefined;

function exists(value: Value): value is number {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

function signed(text: string): string {
  return text.startsWith("-") ? `−${text.slice(1)}` : `+${text}`;
}

function infinite(value: number): string {
  return value > 0 ? "+∞" : "−∞";
}

/** A mean Δ of cosines: `+0.00041`, `−3.1e-7`, `0`. */
export function delta(value: Value): string {
  if (!exists(value)) return none;
  if (value === 0) return "0";
  return signed(Math.abs(value) < 1e-5 ? value.toExponential(1) : value.toFixed(5));
}

/** A t or a d_z: two digits behind the point, with its sign. */
export function ratio(value: Value): string {
  if (!exists(value)) return none;
  return Number.isFinite(value) ? signed(value.toFixed(2)) : infinite(value);
}

/** A number between 0 and 1 as a percentage. */
export function percent(value: Value): string {
  return exists(value) ? `${Math.round(value * 100)} %` : none;
}

/** A part of a whole with its sign, which may be below 0 or above 1: `+12 %`. */
export function share(value: Value): string {
  if (!exists(value)) return none;
  const rounded = Math.round(value * 100);
  return `${rounded === 0 ? "0" : signed(String(rounded))} %`;
}

/** A factor per block from a slope of logarithms: `× 1.024`. */
export function factor(slope: Value): string {
  return exists(slope) ? `× ${Math.exp(slope).toFixed(3)}` : none;
}

/** A figure of a claim, whatever it is. */
export function figure(value: number | string | boolean | null): string {
  if (value === null) return none;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (value === "inf") return "∞";
  if (value === "-inf") return "−∞";
  if (typeof value === "string") return value;
  if (Number.isInteger(value)) return value < 0 ? `−${-value}` : String(value);
  const size = Math.abs(value);
  const text = size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(5))) : value.toExponential(3);
  return text.replace(/^-/u, "−");
}

/** Block `layer`'s name, its index in Hugging Face's `hidden_states`, and what is known of it. */
export function blockName(layer: number, facts = ""): string {
  return `block ${layer} (hidden_states[${layer + 1}]${facts === "" ? "" : `; ${facts}`})`;
}
