import { version } from "../../package.json";
import type { Engine } from "../rollout/engine";
import type { CommonOptions } from "./options";

/** First line of every command that works on an environment: what runs, against what (Honesty rule); 80 columns. */
export function header(engine: Pick<Engine, "label">, options: Pick<CommonOptions, "target" | "cluster">): string {
  return `slipway ${version}: ${engine.label}, ${options.target} on ${clusterName(options)}`;
}

/** What Kubernetes runs on, once `auto` is decided. */
export function clusterName({ target, cluster }: Pick<CommonOptions, "target" | "cluster">): string {
  if (target === "aws") return "EKS";
  return cluster === "control-plane" ? "real control plane" : "embedded";
}
