import { AwsError } from "./error";
import { fields, list, text, type Kind, type Surroundings } from "./kind";

/** Longest role name IAM takes (IAM quotas). */
const ROLE_NAME_LIMIT = 64;

function requireRole(doing: string, operation: string, role: unknown, { account }: Surroundings): void {
  if (account.get(text(role), "aws:iam/role:Role") === undefined)
    throw new AwsError(doing, operation, "NoSuchEntity", `The role with name ${text(role)} cannot be found.`, 404);
}

/** AWS's own policies, by the path that each has (AWS Managed Policy Reference Guide); some are below `service-role`. */
const MANAGED = new Set(
  [
    "AmazonEBSCSIDriverPolicyV2",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSClusterPolicy",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonSSMManagedInstanceCore",
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AmazonRDSEnhancedMonitoringRole",
  ].map((name) => `arn:aws:iam::aws:policy/${name}`),
);

function requireAttachable(policy: string): void {
  if (!policy.startsWith("arn:aws:iam::aws:policy/") || MANAGED.has(policy)) return;
  const named = policy.slice(policy.lastIndexOf("/") + 1);
  if (![...MANAGED].some((known) => known.endsWith(`/${named}`)))
    throw new Error(
      `the rehearsal's AWS does not know ${policy}: add it to MANAGED in orchestrator/sandbox/aws/iam.ts`,
    );
  throw new AwsError(
    "attaching IAM Policy",
    "IAM: AttachRolePolicy",
    "NoSuchEntity",
    `Policy ${policy} does not exist or is not attachable.`,
    404,
  );
}

function requirePolicy(doing: string, operation: string, policy: unknown): void {
  try {
    const { Version, Statement } = JSON.parse(text(policy)) as { Version?: unknown; Statement?: unknown };
    if (Version === "2012-10-17" && Array.isArray(Statement)) return;
  } catch {
    // Said below.
  }
  throw new AwsError(doing, operation, "MalformedPolicyDocument", "Syntax errors in policy.");
}

export const iam: Readonly<Record<string, Kind>> = {
  "aws:iam/role:Role": {
    id: (inputs, account) => text(inputs["name"]) || `role-${account.hex("role", 16)}`,
    unique: true,
    replaceOn: ["name", "path"],
    computed: (_inputs, id, account) => ({
      arn: account.arn("iam", `role/${id}`, false),
      uniqueId: `AROA${account.hex(id, 17).toUpperCase()}`,
      name: id,
      path: "/",
      maxSessionDuration: 3600,
    }),
    onCreate: (inputs, { account }) => {
      const name = text(inputs["name"]);
      const doing = `creating IAM Role (${name})`;
      if (name.length > ROLE_NAME_LIMIT)
        throw new AwsError(
          doing,
          "IAM: CreateRole",
          "ValidationError",
          `1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must have length less than or equal to ${ROLE_NAME_LIMIT}`,
        );
      if (account.get(name, "aws:iam/role:Role") !== undefined)
        throw new AwsError(
          doing,
          "IAM: CreateRole",
          "EntityAlreadyExists",
          `Role with name ${name} already exists.`,
          409,
        );
      requirePolicy(doing, "IAM: CreateRole", inputs["assumeRolePolicy"]);
    },
    onDelete: (object, { account }) => {
      const user = account
        .all()
        .find((other) => other.inputs["role"] === object.id && other.type.startsWith("aws:iam/"));
      if (user !== undefined)
        throw new AwsError(
          `deleting IAM Role (${object.id})`,
          "IAM: DeleteRole",
          "DeleteConflict",
          "Cannot delete entity, must detach all policies first.",
          409,
        );
    },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    id: (inputs, account) =>
      `${text(inputs["role"])}:${text(inputs["name"]) || `terraform-${account.hex(text(inputs["role"]), 26)}`}`,
    replaceOn: ["role", "name"],
    onCreate: (inputs, surroundings) => {
      requireRole("putting IAM Role Policy", "IAM: PutRolePolicy", inputs["role"], surroundings);
      requirePolicy("putting IAM Role Policy", "IAM: PutRolePolicy", inputs["policy"]);
    },
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    id: (inputs, account) => `${text(inputs["role"])}-${account.hex(text(inputs["policyArn"]), 26)}`,
    replaceOn: ["role", "policyArn"],
    onCreate: (inputs, surroundings) => {
      requireRole("attaching IAM Policy", "IAM: AttachRolePolicy", inputs["role"], surroundings);
      requireAttachable(text(inputs["policyArn"]));
    },
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    id: (inputs, account) => account.arn("iam", `oidc-provider/${text(inputs["url"]).replace("https://", "")}`, false),
    replaceOn: ["url"],
    computed: (_inputs, id) => ({ arn: id }),
  },
};

/** Service principals that a trust policy lets in. */
export function trustedServices(assumeRolePolicy: string): string[] {
  const { Statement } = JSON.parse(assumeRolePolicy) as {
    Statement?: { Effect?: string; Principal?: unknown; Action?: unknown }[];
  };
  return (Statement ?? []).flatMap((statement) => {
    const service = fields(statement.Principal)["Service"];
    const allowed =
      statement.Effect === "Allow" &&
      [statement.Action].flat().some((action) => action === "sts:AssumeRole" || action === "sts:*");
    return allowed ? (Array.isArray(service) ? service.map(String) : service === undefined ? [] : [text(service)]) : [];
  });
}

interface Grant {
  readonly Effect?: string;
  readonly Action?: unknown;
  readonly Resource?: unknown;
}

/** Whether a role's own policies allow an action on a resource; conditions are taken as met. */
export function isAllowed(
  { account }: Pick<Surroundings, "account">,
  roleArn: string,
  action: string,
  resource: string,
): boolean {
  const name = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  const grants = account
    .all("aws:iam/rolePolicy:RolePolicy")
    .filter((policy) => policy.inputs["role"] === name)
    .flatMap((policy) => (JSON.parse(text(policy.inputs["policy"])) as { Statement?: Grant[] }).Statement ?? []);
  const meets = (patterns: unknown, value: string) => [patterns].flat().some((one) => like(text(one), value));
  const concerned = grants.filter((grant) => meets(grant.Action, action) && meets(grant.Resource, resource));
  return concerned.some(({ Effect }) => Effect === "Allow") && !concerned.some(({ Effect }) => Effect === "Deny");
}

/** IAM's patterns: `*` for any run of characters, `?` for one. */
function like(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "i").test(value);
}

/** Actions a role may take: what its own policies allow, and the names of managed ones. */
export function allowedActions(role: string, { account }: Pick<Surroundings, "account">): string[] {
  const documents = account.all("aws:iam/rolePolicy:RolePolicy").filter((policy) => policy.inputs["role"] === role);
  return documents.flatMap((policy) => {
    const { Statement } = JSON.parse(text(policy.inputs["policy"])) as {
      Statement?: { Effect?: string; Action?: unknown }[];
    };
    return (Statement ?? [])
      .filter((statement) => statement.Effect === "Allow")
      .flatMap((statement) => list([statement.Action].flat()).map(String));
  });
}
