import { html } from 'hono/html';

/** Text with its markup; what is put into it has been escaped. */
export type Html = ReturnType<typeof html>;

export const NOTHING = '';

interface Page {
  title: string;
  here: 'try' | 'rules';
  body: Html;
}

/** A whole page. Everything on it works without a script, and there is none. */
export function layout({ title, here, body }: Page): Html {
  const current = (page: Page['here']) => (here === page ? html` aria-current="page"` : NOTHING);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · machtig</title>
<link rel="icon" href="/console/policy/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/console/policy/console.css">
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header class="top">
<p class="brand"><a href="/console/policy">machtig</a></p>
<nav aria-label="Pages">
<a href="/console/policy"${current('try')}>Try the policy</a>
<a href="/console/policy/rules"${current('rules')}>The rules</a>
</nav>
<p class="where">Development · example register</p>
</header>
<main id="main" tabindex="-1">
${body}
</main>
<footer class="bottom">
<p>Nothing that is asked here is a decision: it gives nobody authority. What is asked is recorded as an explanation.</p>
</footer>
</body>
</html>
`;
}
