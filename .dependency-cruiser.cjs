/** End-to-end specs that still reach behind a module's index.ts. The list only gets shorter. */
const reachInside = [
  'accounts-alerts',
  'accounts-lifetime',
  'accounts-other-apps',
  'admin',
  'admin-pages',
  'agent-watch',
  'backfill-wanted',
  'dms-list',
  'egress-proxy',
  'inbox-backfill',
  'inbox-list-indexes',
  'ingest-contention',
  'media',
  'media-recovery',
  'media-without-bucket',
  'message-hints',
  'privacy-erasure',
  'profiles',
  'sender-doubts',
  'store-deliveries',
  'storing-failures',
  'webhook-failures',
  'sign-in',
  'work-lists',
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Modules in a cycle can only be understood, tested and started together, and Nest then asks for forwardRef. ' +
        'Types alone may point back: they are gone at runtime.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'libs-know-nothing-of-src',
      comment: 'A library serves any application; what it needs from this one is handed to it.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^src/' },
    },
    {
      name: 'libs-through-their-index',
      comment: "A library's index.ts is its contract (#libs/<name>); what lies behind it may change any day.",
      severity: 'error',
      from: { path: '^(src|scripts|test)/' },
      to: { path: '^libs/([^/]+)/', pathNot: '^libs/[^/]+/(index\\.ts$|testing/)' },
    },
    {
      name: 'libs-through-each-others-index',
      comment: 'The same between libraries.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/([^/]+)/', pathNot: ['^libs/$1/', '^libs/[^/]+/index\\.ts$'] },
    },
    {
      name: 'no-sandbox-in-the-product',
      comment: 'A stand-in for Instagram has no business in production, and is not even built into dist/.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(store-)?spec\\.ts$' },
      to: { path: '^libs/sandbox/' },
    },
    {
      name: 'no-embedded-servers-in-the-product',
      comment:
        'Production runs on the MongoDB and Redis it is configured with; starting its own would hide that it is not.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(store-)?spec\\.ts$' },
      to: { path: '^libs/embedded/' },
    },
    {
      name: 'modules-through-their-index',
      comment: "A module's index.ts says what others may rely on; repositories and schemas behind it stay its own.",
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/([^/]+)/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'root-through-module-indexes',
      comment: 'The same for what puts the application together, and for scripts.',
      severity: 'error',
      from: { path: '^(src/[^/]+\\.ts$|scripts/)' },
      to: { path: '^src/([^/]+)/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'webhook-stores-and-hands-over',
      comment:
        "Meta's door makes a delivery durable and acknowledges it. What happens to it then happens in jobs, so that " +
        'nothing slow or broken behind the door can cost a delivery.',
      severity: 'error',
      from: { path: '^src/webhook/' },
      to: { path: '^src/(dms|agent)/' },
    },
    {
      name: 'dms-without-agent',
      comment: 'Messages are stored and sent whether or not there is an agent; the two meet through jobs.',
      severity: 'error',
      from: { path: '^src/dms/' },
      to: { path: '^src/agent/' },
    },
    {
      name: 'agent-without-inbox',
      comment:
        'The inbox is what people work with: lists, a live stream. What the agent must know of it (who is blocked, what ' +
        'is paused) are rooms of their own, so that a worker answers without it.',
      severity: 'error',
      from: { path: '^src/agent/' },
      to: { path: '^src/inbox/' },
    },
    {
      name: 'auth-without-queue',
      comment: 'Who asks, and how often, is found out with Redis alone; auth stands below everything that makes jobs.',
      severity: 'error',
      from: { path: '^src/auth/' },
      to: { path: '^src/queue/' },
    },
    {
      name: 'product-without-tests',
      comment: 'Test support and specs are not there in production.',
      severity: 'error',
      from: { path: '^(src|libs)/', pathNot: ['\\.(store-)?spec\\.ts$', '^libs/[^/]+/testing/'] },
      to: { path: ['^test/', '\\.(store-)?spec\\.ts$', '^libs/[^/]+/testing/'] },
    },
    {
      name: 'unit-specs-without-servers',
      comment:
        'Specs named *.spec.ts run anywhere within seconds; one that needs MongoDB or Redis is a *.store-spec.ts.',
      severity: 'error',
      from: { path: '\\.spec\\.ts$', pathNot: '^libs/embedded/' },
      to: { path: ['^libs/embedded/', '^test/support/(services|embedded-servers|redis-cluster|test-app)\\.ts$'] },
    },
    {
      name: 'e2e-through-the-front-door',
      comment:
        'What an end-to-end spec shows, it shows over HTTP and with test/support; one that knows the rooms from inside ' +
        'breaks with each of their changes. What it cannot help naming comes through an index.ts.',
      severity: 'error',
      from: { path: '^test/e2e/', pathNot: `^test/e2e/(${reachInside.join('|')})\\.e2e-spec\\.ts$` },
      to: { path: '^src/[^/]+/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'production-dependencies-only',
      comment: 'The image is installed without devDependencies: an import of one fails there, and only there.',
      severity: 'error',
      from: {
        path: '^(src|libs)/',
        pathNot: ['\\.(store-)?spec\\.ts$', '^libs/(sandbox|embedded)/', '^libs/[^/]+/testing/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    {
      name: 'web-knows-the-api-alone',
      comment: 'The pages are a client like any other: what they know of the server is openapi.json.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|libs|scripts|test)/' },
    },
    {
      name: 'server-without-web',
      comment: 'The server serves the built files of the pages and knows nothing of them.',
      severity: 'error',
      from: { path: '^(src|libs)/' },
      to: { path: '^web/' },
    },
    {
      name: 'web-rooms-through-their-index',
      comment:
        "A room's index.ts says what others may use; pages that load alone have an entry of their own, pages.ts.",
      severity: 'error',
      from: { path: '^web/src/(?!ui/|i18n/)([^/]+)/' },
      to: {
        path: '^web/src/(?!app/|ui/observable)([^/]+)/',
        pathNot: ['^web/src/$1/', '^web/src/[^/]+/(index|pages)\\.ts$'],
      },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'A package that is only there because another one wants it goes when that one does.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that this checker cannot follow is one it cannot judge.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^coverage/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
};
