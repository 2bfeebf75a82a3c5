import { absentOn, pages } from "./paging";
import type { AwsReader } from "./reader";
import type { ClientSettings } from "./settings";

/** Roles of a real account. */
export function iamReader(settings: ClientSettings): Pick<AwsReader, "role"> {
  return {
    async role(name) {
      const { IAMClient, GetRoleCommand, ListAttachedRolePoliciesCommand } = await import("@aws-sdk/client-iam");
      const client = new IAMClient(settings);
      const role = (await absentOn("NoSuchEntityException", () => client.send(new GetRoleCommand({ RoleName: name }))))
        ?.Role;
      if (role === undefined) return undefined;
      const attached = await pages(
        (Marker) => client.send(new ListAttachedRolePoliciesCommand({ RoleName: name, Marker })),
        (page) => page.AttachedPolicies,
      );
      const trustedServices = trusted(decodeURIComponent(role.AssumeRolePolicyDocument ?? "{}"));
      return {
        name,
        arn: role.Arn ?? "",
        trustedServices,
        attachedPolicyArns: attached.map((policy) => policy.PolicyArn ?? ""),
      };
    },
  };
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: { readonly Service?: string | string[] };
  readonly Action?: string | string[];
}

/** Services that a trust policy lets assume the role. */
export function trusted(document: string): string[] {
  const { Statement } = JSON.parse(document) as {
    Statement?: Statement | Statement[];
  };
  return [Statement ?? []]
    .flat()
    .filter(
      (statement) =>
        statement.Effect === "Allow" &&
        [statement.Action].flat().some((action) => action === "sts:AssumeRole" || action === "sts:*" || action === "*"),
    )
    .flatMap((statement) => [statement.Principal?.Service ?? []].flat());
}
