import { expect } from "chai";
import { clusterName } from "../../infra/naming";
import { publishedRights } from "../support/published-rights";
import { configOf, type Registered } from "../support/pulumi";
import { recorded } from "../support/recorded";

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: object;
}
const list = (one: string | readonly string[]): readonly string[] => (typeof one === "string" ? [one] : one);
const statementsOf = (document: unknown): Statement[] =>
  (JSON.parse(document as string) as { Statement: Statement[] }).Statement;

/** Actions that only tell. */
const READS = /:(Describe|Get|List|Search|View|BatchGet|Receive)[A-Z]/;
/**
 * Actions that know no resource, or none that is known beforehand, so that a star is all there is to name (Service
 * Authorization Reference, https://docs.aws.amazon.com/service-authorization/latest/reference/).
 */
const WITHOUT_RESOURCE: readonly RegExp[] = [
  /^ec2:Describe/,
  /^elasticloadbalancing:Describe/,
  /^ec2:GetSecurityGroupsForVpc$/,
  /^iam:ListInstanceProfiles$/,
  /^pricing:GetProducts$/,
  /^route53:ListHostedZones$/,
];
/** Services that are in every region at once, and know no `aws:RequestedRegion` worth the name. */
const GLOBAL = /^(?:iam|route53):/;
/** Offered in few regions, of which each continent's asks another (karpenter-provider-aws, pkg/providers/pricing). */
const ELSEWHERE = /^pricing:GetProducts$/;
/** Most that the policies in a role may have together, and a trust policy, without white space (IAM and STS quotas). */
const ROLE_CHARACTERS = 10_240;
const TRUST_CHARACTERS = 2_048;
/** Writes on resources of no cluster, each with why no tag can be asked for. */
const UNTAGGED: Readonly<Record<string, RegExp>> = {
  // What an instance is made from; the instance itself must carry the tag, by another statement.
  "ec2:RunInstances": /:(?:image|snapshot|subnet|security-group|placement-group)\/\*$/,
  "ec2:CreateFleet": /:(?:image|snapshot|subnet|security-group|placement-group)\/\*$/,
  // The network is a resource of the call; the group made in it must carry the tag, by another statement.
  "ec2:CreateSecurityGroup": /:vpc\/\*$/,
  // One per account and service, and of that service only.
  "iam:CreateServiceLinkedRole": /:role\/aws-service-role\/[a-z.]+\.amazonaws\.com\/\*$/,
};

