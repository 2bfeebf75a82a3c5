import * as bcmdata from "@pulumi/aws/bcmdata";
import * as kms from "@pulumi/aws/kms";
import type * as s3 from "@pulumi/aws/s3";
import type * as pulumi from "@pulumi/pulumi";
import { safeBucket } from "./bucket";
import type { PlatformConfig } from "./config";
import { accountOf, clusterName, named, type Tags } from "./naming";

/** Who writes the export: Data Exports, and the billing service behind it (AWS Data Exports user guide, S3 bucket). */
const WRITERS = ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"];
/** Overwritten files are of no use once a month is closed. */
const KEEP_VERSIONS_DAYS = 35;
/** Figures are looked at by the month and compared by the year (H4.5); then they go. */
const LIFECYCLE = { infrequentAfterDays: 60, expireAfterDays: 400 };
/** Where in the bucket. */
const PREFIX = "billing";
/** What bills are cut by; resource ids tell what to look at. */
const COLUMNS = [
  "line_item_usage_start_date",
  "line_item_usage_end_date",
  "line_item_usage_account_id",
  "line_item_product_code",
  "line_item_usage_type",
  "line_item_operation",
  "line_item_resource_id",
  "line_item_usage_amount",
  "line_item_unblended_cost",
  "line_item_line_item_type",
  "pricing_term",
  "product_region_code",
  "resource_tags",
];

/** AWS's own record of what everything cost, every day, into a bucket (A17.1). */
export function costExport(
  name: string,
  config: PlatformConfig,
  tags: Tags,
  child: pulumi.CustomResourceOptions,
): { readonly bucket: s3.Bucket; readonly data: bcmdata.Export; readonly exportName: string } {
  const exportName = `${clusterName(config)}-costs`;
  const key = new kms.Key(
    `${name}-key`,
    {
      description: `Cost data of ${clusterName(config)}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: keyPolicy(config),
      tags: named(tags, `${name}-key`),
    },
    { ...child, protect: true },
  );
  new kms.Alias(`${name}-key`, { name: `alias/${clusterName(config)}-costs`, targetKeyId: key.keyId }, child);
  const { bucket, ready } = safeBucket(
    `${name}-bucket`,
    {
      bucket: `${clusterName(config)}-costs-${accountOf(config)}`,
      keyArn: key.arn,
      keepVersionsDays: KEEP_VERSIONS_DAYS,
      lifecycle: LIFECYCLE,
      writers: { services: WRITERS, account: accountOf(config) },
      disposable: config.environment === "dev",
      tags,
    },
    child,
  );
  const data = new bcmdata.Export(
    `${name}-export`,
    {
      export: {
        name: exportName,
        description: `What ${clusterName(config)} costs`,
        dataQueries: [
          {
            queryStatement: `SELECT ${COLUMNS.join(", ")} FROM COST_AND_USAGE_REPORT`,
            tableConfigurations: {
              COST_AND_USAGE_REPORT: {
                TIME_GRANULARITY: "DAILY",
                INCLUDE_RESOURCES: "TRUE",
                INCLUDE_SPLIT_COST_ALLOCATION_DATA: "FALSE",
                INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY: "FALSE",
              },
            },
          },
        ],
        destinationConfigurations: [
          {
            s3Destinations: [
              {
                s3Bucket: bucket.bucket,
                s3Prefix: PREFIX,
                s3Region: config.region,
                s3OutputConfigurations: [
                  { format: "PARQUET", compression: "PARQUET", outputType: "CUSTOM", overwrite: "OVERWRITE_REPORT" },
                ],
              },
            ],
          },
        ],
        refreshCadences: [{ frequency: "SYNCHRONOUS" }],
      },
      tags: named(tags, `${name}-export`),
    },
    { ...child, dependsOn: [...ready] },
  );
  return { bucket, data, exportName };
}

/** The account rules its key; the writers may encrypt, for this account alone. */
function keyPolicy(config: PlatformConfig): string {
  const account = accountOf(config);
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" },
      {
        Effect: "Allow",
        Principal: { Service: WRITERS },
        Action: ["kms:GenerateDataKey*", "kms:Decrypt"],
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ],
  });
}
