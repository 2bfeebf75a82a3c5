import { expect } from "chai";
import fc from "fast-check";
import { authorise, type Grants, type Request, type User } from "../../orchestrator/sandbox/cluster/rbac";
import type { KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import { grantsAndQuestions, NAMESPACES } from "../orchestrator/sandbox/cluster/rbac-cases";
import { START_MS, until, usePlane } from "./plane";

/** Worlds of grants that the API server is asked about; each is a few writes and a wait for the authoriser. */
const WORLDS = 12;

describe("role-based access control of a real control plane", function () {
  this.timeout(START_MS);
  const plane = usePlane();
  const ref = ({ apiVersion, kind, metadata }: KubeObject) => ({ apiVersion, kind, ...metadata });
  const answer = async (user: User, request: Request) => {
    const attributes =
      "path" in request ? { nonResourceAttributes: request } : { resourceAttributes: request as object };
    const asked = await plane().api.create({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      metadata: {},
      spec: { user: user.name, groups: user.groups, ...attributes },
    } as never);
    return asked["status"] as { allowed: boolean; reason?: string };
  };
  /** The last grant written: once the authoriser knows it, it knows all. */
  const marker = (world: number): KubeObject[] => [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: `marker-${world}` },
      rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: `marker-${world}` },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: `marker-${world}` },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: `marker-${world}` }],
    },
  ];

  it("answers as the embedded API does: the same verdict, a refusal for the same reason [C6.5]", async () => {
    const { api } = plane();
    for (const name of NAMESPACES) await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const worlds = fc.sample(grantsAndQuestions, { numRuns: WORLDS, seed: 20_261_121 });
    for (const [at, { grants, questions }] of worlds.entries()) {
      const objects = [...Object.values(grants as unknown as Record<string, KubeObject[]>).flat()];
      for (const object of [...objects, ...marker(at)]) await api.create(object);
      const pods: Request = { verb: "get", group: "", resource: "pods", subresource: "", name: "", namespace: "" };
      await until(async () => (await answer({ name: `marker-${at}`, groups: [] }, pods)).allowed);
      for (const { user, request } of questions) {
        const said = await answer(user, request);
        const expected = authorise(grants as Grants, user, request);
        expect(said.allowed, JSON.stringify({ user, request, grants })).to.equal(expected.allowed);
        // Several bindings may grant the same; a refusal has one reason, its parts in any order.
        if (!said.allowed)
          expect(new Set((said.reason ?? "").split(/[[\], ]+/))).to.deep.equal(
            new Set(expected.reason.split(/[[\], ]+/)),
          );
      }
      for (const object of [...objects, ...marker(at)]) await api.delete(ref(object) as never);
      // What was taken away is gone from the authoriser before the next world is asked about.
      await until(async () => !(await answer({ name: `marker-${at}`, groups: [] }, pods)).allowed);
    }
  });
});
