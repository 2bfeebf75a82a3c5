/** A published demand; CrossGuard takes one per policy and wants all four fields. */
export interface Framework {
  readonly name: string;
  readonly version: string;
  /** Name or number of the control. */
  readonly reference: string;
  /** What the control demands. */
  readonly specification: string;
}

/** Pod Security Standards of the Kubernetes minor whose definitions the rules follow. */
export const PSS_VERSION = "1.36";

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export const pss = (profile: "baseline" | "restricted", control: string, specification: string): Framework => ({
  name: "Kubernetes Pod Security Standards",
  version: PSS_VERSION,
  reference: `${profile}: ${control}`,
  specification,
});

/** https://www.cisecurity.org/benchmark/kubernetes, the EKS edition. */
export const cisEks = (reference: string, specification: string): Framework => ({
  name: "CIS Amazon Elastic Kubernetes Service Benchmark",
  version: "1.5.0",
  reference,
  specification,
});

/** https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html */
export const fsbp = (reference: string, specification: string): Framework => ({
  name: "AWS Foundational Security Best Practices",
  version: "1.0.0",
  reference,
  specification,
});

/**
 * Controls of AWS Security Hub that are no part of the best practices standard: those it runs for CIS, NIST and PCI.
 * The catalogue as a whole has no version (https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html).
 */
export const securityHub = (reference: string, specification: string): Framework => ({
  name: "AWS Security Hub controls",
  version: "1",
  reference,
  specification,
});

/** https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF */
export const nsa = (chapter: string, specification: string): Framework => ({
  name: "NSA/CISA Kubernetes Hardening Guide",
  version: "1.2",
  reference: chapter,
  specification,
});

/** Slipway's own requirements, where no published benchmark asks for the same. */
export const platform = (requirement: string, specification: string): Framework => ({
  name: "Slipway platform requirements",
  version: "1",
  reference: requirement,
  specification,
});
