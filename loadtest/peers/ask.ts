import type { RunningPeer } from './peer.ts';
import type { PeerQuestion } from './register.ts';

/** Asks one question, outside of measurements. @throws Error when what comes back is no answer: never a denial */
export async function askPeer(peer: RunningPeer, question: PeerQuestion): Promise<boolean> {
  const { port, path, headers, allowed, denied } = peer;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers,
    body: peer.body(question),
  });
  const text = await response.text();
  const [yes, no] = [text.includes(allowed), text.includes(denied)];
  if (response.status !== 200 || yes === no) throw new Error(`no answer: ${response.status} ${text.slice(0, 300)}`);
  return yes;
}
