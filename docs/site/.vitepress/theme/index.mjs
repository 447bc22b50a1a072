// VitePress's own theme, with what this book adds to it.
import DefaultTheme from 'vitepress/theme'
import { withBase } from 'vitepress'
import { h } from 'vue'
import { copyCommands } from './copy.mjs'
import { enlargePictures } from './pictures.mjs'
import './style.css'

// In both languages: a server answers with this page whichever the address was.
const notFound = () => h('div', { class: 'not-found' }, [
  h('p', { class: 'code' }, '404'),
  h('section', { lang: 'pt-BR' }, [
    h('h1', 'Esta página não existe'),
    h('p', 'O endereço está errado, ou a página mudou de lugar.'),
    h('a', { href: withBase('/pt/') }, 'Ir para o começo do livro'),
  ]),
  h('section', { lang: 'en' }, [
    h('h1', 'There is no such page'),
    h('p', 'The address is wrong, or the page has moved.'),
    h('a', { href: withBase('/') }, 'Go to the start of the book'),
  ]),
])

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'not-found': notFound }),
  enhanceApp() {
    if (typeof document === 'undefined')
      return // the pages are being made
    copyCommands()
    enlargePictures()
  },
}
