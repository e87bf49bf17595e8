import type { Turn } from "../../devices/session.ts";
import type { VisaLink } from "./link.ts";
import { packets } from "./packets.ts";

/**
 * Ends a PIN entry or a MAC run, if there is one. The pad says EOT to the first and ACK where nothing ran; an EOT that
 * follows the ACK is passed over by the next packet.
 */
export async function cancelWhateverRuns(turn: Turn, link: VisaLink): Promise<void> {
	await link.deliver(turn, packets.cancel);
}
