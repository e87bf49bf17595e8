import type { Turn } from "../../devices/session.ts";
import type { VisaLink } from "./link.ts";
import { packets } from "./packets.ts";

/** How long the EOT of a cancelled entry may follow the acknowledgement. */
const settleMs = 300;

/** Ends a PIN entry or a MAC run, if there is one: the acknowledgement of an idle pad is followed by nothing. */
export async function cancelWhateverRuns(turn: Turn, link: VisaLink): Promise<void> {
	const delivery = await link.deliver(turn, packets.cancel);
	if (delivery.kind === "taken") {
		await link.readEot(turn, packets.cancel, settleMs);
	}
}
