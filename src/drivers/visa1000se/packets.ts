import { adminPacket, fs, type Packet, transactionPacket } from "./packet.ts";

/** Clears the display before the text that follows. */
const clearFirst = "\x1a";
/** The number that follows names a prompt of the pad's own table, one under which it takes a PIN. */
const pinPromptMark = "\x1e";

/** Packets of both dialects that change nothing but what is shown and selected. */
export const packets = {
	/** 06. */
	serialNumber: adminPacket("06 serial number", "06", { replies: ["06"] }),
	/** 04. */
	checkSlot: (slot: string): Packet => adminPacket("04 check key slot", `04${slot}`, { replies: ["04"] }),
	/** 08: VeriFone's pads answer with EOT alone, UIC's with a result before it. */
	selectMasterKey: (slot: string): Packet => adminPacket("08 select master key", `08${slot}`, { replies: ["08"] }),
	/** 01; the loop-back test answers with 09. */
	diagnose: (test: string): Packet =>
		adminPacket("01 diagnostics", `01${test}`, { replies: ["14", "09"], repeatable: false }),
	/** 72: ends a PIN entry or a MAC run. An idle pad only acknowledges it. */
	cancel: transactionPacket("72 cancel", "72", {}),
	/** Z1. */
	idle: transactionPacket("Z1 idle display", "Z1", {}),
	/** Z2 with a text of our own. */
	showText: (text: string): Packet => transactionPacket("Z2 display", `Z2${clearFirst}${text}`, {}),
	/** Z2 with a prompt of the pad's table, which it answers. */
	showTablePrompt: (id: string): Packet =>
		transactionPacket("Z2 PIN prompt", `Z2${pinPromptMark}${id}${clearFirst}`, { replies: ["Z2"] }),
	/** Z66, one part of a message. */
	mac: (part: MacPart): Packet =>
		transactionPacket(
			"Z66 MAC",
			`Z66${part.flag}${String(part.sequence).padStart(2, "0")}${part.masterKey}${fs}${part.workingKey}${fs}${fs}${part.message}`,
			{ replies: ["Z67"], repeatable: false },
		),
} as const;

/** The message of a MAC as hex text: a part with more to come, and the last one (VeriFone MX800 guide, table 87). */
export const macFlags = { more: "7", last: "6" } as const;

interface MacPart {
	readonly flag: (typeof macFlags)[keyof typeof macFlags];
	/** From 0 to 99. */
	readonly sequence: number;
	readonly masterKey: string;
	/** Enciphered under the master key, hex. */
	readonly workingKey: string;
	/** Hex. */
	readonly message: string;
}
