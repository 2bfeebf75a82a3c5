import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { isAbsent, UNKNOWN } from "../value";

const QUEUE = "aws:sqs/queue:Queue";
const TOPIC = "aws:sns/topic:Topic";

/** Messages wait on disks too. */
export const messagesAreEncrypted = resourceRule({
  name: "messages-are-encrypted",
  description: "Every queue and topic encrypts its messages at rest.",
  severity: "medium",
  framework: fsbp("SQS.1", "Amazon SQS queues should be encrypted at rest."),
  requirement: "B2.1",
  remediation: "Set sqsManagedSseEnabled: true or kmsMasterKeyId.",
  url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
  levels: { dev: "advisory" },
  applies: (type) => type === QUEUE || type === TOPIC,
  judge({ type, properties }, verdict) {
    const { kmsMasterKeyId: key, sqsManagedSseEnabled: managed } = properties;
    if (!isAbsent(key)) return;
    if (type === TOPIC) verdict.violation("kmsMasterKeyId is not set");
    else if (managed === UNKNOWN) verdict.undecided("sqsManagedSseEnabled");
    else if (managed !== true) verdict.violation("neither sqsManagedSseEnabled nor kmsMasterKeyId is set");
  },
});
