// Pictures of the page of the example organisation. The two of the README go to docs/images.
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PAGES, ROOT, browser, open } from './browser.mjs'

const folder = join(PAGES, '..', 'screenshots')
const images = join(ROOT, 'docs', 'images')
for (const path of [folder, images]) mkdirSync(path, { recursive: true })
const chromium = await browser()
const take = async (name, file, options, { full = true, into = folder, act } = {}) => {
  const { page, close } = await open(chromium, file, options)
  if (act) await act(page)
  const path = join(into, `${name}.png`)
  await page.screenshot({ path, fullPage: full })
  console.log(`${path} (${Math.round(statSync(path).size / 1024)} kB)`)
  await close()
}
const desktop = { viewport: { width: 1200, height: 1000 } }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }
await take('page-light', 'en.html', { ...desktop, colorScheme: 'light' }, { full: false, into: images })
await take('page-dark', 'en.html', { ...desktop, colorScheme: 'dark' }, { full: false, into: images })
await take('light', 'en.html', { ...desktop, colorScheme: 'light' })
await take('dark', 'en.html', { ...desktop, colorScheme: 'dark' })
await take('japanese', 'ja.html', { ...desktop, colorScheme: 'light' })
await take('phone', 'en.html', { ...phone, colorScheme: 'light' })
// Whole, it is higher than the browser can take.
await take('hostile', 'hostile-en.html', desktop, { full: false, act: (page) => page.locator('.forgotten').scrollIntoViewIfNeeded() })
await take('many', 'many.html', desktop)
await take('schedule', 'schedule.html', desktop)
await take('backtest', 'backtest.html', desktop)
await take('undo', 'undo.html', desktop)
await take('kinds', 'kinds.html', desktop)
await take('one', 'en.html', desktop, { act: (page) => page.locator('#window tbody th button').first().click() })
const { page, close } = await open(chromium, 'en.html')
await page.pdf({ path: join(folder, 'print.pdf'), format: 'A4', printBackground: false })
await close()
await chromium.close()
