import type { KubernetesObject } from "@kubernetes/client-node";
import { AMBIENT, SIDECAR } from "../../infra/mesh/names";
import type { MeshOutput } from "../../infra/outputs";
import type { CheckContext, Finding } from "./check";
import type { ClusterView } from "./cluster-view";
import { examine, traffic, type Offence } from "./finding";
import { attemptFrom, inProbeNamespace, listen, type Marks } from "./probe";

const PORT = 8080;

/** How a pod is in the mesh, or kept out of it. */
const marksOf: Readonly<Record<Exclude<MeshOutput["kind"], "none">, Readonly<Record<"in" | "out", Marks>>>> = {
  "istio-ambient": {
    in: { labels: { [AMBIENT.label]: AMBIENT.joined } },
    out: { labels: { [AMBIENT.label]: "none" } },
  },
  linkerd: {
    in: { annotations: { [SIDECAR.inject]: SIDECAR.joined, [SIDECAR.inbound]: SIDECAR.meshedOnly } },
    out: { annotations: { [SIDECAR.inject]: "disabled" } },
  },
};

/**
 * A10.4: a server that takes mutual TLS alone answers a pod of the mesh, and nobody else. It has to answer: a proxy takes
 * a connection before it knows whether it will serve it.
 */
export function pairSpeaksTls(context: CheckContext, view: ClusterView): Promise<Finding> {
  const { kind } = context.outputs.mesh;
  const promised = { requirement: "A10.4", title: "two pods of the mesh speak mutual TLS; plain text is refused" };
  return traffic(
    context,
    examine(promised, () =>
      inProbeNamespace(view, context.waitUntil, async (namespace) => {
        if (kind === "none") throw new Error("there is no mesh to speak it");
        const marks = marksOf[kind];
        if (kind === "istio-ambient") await view.create(strict(namespace));
        const { waitUntil } = context;
        const host = await listen(view, waitUntil, namespace, "server", { app: "server" }, PORT, marks.in);
        const target = { kind: "answer", host, port: PORT } as const;
        const inside = await attemptFrom(view, waitUntil, namespace, "inside", { app: "client" }, target, marks.in);
        const outside = await attemptFrom(view, waitUntil, namespace, "outside", { app: "client" }, target, marks.out);
        const wrong: Offence[] = [
          ...(inside ? [] : [{ subject: namespace, reason: "a pod of the mesh got no answer from another" }]),
          ...(outside ? [{ subject: namespace, reason: "a pod outside the mesh was answered in plain text" }] : []),
        ];
        return { looked: 2, wrong, detail: "answered a pod of the mesh, refused one outside" };
      }),
    ),
  );
}

function strict(namespace: string): KubernetesObject {
  return {
    apiVersion: AMBIENT.policyApi,
    kind: "PeerAuthentication",
    metadata: { name: "default", namespace },
    spec: { mtls: { mode: "STRICT" } },
  } as KubernetesObject;
}
