import { stringify } from "yaml";
import { PROBE } from "../cluster/probes";

/** Nodes that carry it are played; nothing else in the cluster is. */
export const PLAYED = { "kwok.x-k8s.io/node": "fake" } as const;

interface Condition {
  readonly key: string;
  readonly operator: "Exists" | "DoesNotExist" | "In" | "NotIn";
  readonly values?: readonly string[];
}
interface Stage {
  readonly name: string;
  readonly kind: "Node" | "Pod";
  readonly when: readonly Condition[];
  readonly delay?: { readonly durationMilliseconds: number; readonly jitterDurationMilliseconds: number };
  readonly next: { readonly statusTemplate: string } | { readonly delete: true };
}

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const DELETED = ".metadata.deletionTimestamp";
const OWNERS = ".metadata.ownerReferences.[].kind";
const PROBING = `.metadata.annotations["${PROBE}"]`;

/** What a kubelet says of a healthy node, in its words. */
const nodeConditions = `
conditions:
{{ range NodeConditions }}
- lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $began | Quote }}
  message: {{ .message | Quote }}
  reason: {{ .reason | Quote }}
  status: {{ .status | Quote }}
  type: {{ .type | Quote }}
{{ end }}
`;
const nodeTimes = `{{ $now := Now }}
{{ $began := or .metadata.creationTimestamp $now }}`;

const containers = (state: string, ready: boolean) => `
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: ${String(ready)}
  started: ${String(ready)}
  restartCount: 0
  state:
${state}
{{ end }}
`;

const podConditions = `
conditions:
{{ range $type := (list "PodReadyToStartContainers" "PodScheduled" "Initialized" "ContainersReady" "Ready") }}
- lastTransitionTime: {{ $now | Quote }}
  status: "True"
  type: {{ $type | Quote }}
{{ end }}
{{ range .spec.readinessGates }}
- lastTransitionTime: {{ $now | Quote }}
  status: "True"
  type: {{ .conditionType | Quote }}
{{ end }}
`;

/**
 * What the kubelets of played nodes do. Capacity and addresses are the pool's business and come with the node; a node
 * is Ready once it has them. A pod on a node runs and is Ready at once, one of a Job ends well, and a probe keeps
 * running until what it would find is worked out.
 */
const stages: readonly Stage[] = [
  {
    name: "node-ready",
    kind: "Node",
    when: [
      { key: ".status.allocatable", operator: "Exists" },
      { key: READY, operator: "NotIn", values: ["True"] },
    ],
    next: { statusTemplate: `${nodeTimes}${nodeConditions}phase: Running\n` },
  },
  {
    name: "node-heartbeat",
    kind: "Node",
    when: [{ key: READY, operator: "In", values: ["True"] }],
    // Nodes renew a lease every few seconds; their status only now and then, as kubelets do (five minutes).
    delay: { durationMilliseconds: 300_000, jitterDurationMilliseconds: 310_000 },
    next: { statusTemplate: `${nodeTimes}${nodeConditions}` },
  },
  {
    name: "pod-ready",
    kind: "Pod",
    when: [
      { key: DELETED, operator: "DoesNotExist" },
      { key: ".status.phase", operator: "In", values: ["Pending"] },
      { key: READY, operator: "NotIn", values: ["True"] },
    ],
    next: {
      statusTemplate: `{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
${podConditions}
${containers("    running:\n      startedAt: {{ $now | Quote }}", true)}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  state:
    running:
      startedAt: {{ $now | Quote }}
  {{ else }}
  started: false
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
  {{ end }}
{{ end }}
{{ $hostIPs := NodeIPsWith .spec.nodeName }}
{{ with $hostIPs }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ $podIPs := PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
{{ with $podIPs }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
`,
    },
  },
  {
    // Pods of a node that was thought lost are marked as not Ready; its kubelet says otherwise once it is heard again.
    name: "pod-ready-again",
    kind: "Pod",
    when: [
      { key: DELETED, operator: "DoesNotExist" },
      { key: ".status.phase", operator: "In", values: ["Running"] },
      { key: READY, operator: "In", values: ["False"] },
    ],
    next: { statusTemplate: `{{ $now := Now }}\n${podConditions}` },
  },
  {
    name: "pod-complete",
    kind: "Pod",
    when: [
      { key: DELETED, operator: "DoesNotExist" },
      { key: ".status.phase", operator: "In", values: ["Running"] },
      { key: OWNERS, operator: "In", values: ["Job"] },
      { key: PROBING, operator: "DoesNotExist" },
    ],
    next: {
      statusTemplate: `{{ $now := Now }}
phase: Succeeded
${containers(
  "    terminated:\n      exitCode: 0\n      reason: Completed\n      startedAt: {{ $now | Quote }}\n      finishedAt: {{ $now | Quote }}",
  false,
)}`,
    },
  },
  {
    name: "pod-delete",
    kind: "Pod",
    when: [{ key: DELETED, operator: "Exists" }],
    next: { delete: true },
  },
];

/** The stages as kwok reads them: YAML documents. */
export function stageFile(): string {
  return stages
    .map(({ name, kind, when, delay, next }) =>
      stringify({
        apiVersion: "kwok.x-k8s.io/v1alpha1",
        kind: "Stage",
        metadata: { name },
        spec: {
          resourceRef: { apiGroup: "v1", kind },
          selector: { matchExpressions: when },
          ...(delay && { delay }),
          next,
        },
      }),
    )
    .join("---\n");
}
