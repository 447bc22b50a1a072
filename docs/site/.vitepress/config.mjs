// The site of the book. `make site` has put the pages into build/site-source (docs/book/site.py).
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const build = fileURLToPath(new URL('../../../build/', import.meta.url))
const sidebar = JSON.parse(readFileSync(`${build}site-source/sidebar.json`, 'utf8'))

// Where the site will stand on its server: BASE=/book/ make site.
const base = process.env.BASE || '/'

// As a code host makes them: the pages' links are written, and checked, for both.
function slugify(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, '').replaceAll(' ', '-')
}

const portuguese = {
  nav: [{ text: 'O livro', link: '/pt/' }, { text: 'A biblioteca', link: '/pt/docs/api' }],
  sidebar: sidebar['/pt/'],
  outline: { label: 'Nesta página', level: [2, 3] },
  docFooter: { prev: 'Anterior', next: 'Próxima' },
  darkModeSwitchLabel: 'Aparência',
  lightModeSwitchTitle: 'Mudar para o tema claro',
  darkModeSwitchTitle: 'Mudar para o tema escuro',
  sidebarMenuLabel: 'Menu',
  returnToTopLabel: 'Voltar ao topo',
  langMenuLabel: 'Idioma',
  skipToContentLabel: 'Pular para o conteúdo',
}

const searchInPortuguese = {
  button: { buttonText: 'Buscar', buttonAriaLabel: 'Buscar' },
  modal: {
    displayDetails: 'Mostrar detalhes',
    resetButtonTitle: 'Limpar a busca',
    backButtonTitle: 'Fechar a busca',
    noResultsText: 'Nada encontrado para',
    footer: { selectText: 'abrir', navigateText: 'escolher', closeText: 'fechar' },
  },
}

// The sources are there to be read, not found; to render them only to find that out takes a while.
function render(text, environment, markdown) {
  return text.startsWith('---\nsearch: false\n') ? '' : markdown.render(text, environment)
}

// Listings stand in several pages: each is highlighted once.
function rememberHighlights(markdown) {
  const { highlight } = markdown.options
  const known = new Map()
  markdown.options.highlight = (text, language, attributes) => {
    const key = JSON.stringify([text, language, attributes])
    if (!known.has(key))
      known.set(key, highlight(text, language, attributes))
    return known.get(key)
  }
}

// Portuguese is found with and without its accents. The browser runs this too, from its text.
function withoutAccents(term) {
  return term.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

// A browser refuses modules to a page from the disk: such a page stays without its menus.
const onDisk = `if (location.protocol === 'file:')
  addEventListener('DOMContentLoaded', () => {
    const note = document.createElement('p')
    note.style.cssText = 'margin:0;padding:1rem;background:#fde68a;color:#000'
    note.textContent = document.documentElement.lang.startsWith('pt')
      ? 'Esta página precisa de um servidor: rode make site-preview, e abra o endereço que aparece.'
      : 'This page needs a server: run make site-preview, and open the address that it prints.'
    document.body.prepend(note)
  })`

export default {
  title: 'Asynchronous C',
  description: 'Asynchronous programming in C on libuv: four programs, from the event loop to a chat server',
  base,
  head: [['link', { rel: 'icon', href: `${base}favicon.svg` }], ['script', {}, onDisk]],
  srcDir: '../../build/site-source',
  outDir: '../../build/site',
  cacheDir: '../../build/site-cache',
  router: { prefetchLinks: false }, // a chapter weighs as much as all the rest of a page
  metaChunk: true, // what is the same in all pages stands in a file of its own
  ignoreDeadLinks: 'localhostLinks', // those of programs that the reader runs
  markdown: { anchor: { slugify }, config: rememberHighlights },
  locales: {
    root: { label: 'English', lang: 'en' },
    pt: {
      label: 'Português',
      lang: 'pt-BR',
      title: 'C assíncrono',
      description: 'Programação assíncrona em C com a libuv: quatro programas, do loop de eventos ao chat',
      themeConfig: portuguese,
    },
  },
  themeConfig: {
    nav: [{ text: 'The book', link: '/' }, { text: 'The library', link: '/docs/api' }],
    sidebar: sidebar['/'],
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: {
        _render: render,
        miniSearch: { options: { processTerm: withoutAccents } },
        locales: { pt: { translations: searchInPortuguese } },
      },
    },
  },
}
