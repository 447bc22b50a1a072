/* What stands out too little from what lies behind it: WCAG's AA asks for 4.5 for texts, 3 for shapes. */

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
  for (const field of document.querySelectorAll("input[placeholder], textarea[placeholder]"))
    texts.push([field, "::placeholder"]);
  return texts.map(([element, pseudo]) => ({ element, pseudo, ratio: contrast(element, pseudo) }))
    .filter(({ ratio }) => !(ratio >= 4.5))
    .map(({ element, pseudo, ratio }) => `${ratio.toFixed(2)}: ${element.tagName.toLowerCase()}`
      + `.${element.className}${pseudo ?? ""} "${element.textContent.trim()}"`);
}

export function findFaintTexts(page) {
  return page.evaluate(faintTexts);
}

/* Runs in the page that draws recordings. */
function faintShapes() {
  const luminance = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (...pair) => pair.map(luminance).sort((a, b) => b - a)
    .reduce((high, low) => (high + 0.05) / (low + 0.05));
  const { palette } = drawing;
  const shapes = ["run", "ready", "wait", "poll", "phase", "callback", "work", "io", "timer",
    "counter", "wake", "cursor", "select"];
  const pairs = [...shapes.flatMap((name) => ["page", "band"].map((back) => [name, back, 3])),
    ...["run", "wait", "phase", "callback", "work"].map((name) => [`${name}-ink`, name, 4.5]),
    ["wait-ink", "poll", 4.5]];
  return pairs.map(([name, back, least]) => [ratio(palette[name], palette[back]), least, name, back])
    .filter(([measured, least]) => measured < least)
    .map(([measured, , name, back]) => `${measured.toFixed(2)}: ${name} on ${back}`);
}

export function findFaintShapes(page) {
  return page.evaluate(faintShapes);
}
