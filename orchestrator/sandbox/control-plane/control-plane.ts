import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as https from "node:https";
import path from "node:path";
import { SlipwayError } from "../../errors";
import type { ClusterAccess } from "../cluster/host";
import { KubeApi } from "../kubernetes/api";
import { untilServed } from "../kubernetes/await";
import { conditionOf } from "../kubernetes/object";
import { requireBinaries, type Binaries } from "./binaries";
import { issue, type Identities } from "./certificates";
import { kubeconfigOf } from "./kubeconfig";
import { Ledger } from "./orphans";
import { freePorts } from "./ports";
import { Program } from "./process";
import { argumentsOf, clients, environmentOf } from "./programs";
import { stageFile } from "./stages";
import { binaryNames, type BinaryName } from "./versions";

export interface ControlPlaneRequest {
  readonly name: string;
  /** `1.36` */
  readonly version: string;
  /** Data, certificates and logs; the same folder is the same cluster again. */
  readonly folder: string;
  /** Where programs are looked for. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Its programs may outlive this process. */
  readonly outlives?: boolean;
}

/** What is kept of a control plane beside etcd's data. */
export interface Facts {
  readonly version: string;
  readonly token: string;
  readonly ports: { readonly api: number; readonly store: number };
}

/** From start to ready; a machine under load needs more than the goal of 10 s (issue: Numbers). */
const READY_MS = 90_000;
const LOOK_MS = 40;
/** A port may be taken between its choice and its use. */
const ATTEMPTS = 3;
/** What each program may take to end when asked: all together stay below 5 s (issue: Numbers). */
const STOP_MS = 2_000;

const factsFile = (folder: string) => path.join(folder, "control-plane.json");
const ledgerOf = (folder: string) => new Ledger(path.join(folder, "processes.json"));

/** Facts of the control plane whose data a folder holds; undefined when it holds none. */
export function factsOf(folder: string): Facts | undefined {
  try {
    return JSON.parse(fs.readFileSync(factsFile(folder), "utf8")) as Facts;
  } catch {
    return undefined;
  }
}

/** File with the administrator's kubeconfig of the control plane whose data a folder holds. */
export const adminKubeconfig = (folder: string): string => path.join(folder, "run", "admin.kubeconfig");

/** Whether programs that were started on this folder run now. */
export const isUp = (folder: string): boolean => ledgerOf(folder).alive().length > 0;

/** Ends what a killed run, or one that kept its clusters, left running on this folder. */
export async function endLeftovers(folder: string): Promise<number> {
  return (await ledgerOf(folder).endAll(STOP_MS)).length;
}

/** etcd, API server, controller manager, scheduler and played nodes of one cluster, running. */
export class ControlPlane {
  private constructor(
    readonly access: ClusterAccess,
    /** Full version that runs: `1.36.3`. */
    readonly version: string,
    private readonly programs: ReadonlyMap<BinaryName, Program>,
  ) {}

  /**
   * Starts one and waits until it serves and its controllers work. What fails to start leaves nothing running.
   * @throws SlipwayError `control-plane-missing` (nothing to run), `control-plane-failed` with a program's last words.
   */
  static async start(request: ControlPlaneRequest): Promise<ControlPlane> {
    const { folder, variables, version } = request;
    const binaries = await requireBinaries(version, variables);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    await endLeftovers(folder);
    const identities = await issue(path.join(folder, "certificates"), clients);
    for (let attempt = 1; ; attempt++) {
      const known = factsOf(folder);
      const [api = 0, store = 0] = await freePorts([known?.ports.api ?? 0, known?.ports.store ?? 0]);
      const token = known?.token ?? randomBytes(24).toString("base64url");
      const facts: Facts = { version, token, ports: { api, store } };
      save(factsFile(folder), JSON.stringify(facts));
      const plane = ControlPlane.prepare(request, facts, identities, binaries);
      try {
        await plane.up();
        return plane;
      } catch (error) {
        const taken = [...plane.programs.values()].some((one) => one.lastWords().includes("address already in use"));
        await plane.stop();
        if (!taken || attempt >= ATTEMPTS) throw error;
      }
    }
  }

