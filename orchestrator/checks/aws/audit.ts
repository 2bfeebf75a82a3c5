import { setTimeout as pause } from "node:timers/promises";
import type { AwsReader, SecretRead } from "./reader";
import type { ClientSettings } from "./settings";

/** The latest 200 reads: External Secrets reads each secret every hour, a fresh one minutes ago. */
const PAGES = 4;
/** Most that one page may hold (CloudTrail API reference, LookupEvents). */
const PAGE_SIZE = 50;
/** LookupEvents takes two calls a second for each account and region (CloudTrail quotas). */
const BACK_OFF_MS = 1000;
/** CloudTrail's name in the JSON 1.1 protocol. */
const TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

export interface LookupEventsReply {
  readonly Events?: readonly { readonly CloudTrailEvent?: string }[];
  readonly NextToken?: string;
}
/** One LookupEvents call; tests answer it themselves. */
export type LookupEvents = (request: object) => Promise<LookupEventsReply>;

/** The fields of an event that say who read what (CloudTrail record contents). */
interface EventRecord {
  readonly requestParameters?: { readonly secretId?: string } | null;
  readonly userIdentity?: {
    readonly arn?: string;
    readonly sessionContext?: { readonly sessionIssuer?: { readonly arn?: string } };
  };
  readonly errorCode?: string;
}

/** The audit log of a real account. Its events show up within minutes, AWS says five on average. */
export function auditReader(
  settings: ClientSettings,
  lookUp: LookupEvents = signedLookup(settings),
): Pick<AwsReader, "secretReads"> {
  return {
    async secretReads() {
      const reads: SecretRead[] = [];
      let NextToken: string | undefined;
      for (let page = 0; page === 0 || (page < PAGES && NextToken !== undefined); page++) {
        const reply = await lookUp({
          LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "GetSecretValue" }],
          MaxResults: PAGE_SIZE,
          ...(NextToken !== undefined && { NextToken }),
        });
        reads.push(...(reply.Events ?? []).map((event) => readOf(event.CloudTrailEvent ?? "{}")));
        NextToken = reply.NextToken;
      }
      return reads;
    },
  };
}

function readOf(event: string): SecretRead {
  const { requestParameters, userIdentity, errorCode } = JSON.parse(event) as EventRecord;
  return {
    secret: requestParameters?.secretId ?? "",
    // A session is nobody by itself: the role it was opened for is who read.
    reader: userIdentity?.sessionContext?.sessionIssuer?.arn ?? userIdentity?.arn ?? "",
    ...(errorCode !== undefined && { error: errorCode }),
  };
}

/** The call itself, signed with the caller's own credentials by the SDK's signer: one operation is no client's worth. */
function signedLookup({ region, maxAttempts }: ClientSettings): LookupEvents {
  return async (body) => {
    const { STSClient } = await import("@aws-sdk/client-sts");
    const { config } = new STSClient({ region, maxAttempts });
    const signer = await config.signer({
      name: "sigv4",
      signingName: "cloudtrail",
      signingRegion: region,
      properties: {},
    });
    const hostname = `cloudtrail.${region}.amazonaws.com`;
    const text = JSON.stringify(body);
    for (let attempt = 1; ; attempt++) {
      const signed = (await signer.sign({
        method: "POST",
        protocol: "https:",
        hostname,
        path: "/",
        query: {},
        headers: { host: hostname, "content-type": "application/x-amz-json-1.1", "x-amz-target": TARGET },
        body: text,
      } as never)) as { headers: Record<string, string> };
      const reply = await fetch(`https://${hostname}/`, { method: "POST", headers: signed.headers, body: text });
      const answer = (await reply.json()) as LookupEventsReply & { __type?: string; message?: string };
      if (reply.ok) return answer;
      const busy = reply.status >= 500 || /Throttling|TooManyRequests/.test(answer.__type ?? "");
      if (!busy || attempt >= maxAttempts)
        throw new Error(`CloudTrail LookupEvents: ${answer.__type ?? reply.status} ${answer.message ?? ""}`.trim());
      await pause(attempt * BACK_OFF_MS);
    }
  };
}
