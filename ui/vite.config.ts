import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { trimDkfds } from './build/dkfds.ts';

const lib = fileURLToPath(new URL('./src/lib', import.meta.url));
const generated = fileURLToPath(new URL('./src/generated', import.meta.url));

/** Keeps the parts of dkfds' style sheet that this interface uses, before Vite resolves its files. */
function dkfds(): Plugin {
  return {
    name: 'tovholder-dkfds',
    enforce: 'pre',
    transform(code, id) {
      return id.includes('dkfds.min.css') ? { code: trimDkfds(code), map: null } : null;
    }
  };
}

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [dkfds(), svelte()],
  resolve: {
    alias: { $lib: lib, $generated: generated },
    ...(mode === 'test' && { conditions: ['browser'] })
  },
  build: {
    outDir: mode === 'fixture' ? 'dist-fixture' : 'dist',
    target: 'es2022',
    emptyOutDir: true,
    sourcemap: false,
    chunkSizeWarningLimit: 800
  },
  // The fixture and the tests read the list of municipalities where Rust keeps it.
  server: { fs: { allow: ['.', '../crates/app/data'] } },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    // A busy machine must not fail what is right: nothing here waits unless something is missing.
    testTimeout: 60_000,
    setupFiles: ['./src/test-setup.ts']
  }
}));
