/** Numbers and text the way the charts write them. */
import type { TestInfo } from "../data";

const kNone = "–";
type Value = number | null | undefined;

/** A minus that is as wide as a plus. */
function signed(text: string, plus: boolean): string {
  if (text.charAt(0) === "-") return `−${text.slice(1)}`;
  return plus ? `+${text}` : text;
}

/** A number to three digits: `+0.0123`, `−3.1e−7`, `+∞`; `plus` wants the sign of positive ones. */
export function number(value: Value, plus = false): string {
  if (value === null || value === undefined || isNaN(value)) return kNone;
  if (!isFinite(value)) return value > 0 ? `${plus ? "+" : ""}∞` : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e6) return signed(String(Number(value.toPrecision(3))), plus);
  const [digits, exponent] = value.toExponential(2).split("e");
  const power = exponent!.replace("+", "").replace("-", "−");
  return `${signed(String(Number(digits)), plus)}e${power}`;
}

/** A change: with its sign. */
export function change(value: Value): string {
  return number(value, true);
}

/** A cosine: four digits behind the point. */
export function cosine(value: Value): string {
  return value === null || value === undefined || isNaN(value) ? kNone : signed(value.toFixed(4), false);
}

/** A p-value out of its logarithm to base 10. */
export function pValue(log10p: Value): string {
  if (log10p === null || log10p === undefined || isNaN(log10p)) return kNone;
  if (log10p === -Infinity) return "0";
  if (log10p > -4) return String(Number(Math.pow(10, log10p).toPrecision(2)));
  let exponent = Math.floor(log10p);
  let digits = Number(Math.pow(10, log10p - exponent).toFixed(1));
  if (digits === 10) {
    digits = 1;
    exponent++;
  }
  return `${digits}e−${-exponent}`;
}

/** A block with both of its names; `layer` = number of blocks is ln_f. */
export function stateName(layer: number, nLayer: number): string {
  return layer >= nLayer ? "ln_f" : `block ${layer} (hidden_states[${layer + 1}])`;
}

const kCorrections: { readonly [name: string]: string } = {
  bonferroni: "Bonferroni",
  holm: "Holm",
  bh: "Benjamini–Hochberg",
  none: "uncorrected",
};

/** A correction as people know it. */
export function correctionName(name: string): string {
  return kCorrections[name] ?? name;
}

/** How the p-values of one intervention's blocks are corrected; empty where they are not. */
export function blockCorrection(test: TestInfo): string {
  const familyWise = test.correction === "bonferroni" || test.correction === "holm";
  if (test.name === "token-swap" && familyWise && test.family !== "sweep") return "max-T";
  return test.correction === "none" ? "" : correctionName(test.correction);
}

const kTests: { readonly [name: string]: string } = {
  paired: "paired t-test",
  independent: "Student's t-test with pooled variance",
  wilcoxon: "Wilcoxon's signed-rank test",
  dyadic: "dyadic-robust t-test",
  "token-swap": "token-swap test",
  "token-bootstrap": "studentised bootstrap over tokens",
  "token-jackknife": "jackknife t-test over tokens",
};

/** A test as a sentence calls it: `paired t-test`. */
export function testName(name: string): string {
  return kTests[name] ?? name;
}

/** `1 head`, `2 heads` */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
