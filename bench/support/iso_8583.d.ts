declare module "iso_8583" {
	type Fields = Readonly<Record<string, string>>;

	interface Format {
		readonly ContentType: string;
		readonly Label: string;
		readonly LenType: string;
		readonly MaxLen: number;
	}

	export default class Iso8583 {
		constructor(fields: Fields | undefined, formats: Readonly<Record<string, Format>>);
		getRawMessage(): Buffer | { readonly error: string };
		getIsoJSON(
			bytes: Buffer,
			options: { readonly lenHeader: boolean; readonly bitmapEncoding: "utf8" | "hex" },
		): Fields & { readonly error?: string };
	}
}
