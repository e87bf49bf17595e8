import { readFileSync } from "node:fs";
import { loadIso87 } from "../acquirers/iso87/load.ts";
import { createIso87Profile } from "../acquirers/iso87/profile.ts";
import { headerBytes } from "../acquirers/iso87/settings.ts";
import type { Profile } from "../acquirers/profile.ts";
import { loadUnionPay } from "../acquirers/unionpay/load.ts";
import { createUnionPayProfile } from "../acquirers/unionpay/profile.ts";
import type { AcquirerConfig } from "../config/config.ts";
import { type Codec, compileSpec } from "../iso8583/codec.ts";
import { messageSpecSchema } from "../iso8583/message-spec.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Framing } from "../wire/framing.ts";
import { lengthPrefixFraming } from "../wire/length-prefix-framing.ts";
import { shippedData } from "./shipped-data.ts";

/** What a host speaks: messages, how the line cuts them, and how they are read for a trace. */
export interface HostLanguage {
	readonly profile: Profile;
	readonly framing: Framing;
	readonly codec: Codec;
	/** Bytes of TPDU and header before a message. */
	readonly prefixBytes: number;
}

/**
 * The language of an acquirer as configured, from the shipped data and its own values.
 * @throws Fault `config_unreadable`, `config_invalid`
 */
export function hostLanguage(config: AcquirerConfig, clock: Clock): HostLanguage {
	switch (config.profile) {
		case "unionpay":
			return unionPay(config);
		case "iso87":
			return iso87(config, clock);
	}
}

function unionPay(config: Extract<AcquirerConfig, { profile: "unionpay" }>): HostLanguage {
	const { tpdu, header, signIn, licence, terminalConditions, mac } = config;
	const data = loadUnionPay(shippedData("acquirers/unionpay"), {
		tpdu,
		header,
		signIn: { keys: signIn, licence },
		terminalConditions,
		mac,
	});
	const codec = compileSpec(readSpec("iso8583/unionpay.json"));
	return {
		profile: createUnionPayProfile({ codec, ...data }),
		framing: lengthPrefixFraming({ maxPayload: data.settings.maxMessage }),
		codec,
		prefixBytes: (tpdu.length + (header?.length ?? 0)) / 2,
	};
}

function iso87({ dialect, header, values }: Extract<AcquirerConfig, { profile: "iso87" }>, clock: Clock): HostLanguage {
	const data = loadIso87(shippedData(""), dialect, { header, values });
	const { length, countsItself, signsOfLife, maxMessage } = data.settings.frame;
	return {
		profile: createIso87Profile({ ...data, clock }),
		framing: lengthPrefixFraming({ maxPayload: maxMessage, notation: length, countsItself, mayBeEmpty: signsOfLife }),
		codec: data.codec,
		prefixBytes: headerBytes(data.settings),
	};
}

function readSpec(path: string) {
	return messageSpecSchema.parse(JSON.parse(readFileSync(shippedData(path), "utf8")));
}
