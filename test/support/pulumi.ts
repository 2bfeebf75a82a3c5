import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { resetOptions as forget } from "@pulumi/pulumi/runtime/settings";
import { parse } from "yaml";
import { parseConfig, type PlatformConfig } from "../../infra/config";
import { withoutTraces } from "./traces";

export const root = path.join(__dirname, "..", "..");

/** One registration as a program made it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly custom: boolean;
}

const QUIET_TURNS = 2;

/** Runs a program against mocks that keep every registration; a function call nobody prepared throws. */
export function record<T>(stack: string, program: () => T): Promise<{ seen: Registered[]; result: T }> {
  return withoutTraces(() => recordOf(stack, program));
}

async function recordOf<T>(stack: string, program: () => T): Promise<{ seen: Registered[]; result: T }> {
  const seen: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        const given = inputs as Record<string, unknown>;
        seen.push({ type, name, inputs: given, custom: custom ?? false });
        return { id: `${name}-id`, state: { ...given, ...computed(type, name) } };
      },
      call: ({ token, inputs }) => {
        if (token === "aws:eks/getAddonVersion:getAddonVersion")
          return { ...(inputs as object), version: "v1.0.0-eksbuild.1" };
        throw new Error(`no answer prepared for ${token}`);
      },
    },
    "slipway",
    stack,
    false,
  );
  const result = program();
  // Registrations follow from one another: they have ended when turns bring no new one. One quiet turn may only mean
  // that the next registration waits for something else; what goes on after the test would meet another test's mocks.
  for (let quiet = 0; quiet < QUIET_TURNS;) {
    const before = seen.length;
    await (pulumi.runtime as unknown as { disconnect(): Promise<void> }).disconnect();
    await new Promise((resolve) => setImmediate(resolve));
    quiet = before === seen.length ? quiet + 1 : 0;
  }
  // The mocks are the whole process's until they are taken away, also for programs that run in it later.
  forget("", "", -1, "", "", false, "");
  return { seen, result };
}

/** Computed values that later phases build on. */
function computed(type: string, name: string): Record<string, unknown> {
  if (type === "aws:iam/role:Role") return { arn: `arn:aws:iam::111122223333:role/${name}` };
  if (type === "eks:index:Cluster")
    return {
      eksCluster: { name, arn: `arn:${name}`, version: "1.36", endpoint: "https://example.invalid" },
      kubeconfigJson: "{}",
      oidcProviderArn: "arn:oidc",
    };
  if (type === "aws:ec2/launchTemplate:LaunchTemplate") return { latestVersion: 1 };
  return { arn: `arn:${name}`, url: `https://example.invalid/${name}` };
}

/** The values under `slipway:` of a stack's settings file. */
export function rawConfig(stack: string): Record<string, unknown> {
  const { config } = parse(fs.readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("slipway:", ""), value]));
}
export function configOf(stack: string): PlatformConfig {
  return parseConfig(rawConfig(stack), stack);
}

/** The value of an output; rejects when an apply threw. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(): Promise<T> }).promise();
}
