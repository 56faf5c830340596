// The pages in a browser. `make page-check` writes them first, with `tests/it/render/pages.rs`.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { PAGES, browser, open } from './browser.mjs'

const NAMES = readdirSync(PAGES).filter((name) => name.endsWith('.html'))
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LISTS = ['en.html', 'ja.html', 'many.html', 'hostile-en.html', 'hostile-ja.html']
const JAVA = spawnSync('java', ['-version']).status === 0
let chromium

before(async () => { chromium = await browser() })
after(() => chromium.close())

const opened = async (name, options, use) => {
  const { page, seen, close } = await open(chromium, name, options)
  try {
    return await use(page, seen)
  } finally {
    await close()
  }
}
const rows = (page) => page.locator('#window tbody tr:not(.gap)').count()
const shown = (page) => page.locator('#count').textContent()
const island = (page) => page.evaluate(() => {
  const data = JSON.parse(document.getElementById('data').textContent)
  return data.rows.map((row) => Object.fromEntries(data.fields.map(([name, , shared], n) => [name, !shared ? row[n] : [row[n]].flat().map((part) => data.words[part]).join('; ')])))
})

test('every page asks for nothing but itself and says nothing to the console', async () => {
  assert.ok(NAMES.length >= 7, NAMES.join())
  for (const name of NAMES) {
    await opened(name, {}, async (page, seen) => {
      await page.mouse.move(400, 400)
      await page.waitForTimeout(50)
      assert.deepEqual(seen.said, [], name)
      assert.equal(seen.asked.length, 1, `${name}: ${seen.asked}`)
    })
  }
})

