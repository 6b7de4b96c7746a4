/** What every test of a component needs. */
import { configure } from '@testing-library/svelte';

// Pages load their data through promises; on a busy machine that takes longer than the library's one second.
configure({ asyncUtilTimeout: 20_000 });
