// What csp_evaluator finds in policies. Told by one argument: a JSON array of the values of Content-Security-Policy headers. Says a JSON
// array with the findings of each: how severe (10 is high, 20 a syntax error, 30 medium, 60 strict CSP alone; less is worse), of which
// directive, and what.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { CspEvaluator } = require('csp_evaluator/dist/evaluator.js');
const { CspParser } = require('csp_evaluator/dist/parser.js');

const policies = JSON.parse(process.argv[2]);
const findings = policies.map((policy) =>
  new CspEvaluator(new CspParser(policy).csp)
    .evaluate()
    .map(({ severity, directive, value, description }) => ({ severity, directive, value: value ?? '', description })),
);
console.log(JSON.stringify(findings));
