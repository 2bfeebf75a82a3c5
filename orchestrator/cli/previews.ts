import path from "node:path";
import { previewProgram, type PreviewArgs } from "../../infra/environments/preview";
import type { Clients } from "../checks/check";
import { viewCluster } from "../checks/cluster-view";
import { createWait, realClock } from "../checks/wait";
import type { PlatformOutputs } from "../../infra/outputs";
import { SlipwayError } from "../errors";
import type { PreviewWork } from "../previews/work";
import type { Redactor } from "../report/redact";
import type { Engine } from "../rollout/engine";
import { createInterruption, listenForSignals, type Interruption } from "../rollout/interruption";
import { createLayout, makeFolders } from "../rollout/layout";
import { acquireLease } from "../rollout/lease";
import { phaseOutputs, secretTexts, type OutputMap } from "../rollout/outputs";
import { phases } from "../rollout/phases";
import { processTable } from "../rollout/processes";
import { openStack, readYaml } from "../rollout/workspace";
import { stackPort } from "../rollout/stack";
import { withCluster } from "./cluster";
import type { Invocation } from "./invocation";
import type { WorldOptions } from "./options";
import { loadConfig, wireEngine, wireParts } from "./parts";

/** Where previews are (B7). */
export const CLUSTER = "dev";

/**
 * Opens the dev cluster for what is done with previews and closes it again.
 * @throws SlipwayError `previews-off`, `no-such-stack` where the cluster is not built, `lease-held` while a rehearsal of
 * it runs in another process.
 */
export async function withPreviews<T>(
  given: WorldOptions,
  invocation: Invocation,
  action: (work: PreviewWork) => Promise<T>,
): Promise<T> {
  const { terminal, root } = invocation;
  const { redactor } = terminal;
  const config = await loadConfig(root, CLUSTER);
  const settings = config.previews;
  if (settings === undefined) throw previewsOff();
  const options = await withCluster({ ...given, environment: [CLUSTER] }, invocation);
  const { target } = options;
  const engine = await wireEngine(options, invocation.variables);
  const layout = createLayout(options.stateDir, target);
  makeFolders(layout.base, layout.temporary);
  const interruption = createInterruption();
  const closing: (() => unknown)[] = [listenForSignals(interruption, (text) => terminal.aside(text))];
  try {
    const now = () => new Date();
    // A rehearsed cluster lives in the process that plays it: one at a time.
    if (target === "rehearsal") {
      const directory = layout.environment(CLUSTER);
      const lease = acquireLease({
        directory,
        environment: CLUSTER,
        command: "slipway environment",
        processes: processTable,
        now,
      });
      closing.push(() => lease.release());
    }
    const parts = wireParts({
      options,
      root,
      layout,
      engine,
      redactor,
      interruption,
      variables: invocation.variables,
      warn: (text) => terminal.aside(text),
    });
    const sandbox =
      target === "rehearsal" ? await parts.startSandbox(CLUSTER, layout.world(CLUSTER), config) : undefined;
    closing.push(() => sandbox?.close());
    const engineEnvironment = sandbox?.engineEnvironment ?? {};
    const { stack: dev } = await parts.openStack({ environment: CLUSTER, engineEnvironment, create: false });
    return await action(
      await previewWorkOf({
        root,
        config,
        settings,
        layout,
        target,
        engine,
        engineEnvironment,
        redactor,
        interruption,
        clientsFor: async (outputs) => {
          const aws = sandbox?.aws ?? (await parts.realAws(config));
          return parts.clients({ outputs, aws, ...(sandbox && { sandbox }) });
        },
        known: await dev.outputs(),
        now,
        say: (text) => terminal.line(text),
      }),
    );
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** The dev cluster as it stands, opened by whoever works with its previews. */
export interface PreviewGround extends Pick<PreviewWork, "config" | "settings" | "layout" | "now" | "say"> {
  readonly root: string;
  readonly target: "rehearsal" | "aws";
  readonly engine: Engine;
  readonly engineEnvironment: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
  readonly interruption: Interruption;
  /** What the stack of the cluster says of itself. */
  readonly known: OutputMap;
  clientsFor(outputs: PlatformOutputs): Promise<Clients>;
}

/** What previews are made with on that ground. Its secrets are known to the redactor from here on. */
export async function previewWorkOf(ground: PreviewGround): Promise<PreviewWork> {
  const { root, target, engine, engineEnvironment, redactor, interruption, known, clientsFor, ...same } = ground;
  for (const text of secretTexts(known)) redactor.add(text);
  const outputs = phaseOutputs(known, needed);
  const clients = await clientsFor(outputs);
  return {
    ...same,
    outputs,
    view: await viewCluster(clients.kubernetes),
    edge: clients.edge,
    processes: processTable,
    waitUntil: createWait(realClock(interruption.cancelled), interruption.cancelled),
    pack: {
      directory: path.join(root, "policy"),
      config: path.join(root, "policy", "config", `${CLUSTER}.json`),
    },
    async openStack(name: string, args: PreviewArgs | undefined) {
      try {
        const { stack, project } = await openStack({
          root,
          layout: same.layout,
          environment: name,
          target,
          engine,
          program: args === undefined ? removing : previewProgram(args),
          engineEnvironment,
          redactor,
          create: args !== undefined,
          settings: settingsOf(root, target),
        });
        return stackPort(stack, project, engine, interruption);
      } catch (error) {
        if (args === undefined && error instanceof SlipwayError && error.code === "no-such-stack") return undefined;
        throw error;
      }
    },
  };
}

/** What a preview stands on; phases after the entry point may be under way. */
export const needed = phases.slice(0, phases.findIndex(({ outputs }) => outputs.includes("entryPoint")) + 1);

/** A stack that is only taken down needs no program. */
const removing = () => Promise.reject(new Error("a preview that is removed declares nothing"));

/** A preview has no configuration of its own; what its secrets are encrypted with is the cluster's. */
function settingsOf(root: string, target: "rehearsal" | "aws"): Record<string, unknown> {
  if (target === "rehearsal") return {};
  const { config: _config, ...keys } = readYaml(path.join(root, `Pulumi.${CLUSTER}.yaml`));
  return { ...keys, config: {} };
}

export function previewsOff(): SlipwayError {
  return new SlipwayError(
    "previews-off",
    `Pulumi.${CLUSTER}.yaml has no slipway:previews, so pull requests get no environment`,
    "add slipway:previews with the repository of the application's images and how many there may be at a time",
    "usage",
  );
}
