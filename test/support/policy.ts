import type { PolicyResource, ReportViolation, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { unknownCheckingProxy } from "@pulumi/policy";
import { crossguard } from "../../policy/crossguard";
import type { Rule } from "../../policy/rule";

/** The value the SDK hands over for what is not known before the update. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Judged {
  /** Messages that count at the rule's level. */
  readonly violations: string[];
  /** Messages that say the rule could not decide. */
  readonly undecided: string[];
  /** The rule does not concern this type. */
  readonly notApplicable: boolean;
}
/** What waivers are held against in tests. */
const TODAY = "2026-06-15";
interface Setting {
  readonly whenUnknown?: "advisory" | "violation";
}

class NotApplicable extends Error {}
const notApplicable = (): never => {
  throw new NotApplicable();
};

/** Judges one resource the way the pack's server does. */
export function judge(
  rule: Rule,
  type: string,
  props: object,
  config: Setting = {},
  pack = crossguard([rule], TODAY),
): Judged {
  const policy = pack.find(({ name }) => name === rule.name) as ResourceValidationPolicy;
  if (typeof policy.validateResource !== "function") throw new Error(`${rule.name} is not a resource rule`);
  const collected = collect();
  try {
    void policy.validateResource(
      {
        type,
        props: unknownCheckingProxy(props) as Record<string, unknown>,
        urn: `urn:pulumi:dev::app::${type}::subject`,
        name: "subject",
        opts: {} as never,
        stackTags: new Map(),
        isType: () => false,
        asType: () => undefined,
        getConfig: <T>() => config as T,
        notApplicable,
      },
      collected.report,
    );
  } catch (error) {
    if (!(error instanceof NotApplicable)) throw error;
    return { ...collected.judged, notApplicable: true };
  }
  return collected.judged;
}

export interface StackMember {
  readonly type: string;
  readonly name: string;
  readonly props: object;
  /** Property → names of members its value came from. */
  readonly from?: Readonly<Record<string, readonly string[]>>;
}

/** Judges a whole stack the way the pack's server does. */
export function judgeStack(
  rule: Rule,
  members: readonly StackMember[],
  config: Setting = {},
  pack = crossguard([rule], TODAY),
): Judged {
  const policy = pack.find(({ name }) => name === rule.name) as StackValidationPolicy;
  if (typeof policy.validateStack !== "function") throw new Error(`${rule.name} is not a stack rule`);
  const resources = members.map((member): PolicyResource => ({
    type: member.type,
    props: unknownCheckingProxy(member.props) as Record<string, unknown>,
    urn: `urn:pulumi:dev::app::${member.type}::${member.name}`,
    name: member.name,
    opts: {} as never,
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
  }));
  members.forEach((member, index) => {
    for (const [property, names] of Object.entries(member.from ?? {})) {
      const found = names.map((name) => {
        const resource = resources.find((candidate) => candidate.name === name);
        if (resource === undefined) throw new Error(`no stack member is named ${name}`);
        return resource;
      });
      Object.assign((resources[index] as PolicyResource).propertyDependencies, { [property]: found });
    }
  });
  const collected = collect();
  void policy.validateStack(
    { resources, getConfig: <T>() => config as T, stackTags: new Map(), notApplicable },
    collected.report,
  );
  return collected.judged;
}

function collect(): { judged: Judged; report: ReportViolation } {
  const judged: Judged = { violations: [], undecided: [], notApplicable: false };
  const report = (message: unknown) => {
    if (typeof message === "string") judged.violations.push(message);
    else judged.undecided.push((message as { message: string }).message);
  };
  return { judged, report };
}

/** A restricted Deployment: the happy path that each test breaks in one place. */
export function deployment(change: (pod: Record<string, never>) => void = () => undefined): object {
  const resources = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } };
  const probe = { httpGet: { path: "/", port: 8080 } };
  const container = (name: string) => ({
    name,
    image: `ghcr.io/slipway/app:1.4.2@sha256:${"0123456789abcdef".repeat(4)}`,
    resources: structuredClone(resources),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  });
  const serving = (name: string) => ({ ...container(name), readinessProbe: { ...probe }, livenessProbe: { ...probe } });
  const pod = {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    initContainers: [container("init")],
    containers: [serving("app"), serving("sidecar")],
    volumes: [{ name: "tmp", emptyDir: {} }],
  };
  change(pod as unknown as Record<string, never>);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "app" },
    spec: {
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { spec: pod },
    },
  };
}
