import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Account } from "../../../../orchestrator/sandbox/aws/account";

/** An account with roles and secrets as a test says; a fresh one for each test. */
export function openAccount() {
  let directory: string;
  let account: Account;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-account-"));
    account = new Account(directory, "111122223333", "eu-central-1");
  });
  afterEach(() => {
    account.close();
    fs.rmSync(directory, { recursive: true, force: true });
  });
  const put = (type: string, id: string, inputs: Record<string, string>) =>
    account.put({ id, type, urn: `urn:${id}`, inputs, outputs: {} });
  return {
    account: () => account,
    role: (name: string) => `arn:aws:iam::111122223333:role/${name}`,
    grant: (role: string, Statement: readonly object[]) =>
      put("aws:iam/rolePolicy:RolePolicy", `${role}:policy`, {
        role,
        policy: JSON.stringify({ Version: "2012-10-17", Statement }),
      }),
    secret(name: string, kmsKeyId: string, secretString?: string) {
      const arn = `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-AbCdEf`;
      put("aws:secretsmanager/secret:Secret", arn, { name, kmsKeyId });
      if (secretString !== undefined)
        put("aws:secretsmanager/secretVersion:SecretVersion", `${arn}|1`, { secretId: arn, secretString });
    },
  };
}
