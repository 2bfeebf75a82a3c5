import { SECRET, SIGNATURE, type Json, type Properties, type ResourceState } from "../model";
import { isSecret, rewrite } from "../values";
import type { Passphrase } from "./passphrase";

/** Secrets of a state on their way to disk and back. An unchanged secret keeps its ciphertext, so states stay comparable. */
export class Vault {
  private readonly known = new Map<string, string>();

  constructor(private readonly passphrase: Passphrase) {}

  get salt(): string {
    return this.passphrase.salt;
  }

  seal(properties: Properties): Properties {
    return rewrite(properties, (node) => {
      if (!isSecret(node) || !("value" in node)) return undefined;
      const plaintext = JSON.stringify(node["value"]);
      let ciphertext = this.known.get(plaintext);
      if (ciphertext === undefined) this.known.set(plaintext, (ciphertext = this.passphrase.encrypt(plaintext)));
      return { [SIGNATURE]: SECRET, ciphertext };
    }) as Properties;
  }

  /** Takes ciphertext as stored, and plaintext as `stack export --show-secrets` writes it. */
  open(properties: Properties): Properties {
    return this.opened(properties) as Properties;
  }
  private opened(value: Json): Json {
    return rewrite(value, (node) => {
      if (!isSecret(node)) return undefined;
      const { ciphertext, plaintext } = node;
      // What was sealed or shown may hold secrets itself.
      if (typeof plaintext === "string")
        return { [SIGNATURE]: SECRET, value: this.opened(JSON.parse(plaintext) as Json) };
      if (typeof ciphertext !== "string") return undefined;
      const text = this.passphrase.decrypt(ciphertext);
      this.known.set(text, ciphertext);
      return { [SIGNATURE]: SECRET, value: this.opened(JSON.parse(text) as Json) };
    });
  }

  sealState(state: ResourceState): ResourceState {
    return mapped(state, (properties) => this.seal(properties));
  }
  openState(state: ResourceState): ResourceState {
    return mapped(state, (properties) => this.open(properties));
  }
}

/** A state with every part that may hold a secret changed the same way. */
function mapped(state: ResourceState, change: (properties: Properties) => Properties): ResourceState {
  return {
    ...state,
    inputs: change(state.inputs ?? {}),
    outputs: change(state.outputs ?? {}),
    ...(state.replacementTrigger === undefined
      ? {}
      : { replacementTrigger: change({ value: state.replacementTrigger })["value"] as Json }),
  };
}

/** For `stack export --show-secrets`: the only place where secrets are written in clear, because they were asked for. */
export function disclosedState(state: ResourceState): ResourceState {
  return mapped(state, disclosed);
}
function disclosed(properties: Properties): Properties {
  return rewrite(properties, (node) =>
    isSecret(node) && "value" in node ? { [SIGNATURE]: SECRET, plaintext: JSON.stringify(node["value"]) } : undefined,
  ) as Properties;
}
