import * as fs from "node:fs";
import * as path from "node:path";
import { SlipwayError } from "../../../errors";
import { StackFile } from "../backend/checkpoint";
import type { Files } from "../backend/files";
import { Layout, shortStackName } from "../backend/layout";
import { Passphrase } from "../backend/passphrase";
import { readProject, StackSettings, type Project } from "../backend/settings";
import { Vault } from "../backend/vault";
import type { Snapshot } from "../model";
import type { Arguments } from "./arguments";
import { stackNotFound } from "./failure";

/** One command line with its surroundings: folder, environment, where output goes. */
export class CommandContext {
  readonly layout: Layout;
  private loaded: Project | undefined;

  constructor(
    readonly files: Files,
    readonly folder: string,
    readonly environment: Readonly<Record<string, string | undefined>>,
    readonly now: () => Date,
    readonly stdout: (text: string) => void,
    readonly stderr: (text: string) => void,
  ) {
    const url = environment["PULUMI_BACKEND_URL"] ?? (this.hasProject() ? this.project.backendUrl : undefined);
    this.layout = Layout.of(url, environment["PULUMI_HOME"]);
  }

  private hasProject(): boolean {
    return fs.existsSync(path.join(this.folder, "Pulumi.yaml"));
  }
  get project(): Project {
    return (this.loaded ??= readProject(this.files, this.folder));
  }

  stackFile(name: string): StackFile {
    return new StackFile(this.files, this.layout, this.project.name, shortStackName(name));
  }
  stackFileOf(project: string, stack: string): StackFile {
    return new StackFile(this.files, this.layout, project, stack);
  }
  /** Another stack's state, opened with the key it names itself. */
  async readSnapshot(file: StackFile): Promise<Snapshot> {
    const salt = file.stored()?.deployment.secrets_providers?.state.salt;
    return file.snapshot(salt === undefined ? undefined : await this.vaultOf(salt)).snapshot;
  }
  /** The stack, or the CLI's error for one that does not exist. */
  existing(args: Arguments): StackFile {
    const file = this.stackFile(args.stack());
    if (!file.exists()) throw stackNotFound(args.stack());
    return file;
  }
  settings(stack: string, args: Arguments): StackSettings {
    return StackSettings.at(this.files, this.folder, shortStackName(stack), args.value("config-file"));
  }

  private get passphrase(): string {
    const given = this.environment["PULUMI_CONFIG_PASSPHRASE"];
    if (given !== undefined) return given;
    const file = this.environment["PULUMI_CONFIG_PASSPHRASE_FILE"];
    const text = file === undefined ? undefined : this.files.read(file);
    if (text === undefined) {
      throw new SlipwayError(
        "no-passphrase",
        "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
        "set one of them; an empty passphrase is one too",
        "usage",
      );
    }
    return text.trim();
  }

  /** The key of the stack's secrets: from its settings, else its state; made and noted when there is none yet. */
  async key(settings: StackSettings, file: StackFile | undefined): Promise<Passphrase> {
    const provider = settings.secretsProvider;
    if (provider !== undefined && provider !== "passphrase") {
      throw new SlipwayError(
        "unsupported-secrets-provider",
        `the built-in engine encrypts by passphrase, not by ${provider.split(":")[0] ?? provider}`,
        "rehearse with a passphrase, or use an installed Pulumi CLI (--engine pulumi)",
        "usage",
      );
    }
    const salt = settings.salt ?? file?.stored()?.deployment.secrets_providers?.state.salt;
    if (salt !== undefined) return Passphrase.open(this.passphrase, salt);
    const created = await Passphrase.create(this.passphrase);
    settings.salt = created.salt;
    settings.save();
    return created;
  }
  /** The key of the state's secrets: the state names its own, which may differ from that of its settings. */
  async vault(settings: StackSettings, file: StackFile): Promise<Vault> {
    const salt = file.stored()?.deployment.secrets_providers?.state.salt;
    return salt === undefined ? new Vault(await this.key(settings, file)) : this.vaultOf(salt);
  }
  async vaultOf(salt: string): Promise<Vault> {
    return new Vault(await Passphrase.open(this.passphrase, salt));
  }
}
