import type { Observer } from "../../rollout/run";
import type { Step } from "../../rollout/step";
import type { Terminal } from "../terminal";
import { plainProgress } from "./plain";

/** Shows a run while it goes. */
export interface Progress extends Observer {
  /** Resolves when everything is drawn. */
  finish(): Promise<void>;
}

/** Live on a terminal, plain lines elsewhere. listr2 is loaded only for the former. */
export async function createProgress(steps: readonly Step[], terminal: Terminal): Promise<Progress> {
  if (!terminal.live || terminal.json) return plainProgress(terminal);
  const { liveProgress } = await import("./live.js");
  return liveProgress(steps, terminal);
}
