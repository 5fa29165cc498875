// bullmq.mjs PORT JOBS SUBMITTERS - the step of an escalation as jobs of BullMQ, on the Redis of that port.
//
// Each submitter adds one job after the other and waits until it is stored. A worker, as many jobs at a time, does the step: state
// in and two messages out, in one transaction. The line of JSON counts from the first job to the end of the last.
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'

const [port, jobs, submitters] = process.argv.slice(2).map(Number)
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null }
const queue = new Queue('escalations', { connection, defaultJobOptions: { removeOnComplete: true } })
const redis = new Redis(connection)
let done = 0
let finish
const finished = new Promise(resolve => { finish = resolve })

const worker = new Worker('escalations', async job => {
  const { id, ticket } = job.data
  await redis.multi()
    .hset(`escalation:${id}`, { ticket, owner: 'ana', state: 'running', due: Date.now() + 300000 })
    .rpush('outbox', JSON.stringify({ id, to: 'incidents', text: `${ticket} is down` }))
    .rpush('outbox', JSON.stringify({ id, to: 'ana', text: `You own ${ticket}` }))
    .exec()
}, { connection, concurrency: submitters })
worker.on('completed', () => { if (++done === jobs) finish() })
worker.on('failed', (job, error) => { console.error(error); process.exit(4) })
await worker.waitUntilReady()

let next = 0
const submit = async () => {
  while (next < jobs) {
    const id = next++
    await queue.add('start', { id, ticket: `T-${id}`, title: 'Checkout fails for every second customer', severity: 'critical' })
  }
}
const begin = performance.now()
await Promise.all(Array.from({ length: submitters }, submit))
await finished
const seconds = (performance.now() - begin) / 1000
console.log(JSON.stringify({ jobs, seconds, rate: jobs / seconds }))
process.exit(0)
