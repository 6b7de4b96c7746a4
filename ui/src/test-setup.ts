/** What every test of a component needs. */
import { configure } from '@testing-library/svelte';
import { fetchWords } from '$lib/i18n';

// Pages load their data through promises; on a busy machine that takes longer than the library's one second.
configure({ asyncUtilTimeout: 20_000 });

// Tests look at both languages; a page fetches English when it is wanted.
await fetchWords('en');
