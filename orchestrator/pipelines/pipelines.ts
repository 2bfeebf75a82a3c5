import { githubWorkflows } from "./github";
import { gitlabPipeline } from "./gitlab";
import { defaults, type PipelineSettings } from "./settings";

export type PipelineSystem = "github" | "gitlab";

/** The pipelines of the whole way of a change, by path: from a pull request to production and back (D1.6). Pure. */
export function pipelines(system: PipelineSystem, changed: Partial<PipelineSettings> = {}): Map<string, string> {
  const settings = { ...defaults, ...changed };
  return system === "github" ? githubWorkflows(settings) : gitlabPipeline(settings);
}
