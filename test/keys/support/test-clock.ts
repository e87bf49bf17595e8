import { ManualClock } from "../../support/manual-clock.ts";

/** 2026-03-01, noon UTC. */
const noon = Date.UTC(2026, 2, 1, 12);

export function testClock(): ManualClock {
	return new ManualClock(noon);
}
