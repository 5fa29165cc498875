// pgboss.mjs PORT JOBS SUBMITTERS - the step of an escalation as jobs of pg-boss, on the PostgreSQL of that port.
//
// Each submitter sends one job after the other and waits until it is stored. Four workers with 16 jobs at a time do the step: state in
// and two messages out, in one transaction. The line of JSON counts from the first job to the end of the last.
import { PgBoss } from 'pg-boss'
import pg from 'pg'

const [port, jobs, submitters] = process.argv.slice(2).map(Number)
const server = { host: '127.0.0.1', port, user: 'bench', database: 'postgres' }
const pool = new pg.Pool({ ...server, max: 16 })
await pool.query('CREATE TABLE escalation (id bigint PRIMARY KEY, ticket text, owner text, state text, due timestamptz)')
await pool.query('CREATE TABLE outbox (id bigserial PRIMARY KEY, escalation bigint, target text, body text)')
const boss = new PgBoss({ ...server, max: 16 })
boss.on('error', error => { console.error(error); process.exit(4) })
await boss.start()
await boss.createQueue('escalations')
let done = 0
let finish
const finished = new Promise(resolve => { finish = resolve })

const step = async ({ id, ticket }) => {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query("INSERT INTO escalation VALUES ($1, $2, 'ana', 'running', now() + interval '5 minutes')", [id, ticket])
    await client.query("INSERT INTO outbox (escalation, target, body) VALUES ($1, 'incidents', $2), ($1, 'ana', $3)",
      [id, `${ticket} is down`, `You own ${ticket}`])
    await client.query('COMMIT')
  } finally {
    client.release()
  }
}
// pg-boss marks the jobs of a batch as completed after the handler: the last batch counts as done a moment early.
await boss.work('escalations', { batchSize: 16, localConcurrency: 4, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 }, async batch => {
  await Promise.all(batch.map(job => step(job.data)))
  done += batch.length
  if (done === jobs) finish()
})

let next = 0
const submit = async () => {
  while (next < jobs) {
    const id = next++
    await boss.send('escalations', { id, ticket: `T-${id}`, title: 'Checkout fails for every second customer', severity: 'critical' })
  }
}
const begin = performance.now()
await Promise.all(Array.from({ length: submitters }, submit))
await finished
const seconds = (performance.now() - begin) / 1000
console.log(JSON.stringify({ jobs, seconds, rate: jobs / seconds }))
process.exit(0)
