import type { KubernetesObject, V1Namespace, V1NetworkPolicy, V1Pod } from "@kubernetes/client-node";
import type { PlatformConfig } from "../../infra/config";
import { AMBIENT, MESH_POLICY, SIDECAR } from "../../infra/mesh/names";
import type { MeshOutput } from "../../infra/outputs";
import type { Diagnosis, Finding, Refusal } from "./check";
import { nameOf, podProblem, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, type Offence } from "./finding";

type Kind = MeshOutput["kind"];
interface PeerAuthentication extends KubernetesObject {
  spec?: { selector?: object; mtls?: { mode?: string } };
}

/** Namespaces of either mesh, as the cluster knows them; those of probes and of the platform's callers left out. */
export function joinedTo(kind: Kind, namespaces: readonly V1Namespace[], callers: readonly string[] = []): string[] {
  return namespaces
    .filter(({ metadata }) => {
      const labels = metadata?.labels ?? {};
      if (labels["slipway.dev/probe"] !== undefined || callers.includes(metadata?.name ?? "")) return false;
      if (kind === "istio-ambient") return labels[AMBIENT.label] === AMBIENT.joined;
      return metadata?.annotations?.[SIDECAR.inject] === SIDECAR.joined;
    })
    .map(({ metadata }) => metadata?.name ?? "");
}

/** A10.2: those that should are in the mesh, with what it needs to be of use, and nobody else is. */
export function joined(view: ClusterView, mesh: MeshOutput): Promise<Finding> {
  return examine(
    { requirement: "A10.2", title: "the namespaces that were named are in the mesh, and no other" },
    async () => {
      const [namespaces, policies, peers] = await Promise.all([
        view.list<V1Namespace>("v1", "Namespace"),
        view.list<V1NetworkPolicy>("networking.k8s.io/v1", "NetworkPolicy"),
        view.list<PeerAuthentication>(AMBIENT.policyApi, "PeerAuthentication"),
      ]);
      const now = joinedTo(mesh.kind, namespaces);
      const wanted = [...mesh.callers, ...mesh.namespaces];
      const ambient = mesh.kind === "istio-ambient";
      const port = ambient ? AMBIENT.port : SIDECAR.port;
      const wrong = [
        ...each(wanted, String, (name) => {
          if (!now.includes(name)) return "has not joined";
          if (!policies.some((policy) => inNamespace(policy, name) && opens(policy, port)))
            return `no network policy lets the mesh's port ${port} in: its traffic stops`;
          if (!ambient || mesh.callers.includes(name)) return undefined;
          const own = peers.find((peer) => inNamespace(peer, name) && peer.spec?.selector === undefined);
          return own?.spec?.mtls?.mode === "STRICT" ? undefined : "takes plain text: no PeerAuthentication is STRICT";
        }),
        ...each(now, String, (name) =>
          wanted.includes(name) ? undefined : "has joined, but the configuration does not name it",
        ),
      ];
      const detail = mesh.namespaces.length === 0 ? "none yet" : mesh.namespaces.join(", ");
      return { looked: namespaces.length, wrong, detail };
    },
  );
}

const inNamespace = ({ metadata }: KubernetesObject, name: string): boolean => metadata?.namespace === name;
const opens = ({ metadata, spec }: V1NetworkPolicy, port: number): boolean =>
  metadata?.name === MESH_POLICY && (spec?.ingress ?? []).some(({ ports }) => ports?.some((one) => one.port === port));

/** Pods of joined namespaces that are not well. */
async function ailing(view: ClusterView, namespaces: readonly string[]): Promise<(Offence & { namespace: string })[]> {
  const pods = await Promise.all(namespaces.map((namespace) => view.list<V1Pod>("v1", "Pod", namespace)));
  return namespaces.flatMap((namespace, index) =>
    each(
      (pods[index] ?? []).filter(({ metadata }) => metadata?.deletionTimestamp === undefined),
      nameOf,
      podProblem,
    ).map((offence) => ({ ...offence, namespace })),
  );
}

/** A10.2: a namespace that joined goes on as before. */
export function healthy(view: ClusterView, { namespaces }: MeshOutput): Promise<Finding> {
  return examine({ requirement: "A10.2", title: "every pod of the namespaces that joined is Ready" }, async () => {
    const wrong = await ailing(view, namespaces);
    return { looked: namespaces.length + 1, wrong, detail: namespaces.length === 0 ? "none has joined" : "all Ready" };
  });
}

/** A10.6: a namespace joined while the one before was not well, or the last one is not. */
export async function manyAtOnce(view: ClusterView, { namespaces }: MeshOutput): Promise<Diagnosis[]> {
  const sick = [...new Set((await ailing(view, namespaces)).map(({ namespace }) => namespace))];
  const passedOver = sick.filter((name) => name !== namespaces[namespaces.length - 1]);
  return passedOver.length > 0
    ? diagnosis(
        "A10.6",
        "many rules enabled in one step: others joined while these were not healthy, so nobody can tell what broke them",
        "take the later ones out of slipway:mesh.namespaces, mend these, then let one join at a time",
        passedOver,
      )
    : diagnosis(
        "A10.6",
        "the namespace that joined last is not healthy",
        "mend it, or take it out of slipway:mesh.namespaces; the next joins only while this one is healthy",
        sick,
      );
}

/** A10.2, A10.6: why these namespaces must not join now; asked before anything is changed. */
export async function refusalOf(
  view: ClusterView,
  { mesh }: Pick<PlatformConfig, "mesh">,
  callers: readonly string[],
): Promise<Refusal | undefined> {
  const namespaces = await view.list<V1Namespace>("v1", "Namespace");
  const other = mesh.kind === "linkerd" ? "istio-ambient" : "linkerd";
  const leaving = joinedTo(other, namespaces, callers);
  if (mesh.kind !== "none" && leaving.length > 0)
    return {
      reason: `${leaving.join(", ")} ${leaving.length === 1 ? "is" : "are"} in another mesh (${other}); two at once break each other's traffic`,
      fix: "set slipway:mesh.kind to none first, then choose the other",
    };
  const now = joinedTo(mesh.kind, namespaces, callers);
  const fresh = mesh.kind === "none" ? [] : mesh.namespaces.filter((name) => !now.includes(name));
  if (fresh.length > 1)
    return {
      reason: `many rules enabled in one step: ${fresh.join(", ")} would join the mesh at once (A10.6)`,
      fix: `leave all but ${fresh[0] ?? ""} out of slipway:mesh.namespaces, and let the next join when it is verified`,
    };
  if (fresh.length === 0) return undefined;
  const sick = await ailing(
    view,
    now.filter((name) => mesh.namespaces.includes(name)),
  );
  if (sick.length === 0) return undefined;
  return {
    reason: `${fresh[0] ?? ""} would join the mesh while the last is not healthy (A10.2): ${sick.map(({ subject, reason }) => `${subject}: ${reason}`).join("; ")}`,
    fix: "mend these pods, or take their namespace out of slipway:mesh.namespaces",
  };
}
