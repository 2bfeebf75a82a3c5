import type { PlatformConfig } from "../../infra/config";
import { createRedactor } from "../report/redact";
import type { PreviewWork } from "../previews/work";
import { createInterruption } from "../rollout/interruption";
import { createLayout, makeFolders } from "../rollout/layout";
import { phaseTargets, sharedTargets } from "../rollout/targets";
import type { CommonOptions } from "./options";
import { loadConfig, wireEngine, wireParts } from "./parts";
import { CLUSTER, needed, previewWorkOf, previewsOff } from "./previews";

export interface GroundRequest {
  /** The project. */
  readonly root: string;
  /** Folder of its own, for whoever asks to remove. */
  readonly folder: string;
  /** The time that previews are made and pushed at. */
  now(): Date;
  say(text: string): void;
}

/**
 * A rehearsed dev cluster as far as previews need it, built by the program of the platform itself in one go, and what
 * previews are made with on it. It is gone when `action` ends.
 */
export async function onRehearsedGround<T>(
  { root, folder, now, say }: GroundRequest,
  action: (work: PreviewWork) => Promise<T>,
): Promise<T> {
  const options = optionsFor(folder);
  const config: PlatformConfig = await loadConfig(root, CLUSTER);
  const { previews: settings } = config;
  if (settings === undefined) throw previewsOff();
  const engine = await wireEngine(options, {});
  const layout = createLayout(folder, "rehearsal");
  makeFolders(layout.base, layout.temporary);
  const redactor = createRedactor();
  const interruption = createInterruption();
  const same = { root, layout, engine, redactor, interruption };
  const parts = wireParts({ ...same, options, variables: {}, warn: say });
  const sandbox = await parts.startSandbox(CLUSTER, layout.world(CLUSTER), config);
  try {
    const { engineEnvironment } = sandbox;
    const { stack } = await parts.openStack({ environment: CLUSTER, engineEnvironment, create: true });
    const { result, failures } = await stack.up([
      ...needed.flatMap((phase) => phaseTargets(stack.project, stack.name, phase)),
      ...sharedTargets(stack.project, stack.name),
    ]);
    if (result !== "succeeded") {
      throw new Error(`the dev cluster was not built: ${failures.map(({ message }) => message).join("; ")}`);
    }
    const known = await stack.outputs();
    return await action(
      await previewWorkOf({
        ...same,
        target: "rehearsal",
        config,
        settings,
        engineEnvironment,
        known,
        clientsFor: (outputs) => parts.clients({ outputs, aws: sandbox.aws, sandbox }),
        now,
        say,
      }),
    );
  } finally {
    await sandbox.close();
  }
}

const optionsFor = (stateDir: string): CommonOptions => ({
  target: "rehearsal",
  environment: [CLUSTER],
  stateDir,
  json: false,
  color: false,
  engine: "builtin",
  cluster: "embedded",
  keepCluster: false,
  yes: true,
});
