/** Field 60: 60.1 message type n2, 60.2 batch n6, 60.3 network management code n3, then terminal conditions. */
export interface PrivateField {
	readonly messageType: string;
	readonly batch: string;
	readonly networkCode: string;
	/** 60.4 and following, as many digits as the host wants; empty in management messages. */
	readonly conditions: string;
}

/** The digits of field 60. */
export function privateFieldText(field: PrivateField): string {
	return `${field.messageType}${field.batch}${field.networkCode}${field.conditions}`;
}

/** Field 60 taken apart; undefined when it is too short to hold a message type and a batch. */
export function parsePrivateField(text: string): PrivateField | undefined {
	if (!/^\d{8,17}$/.test(text)) {
		return undefined;
	}
	return {
		messageType: text.slice(0, 2),
		batch: text.slice(2, 8),
		networkCode: text.slice(8, 11),
		conditions: text.slice(11),
	};
}
