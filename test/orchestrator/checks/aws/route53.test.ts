import { Route53Client } from "@aws-sdk/client-route-53";
import { expect } from "chai";
import { route53Reader } from "../../../../orchestrator/checks/aws/route53";
import { settings, useClient } from "./fixture";

describe("the records of a real hosted zone", () => {
  const aws = useClient(Route53Client);
  const records = (...ResourceRecordSets: object[]) => {
    aws.answer({ ListResourceRecordSetsCommand: () => ({ ResourceRecordSets, IsTruncated: false }) });
    return route53Reader(settings).dnsRecords("Z1");
  };

  it("are named without the last dot, with their values [A6.5]", async () =>
    expect(
      await records({
        Name: "demo.dev.example.org.",
        Type: "A",
        ResourceRecords: [{ Value: "192.0.2.1" }, { Value: "192.0.2.2" }],
      }),
    ).to.deep.equal([{ name: "demo.dev.example.org", type: "A", values: ["192.0.2.1", "192.0.2.2"] }]));
  it("lead an alias to its target", async () =>
    expect(
      await records({ Name: "a.example.org.", Type: "A", AliasTarget: { DNSName: "x.elb.amazonaws.com." } }),
    ).to.deep.equal([{ name: "a.example.org", type: "A", values: ["x.elb.amazonaws.com."] }]));
  it("have a star where Route 53 writes \\052", async () =>
    expect((await records({ Name: "\\052.dev.example.org.", Type: "TXT" }))[0]).to.deep.equal({
      name: "*.dev.example.org",
      type: "TXT",
      values: [],
    }));
  it("are read to the last page, from where each page ended: name, type and identifier", async () => {
    const pages = [
      {
        ResourceRecordSets: [{ Name: "a." }],
        IsTruncated: true,
        NextRecordName: "b.",
        NextRecordType: "A",
        NextRecordIdentifier: "blue",
      },
      { ResourceRecordSets: [{ Name: "b." }], IsTruncated: true, NextRecordName: "c.", NextRecordType: "TXT" },
      { ResourceRecordSets: [{ Name: "c." }], IsTruncated: false },
    ];
    aws.answer({ ListResourceRecordSetsCommand: () => pages.shift() });
    const names = (await route53Reader(settings).dnsRecords("Z1")).map(({ name }) => name);
    expect(names).to.deep.equal(["a", "b", "c"]);
    expect(aws.asked.map(({ input }) => input)).to.deep.equal([
      { HostedZoneId: "Z1" },
      { HostedZoneId: "Z1", StartRecordName: "b.", StartRecordType: "A", StartRecordIdentifier: "blue" },
      { HostedZoneId: "Z1", StartRecordName: "c.", StartRecordType: "TXT", StartRecordIdentifier: undefined },
    ]);
  });
});
