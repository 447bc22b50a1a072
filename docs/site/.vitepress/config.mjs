// The site of the book. `make site` has put the pages into build/site-source (docs/book/site.py).
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const build = fileURLToPath(new URL('../../../build/', import.meta.url))
const sidebar = JSON.parse(readFileSync(`${build}site-source/sidebar.json`, 'utf8'))

// As a code host makes them: the pages' links are written, and checked, for both.
function slugify(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, '').replaceAll(' ', '-')
}

const portuguese = {
  nav: [{ text: 'O livro', link: '/pt/' }, { text: 'A biblioteca', link: '/docs/api' }],
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

export default {
  title: 'Asynchronous C',
  head: [['link', { rel: 'icon', href: '/favicon.svg' }]],
  srcDir: '../../build/site-source',
  outDir: '../../build/site',
  cacheDir: '../../build/site-cache',
  ignoreDeadLinks: 'localhostLinks', // those of programs that the reader runs
  markdown: { anchor: { slugify } },
  locales: {
    root: { label: 'English', lang: 'en' },
    pt: {
      label: 'Português',
      lang: 'pt-BR',
      title: 'C assíncrono',
      themeConfig: portuguese,
    },
  },
  themeConfig: {
    nav: [{ text: 'The book', link: '/' }, { text: 'The library', link: '/docs/api' }],
    sidebar: sidebar['/'],
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: { _render: render, locales: { pt: { translations: searchInPortuguese } } },
    },
  },
}
