// The button of a console block copies what the reader types: the commands, without "$ " and without what
// the programs print.

function commandsOf(text) {
  const commands = []
  let continues = false
  for (const line of text.split('\n')) {
    if (continues || line.startsWith('$ '))
      commands.push(line.replace(/^(\$|>) /, ''))
    continues = (continues || line.startsWith('$ ')) && line.endsWith('\\')
  }
  return commands.join('\n')
}

export function copyCommands() {
  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('.language-console > button.copy')
    const commands = button && commandsOf(button.parentElement.querySelector('pre').innerText)
    if (!commands)
      return // VitePress copies the whole
    event.stopPropagation()
    await navigator.clipboard.writeText(commands)
    button.classList.add('copied')
    setTimeout(() => button.classList.remove('copied'), 2000)
  }, true)
}
