// A click on a picture shows it as large as the window allows, to be scrolled where that is too small.

export function enlargePictures() {
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('.picture > button')
    if (button)
      enlarge(button.querySelectorAll('img'))
  })
}

function enlarge(images) {
  const dialog = document.createElement('dialog')
  dialog.className = 'large-picture'
  dialog.append(...[...images].map((image) => image.cloneNode()))
  dialog.addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
