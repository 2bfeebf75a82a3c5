import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { taggable } from "../../policy/taggable";

const aws = path.dirname(require.resolve("@pulumi/aws/package.json"));

/** The argument type of a resource, as the installed package declares it. */
function declaration(token: string): string {
  const [, service, file] = /^aws:(\w+)\/(\w+):/.exec(token) ?? [];
  return fs.readFileSync(path.join(aws, String(service).toLowerCase(), `${file}.d.ts`), "utf8");
}

describe("taggable AWS types", () => {
  it("all accept tags in the installed @pulumi/aws", () => {
    for (const token of taggable) {
      const text = declaration(token);
      expect(text.slice(text.indexOf("Args {")), token).to.match(/\n {4}tags\?: /);
    }
  });
  it("include what the platform is made of", () => {
    for (const token of [
      "aws:ec2/vpc:Vpc",
      "aws:ec2/natGateway:NatGateway",
      "aws:eks/nodeGroup:NodeGroup",
      "aws:iam/role:Role",
      "aws:kms/key:Key",
    ]) {
      expect(taggable.has(token), token).to.equal(true);
    }
  });
});
