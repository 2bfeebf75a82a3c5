import * as fs from "node:fs";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { Faults } from "../../../orchestrator/sandbox/faults";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";

describe("faults on purpose", () => {
  const folder = useFolder();
  const written = (content: unknown) => {
    const file = path.join(folder(), "faults.json");
    fs.writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };
  const read = (...rules: object[]) => Faults.read(written({ rules }));
  const fail = { kind: "fail", message: "api error VpcLimitExceeded: no more" };

  describe("a file", () => {
    it("that is not there or no JSON is refused with what it should be", async () => {
      const missing = path.join(folder(), "none.json");
      for (const file of [missing, written("rules: []")]) {
        const error = await refusal(() => Faults.read(file));
        expect(error).to.include({ code: "bad-faults", kind: "usage" });
        expect(error.message).to.include(`faults file ${file} cannot be read`);
        expect(error.fix).to.equal('write JSON of the form {"rules": [...]}');
      }
    });
    it("is refused with the place of every mistake at once", async () => {
      const file = written({
        rules: [
          { type: VPC, operation: "make", effect: { kind: "throttle" } },
          { type: "", operation: "create", nth: 0, effect: { kind: "explode" } },
          { type: VPC, operation: "create", effect: { kind: "fail" } },
          { type: VPC, operation: "create", effect: { kind: "hang" }, always: true },
        ],
      });
      const { code, kind, message, fix } = await refusal(() => Faults.read(file));
      expect({ code, kind, fix }).to.deep.equal({
        code: "bad-faults",
        kind: "usage",
        fix: "correct what is named: docs/faults.md has the form",
      });
      const places = message.split("\n").flatMap((line) => /^ {2}([^:]*):/.exec(line)?.[1] ?? []);
      expect(places).to.have.members([
        "rules.0.operation",
        "rules.1.type",
        "rules.1.nth",
        "rules.1.effect.kind",
        "rules.2.effect.message",
        "rules.3",
      ]);
      expect(message).to.include("always");
    });
    it("without rules, or with another key, is refused", async () => {
      expect((await refusal(() => Faults.read(written({})))).message).to.include("  rules: ");
      expect((await refusal(() => Faults.read(written({ rules: [], more: 1 })))).message).to.include("more");
    });
    it("as documented is read", () => {
      const page = fs.readFileSync(path.join(__dirname, "../../../docs/faults.md"), "utf8");
      const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, example = ""]) => example);
      expect(examples).to.not.have.length(0);
      for (const example of examples) expect(Faults.read(written(example))).to.be.instanceOf(Faults);
    });
  });

  it("hit the nth matching call and as many after it as the rule says", () => {
    const faults = read({ type: VPC, operation: "create", nth: 2, times: 2, effect: fail });
    const hits = Array.from({ length: 5 }, () => faults.next(VPC, "create") !== undefined);
    expect(hits).to.deep.equal([false, true, true, false, false]);
  });
  it("hit the first call once when the rule says no more", () => {
    const faults = read({ type: VPC, operation: "create", effect: fail });
    expect([faults.next(VPC, "create"), faults.next(VPC, "create")]).to.deep.equal([
      { kind: "fail", error: { code: grpc.status.UNKNOWN, details: fail.message } },
      undefined,
    ]);
  });
  it("leave other types and operations alone, and do not count them", () => {
    const faults = read({ type: VPC, operation: "create", nth: 2, effect: fail });
    expect(faults.next(SUBNET, "create")).to.equal(undefined);
    expect(faults.next(VPC, "delete")).to.equal(undefined);
    expect(faults.next(VPC, "create")).to.equal(undefined);
    expect(faults.next(VPC, "create")).to.have.property("kind", "fail");
  });
  it("match any run of characters by a star, and everything else by itself", () => {
    const all = { operation: "create", times: 99, effect: { kind: "hang" } };
    const hits = (type: string, ...calls: string[]) => {
      const faults = read({ ...all, type });
      return calls.map((call) => faults.next(call, "create") !== undefined);
    };
    expect(hits("aws:ec2/*", VPC, SUBNET, "aws:eks/cluster:Cluster")).to.deep.equal([true, true, false]);
    expect(hits("*:Vpc", VPC, SUBNET)).to.deep.equal([true, false]);
    expect(hits("aws.ec2/vpc:Vpc", VPC), "a dot is a dot").to.deep.equal([false]);
    expect(hits("ec2/vpc", VPC), "no part of a type").to.deep.equal([false]);
  });
  it("throttle in AWS's own words, and name what no error can say", () => {
    const faults = read(
      { type: VPC, operation: "create", effect: { kind: "throttle" } },
      { type: VPC, operation: "delete", effect: { kind: "hang" } },
      { type: VPC, operation: "update", effect: { kind: "crash" } },
    );
    expect(faults.next(VPC, "create")).to.deep.equal({
      kind: "fail",
      error: { code: grpc.status.UNKNOWN, details: "api error Throttling: Rate exceeded" },
    });
    expect(faults.next(VPC, "delete")?.kind).to.equal("hang");
    expect(faults.next(VPC, "update")?.kind).to.equal("crash");
  });
  it("are none without rules", () => {
    expect(new Faults().next(VPC, "create")).to.equal(undefined);
    expect(new Faults().acmeRefusal(["a.example.org"])).to.equal(undefined);
  });

  describe("at the certificate authority [A5.4]", () => {
    const order = (effect: object, more: object = {}) => ({ type: "acme:order", operation: "create", effect, ...more });
    it("refuse the nth order in its own words, with its documentation", () => {
      const faults = read(order({ kind: "throttle" }, { nth: 2 }));
      expect(faults.acmeRefusal(["a.example.org"])).to.equal(undefined);
      expect(faults.acmeRefusal(["a.example.org", "b.example.org"]))
        .to.match(/^429 urn:ietf:params:acme:error:rateLimited: too many certificates/)
        .and.include("a.example.org, b.example.org")
        .and.include("https://letsencrypt.org/docs/rate-limits/");
      expect(faults.acmeRefusal(["a.example.org"])).to.equal(undefined);
    });
    it("refuse it in the words of the rule", () => {
      const text = "403 urn:ietf:params:acme:error:rejectedIdentifier: not this one";
      expect(read(order({ kind: "fail", message: text })).acmeRefusal(["a.example.org"])).to.equal(text);
    });
    it("are no concern of a rule for everything, nor it of them", () => {
      const faults = read(
        { type: "*", operation: "create", times: 99, effect: fail },
        order({ kind: "throttle" }, { times: 99 }),
      );
      expect(faults.acmeRefusal(["a.example.org"])).to.include("rateLimited");
      expect(faults.next("acme:order", "create")).to.have.deep.nested.property("error.details", fail.message);
    });
    it("can do nothing else, and say so", async () => {
      const { message } = await refusal(() =>
        read(order({ kind: "hang" }), { ...order(fail), operation: "delete" }, { ...order(fail), type: "acme:*" }),
      );
      expect(message.split("\n").slice(1)).to.deep.equal([
        "  rules.0.effect: an acme:order can fail or throttle",
        "  rules.1.operation: an acme:order is only created",
        "  rules.2.type: of the certificate authority only acme:order can be made to fail",
      ]);
    });
  });
});
