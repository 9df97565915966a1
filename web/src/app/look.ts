/** Light or dark: the system's wish, unless the reader chooses; always light on paper. */
import { el } from "./dom";
import { darkTheme, lightTheme, type Theme } from "../theme";

type Wish = "system" | "light" | "dark";

const kKey = "tacet-look";
const names: Record<Wish, string> = { system: "Auto", light: "Light", dark: "Dark" };

/** What was chosen last; a page from disk may have no store, and that costs nothing but this. */
function remembered(): Wish {
  try {
    const wish = localStorage.getItem(kKey);
    return wish === "light" || wish === "dark" ? wish : "system";
  } catch {
    return "system";
  }
}

export class Look {
  /** The switch. */
  readonly element: HTMLElement;
  readonly #system = matchMedia("(prefers-color-scheme: dark)");
  readonly #listeners: (() => void)[] = [];
  readonly #buttons = new Map<Wish, HTMLInputElement>();
  #wish: Wish = remembered();
  #printing = false;

  constructor() {
    this.element = el("fieldset", "look", el("legend", "hidden", "Colours"));
    for (const wish of ["system", "light", "dark"] as const) {
      const input = el("input", {
        attrs: { type: "radio", name: "look", value: wish, checked: wish === this.#wish },
        on: { change: () => this.#choose(wish) },
      });
      this.#buttons.set(wish, input);
      this.element.append(el("label", "look-choice", input, el("span", {}, names[wish])));
    }
    this.#system.addEventListener("change", () => this.#apply());
    this.#apply();
  }

  get dark(): boolean {
    if (this.#printing) return false;
    return this.#wish === "system" ? this.#system.matches : this.#wish === "dark";
  }

  /** Colours of the charts. */
  get theme(): Theme {
    return this.dark ? darkTheme : lightTheme;
  }

  listen(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Paper is light. */
  print(on: boolean): void {
    if (this.#printing === on) return;
    this.#printing = on;
    this.#apply();
  }

  #choose(wish: Wish): void {
    this.#wish = wish;
    try {
      localStorage.setItem(kKey, wish);
    } catch {
      // Not remembered then; the page is as chosen all the same.
    }
    this.#apply();
  }

  #apply(): void {
    const look = this.dark ? "dark" : "light";
    if (document.documentElement.dataset["look"] === look) return;
    document.documentElement.dataset["look"] = look;
    for (const listener of this.#listeners) listener();
  }
}
