/** What the pad does with a packet whose check byte is right. */
export type Outcome =
	/** Neither ACK nor anything else: an unknown packet, or one at the wrong time. */
	| { readonly kind: "ignored" }
	/** ACK, and no more. */
	| { readonly kind: "taken" }
	/** ACK, then EOT. */
	| { readonly kind: "ended" }
	/** EOT in the place of ACK: what was running is over. */
	| { readonly kind: "cut_off" }
	/** ACK, then a packet with this text. */
	| {
			readonly kind: "reply";
			readonly text: string;
			/** What the pad does when the host has acknowledged that packet. */
			readonly whenAcknowledged?: () => void;
	  };

export const ignored: Outcome = { kind: "ignored" };
export const taken: Outcome = { kind: "taken" };
export const ended: Outcome = { kind: "ended" };

export function reply(text: string): Outcome {
	return { kind: "reply", text };
}
