import { expect } from "chai";
import fc from "fast-check";
import {
  mayBeDone,
  mistakes,
  nameOfResource,
  questions,
  resources,
  tableOf,
  type Place,
  type Question,
} from "../../../orchestrator/checks/access-matrix";
import { grantsOf } from "../../../infra/environments/access";
import { following, reading } from "../../../infra/personas";
import type { PersonaOutput } from "../../../infra/outputs";

const personas: PersonaOutput[] = [
  { name: "developer", kind: "Group", subject: "developers" },
  { name: "QA engineer", kind: "Group", subject: "qaEngineers" },
  { name: "viewer", kind: "Group", subject: "viewers" },
  { name: "deliverer", kind: "ServiceAccount", subject: "argo", namespace: "argocd" },
];
const places: Place[] = (["preview", "qa", "staging", "production", "platform"] as const).map((kind) => ({
  kind,
  namespace: kind,
  label: kind,
}));
const all = questions(personas, places);
const may = (persona: string, verb: string, resource: string) =>
  all
    .filter(
      (one) =>
        one.persona.name === persona &&
        one.verb === verb &&
        nameOfResource(one.resource) === resource &&
        mayBeDone(one),
    )
    .map(({ place }) => place.kind);
/** What the roles that the platform writes would answer. */
const granted = ({ persona, place, resource, verb }: Question): boolean => {
  const grants = place.kind === "platform" ? [] : grantsOf(place.kind);
  const rules = [
    ...(persona.kind === "Group" ? reading : following),
    ...grants
      .filter(({ to }) =>
        to === "deliverer" ? persona.name === "deliverer" : (to as string[]).includes(persona.subject),
      )
      .flatMap((grant) => grant.rules),
  ];
  return rules.some(
    (rule) =>
      rule.apiGroups.includes(resource.group) &&
      rule.resources.includes(nameOfResource(resource)) &&
      rule.verbs.includes(verb),
  );
};
const answer = fc.constantFrom(...all);

describe("the access matrix of C6", () => {
  it("asks every persona about every verb of every resource in every place, once", () => {
    const keys = all.map((one) => [one.persona.name, one.place.kind, nameOfResource(one.resource), one.verb].join());
    expect(new Set(keys).size).to.equal(keys.length);
    expect(keys).to.have.length(personas.length * places.length * ((resources.length - 2) * 7 + 3));
  });
  it("lets people read everywhere, and nobody Secrets [C6.1] [C6.3]", () => {
    for (const persona of ["developer", "QA engineer", "viewer"]) {
      expect(may(persona, "list", "deployments"), persona).to.have.length(places.length);
      expect(may(persona, "get", "pods/log"), persona).to.have.length(places.length);
    }
    for (const { name } of personas)
      for (const resource of ["secrets", "rolebindings"]) expect(may(name, "get", resource), name).to.deep.equal([]);
  });
  it("lets each write in its own place alone [C6.2] [C6.3] [C6.4] [C6.5]", () => {
    expect(may("developer", "create", "pods/exec")).to.deep.equal(["preview"]);
    expect(may("developer", "delete", "pods")).to.deep.equal(["preview"]);
    expect(may("QA engineer", "update", "jobs")).to.deep.equal(["qa"]);
    expect(may("QA engineer", "create", "pods/exec")).to.deep.equal([]);
    expect(may("viewer", "patch", "deployments")).to.deep.equal([]);
    for (const verb of ["create", "patch", "delete"])
      expect(may("deliverer", verb, "deployments")).to.deep.equal(["qa", "staging", "production"]);
    for (const resource of ["pods", "replicasets", "secrets", "rolebindings"])
      expect(may("deliverer", "create", resource)).to.deep.equal([]);
  });
  it("is what the platform's own roles grant, cell by cell [C6.5]", () => {
    expect(mistakes(all.map((one) => ({ ...one, allowed: granted(one), reason: "" })))).to.deep.equal([]);
  });
  it("names every answer that is not C6's, and which way it is wrong", () => {
    fc.assert(
      fc.property(fc.uniqueArray(answer, { minLength: 1, maxLength: 5 }), (turned) => {
        const answers = all.map((one) => ({ ...one, allowed: mayBeDone(one) !== turned.includes(one), reason: "R" }));
        const found = mistakes(answers);
        expect(found).to.have.length(turned.length);
        for (const one of turned)
          expect(found).to.deep.include({
            subject: `${one.persona.name} in ${one.place.label}`,
            reason: `may ${mayBeDone(one) ? "not " : ""}${one.verb} ${nameOfResource(one.resource)} (R)`,
          });
      }),
      { numRuns: 50 },
    );
  });
  it("is a table with a row for each resource of each place and a column for each persona", () => {
    const { columns, rows } = tableOf(all.map((one) => ({ ...one, allowed: mayBeDone(one), reason: "" })));
    expect(columns).to.deep.equal(["namespace", "resource", ...personas.map(({ name }) => name)]);
    expect(rows).to.have.length(places.length * resources.length);
    expect(rows.every((row) => row.length === columns.length)).to.equal(true);
    expect(rows).to.deep.include(["preview", "pods/exec", "create", "–", "–", "–"]);
  });
});
