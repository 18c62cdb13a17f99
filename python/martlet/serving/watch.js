// Once something new is published, show it.
(() => {
  const shown = document.currentScript.dataset.publication;
  setInterval(async () => {
    const answer = await fetch("/publication").catch(() => null);
    if (answer?.ok && (await answer.text()) !== shown) location.reload();
  }, 3000);
})();
