import { expect } from "chai";
import { schedulesOf } from "../../infra/schedules";

describe("schedules of backups", () => {
  const backup = { enabled: true, schedule: "daily", retentionDays: 14 } as const;
  it("[B4.1] are none where backup is off", () => {
    expect(schedulesOf({ backup: { ...backup, enabled: false } })).to.deep.equal([]);
  });
  it("[B4.1] are one a day, kept as long as the configuration says", () => {
    expect(schedulesOf({ backup })).to.deep.equal([{ name: "daily", cron: "30 2 * * *", keepHours: 336 }]);
  });
  it("[B4.2] are hourly for two days besides the daily copy", () => {
    expect(schedulesOf({ backup: { ...backup, schedule: "hourly" } })).to.deep.equal([
      { name: "hourly", cron: "7 * * * *", keepHours: 48 },
      { name: "daily", cron: "30 2 * * *", keepHours: 336 },
    ]);
  });
});
