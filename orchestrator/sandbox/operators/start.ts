import type { Cloud } from "../cloud";
import type { ClusterAccess, ClusterHost } from "../cluster/host";
import { ApiError, KubeApi } from "../kubernetes/api";
import { at, selects, type KubeObject } from "../kubernetes/object";
import { argoCd } from "./argo-cd";
import { argoRollouts } from "./argo-rollouts";
import { awsLoadBalancerController } from "./aws-load-balancer-controller";
import { certManager } from "./cert-manager";
import { calico } from "./calico";
import { cilium } from "./cilium";
import { cloudnativePg } from "./cloudnative-pg";
import { chaosMesh } from "./chaos-mesh";
import { envoyGateway } from "./envoy-gateway";
import { externalDns } from "./external-dns";
import { externalSecrets } from "./external-secrets";
import { flux } from "./flux";
import { APPS, readFolder } from "./git";
import { linkerd } from "./linkerd";
import { karpenter } from "./karpenter";
import { keda } from "./keda";
import { ebsCsiDriver } from "./ebs-csi-driver";
import { metricsServer } from "./metrics-server";
import type { DnsRecord, Operator, OperatorContext } from "./operator";
import { prometheusOperator } from "./prometheus-operator";
import { traefik } from "./traefik";
import { trustManager } from "./trust-manager";
import { secretsStoreProviderAws } from "./secrets-store-csi-driver-provider-aws";
import { strimzi } from "./strimzi";
import { verticalPodAutoscaler } from "./vertical-pod-autoscaler";
import { velero } from "./velero";
import { World, type Kind } from "./world";

/** Every operator the charts and add-ons of the phases install. */
export const operators: readonly Operator[] = [
  argoCd,
  flux,
  argoRollouts,
  certManager,
  calico,
  cilium,
  chaosMesh,
  envoyGateway,
  traefik,
  awsLoadBalancerController,
  externalDns,
  externalSecrets,
  karpenter,
  keda,
  ebsCsiDriver,
  metricsServer,
  prometheusOperator,
  secretsStoreProviderAws,
  verticalPodAutoscaler,
  velero,
  strimzi,
  cloudnativePg,
  linkerd,
  trustManager,
];

const DEPLOYMENT: Kind = { apiVersion: "apps/v1", kind: "Deployment" };
const DAEMON_SET: Kind = { apiVersion: "apps/v1", kind: "DaemonSet" };
/** New kinds come with it. */
const DEFINITION: Kind = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
/** A controller that waits for the account asks again, less and less often. */
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

export interface OperatorsOptions {
  readonly access: ClusterAccess;
  readonly host: ClusterHost;
  readonly cloud: Cloud;
  readonly dnsRecords: () => Promise<readonly DnsRecord[]>;
  /** Why the certificate authority refuses an order: how a rehearsal plays a rate limit. */
  readonly acmeRefusal?: (server: string, names: readonly string[]) => string | undefined;
  /** The folder that is `apps/` of the repository; the project's own when not given. */
  readonly apps?: string;
  readonly now?: () => Date;
  /** Told of each failed reconciliation; the controller goes on. */
  readonly onError?: (operator: string, error: Error) => void;
}
export interface RunningOperators {
  /** Resolves when nothing is left to do for now. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Runs the operators of one cluster; each acts only while its own chart is installed and up. */
export async function startOperators(options: OperatorsOptions): Promise<RunningOperators> {
  const runners = new Runners(options);
  await runners.begin();
  return runners;
}

class Runners implements RunningOperators {
  private readonly world: World;
  private readonly api: KubeApi;
  private readonly active = new Map<Operator, KubeObject>();
  /** What each operator failed with when it last tried. */
  private readonly failures = new Map<Operator, string>();
  private dirty = false;
  private closed = false;
  private running: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private delay = FIRST_RETRY_MS;

  constructor(private readonly options: OperatorsOptions) {
    this.api = new KubeApi(options.access);
    this.world = new World(this.api, (kind) => this.changed(kind));
  }

  async begin(): Promise<void> {
    await Promise.all([DEPLOYMENT, DAEMON_SET, DEFINITION].map((kind) => this.world.follow(kind)));
    this.changed();
  }

  /** Something is different: look again as soon as the present look is over. */
  private changed(_kind?: string): void {
    this.delay = FIRST_RETRY_MS;
    this.wake();
  }
  private wake(): void {
    if (this.closed) return;
    this.dirty = true;
    this.running ??= new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.work())
      .finally(() => (this.running = undefined));
  }

  private async work(): Promise<void> {
    while (this.dirty && !this.closed) {
      this.dirty = false;
      let blocked = false;
      for (const operator of operators) blocked = (await this.step(operator)) || blocked;
      if (blocked && !this.dirty) this.later();
    }
  }

  private later(): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.wake(), this.delay).unref();
    this.delay = Math.min(this.delay * 2, LAST_RETRY_MS);
  }

  /** One reconciliation; an operator whose Deployment goes away finishes what is in its queue. */
  private async step(operator: Operator): Promise<boolean> {
    const { apiVersion, kind } = operator.everyNode === true ? DAEMON_SET : DEPLOYMENT;
    const found = this.world
      .list(apiVersion, kind)
      .find((deployment) => selects(operator.deployment, deployment.metadata.labels));
    const available = at(found, "status", operator.everyNode === true ? "numberReady" : "availableReplicas");
    const up = found !== undefined && Number(available ?? 0) > 0;
    const self = up ? found : this.active.get(operator);
    if (self === undefined) return false;
    if (up) this.active.set(operator, found);
    else this.active.delete(operator);
    try {
      await Promise.all(operator.kinds.map((kind) => this.world.follow(kind)));
      const blocked = await operator.reconcile(this.contextOf(self));
      this.failures.delete(operator);
      return blocked;
    } catch (error) {
      this.failed(operator, error as Error);
      return true;
    }
  }

  /** Told of, unless it passes: what somebody else changed or removed meanwhile is ordinary, and looked at again. */
  private failed(operator: Operator, error: Error): void {
    // A world that is ending answers nobody, and a namespace that is ending takes nothing new.
    const ending = error instanceof ApiError && error.code === 403 && /is being terminated/.test(error.message);
    if (this.closed || ending) return;
    const ordinary = error instanceof ApiError && (error.code === 404 || error.code === 409);
    const again = this.failures.get(operator) === error.message;
    this.failures.set(operator, error.message);
    if (!ordinary || again) this.options.onError?.(operator.name, error);
  }

  private contextOf(self: KubeObject): OperatorContext {
    const { cloud, host, dnsRecords, acmeRefusal, apps = APPS, now = () => new Date() } = this.options;
    return {
      world: this.world,
      cluster: this.options.access.name,
      cloud,
      host,
      self,
      dnsRecords,
      git: (folder) => readFolder(apps, folder),
      now: () =>
        now()
          .toISOString()
          .replace(/\.\d+Z$/, "Z"),
      acmeRefusal: acmeRefusal ?? (() => undefined),
    };
  }

  async settled(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    this.world.close();
    await this.running;
    this.api.close();
  }
}
