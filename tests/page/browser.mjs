// The browser, and the files that it opens: those that `tests/it/render/pages.rs` wrote.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const found = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
export const ROOT = join(import.meta.dirname, '..', '..')
const metadata = ['metadata', '--format-version', '1', '--no-deps', '--locked']
const target = JSON.parse(execFileSync('cargo', metadata, { cwd: ROOT, maxBuffer: 1 << 28 })).target_directory
export const PAGES = process.env.PAGES ?? join(target, 'tmp', 'pages')

export const browser = async () => {
  const executablePath = found.find((path) => path && existsSync(path))
  if (!executablePath) throw new Error('no Chromium: install it (on Debian `apt-get install chromium`), or name it in CHROMIUM')
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

// A page as a reader sees it, and what it said and asked for. Nothing but the file is reachable.
export const open = async (browser, name, { fragment = '', ...options } = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const seen = { said: [], asked: [] }
  page.on('console', (message) => seen.said.push(message.text()))
  page.on('pageerror', (error) => seen.said.push(String(error)))
  page.on('dialog', (dialog) => { seen.said.push(`dialog: ${dialog.message()}`); dialog.dismiss() })
  page.on('request', (request) => seen.asked.push(request.url()))
  await page.goto(pathToFileURL(join(PAGES, name)).href + fragment)
  return { page, seen, close: () => context.close() }
}
