/**
 * Our sources import each other as `./x.js`, as Node's ES modules ask; under Jest the file is still `./x.ts`.
 * A `moduleNameMapper` would rewrite the packages' own imports too and break some of them.
 */
module.exports = (request, options) => {
  const own = !options.basedir.includes('node_modules');
  if (own && request.startsWith('.') && request.endsWith('.js')) {
    try {
      return options.defaultResolver(request.replace(/\.js$/, '.ts'), options);
    } catch {
      // a real .js file: fall through
    }
  }
  try {
    return options.defaultResolver(request, options);
  } catch (error) {
    // Some packages export themselves to `import` alone; swc turns those into CommonJS as well (see jest.config.mjs).
    try {
      return options.defaultResolver(request, { ...options, conditions: [...(options.conditions ?? []), 'import'] });
    } catch {
      throw error;
    }
  }
};
