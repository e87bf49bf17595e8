import { fileURLToPath } from "node:url";
import { type Iso87Data, loadIso87 } from "../../src/acquirers/iso87/load.ts";
import { createIso87Profile } from "../../src/acquirers/iso87/profile.ts";
import type { Profile } from "../../src/acquirers/profile.ts";
import { type Clock, systemClock } from "../../src/kernel/clock.ts";

export const configDirectory = fileURLToPath(new URL("../../config", import.meta.url));

/** 2026-01-02 03:04:05 UTC. */
export const fixedClock: Clock = { ...systemClock, now: () => Date.UTC(2026, 0, 2, 3, 4, 5) };

export function shippedDialect(dialect: "ascii" | "binary"): Iso87Data {
	return loadIso87(configDirectory, dialect, { values: {} });
}

export function iso87Profile(dialect: "ascii" | "binary", clock: Clock = fixedClock): Profile {
	return createIso87Profile({ ...shippedDialect(dialect), clock });
}
