import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
// The published protocol of policy packs has no typings; names are those of analyzer.proto.
/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/no-explicit-any -- protocol edge */
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as any;
const messages = require("@pulumi/pulumi/proto/analyzer_pb") as any;
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as any;
const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as any;
/* eslint-enable @typescript-eslint/no-require-imports */

export const packFolder = path.join(__dirname, "..", "..", "policy");

export interface Analyzed {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: object;
  readonly from?: Readonly<Record<string, readonly string[]>>;
}
export interface Diagnostic {
  readonly rule: string;
  readonly message: string;
  readonly level: "advisory" | "mandatory";
  readonly urn: string;
}
const LEVELS = ["advisory", "mandatory", "disabled", "remediate"];

/** The pack as Pulumi runs it: the SDK's own runner in a process of its own, spoken to over its protocol. */
export class PackRunner {
  #process: ChildProcess | undefined;
  #client: any;
  #names: readonly string[] | undefined;

  /** `folder` is a pack's; the project's own by default. */
  async start(folder = packFolder): Promise<void> {
    const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [script, "127.0.0.1:1", folder], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: "true", NODE_OPTIONS: "" },
    });
    this.#process = child;
    const port = await new Promise<string>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`the runner ended with ${code} before it named a port`)));
      child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().split("\n")[0] as string));
    });
    this.#client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  stop(): void {
    this.#client?.close();
    this.#process?.kill();
  }

  ask(method: string, request: unknown): Promise<any> {
    return new Promise((resolve, reject) =>
      this.#client[method](request, (error: Error | null, reply: unknown) => (error ? reject(error) : resolve(reply))),
    );
  }

  async info(): Promise<any> {
    return (await this.ask("getAnalyzerInfo", new Empty())).toObject();
  }

  /** The policies named are mandatory, with these settings, or at the level given; all others are disabled. */
  async configure(wanted: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Promise<void> {
    const request = new messages.ConfigureAnalyzerRequest();
    this.#names ??= ((await this.info()).policiesList as { name: string }[]).map(({ name }) => name);
    for (const name of this.#names) {
      const { enforcementLevel = "mandatory", ...settings } = wanted[name] ?? { enforcementLevel: "disabled" };
      const config = new messages.PolicyConfig();
      config.setEnforcementlevel(LEVELS.indexOf(enforcementLevel as string));
      config.setProperties(Struct.fromJavaScript(settings));
      request.getPolicyconfigMap().set(name, config);
    }
    await this.ask("configure", request);
  }

  async analyze(resource: Analyzed): Promise<Diagnostic[]> {
    return diagnostics(await this.ask("analyze", filled(new messages.AnalyzeRequest(), resource)));
  }

  /** Names of the policies that say they are not for this resource. */
  async notApplicable(resource: Analyzed): Promise<string[]> {
    const reply = await this.ask("analyze", filled(new messages.AnalyzeRequest(), resource));
    return reply.getNotApplicableList().map((one: any) => one.getPolicyName());
  }

  async analyzeStack(resources: readonly Analyzed[]): Promise<Diagnostic[]> {
    const request = new messages.AnalyzeStackRequest();
    request.setResourcesList(
      resources.map((resource) => {
        const message = filled(new messages.AnalyzerResource(), resource);
        for (const [key, names] of Object.entries(resource.from ?? {})) {
          const list = new messages.AnalyzerPropertyDependencies();
          list.setUrnsList(names.map((name) => resources.find((other) => other.name === name)?.urn));
          message.getPropertydependenciesMap().set(key, list);
        }
        return message;
      }),
    );
    return diagnostics(await this.ask("analyzeStack", request));
  }

  /** What is left of the properties after every remediation. */
  async remediate(resource: Analyzed): Promise<{ properties: any; policies: string[] }> {
    const reply = await this.ask("remediate", filled(new messages.AnalyzeRequest(), resource));
    const list = reply.getRemediationsList() as any[];
    const last = list.findLast((one) => one.hasProperties());
    return {
      properties: last === undefined ? resource.props : last.getProperties().toJavaScript(),
      policies: list.map((one) => one.getPolicyname()),
    };
  }
}

function filled(message: any, { type, name, urn, props }: Analyzed): any {
  message.setType(type);
  message.setUrn(urn);
  message.setName(name);
  message.setOptions(new messages.AnalyzerResourceOptions());
  message.setProperties(Struct.fromJavaScript(JSON.parse(JSON.stringify(props))));
  return message;
}

function diagnostics(reply: any): Diagnostic[] {
  return reply.getDiagnosticsList().map((one: any) => ({
    rule: one.getPolicyname(),
    message: one.getMessage(),
    level: LEVELS[one.getEnforcementlevel()],
    urn: one.getUrn(),
  }));
}
