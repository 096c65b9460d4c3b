// Unpacks style and script of a report; the page's policy knows both by their hashes.  A browser
// that cannot unpack shows what readers without scripts get.
(async () => {
  try {
    const packed = atob(document.getElementById('packed').textContent);
    const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const [style, script] = (await new Response(stream).text()).split('\0');
    for (const [tag, textContent] of [['style', style], ['script', script]])
      document.head.append(Object.assign(document.createElement(tag), { textContent }));
  } catch {
    for (const place of document.querySelectorAll('noscript')) {
      const page = new DOMParser().parseFromString(place.textContent, 'text/html');
      place.replaceWith(...page.head.childNodes, ...page.body.childNodes);
    }
  }
})();
