/* Texts whose colour stands out too little from what lies behind them: WCAG's AA asks for 4.5. */

/* Runs in the page. */
function faintTexts() {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }

  function luminance(colour) {
    const [red, green, blue] = rgba(colour).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function behind(element) {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgba(colour)[3] === 255)
        return colour;
    }
    return "Canvas";
  }

  function contrast(element, pseudo) {
    const [one, other] = [getComputedStyle(element, pseudo).color, behind(element)].map(luminance);
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  }

  const hasText = (element) => [...element.childNodes]
    .some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
  const texts = [...document.body.querySelectorAll("*")]
    .filter((element) => hasText(element) && element.checkVisibility())
    .map((element) => [element, null]);
  for (const line of document.querySelectorAll(".line"))
    texts.push([line, "::after"]);
  texts.push([document.querySelector("#input"), "::placeholder"]);
  return texts.map(([element, pseudo]) => ({ element, pseudo, ratio: contrast(element, pseudo) }))
    .filter(({ ratio }) => !(ratio >= 4.5))
    .map(({ element, pseudo, ratio }) => `${ratio.toFixed(2)}: ${element.tagName.toLowerCase()}`
      + `.${element.className}${pseudo ?? ""} "${element.textContent.trim()}"`);
}

export function findFaintTexts(page) {
  return page.evaluate(faintTexts);
}
