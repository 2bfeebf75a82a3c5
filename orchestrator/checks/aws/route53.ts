import type { ListResourceRecordSetsCommandOutput, ResourceRecordSet, RRType } from "@aws-sdk/client-route-53";
import type { AwsReader } from "./reader";
import type { ClientSettings } from "./settings";

interface Start {
  StartRecordName?: string;
  StartRecordType?: RRType;
  StartRecordIdentifier?: string | undefined;
}

/** Hosted zones of a real account. */
export function route53Reader(settings: ClientSettings): Pick<AwsReader, "dnsRecords"> {
  return {
    async dnsRecords(zoneId) {
      const sdk = await import("@aws-sdk/client-route-53");
      const client = new sdk.Route53Client(settings);
      const records: ResourceRecordSet[] = [];
      let start: Start | undefined = {};
      while (start !== undefined) {
        const page: ListResourceRecordSetsCommandOutput = await client.send(
          new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...start }),
        );
        records.push(...(page.ResourceRecordSets ?? []));
        start =
          page.IsTruncated && page.NextRecordName !== undefined && page.NextRecordType !== undefined
            ? {
                StartRecordName: page.NextRecordName,
                StartRecordType: page.NextRecordType,
                StartRecordIdentifier: page.NextRecordIdentifier,
              }
            : undefined;
      }
      return records.map((record) => ({
        name: readable(record.Name ?? ""),
        type: record.Type ?? "",
        values: record.AliasTarget
          ? [record.AliasTarget.DNSName ?? ""]
          : (record.ResourceRecords ?? []).map((value) => value.Value ?? ""),
      }));
    },
  };
}

/**
 * A name as people write it: Route 53 ends it with a dot and writes `*` and other odd characters as octal escapes
 * (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html).
 */
function readable(name: string): string {
  return name
    .replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))
    .replace(/\.$/, "");
}
