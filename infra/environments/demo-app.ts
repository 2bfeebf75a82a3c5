import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { restrictedContainer } from "../release";

export interface DemoAppArgs {
  readonly namespace: pulumi.Input<string>;
  readonly host: string;
  readonly gateway: { readonly name: string; readonly namespace: pulumi.Input<string> };
  readonly provider: k8s.Provider;
}

/** Small HTTP echo server of the Kubernetes project; by digest, so that what was verified is what runs (E2.9). */
const IMAGE =
  "registry.k8s.io/e2e-test-images/agnhost:2.53@sha256:99c6b4bb4a1e1df3f0b3752168c89358794d02258ebebc26bf21c29399011a85";
const PORT = 8080;
/** Between these its autoscaler holds it (A13.2). */
export const DEMO_REPLICAS = { minimum: 2, maximum: 10 };
const labels = { app: "demo" };

/** The example app of A6.2: a host, a prefix at the root, `demo-svc` on port 80. What a team's app should look like. */
export class DemoApp extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly service: pulumi.Output<string>;
  /** Name of its Deployment. */
  readonly deployment: pulumi.Output<string>;

  constructor(
    name: string,
    { namespace, host, gateway, provider }: DemoAppArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:environment:DemoApp", name, {}, opts);
    const child = { parent: this, provider };
    const probe = { httpGet: { path: "/", port: PORT } };
    const deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata: { name: "demo", namespace, labels },
        spec: {
          replicas: DEMO_REPLICAS.minimum,
          selector: { matchLabels: labels },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: { labels },
            spec: {
              automountServiceAccountToken: false,
              securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
              topologySpreadConstraints: [
                {
                  maxSkew: 1,
                  topologyKey: "topology.kubernetes.io/zone",
                  whenUnsatisfiable: "ScheduleAnyway",
                  labelSelector: { matchLabels: labels },
                },
              ],
              containers: [
                {
                  name: "demo",
                  image: IMAGE,
                  args: ["netexec", `--http-port=${PORT}`],
                  ports: [{ containerPort: PORT }],
                  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
                  securityContext: restrictedContainer,
                  startupProbe: { ...probe, failureThreshold: 30, periodSeconds: 2 },
                  readinessProbe: { ...probe, periodSeconds: 5 },
                  livenessProbe: { ...probe, periodSeconds: 20 },
                },
              ],
            },
          },
        },
      },
      // From phase 13 on an autoscaler sets the number; nobody sets it back.
      { ...child, ignoreChanges: ["spec.replicas"] },
    );
    new k8s.policy.v1.PodDisruptionBudget(
      name,
      { metadata: { name: "demo", namespace }, spec: { maxUnavailable: 1, selector: { matchLabels: labels } } },
      child,
    );
    const service = new k8s.core.v1.Service(
      name,
      {
        metadata: { name: "demo-svc", namespace },
        spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: PORT }] },
      },
      { ...child, dependsOn: [deployment] },
    );
    const parentRefs = [{ name: gateway.name, namespace: gateway.namespace, sectionName: "https" }];
    new k8s.apiextensions.CustomResource(
      `${name}-route`,
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: { name: "demo", namespace },
        spec: {
          parentRefs,
          hostnames: [host],
          rules: [
            { matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: [{ name: "demo-svc", port: 80 }] },
          ],
        },
      },
      { ...child, dependsOn: [service] },
    );
    // Known in a preview already, and yet waiting for the object to be there.
    this.namespace = pulumi.all([namespace, service.urn]).apply(([place]) => place);
    this.service = service.urn.apply(() => "demo-svc");
    this.deployment = deployment.urn.apply(() => "demo");
    this.registerOutputs({ host });
  }
}
