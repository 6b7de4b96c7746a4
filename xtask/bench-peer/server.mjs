// automerge-repo's own server, as its documentation sets it up: one repository, the WebSocket adapter, documents told to
// who asks for them. It has no storage, which spares it the disk that the relay waits for.
import { Repo } from '@automerge/automerge-repo';
import { WebSocketServerAdapter } from '@automerge/automerge-repo-network-websocket';
import { WebSocketServer } from 'ws';

const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
sockets.on('listening', () => {
  new Repo({ network: [new WebSocketServerAdapter(sockets)], peerId: 'server', sharePolicy: async () => false });
  console.log(JSON.stringify({ listening: sockets.address().port, pid: process.pid }));
});