  /** Writes what the programs read, and what they will be started with. */
  private static prepare(
    { name, version, folder, outlives = false }: ControlPlaneRequest,
    { token, ports }: Facts,
    identities: Identities,
    binaries: Binaries,
  ): ControlPlane {
    const authority = fs.readFileSync(identities.authority, "utf8");
    const endpoint = `https://127.0.0.1:${ports.api}`;
    const run = path.join(folder, "run");
    fs.mkdirSync(run, { recursive: true, mode: 0o700 });
    const written = (file: string, content: string): string => {
      save(path.join(run, file), content);
      return path.join(run, file);
    };
    const args = argumentsOf({
      identities,
      ports,
      data: path.join(folder, "etcd"),
      tokens: written("tokens.csv", `${token},slipway:admin,slipway-admin,system:masters\n`),
      stages: written("stages.yaml", stageFile()),
      kubeconfigs: Object.fromEntries(
        Object.entries(identities.clients).map(([client, pair]) => [
          client,
          written(`${client}.kubeconfig`, kubeconfigOf(name, endpoint, authority, pair)),
        ]),
      ),
    });
    const ledger = ledgerOf(folder);
    const programs = new Map(
      binaryNames.map((one) => [
        one,
        new Program({
          ...{ name: one, file: binaries.paths[one], args: args[one], environment: environmentOf(one) },
          ...{ folder: run, ledger, outlives },
        }),
      ]),
    );
    const kubeconfig = kubeconfigOf(name, endpoint, authority, { token });
    save(adminKubeconfig(folder), kubeconfig);
    return new ControlPlane(
      { name, version, endpoint, certificateAuthority: authority, token, kubeconfig, servesOnDemand: true },
      binaries.version,
      programs,
    );
  }

  private async up(): Promise<void> {
    const deadline = performance.now() + READY_MS;
    this.begin("etcd", "kube-apiserver");
    await this.until(deadline, () => answers(this.access));
    this.begin("kube-controller-manager", "kube-scheduler", "kwok");
    // Its controllers work once a namespace has what every namespace gets.
    const api = new KubeApi(this.access);
    try {
      await this.until(deadline, async () => {
        const ref = { apiVersion: "v1", kind: "ServiceAccount", name: "default", namespace: "default" };
        return (await api.get(ref)) !== undefined;
      });
      await serving(api);
    } finally {
      api.close();
    }
  }

  private begin(...names: BinaryName[]): void {
    for (const name of names) this.programs.get(name)?.start();
  }

  private async until(deadline: number, done: () => Promise<boolean>): Promise<void> {
    while (!(await done().catch(() => false))) {
      const lost = [...this.programs.values()].find((program) => program.lost);
      if (lost !== undefined) throw lost.failure();
      if (performance.now() > deadline)
        throw new SlipwayError(
          "control-plane-slow",
          `the control plane was not ready after ${READY_MS / 1000} s; the API server's last words:\n${this.programs.get("kube-apiserver")?.lastWords() ?? ""}`,
          "try again on a less busy machine, or take --cluster embedded",
        );
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Process ids of what runs, by name. */
  pids(): Readonly<Partial<Record<BinaryName, number>>> {
    return Object.fromEntries(
      [...this.programs].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid]])),
    );
  }

  /** Ends everything: those who call the API server first, etcd last. */
  async stop(): Promise<void> {
    const store = this.programs.get("etcd");
    const callers = [...this.programs.values()].filter((program) => program !== store);
    // What they would write on their way out is nothing that a restart needs.
    await Promise.all(callers.map((program) => program.stop(STOP_MS / 2)));
    await store?.stop(STOP_MS);
  }

  /** Leaves it running when this process ends. */
  release(): void {
    for (const program of this.programs.values()) program.release();
  }
}

/** Waits until every custom kind that the store holds is served: after a restart those come last. */
async function serving(api: KubeApi): Promise<void> {
  const { items } = await api.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  const established = items.filter((one) => conditionOf(one, "Established")?.status === "True");
  await Promise.all(established.map((definition) => untilServed(api, definition, READY_MS / 1000)));
}

/** Whether the API server says it is ready. */
function answers({ endpoint, certificateAuthority, token }: ClusterAccess): Promise<boolean> {
  return new Promise((resolve) => {
    const request = https.get(
      `${endpoint}/readyz`,
      { ca: certificateAuthority, headers: { authorization: `Bearer ${token}` }, timeout: 2_000, agent: false },
      (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode === 200));
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

function save(file: string, content: string): void {
  const fresh = `${file}.new`;
  fs.writeFileSync(fresh, content, { mode: 0o600 });
  fs.renameSync(fresh, file);
}
