// Creates, follows and cancels batches with the openai package.
import OpenAI, { toFile } from 'openai';

const client = new OpenAI();
const line = '{"custom_id":"1","method":"POST","url":"/v1/responses","body":{"model":"gpt-4o-mini"}}\n';
const file = await client.files.create({ purpose: 'batch', file: await toFile(Buffer.from(line), 'in.jsonl') });

const create = () =>
  client.batches.create({ input_file_id: file.id, endpoint: '/v1/responses', completion_window: '24h' });

async function follow(id) {
  for (;;) {
    const batch = await client.batches.retrieve(id);
    if (['completed', 'failed', 'expired', 'cancelled'].includes(batch.status)) return batch;
  }
}

const first = await create();
await client.batches.cancel(first.id);
const cancelled = await follow(first.id);
const completed = await follow((await create()).id);
const refused = await client.batches.cancel(completed.id).catch((error) => error);
let listed = 0;
for await (const _ of client.batches.list({ limit: 1 })) listed++;
console.log(cancelled.status, completed.status, refused.status, listed);
