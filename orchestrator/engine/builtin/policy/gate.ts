/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import * as path from "node:path";
import type { AnalyzedResource, AnalyzedStackResource, EngineEventPayload, PolicyGate, Properties } from "../model";
import { fromStruct } from "../struct";
import { masked } from "../deploy/events";
import { equal } from "../values";
import {
  analyzeRequest,
  configuration,
  handshake,
  initialConfig,
  LEVELS,
  policyInfo,
  stackRequest,
  writeFacts,
  type StackFacts,
} from "./analyzer-messages";
import { PackProcess } from "./pack-process";
import { readPackConfig, reconcile, type PolicySetting } from "./pack-config";

const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as any;

const SEVERITIES = ["", "low", "medium", "high", "critical"];

export interface GateRequest extends StackFacts {
  packs: readonly { path: string; configPath?: string }[];
  /** Relative paths of packs and configs start here. */
  folder: string;
  emit(event: EngineEventPayload): void;
}

/** Starts and configures all packs of one operation; a pack that cannot judge fails the operation before it begins. */
export async function loadPolicyGate(request: GateRequest): Promise<PolicyGate & { close(): Promise<void> }> {
  const started = await Promise.allSettled(
    request.packs.map(({ path: place, configPath }) =>
      Pack.load(request, path.resolve(request.folder, place), configPath && path.resolve(request.folder, configPath)),
    ),
  );
  const packs = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const broken = started.find((result) => result.status === "rejected");
  if (broken !== undefined) {
    await Promise.all(packs.map((pack) => pack.close()));
    throw broken.reason;
  }
  packs.forEach(() => request.emit({ policyLoadEvent: {} }));
  return {
    packs: Object.fromEntries(packs.map((pack) => [`${pack.name}|local|${pack.place}`, pack.version])),
    async remediate(resource) {
      let properties = resource.properties;
      for (const pack of packs) properties = await pack.remediate({ ...resource, properties });
      return properties;
    },
    async analyze(resource) {
      return (await Promise.all(packs.map((pack) => pack.analyze(resource)))).every(Boolean);
    },
    async analyzeStack(resources) {
      return (await Promise.all(packs.map((pack) => pack.analyzeStack(resources)))).every(Boolean);
    },
    async close() {
      await Promise.all(packs.map((pack) => pack.close()));
    },
  };
}

class Pack {
  private constructor(
    private readonly process: PackProcess,
    private readonly emit: GateRequest["emit"],
    readonly name: string,
    readonly version: string,
    private readonly settings: Readonly<Record<string, PolicySetting>>,
    private readonly rootUrn: string,
  ) {}
  get place(): string {
    return this.process.place;
  }

  static async load(request: GateRequest, place: string, configPath: string | undefined): Promise<Pack> {
    const process = await PackProcess.start(place, request);
    try {
      await process.askIfOffered("handshake", handshake(place));
      await process.askIfOffered("configureStack", writeFacts(request));
      await process.ask("getPluginInfo", new Empty());
      const info = await process.ask("getAnalyzerInfo", new Empty());
      const settings = await reconcile(
        info.getPoliciesList().map(policyInfo),
        initialConfig(info),
        readPackConfig(configPath),
        configPath ?? "",
      );
      await process.ask("configure", configuration(settings));
      const root = `urn:pulumi:${request.stack}::${request.project}::pulumi:pulumi:Stack::${request.project}-${request.stack}`;
      return new Pack(process, request.emit, info.getName(), info.getVersion(), settings, root);
    } catch (error) {
      await process.close();
      throw error;
    }
  }

  async remediate(resource: AnalyzedResource): Promise<Properties> {
    if (!Object.values(this.settings).some(({ level }) => level === "remediate")) return resource.properties;
    const reply = await this.process.ask("remediate", analyzeRequest(resource));
    let properties = resource.properties;
    const [passed, failed] = [new Set(Object.keys(this.settings)), [] as string[]];
    for (const remediation of reply.getRemediationsList()) {
      const name: string = remediation.getPolicyname();
      const after: Properties = remediation.hasProperties() ? fromStruct(remediation.getProperties()) : properties;
      if (remediation.getDiagnostic() !== "")
        this.violation(
          name,
          resource.urn,
          remediation.getDescription(),
          remediation.getDiagnostic(),
          "advisory",
          undefined,
        );
      if (equal(after, properties)) continue;
      passed.delete(name);
      failed.push(name);
      this.emit({
        policyRemediationEvent: {
          resourceUrn: resource.urn,
          color: "never",
          policyName: name,
          policyPackName: this.name,
          policyPackVersion: this.version,
          policyPackVersionTag: this.version,
          before: masked(properties),
          after: masked(after),
        },
      });
      properties = after;
    }
    this.emit({ policyRemediateSummaryEvent: this.summary(resource.urn, [...passed], failed) });
    return properties;
  }

  async analyze(resource: AnalyzedResource): Promise<boolean> {
    const reply = await this.process.ask("analyze", analyzeRequest(resource));
    const { accepted, failed } = this.report(reply.getDiagnosticsList(), resource.urn);
    const passed = Object.keys(this.settings).filter((name) => !failed.has(name));
    this.emit({ policyAnalyzeSummaryEvent: this.summary(resource.urn, passed, [...failed]) });
    return accepted;
  }

  async analyzeStack(resources: readonly AnalyzedStackResource[]): Promise<boolean> {
    const reply = await this.process.ask("analyzeStack", stackRequest(resources));
    const { accepted, failed } = this.report(reply.getDiagnosticsList(), this.rootUrn);
    const { resourceUrn: _urn, ...summary } = this.summary(
      "",
      Object.keys(this.settings).filter((name) => !failed.has(name)),
      [...failed],
    );
    this.emit({ policyAnalyzeStackSummaryEvent: summary });
    return accepted;
  }

  private report(diagnostics: readonly any[], fallbackUrn: string): { accepted: boolean; failed: Set<string> } {
    const failed = new Set<string>();
    let accepted = true;
    for (const diagnostic of diagnostics) {
      const level = LEVELS[diagnostic.getEnforcementlevel() as number] ?? "advisory";
      if (level === "disabled") continue;
      const name: string = diagnostic.getPolicyname();
      failed.add(name);
      // What a remediation did not mend is a violation like any other.
      const told = level === "advisory" ? "advisory" : "mandatory";
      if (told === "mandatory") accepted = false;
      this.violation(
        name,
        diagnostic.getUrn() || fallbackUrn,
        diagnostic.getDescription(),
        diagnostic.getMessage(),
        told,
        SEVERITIES[diagnostic.getSeverity() as number],
      );
    }
    return { accepted, failed };
  }

  private violation(
    policyName: string,
    resourceUrn: string,
    description: string,
    message: string,
    enforcementLevel: "advisory" | "mandatory",
    severity: string | undefined,
  ): void {
    const text = message.startsWith(description) ? message : `${description}\n${message}`;
    this.emit({
      policyEvent: {
        resourceUrn,
        message: text,
        color: "never",
        policyName,
        policyPackName: this.name,
        policyPackVersion: this.version,
        policyPackVersionTag: this.version,
        enforcementLevel,
        ...(severity ? { severity } : {}),
      },
    });
  }

  private summary(resourceUrn: string, passed: string[], failed: string[]) {
    return {
      resourceUrn,
      policyPackName: this.name,
      policyPackVersion: this.version,
      policyPackVersionTag: this.version,
      passed,
      failed,
    };
  }

  async close(): Promise<void> {
    await this.process.close();
  }
}
