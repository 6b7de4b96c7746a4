/** Where we are. The address never changes: there is nothing in it to guess, and the window has none. */
export { go, here, type Page, type PageParams } from './session.svelte';
