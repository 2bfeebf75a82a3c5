import path from "node:path";
import type { PlatformConfig } from "../../infra/config";
import type { Subject } from "../../policy/subject";
import type { clientMaker } from "../checks/clients";
import { SlipwayError } from "../errors";
import { examineAccount } from "../doctor/account";
import { baseVcpus } from "../doctor/capacity";
import { examineMachine } from "../doctor/machine";
import { examineOwnership } from "../doctor/ownership";
import { examineVersions } from "../doctor/versions";
import { realShell } from "../doctor/shell";
import { selectEngine } from "../engine/select";
import type { Redactor } from "../report/redact";
import type { DoctorItem } from "../rollout/context";
import type { Engine } from "../rollout/engine";
import type { Interruption } from "../rollout/interruption";
import type { Layout } from "../rollout/layout";
import type { Parts } from "../rollout/parts";
import type { CommonOptions } from "./options";

/** The engine these options ask for. */
export function wireEngine(
  { engine, target, pulumiRoot }: Pick<CommonOptions, "engine" | "target" | "pulumiRoot">,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Engine> {
  return selectEngine({ engine, target, root: pulumiRoot, variables });
}

export interface WireRequest {
  readonly options: CommonOptions;
  readonly root: string;
  readonly layout: Layout;
  readonly engine: Engine;
  readonly redactor: Redactor;
  /** Manifests that are judged together with the preview. */
  readonly manifests?: readonly Subject[];
  readonly interruption: Interruption;
  /** Says a line beside the result. */
  readonly warn: (text: string) => void;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The real parts of a rollout. Each is loaded when it is first needed: the first line of output does not wait for them. */
export function wireParts(request: WireRequest): Parts {
  const { options, root, layout, engine, redactor, interruption, variables, warn, manifests } = request;
  const { target } = options;
  // Only a rehearsal has charts that it can render itself; manifests are judged wherever they are given.
  const needsBeside = target === "rehearsal" || manifests !== undefined;
  let machine: Promise<DoctorItem[]> | undefined;
  let makeClients: ReturnType<typeof clientMaker> | undefined;
  return {
    engine,
    loadConfig: (environment) => loadConfig(root, environment),
    async startSandbox(environment, directory, config) {
      const { startSandbox } = await import("../sandbox/start.js");
      return startSandbox({
        environment,
        directory,
        config,
        cluster: options.cluster === "control-plane" ? "control-plane" : "embedded",
        keepCluster: options.keepCluster,
        variables,
        warn,
        ...(options.faults && { faults: options.faults }),
      });
    },
    async realAws(config) {
      const { createSdkReader } = await import("../checks/aws/sdk.js");
      return createSdkReader({ region: config.region });
    },
    async openStack({ environment, engineEnvironment, create }) {
      const [{ openStack }, { stackPort }, { default: program }] = await Promise.all([
        import("../rollout/workspace.js"),
        import("../rollout/stack.js"),
        import("../../infra/index.js"),
      ]);
      const { stack, project, notes } = await openStack({
        root,
        layout,
        environment,
        target,
        engine,
        program,
        engineEnvironment,
        redactor,
        create,
      });
      return { stack: stackPort(stack, project, engine, interruption), notes };
    },
    async clients(given) {
      makeClients ??= (await import("../checks/clients.js")).clientMaker();
      return makeClients({ target, ...given });
    },
    async checkOf(name) {
      const { phaseCheck } = await import("../checks/index.js");
      return phaseCheck(name);
    },
    async remediationOf(name) {
      const { rules } = await import("../../policy/rules/index.js");
      return rules.find((rule) => rule.name === name)?.remediation ?? "";
    },
    ...(needsBeside && {
      judgeBeside: async (given) => (await import("../gate/gate.js")).judgeBeside(given, { target, manifests }),
    }),
    examineMachine: () =>
      (machine ??= examineMachine({
        root,
        stateDirectory: path.resolve(options.stateDir),
        target,
        nodeVersion: process.versions.node,
        variables,
        shell: realShell,
      })),
    examineEnvironment: async (environment, config, aws) => [
      ...examineOwnership(environment, config),
      ...examineVersions(environment, config),
      ...(await examineAccount({
        environment,
        region: config.region,
        adminRoleArns: config.cluster.adminRoleArns,
        zones: config.network.zones,
        vcpus: baseVcpus(config),
        aws,
      })),
    ],
  };
}

/** The checked configuration of an environment, as the program will read it. */
export async function loadConfig(root: string, environment: string): Promise<PlatformConfig> {
  const [{ readYaml, withoutSecrets }, { parseConfig, ConfigError, fromText }] = await Promise.all([
    import("../rollout/workspace.js"),
    import("../../infra/config/index.js"),
  ]);
  const file = path.join(root, `Pulumi.${environment}.yaml`);
  const { config } = withoutSecrets((readYaml(file)["config"] ?? {}) as Record<string, unknown>);
  const own = Object.entries(config)
    .filter(([key]) => key.startsWith(NAMESPACE))
    .map(([key, value]) => [key.slice(NAMESPACE.length), value] as const)
    // As the program will get it: Pulumi hands plain values over as text.
    .map(([key, value]) => [key, typeof value === "object" ? value : fromText(key, String(value))] as const);
  try {
    return parseConfig(Object.fromEntries(own), environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new SlipwayError("config-invalid", error.message, `correct ${file} as each line says`, "usage", {
      cause: error,
    });
  }
}

const NAMESPACE = "slipway:";
