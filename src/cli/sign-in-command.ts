import { signInDocument } from "../api/acquirer-routes.ts";
import { laneList } from "../api/lane-routes.ts";
import { Fault } from "../kernel/fault.ts";
import type { ApiClient } from "./api-client.ts";
import { type ConsoleIo, show } from "./console-io.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** `sign-in`: new working keys for one lane, or for all of them. */
export async function signIn(io: ConsoleIo, api: ApiClient, lane: string | undefined): Promise<ExitCode> {
	const { lanes } = await api.call({ method: "GET", path: "/v1/lanes", answer: laneList });
	const wanted = lanes.filter(({ id }) => lane === undefined || id === lane);
	if (wanted.length === 0) {
		throw new Fault("lane_unknown", { detail: `There is no lane ${lane ?? "at all"}` });
	}
	const results = [];
	for (const { id, acquirer } of wanted) {
		const path = `/v1/acquirers/${encodeURIComponent(acquirer)}/sign-in?lane=${encodeURIComponent(id)}`;
		results.push(await api.call({ method: "POST", path, answer: signInDocument }));
	}
	const terminals = results.flatMap((result) => result.terminals);
	show(
		io,
		{ terminals },
		terminals.map(({ lane: id, signedIn, batch, keys, fault }) =>
			signedIn
				? `${id}: signed in, batch ${batch ?? "?"}, check values ${keys.map(({ role, kcv }) => `${role} ${kcv}`).join(", ")}`
				: `${id}: not signed in: ${fault?.detail ?? "no reason given"} (${fault?.code ?? "internal"})`,
		),
	);
	return terminals.every(({ signedIn }) => signedIn) ? exitCodes.done : exitCodes.failed;
}
