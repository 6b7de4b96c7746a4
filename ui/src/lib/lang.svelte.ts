/** The language of the screen. Apart from the catalogue, so that plain modules can read it and still be reactive. */
export type Lang = 'da' | 'en';

export const locale = $state<{ lang: Lang }>({ lang: 'da' });
