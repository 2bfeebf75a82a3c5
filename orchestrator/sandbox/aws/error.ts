import { createHash } from "node:crypto";

/** What AWS answers when it refuses, in the words Pulumi's provider passes on. */
export class AwsError extends Error {
  constructor(
    /** `creating EC2 Subnet` */
    doing: string,
    /** `EC2: CreateSubnet` */
    operation: string,
    /** AWS's own error code. */
    readonly code: string,
    text: string,
    httpStatus = 400,
  ) {
    const request = createHash("sha256").update(`${operation}/${code}/${text}`).digest("hex");
    const id = [8, 4, 4, 4, 12].map((length, i) => request.slice(i * 5, i * 5 + length).padEnd(length, "0")).join("-");
    super(
      `${doing}: operation error ${operation}, https response error StatusCode: ${httpStatus}, RequestID: ${id}, api error ${code}: ${text}`,
    );
  }
}
