/** What every client of the AWS SDK is made with. */
export interface ClientSettings {
  readonly region: string;
  /** Attempts of one call; the SDK backs off between them. */
  readonly maxAttempts: number;
}
