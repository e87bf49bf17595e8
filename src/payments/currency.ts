/** A currency of ISO 4217: numeric code and digits of its minor unit. */
export interface CurrencyInfo {
	readonly numeric: string;
	readonly digits: 0 | 2 | 3;
}

const currency = (numeric: string, digits: 0 | 2 | 3): CurrencyInfo => ({ numeric, digits });

const currencies: Readonly<Record<string, CurrencyInfo>> = {
	AED: currency("784", 2),
	AUD: currency("036", 2),
	BRL: currency("986", 2),
	CAD: currency("124", 2),
	CHF: currency("756", 2),
	CNY: currency("156", 2),
	CZK: currency("203", 2),
	DKK: currency("208", 2),
	EUR: currency("978", 2),
	GBP: currency("826", 2),
	HKD: currency("344", 2),
	IDR: currency("360", 2),
	INR: currency("356", 2),
	JPY: currency("392", 0),
	KRW: currency("410", 0),
	KWD: currency("414", 3),
	MOP: currency("446", 2),
	MXN: currency("484", 2),
	MYR: currency("458", 2),
	NOK: currency("578", 2),
	NZD: currency("554", 2),
	PHP: currency("608", 2),
	PLN: currency("985", 2),
	RUB: currency("643", 2),
	SAR: currency("682", 2),
	SEK: currency("752", 2),
	SGD: currency("702", 2),
	THB: currency("764", 2),
	TRY: currency("949", 2),
	TWD: currency("901", 2),
	USD: currency("840", 2),
	VND: currency("704", 0),
	ZAR: currency("710", 2),
};

export const currencyCodes: readonly string[] = Object.keys(currencies);

/** Facts of a currency by its alphabetic code; undefined when it is not in the table. */
export function currencyInfo(alphabetic: string): CurrencyInfo | undefined {
	return Object.hasOwn(currencies, alphabetic) ? currencies[alphabetic] : undefined;
}

/** "12.50" as 1250 minor units; undefined when the text is no amount of this currency, or not more than 0. */
export function parseAmount(text: string, { digits }: CurrencyInfo): number | undefined {
	const [, whole, , fraction = ""] = /^(\d{1,10})(\.(\d+))?$/.exec(text) ?? [];
	if (whole === undefined || fraction.length > digits) {
		return undefined;
	}
	const amount = Number(whole + fraction.padEnd(digits, "0"));
	return amount > 0 ? amount : undefined;
}

/** 1250 minor units as "12.50". */
export function formatAmount(amount: number, { digits }: CurrencyInfo): string {
	if (digits === 0) {
		return String(amount);
	}
	const text = String(amount).padStart(digits + 1, "0");
	return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
