import path from "node:path";
import type { EnvironmentContext } from "./context";
import type { ExecuteRequest } from "./execute";
import type { Phase } from "./phases";

export interface OpenEnvironment {
  readonly context: EnvironmentContext;
  /** Ends the rehearsal world of the environment, if there is one. */
  close(): Promise<void>;
}

export interface OpenRequest extends Omit<ExecuteRequest, "from" | "to"> {
  readonly environment: string;
  readonly chosen: readonly Phase[];
  /** From the preview of the run that this one continues. */
  readonly planned: Readonly<Record<string, number>> | undefined;
}

/** Brings one environment within reach: its configuration, its world and its stack. Leaves nothing open when it fails. */
export async function openEnvironment(request: OpenRequest): Promise<OpenEnvironment> {
  const { environment, target, layout, parts, root, command } = request;
  const config = await parts.loadConfig(environment);
  const sandbox =
    target === "rehearsal" ? await parts.startSandbox(environment, layout.world(environment), config) : undefined;
  try {
    const aws = sandbox?.aws ?? (await parts.realAws(config));
    const { stack, notes } = await parts.openStack({
      environment,
      engineEnvironment: sandbox?.engineEnvironment ?? {},
      // A destroy that was killed after its last step finds no stack; that must end well, as the first time.
      create: command !== "verify",
    });
    const context: EnvironmentContext = {
      environment,
      target,
      phases: request.phases,
      chosen: request.chosen,
      config,
      stack,
      ...(sandbox && { sandbox }),
      aws,
      pack: {
        directory: path.join(root, "policy"),
        config: path.join(root, "policy", "config", `${environment}.json`),
      },
      redactor: request.redactor,
      interruption: request.interruption,
      processes: request.processes,
      now: () => request.clock.now(),
      waitUntil: request.waitUntil,
      destroyProtected: request.destroyProtected,
      command,
      timing: request.timing,
      planned: request.planned,
      tellPlanned: (resources) => request.tellPlanned?.(config, resources),
      notes,
      checkOf: (phase) => parts.checkOf(phase.name),
      clientsFor: (outputs) => parts.clients({ outputs, aws, ...(sandbox && { sandbox }) }),
      judgeBeside: parts.judgeBeside,
      remediationOf: (rule) => parts.remediationOf(rule),
      preflight: async () => [
        ...(await parts.examineMachine()),
        ...(await parts.examineEnvironment(environment, config, aws)),
      ],
    };
    return {
      context,
      async close() {
        try {
          await stack.close();
        } finally {
          await sandbox?.close();
        }
      },
    };
  } catch (error) {
    await sandbox?.close();
    throw error;
  }
}
