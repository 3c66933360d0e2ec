// Measures pages with Lighthouse, as it measures by itself: a middling phone on a slow network, simulated. Told by one argument, as JSON:
// the port that a Chromium is driven by, and the addresses. Says one line of JSON for each: its scores from 0 to 100, and what cost any.

import lighthouse from 'lighthouse';

const { port, urls } = JSON.parse(process.argv[2]);
const onlyCategories = ['performance', 'accessibility', 'best-practices', 'seo'];

for (const url of urls) {
  const { lhr } = await lighthouse(url, { port, output: 'json', logLevel: 'silent', onlyCategories });
  const scores = onlyCategories.map((category) => Math.round((lhr.categories[category].score ?? 0) * 100));
  const weighed = onlyCategories.flatMap((category) => lhr.categories[category].auditRefs).filter(({ weight }) => weight > 0);
  const lost = [...new Set(weighed.map(({ id }) => id))].filter((id) => (lhr.audits[id].score ?? 1) < 0.9);
  console.log(JSON.stringify({ url, scores, lost }));
}