test('the policy refuses a script, a handler, a picture and a request that somebody put into the page', async () => {
  let asked = 0
  const server = createServer((request, response) => { asked += 1; response.end() }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await opened('en.html', {}, async (page, seen) => {
    await page.evaluate(async (address) => {
      const script = document.createElement('script')
      script.textContent = 'document.title = "changed"'
      document.body.append(script)
      const picture = document.createElement('img')
      picture.setAttribute('onerror', 'document.title = "changed"')
      picture.src = `${address}/x.png`
      document.body.append(picture)
      await fetch(address).catch(() => {})
    }, `http://127.0.0.1:${server.address().port}`)
    assert.notEqual(await page.title(), 'changed')
    assert.ok(seen.said.length >= 3, seen.said.join('\n'))
  })
  server.close()
  assert.equal(asked, 0)
})

test('no page has a violation of the rules of accessibility, in light and dark', async () => {
  for (const name of NAMES.filter((name) => name !== 'many.html')) {
    for (const colorScheme of ['light', 'dark']) {
      // The script of the rules is not one of the page, whose policy would refuse it.
      await opened(name, { colorScheme, bypassCSP: true }, async (page) => {
        await page.evaluate(AXE)
        const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
        const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }), tags)
        const told = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`)
        assert.deepEqual(told, [], `${name} in ${colorScheme}`)
      })
    }
  }
})

test('the validator finds no error', { skip: !JAVA && 'Java is missing' }, () => {
  const jar = join(dirname(createRequire(import.meta.url).resolve('vnu-jar')), 'build', 'dist', 'vnu.jar')
  const files = NAMES.map((name) => join(PAGES, name))
  const words = ['-Xss2m', '-jar', jar, '--errors-only', '--format', 'json', ...files]
  let told
  try {
    execFileSync('java', words, { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 1 << 26 })
    told = []
  } catch (error) {
    if (!error.stderr?.length) throw error
    told = JSON.parse(error.stderr).messages.map(({ url, lastLine, message }) => `${url}:${lastLine}: ${message}`)
  }
  assert.deepEqual(told, [])
})

test('ten thousand rows are few elements, few bytes, and quick', async () => {
  const bytes = statSync(join(PAGES, 'many.html')).size
  assert.ok(bytes <= 2_100_000, `${bytes} bytes`)
  await opened('many.html', {}, async (page) => {
    const elements = () => page.evaluate(() => document.querySelectorAll('*').length)
    const timed = async (act) => {
      const begin = Date.now()
      await act()
      return Date.now() - begin
    }
    const times = [await timed(() => page.reload())]
    assert.equal(await shown(page), '10,000 of 10,000')
    times.push(await timed(() => page.fill('#q', 'worker-42')))
    const filtered = await shown(page)
    assert.match(filtered, /^[\d,]+ of 10,000$/)
    await page.fill('#q', '')
    times.push(await timed(() => page.getByRole('button', { name: /USD/ }).click()))
    let most = await elements()
    for (const height of [1000, 200_000, 1e9]) {
      await page.locator('#window').evaluate((element, height) => { element.scrollTop = height }, height)
      await page.waitForTimeout(60)
      most = Math.max(most, await elements())
    }
    assert.ok(most <= 1600, `${most} elements`)
    assert.equal(await page.locator('.forgotten tbody tr').count(), 3)
    await page.locator('.forgotten a[href="#show="]').click()
    assert.equal(await page.locator('.forgotten tbody tr').count(), 7)
    console.log(`10,000 rows: ${bytes} bytes, ${most} elements; open, filter, sort: ${times.join(', ')} ms`)
  })
})

test('the figures in the list are those of the data, filtered, sorted and grouped', async () => {
  await opened('en.html', {}, async (page) => {
    const all = await island(page)
    assert.equal(await shown(page), `${all.length} of ${all.length}`)
    await page.selectOption('#show', 'acting')
    const acting = all.filter((row) => row.kind.includes('acting'))
    assert.equal(await shown(page), `${acting.length} of ${all.length}`)
    await page.getByRole('button', { name: /USD/ }).click()
    const figures = await page.locator('#window tbody td.n').allTextContents()
    const expected = acting.map((row) => Number(row['usd-month'] || -1)).sort((a, b) => b - a)
    assert.deepEqual(figures.map((figure) => Number(figure.replaceAll(',', '').replace('–', '-1'))), expected.slice(0, figures.length))
    assert.equal(await page.locator('#window th[aria-sort=descending]').count(), 1)
    await page.selectOption('#group', 'account')
    const groups = new Set(acting.map((row) => row.account))
    assert.equal(await page.locator('#window tr.group').count(), groups.size)
    const first = page.locator('#window tr.group button').first()
    await first.click()
    assert.equal(await first.getAttribute('aria-expanded'), 'true')
    assert.ok((await rows(page)) > groups.size)
    await page.fill('#q', 'no such instance')
    assert.equal(await shown(page), `0 of ${all.length}`)
  })
})

test('an address shows what its sender saw', async () => {
  await opened('en.html', {}, async (page) => {
    await page.fill('#q', 'dev')
    await page.selectOption('#show', 'acting')
    await page.getByRole('button', { name: /USD/ }).click()
    await page.selectOption('#group', 'owner')
    await page.locator('#window tr.group button').first().click()
    await page.locator('#window tbody th button:not([aria-expanded])').first().click()
    const seen = async (page) => [await shown(page), await page.locator('#window tbody').innerText(), await page.locator('#one').innerText()]
    const fragment = new URL(page.url()).hash
    assert.match(fragment, /q=dev/)
    const sent = await seen(page)
    await opened('en.html', { fragment }, async (other) => assert.deepEqual(await seen(other), sent))
  })
  await opened('en.html', { fragment: '#sort=<img>&group=x&show=y&id=z&open=%00&q=%E0' }, async (page, seen) => {
    assert.deepEqual(seen.said, [])
    assert.ok(await page.locator('#count').textContent())
  })
})

test('one instance has its facts, and the tag that keeps it is copied and nothing else is done', async () => {
  await opened('en.html', { permissions: ['clipboard-read', 'clipboard-write'] }, async (page, seen) => {
    const row = (await island(page))[0]
    await page.locator('#window tbody th button').first().click()
    const facts = await page.locator('#one').innerText()
    for (const fact of [row.name || row.id, row.detail, row.account]) assert.ok(facts.includes(fact), fact)
    assert.equal(await page.evaluate(() => document.activeElement.id), 'one-name')
    assert.ok((await page.locator('#one-link').getAttribute('href')).endsWith(row.id))
    await page.click('#one-copy')
    const tag = await page.locator('#keep').textContent()
    assert.match(tag, /^idle-reaper:keep-until=\d{4}-\d\d-\d\d$/)
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), tag)
    assert.ok((await page.locator('#said').textContent()).includes(tag))
    await page.click('#close')
    assert.equal(await page.locator('#one').isHidden(), true)
    assert.equal(seen.asked.length, 1)
  })
})

test('the list is used with the keyboard alone', async () => {
  await opened('many.html', {}, async (page) => {
    await page.locator('#q').focus()
    for (let n = 0; n < 4; n++) await page.keyboard.press('Tab') // show, group, copy, window
    assert.equal(await page.evaluate(() => document.activeElement.id), 'window')
    await page.keyboard.press('PageDown')
    await page.waitForTimeout(300)
    assert.ok((await page.locator('#window').evaluate((element) => element.scrollTop)) > 0)
    for (let n = 0; n < 11; n++) await page.keyboard.press('Tab') // the headings, and rows
    await page.keyboard.press('Enter')
    assert.equal(await page.locator('#one').isVisible(), true)
    const outline = await page.evaluate(() => { document.getElementById('close').focus(); return getComputedStyle(document.getElementById('close')).outlineStyle })
    assert.ok(outline)
  })
})

test('hostile text stands there as text, and no word of it was obeyed', async () => {
  await opened('hostile-en.html', {}, async (page, seen) => {
    const all = await island(page)
    assert.deepEqual(seen.said, [])
    assert.equal(await page.locator('main img, main b, main script').count(), 0)
    const forgotten = page.locator('.forgotten')
    assert.ok((await forgotten.innerText()).includes('<img src=x onerror=alert(1)>'))
    assert.equal(await forgotten.locator('a').count(), 0)
    for (const [n, row] of all.entries()) {
      await page.locator('#q').fill(row.id.split(' ')[0])
      const texts = await page.locator('#window tbody').innerText()
      assert.ok(texts.includes(row.id.split(' ')[0]), `row ${n}`)
    }
    await page.fill('#q', 'onerror')
    await page.locator('#window tbody th button').first().click()
    assert.ok((await page.locator('#one').innerText()).includes('onerror=alert(1)>'))
    assert.equal(await page.locator('a[href^="javascript"], #one-link:visible').count(), 0)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1), false)
    assert.deepEqual(seen.said, [])
  })
})

test('without script there are the headline, the map, the dearest and the rows for people', async () => {
  await opened('en.html', { javaScriptEnabled: false }, async (page) => {
    assert.ok(await page.locator('h1').innerText())
    assert.ok((await page.locator('.heat tbody tr').count()) >= 28)
    assert.ok((await page.locator('.dearest tbody tr').count()) >= 5)
    assert.ok((await page.locator('.attention tbody tr').count()) >= 1)
    assert.equal(await page.locator('.forgotten tbody tr').count(), 7)
    const forgotten = await page.locator('.forgotten tbody').innerText()
    for (const text of ['vol-0a1b2c3d4e5f60718', 'aws ec2 delete-volume --volume-id vol-0a1b2c3d4e5f60718', '213.16', 'person']) assert.ok(forgotten.includes(text), text)
    assert.ok(await page.getByText('needs JavaScript').isVisible())
    assert.equal(await page.locator('#q').isVisible(), false)
  })
  await opened('many.html', { javaScriptEnabled: false }, async (page) => {
    assert.equal(await page.locator('.dearest tbody tr').count(), 200)
    assert.match(await page.locator('.dearest .unscripted').innerText(), /and \d+ more/)
  })
})

test('on a phone nothing is wider than the screen', async () => {
  for (const name of LISTS) {
    await opened(name, { viewport: { width: 360, height: 740 } }, async (page) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(wide <= 361, `${name}: ${wide}`)
    })
  }
})

test('printed it is a few pages, without the list', async () => {
  for (const [name, most] of [['en.html', 5], ['many.html', 20]]) {
    await opened(name, {}, async (page) => {
      const pdf = (await page.pdf({ format: 'A4' })).toString('latin1')
      const pages = pdf.match(/\/Type\s*\/Page\b/g).length
      assert.ok(pages <= most, `${name}: ${pages} pages`)
    })
  }
})