for (const environment of ["dev", "staging", "production"] as const) {
  describe(`the rights given in AWS by ${environment}`, () => {
    const cluster = clusterName(configOf(environment));
    let seen: Registered[];
    let granted: { name: string; role: string; statement: Statement }[];

    before(async () => {
      ({ seen } = await recorded(environment));
      granted = seen
        .filter(({ type }) => ["aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"].includes(type))
        .flatMap(({ name, inputs }) =>
          statementsOf(inputs["policy"]).map((statement) => ({ name, role: String(inputs["role"]), statement })),
        );
      expect(granted).to.not.have.length(0);
    });
    const of = (type: string) => seen.filter((one) => one.type === type);

    it("name every action in full: no star, no NotAction [E4.7]", () => {
      for (const { name, statement } of granted) {
        expect(statement, name).to.not.have.property("NotAction");
        for (const action of list(statement.Action)) expect(action, name).to.match(/^[a-z0-9-]+:[A-Za-z0-9]+$/);
      }
    });
    it("fit into what a role may carry", () => {
      const characters = (document: unknown) => String(document).replace(/\s/g, "").length;
      const carried = new Map<string, number>();
      for (const { inputs } of of("aws:iam/rolePolicy:RolePolicy")) {
        const role = String(inputs["role"]);
        carried.set(role, (carried.get(role) ?? 0) + characters(inputs["policy"]));
      }
      for (const [role, sum] of carried) expect(sum, role).to.be.at.most(ROLE_CHARACTERS);
      for (const { name, inputs } of of("aws:iam/role:Role"))
        expect(characters(inputs["assumeRolePolicy"]), name).to.be.at.most(TRUST_CHARACTERS);
    });
    it("are over every resource only where an action knows none, and then in this region only [E4.7]", () => {
      for (const { name, statement } of granted) {
        if (!list(statement.Resource).includes("*")) continue;
        for (const action of list(statement.Action)) {
          expect(
            WITHOUT_RESOURCE.some((known) => known.test(action)),
            `${name}: ${action} on every resource`,
          ).to.equal(true);
          if (!GLOBAL.test(action) && !ELSEWHERE.test(action))
            expect(JSON.stringify(statement.Condition), `${name}: ${action}`).to.include("aws:RequestedRegion");
        }
      }
    });
    it("change only what is this cluster's: by its tag, its name or its one address", () => {
      for (const { name, statement } of granted) {
        if (statement.Effect !== "Allow") continue;
        const tagged = JSON.stringify(statement.Condition ?? {}).includes(cluster);
        for (const action of list(statement.Action).filter((one) => !READS.test(one)))
          for (const resource of list(statement.Resource)) {
            // `<one bucket>/*` and `<one log group>:*` are all of one thing.
            const one = !resource.replace(/[/:]\*$/, "").includes("*") && !/::[a-z-]+\/\*$/.test(resource);
            const own = tagged || one || resource.includes(cluster) || UNTAGGED[action]?.test(resource) === true;
            expect(own, `${name}: ${action} on ${resource}`).to.equal(true);
          }
      }
    });
    it("come by Pod Identity: one role for one service account, trusted for nothing else [A1.3]", () => {
      const associations = of("aws:eks/podIdentityAssociation:PodIdentityAssociation");
      const roles = associations.map(({ inputs }) => String(inputs["roleArn"]).split("/").at(-1));
      expect(new Set(roles).size).to.equal(roles.length);
      const forPods = of("aws:iam/role:Role").filter(({ inputs }) =>
        String(inputs["assumeRolePolicy"]).includes("pods.eks.amazonaws.com"),
      );
      expect(forPods.map(({ name }) => name)).to.have.members(roles);
      for (const { name, inputs } of forPods) {
        const [trust, ...more] = statementsOf(inputs["assumeRolePolicy"]);
        expect(more, name).to.deep.equal([]);
        expect(trust?.Principal, name).to.deep.equal({ Service: "pods.eks.amazonaws.com" });
      }
      expect(of("aws:iam/user:User")).to.deep.equal([]);
      expect(of("aws:iam/accessKey:AccessKey")).to.deep.equal([]);
    });
    it("cover what each component's own documentation asks for, or say why not", () => {
      for (const { inputs } of of("aws:eks/podIdentityAssociation:PodIdentityAssociation")) {
        const who = `${String(inputs["namespace"])}/${String(inputs["serviceAccount"])}`;
        const published = publishedRights[who];
        if (published === undefined)
          throw new Error(`${who}: add to test/support/published-rights.ts what its page asks for`);
        const role = String(inputs["roleArn"]).split("/").at(-1) as string;
        const roleName = String(of("aws:iam/role:Role").find(({ name }) => name === role)?.inputs["name"]);
        const attached = of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
          .filter((one) => one.inputs["role"] === roleName)
          .map((one) => String(one.inputs["policyArn"]).replace("arn:aws:iam::aws:policy/", ""));
        const given = new Set(
          granted.filter((one) => one.role === roleName).flatMap(({ statement }) => list(statement.Action)),
        );
        if ("managed" in published) {
          expect(attached, who).to.deep.equal([published.managed]);
          expect([...given], who).to.deep.equal([]);
          continue;
        }
        expect(attached, who).to.deep.equal([]);
        const withheld = published.withheld ?? {};
        const missing = published.actions.filter((action) => !given.has(action) && withheld[action] === undefined);
        expect(missing, `${who} lacks, by ${published.source}`).to.deep.equal([]);
        // Nothing is withheld on paper only, and no reason is left of what nobody asks for.
        expect(
          Object.keys(withheld).filter((action) => given.has(action)),
          `${who} withheld, and given`,
        ).to.deep.equal([]);
        expect(
          Object.keys(withheld).filter((action) => !published.actions.includes(action)),
          who,
        ).to.deep.equal([]);
      }
    });
  });
}
