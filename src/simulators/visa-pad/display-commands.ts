import { type Outcome, reply, taken } from "./outcome.ts";
import type { PadMemory } from "./pad-memory.ts";

const clearFirst = "\x1a";
const promptMark = "\x1e";

/** Z1. */
export function showIdle(pad: PadMemory): Outcome {
	pad.display = "";
	pad.prompt = "none";
	return taken;
}

/** Z2: a text of the host, or a PIN prompt of the pad's own table. */
export function show(pad: PadMemory, data: string): Outcome {
	if (data.startsWith(promptMark)) {
		return showTablePrompt(pad, data.slice(1, 4));
	}
	pad.display = data.startsWith(clearFirst) ? data.slice(1) : pad.display + data;
	pad.prompt = "text";
	return taken;
}

/** Z3 `count`: several texts one after the other, of which the first is kept here. */
export function showSeveral(pad: PadMemory, data: string): Outcome {
	return show(pad, data.slice(1).split("\x1c")[0] ?? "");
}

function showTablePrompt(pad: PadMemory, id: string): Outcome {
	const { pinPrompts, answersTablePrompt } = pad.options.quirks;
	const isKnown = pinPrompts.includes(id);
	if (isKnown) {
		pad.display = `PROMPT ${id}`;
		pad.prompt = "table";
	}
	return answersTablePrompt ? reply(`Z2${isKnown ? "0" : "1"}`) : taken;
}
