import * as fs from "node:fs";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import { findBinaries, supported } from "../orchestrator/sandbox/control-plane/binaries";
import { ControlPlane } from "../orchestrator/sandbox/control-plane/control-plane";
import { minors } from "../orchestrator/sandbox/control-plane/versions";
import { admissionPolicies } from "../policy/admission";
import { rules } from "../policy/rules";

const VERSION = minors[0];
/**
 * What one expression may cost before the API server stops it
 * (https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiserver/pkg/apis/cel/config.go).
 */
const PER_EXPRESSION = 1_000_000;
/** etcd takes no larger object, so no cluster holds one (https://etcd.io/docs/v3.6/dev-guide/limit/). */
const LARGEST_BYTES = 1.5 * 1024 * 1024;
const LABEL = "slipway.dev/bench";
const OVER_BUDGET = /cost (limit|budget)/;

interface Policy {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly matchConstraints: { readonly resourceRules: readonly { readonly resources: readonly string[] }[] };
    readonly validations: readonly object[];
  };
}
interface Shape {
  readonly what: string;
  readonly url: (namespace: string) => string;
  /** An object with that many parts. */
  readonly make: (parts: number) => object;
}
const many = <T>(count: number, one: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => one(at));
const rbac = (plural: string) => (namespace: string) =>
  `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/${plural}`;

/** A container that no rule stops at, so that every one of them is judged. */
const container = {
  image: `ghcr.io/slipway/app@sha256:${"0".repeat(64)}`,
  resources: { requests: { cpu: "1m", memory: "1Mi" }, limits: { cpu: "1m", memory: "1Mi" } },
  readinessProbe: { tcpSocket: { port: 1 } },
  livenessProbe: { tcpSocket: { port: 1 } },
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
};

/** What grows in an object of each kind; the least that says something, so that most of it fits into one object. */
const shapes: Readonly<Record<string, Shape>> = {
  pods: {
    what: "containers",
    url: (namespace) => `/apis/apps/v1/namespaces/${namespace}/deployments`,
    make: (parts) => ({
      metadata: { name: "large" },
      spec: {
        selector: { matchLabels: { a: "b" } },
        template: {
          metadata: { labels: { a: "b" } },
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: many(parts, (at) => ({ ...container, name: `c${at}` })),
          },
        },
      },
    }),
  },
  roles: {
    what: "rules",
    url: rbac("roles"),
    make: (parts) => ({
      metadata: { name: "large" },
      rules: many(parts, () => ({ apiGroups: [""], resources: ["pods"], verbs: ["get"] })),
    }),
  },
  rolebindings: {
    what: "subjects",
    url: rbac("rolebindings"),
    make: (parts) => ({
      metadata: { name: "large" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "x" },
      subjects: many(parts, (at) => ({ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: `u${at}` })),
    }),
  },
  ingresses: {
    what: "hosts",
    url: (namespace) => `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`,
    make: (parts) => ({
      metadata: { name: "large" },
      spec: {
        defaultBackend: { service: { name: "x", port: { number: 80 } } },
        rules: many(parts, (at) => ({ host: `h${at}.example` })),
        tls: [{ hosts: many(parts, (at) => `h${at}.example`), secretName: "x" }],
      },
    }),
  },
  services: {
    what: "ports",
    url: (namespace) => `/api/v1/namespaces/${namespace}/services`,
    make: (parts) => ({
      metadata: { name: "large" },
      spec: { ports: many(Math.min(parts, 65_000), (at) => ({ name: `p${at}`, port: at + 1 })) },
    }),
  },
};

function shapeOf({ spec }: Policy): Shape | undefined {
  const resources = spec.matchConstraints.resourceRules.flatMap((rule) => rule.resources);
  if (resources.includes("deployments") || resources.includes("pods")) return shapes["pods"];
  return resources.map((one) => shapes[one]).find((shape) => shape !== undefined);
}

/**
 * What every admission policy costs the API server at most, measured on a real one: the largest object of its kind that
 * is judged to the end. No policy is over budget for an object that a cluster can hold, or its name is printed.
 */
export async function benchAdmissionCost(): Promise<void> {
  console.log(`\nadmission policies: CEL cost, by Kubernetes ${VERSION}`);
  if (!supported() || (await findBinaries(VERSION, process.env)).missing.length > 0) {
    console.log("  its programs are not here: npm run control-plane");
    return;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-bench-cost-"));
  const plane = await ControlPlane.start({ name: "cost", version: VERSION, folder, variables: process.env });
  const { endpoint, certificateAuthority: ca, token } = plane.access;
  const agent = new https.Agent({ keepAlive: true });
  const post = (where: string, body: object): Promise<{ status: number; message: string }> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const request = https.request(new URL(where, endpoint), { method: "POST", ca, headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const answer = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { message?: string };
          resolve({ status: response.statusCode ?? 0, message: answer.message ?? "" });
        });
      });
      request.on("error", reject);
      request.end(JSON.stringify(body));
    });
  try {
    const everything = Object.fromEntries(rules.map(({ name }) => [name, "mandatory"]));
    const emitted = admissionPolicies({ environment: "production", config: everything, enforce: true });
    const policies = (emitted as unknown as Policy[]).filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
    const registration = "/apis/admissionregistration.k8s.io/v1";
    for (const policy of policies) {
      const { name } = policy.metadata;
      await post("/api/v1/namespaces", { metadata: { name, labels: { [LABEL]: name } } });
      const { status, message } = await post(`${registration}/validatingadmissionpolicies`, policy);
      if (status !== 201) console.log(`  ${name} is not taken: ${message}`);
      await post(`${registration}/validatingadmissionpolicybindings`, {
        metadata: { name },
        spec: {
          policyName: name,
          validationActions: ["Deny"],
          matchResources: { namespaceSelector: { matchLabels: { [LABEL]: name } } },
        },
      });
    }
    for (const policy of policies) {
      const shape = shapeOf(policy);
      const { name } = policy.metadata;
      if (shape === undefined) {
        console.log(`  ${name}: of constant size, or of a kind that only a chart brings`);
        continue;
      }
      const isOver = async (parts: number): Promise<boolean> =>
        OVER_BUDGET.test((await post(`${shape.url(name)}?dryRun=All`, shape.make(parts))).message);
      const most = Math.floor((LARGEST_BYTES / JSON.stringify(shape.make(1000)).length) * 1000);
      let [good, bad] = [1, most];
      if (!(await isOver(most))) good = most;
      else
        while (bad / good > 1.1) {
          const middle = Math.floor(Math.sqrt(good * bad));
          if (await isOver(middle)) bad = middle;
          else good = middle;
        }
      const each = (PER_EXPRESSION / good).toFixed(1);
      console.log(
        good === most
          ? `  ${name}: within budget for every object that fits (${most} ${shape.what}, under ${each} each, ${policy.spec.validations.length} expressions)`
          : `  ${name}: within budget up to ${good} ${shape.what}, about ${each} each (goal ${most}, ratio ${(good / most).toFixed(2)})`,
      );
    }
  } finally {
    agent.destroy();
    await plane.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
