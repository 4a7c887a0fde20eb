import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import * as mongoose from 'mongoose';
import tseslint from 'typescript-eslint';

const product = ['src/**/*.ts', 'libs/**/*.ts'];
const tests = ['**/*.spec.ts', '**/*.store-spec.ts', 'test/**/*.ts', 'libs/*/testing/**/*.ts'];
const javascript = ['**/*.mjs', '**/*.cjs'];

/** Only repositories know mongoose models; modules register them and schemas describe them. */
const knowsModels = ['src/**/*.repository.ts', 'src/**/*.module.ts', 'src/**/*.schema.ts'];

const noForwardRef = {
  name: '@nestjs/common',
  importNames: ['forwardRef'],
  message: 'It hides an import cycle. Let the two meet through a job, or move what both need into a third module.',
};
const noInjectModel = {
  name: '@nestjs/mongoose',
  importNames: ['InjectModel'],
  message: 'Mongoose models stay in *.repository.ts: give the repository a method that says what you want.',
};
/** Node sees fewer names in this CommonJS package than TypeScript does; under Jest the others work, in production not. */
const mongooseAtRuntime = {
  name: 'mongoose',
  allowImportNames: Object.keys(mongoose),
  allowTypeImports: true,
  message: "A value import of this name fails in Node's ES modules: import the type, or use the default export.",
};
const restrictedImports = (...paths) => ({ '@typescript-eslint/no-restricted-imports': ['error', { paths }] });

const askTheChannel =
  'Ask the channel’s adapter for a capability or a facet: only src/channels knows channels by name.';
const comparison = 'BinaryExpression[operator=/^[!=]==?$/]';
const comparesChannels = [
  `${comparison} > Literal[value=/^(meta_)?(messenger|whatsapp)$|^meta_instagram$/]`,
  `${comparison}:has(> .left[property.name=/^(channel|platform)$/]):has(> Literal)`,
  `${comparison}:has(> Identifier[name=/^(channel|platform)$/]):has(> Literal)`,
  'SwitchStatement[discriminant.property.name=/^(channel|platform)$/]',
  'SwitchStatement[discriminant.name=/^(channel|platform)$/]',
].map((selector) => ({ selector, message: askTheChannel }));

const modelUse = 'Mongoose models stay in *.repository.ts: give the repository a method that says what you want.';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.data/', '.cache/', 'web/src/api/generated/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    rules: {
      ...restrictedImports(noForwardRef, mongooseAtRuntime),
      // Files with decorators are left alone by this rule: Nest reads constructor types at runtime.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // An async method without await turns a throw into a rejection, which is what an interface of promises asks for.
      '@typescript-eslint/require-await': 'off',
      // A module in Nest is a class with nothing but a decorator.
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: product,
    ignores: tests,
    rules: {
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      // Settings are read once, checked and typed, in src/config.
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read settings from AppConfig.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [...tests, ...knowsModels],
    rules: {
      ...restrictedImports(noForwardRef, noInjectModel, mongooseAtRuntime),
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportDeclaration[source.value='mongoose'] ImportSpecifier[imported.name='Model']",
          message: modelUse,
        },
        ...comparesChannels,
      ],
    },
  },
  {
    files: knowsModels,
    ignores: [...tests, 'src/channels/**'],
    rules: { 'no-restricted-syntax': ['error', ...comparesChannels] },
  },
  {
    files: ['src/channels/**/*.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // The process hands its environment to src/config here, or is a tool on a developer's machine.
    files: ['src/main.ts', 'src/config/**/*.ts', 'libs/embedded/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['web/src/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      'max-lines': ['error', 300],
      // Most lines of a component are markup.
      'max-lines-per-function': ['error', { max: 85, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // What a customer wrote is text, and stays it.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "JSXAttribute[name.name='dangerouslySetInnerHTML'], MemberExpression[property.name=/^(inner|outer)HTML$/]",
          message: 'Texts go into the page as text: nothing of a message ever runs or is laid out.',
        },
      ],
    },
  },
  {
    files: tests,
    rules: {
      'max-lines': ['error', 600],
      'no-restricted-properties': [
        'error',
        ...['it', 'test', 'describe'].flatMap((object) =>
          ['skip', 'only', 'todo'].map((property) => ({ object, property, message: 'Every spec runs, or goes.' })),
        ),
      ],
      // Bodies of HTTP answers are `any` by nature in a spec: the expectation is the check.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: javascript,
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        ...{ console: 'readonly', process: 'readonly', URL: 'readonly', module: 'writable', require: 'readonly' },
        ...{ setInterval: 'readonly', clearInterval: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly' },
      },
    },
  },
  {
    files: ['libs/sandbox/phone/page/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      parserOptions: { projectService: false },
      globals: {
        ...{ document: 'readonly', location: 'readonly', history: 'readonly', prompt: 'readonly', fetch: 'readonly' },
        ...{ EventSource: 'readonly', URLSearchParams: 'readonly', setInterval: 'readonly' },
        ...{ setTimeout: 'readonly', clearTimeout: 'readonly' },
      },
    },
  },
);
