import { createRequire } from "node:module";
import { Fault } from "../../kernel/fault.ts";

type Handle = Buffer;

interface Attribute {
	readonly type: number;
	readonly value?: Buffer | string | number | boolean;
}

interface Mechanism {
	readonly mechanism: number;
	readonly parameter?: Buffer;
}

/** The functions of PKCS#11 2.40 that a key store needs, as the package `pkcs11js` has them. */
export interface Cryptoki {
	load(path: string): void;
	close(): void;
	C_Initialize(): void;
	C_Finalize(): void;
	C_GetSlotList(tokenPresent: boolean): readonly Handle[];
	C_GetTokenInfo(slot: Handle): { readonly label: string };
	C_OpenSession(slot: Handle, flags: number): Handle;
	C_Login(session: Handle, userType: number, pin: string): void;
	C_SetPIN(session: Handle, oldPin: string, newPin: string): void;
	C_CreateObject(session: Handle, template: readonly Attribute[]): Handle;
	C_DestroyObject(session: Handle, object: Handle): void;
	C_FindObjectsInit(session: Handle, template: readonly Attribute[]): void;
	C_FindObjects(session: Handle, most: number): readonly Handle[];
	C_FindObjectsFinal(session: Handle): void;
	C_GetAttributeValue(
		session: Handle,
		object: Handle,
		template: readonly Attribute[],
	): readonly { readonly type: number; readonly value: Buffer }[];
	C_EncryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
	C_Encrypt(session: Handle, data: Buffer, output: Buffer): Buffer;
	C_DecryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
	C_Decrypt(session: Handle, data: Buffer, output: Buffer): Buffer;
}

/** Numbers of PKCS#11 2.40, as its header file gives them. */
export const cryptokiNumbers = {
	rwSession: 0x02 | 0x04,
	user: 1,
	secretKey: 4,
	keyType: { DES2: 0x14, DES3: 0x15, AES: 0x1f },
	ecb: { TDES: 0x132, AES: 0x1081 },
	cbc: { TDES: 0x133, AES: 0x1082 },
	attribute: {
		class: 0x000,
		token: 0x001,
		private: 0x002,
		label: 0x003,
		value: 0x011,
		keyType: 0x100,
		id: 0x102,
		sensitive: 0x103,
		encrypt: 0x104,
		decrypt: 0x105,
		extractable: 0x162,
		modifiable: 0x170,
	},
} as const;

/**
 * Loads the optional package and the module of the token.
 * @throws Fault `pkcs11_unavailable` with the cause
 */
export function loadCryptoki(modulePath: string): Cryptoki {
	try {
		const loaded: unknown = createRequire(import.meta.url)("pkcs11js");
		if (!isPackage(loaded)) {
			throw new TypeError("the package pkcs11js has no PKCS11");
		}
		const cryptoki = new loaded.PKCS11();
		cryptoki.load(modulePath);
		return cryptoki;
	} catch (cause) {
		throw new Fault("pkcs11_unavailable", { context: { module: modulePath }, cause });
	}
}

function isPackage(loaded: unknown): loaded is { readonly PKCS11: new () => Cryptoki } {
	return typeof loaded === "object" && loaded !== null && "PKCS11" in loaded && typeof loaded.PKCS11 === "function";
}
