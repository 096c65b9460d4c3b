// One script and one style sheet without a hash in their names, for the program to embed: as they
// are for a server, and both packed into one text for a report in a file.
import { gzipSync } from 'node:zlib';
import { defineConfig, Plugin } from 'vite';

function packed(): Plugin {
  return {
    name: 'packed',
    enforce: 'post',
    generateBundle(_, bundle) {
      const script = bundle['app.js'], style = bundle['app.css'];
      if (script?.type !== 'chunk' || style?.type !== 'asset') this.error('want app.js and app.css');
      const both = `${style.source}\0${script.code}`;
      this.emitFile({ type: 'asset', fileName: 'app.packed',
        source: gzipSync(both, { level: 9 }).toString('base64') });
    },
  };
}

export default defineConfig({
  cacheDir: 'node_modules/.vite',
  plugins: [packed()],
  build: {
    target: 'es2020',
    emptyOutDir: false,
    lib: { entry: 'src/main.ts', name: 'assay', formats: ['iife'], fileName: () => 'app.js', cssFileName: 'app' },
  },
});
