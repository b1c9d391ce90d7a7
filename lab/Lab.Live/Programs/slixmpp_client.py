"""A client on slixmpp that does what lines on standard input say and tells on standard output what it saw.

Both are JSON, an object to a line. The one argument holds the settings. The lab decides when to connect; everything
else (login, checks, stream management) is slixmpp's own.
"""
import asyncio
import json
import ssl
import sys
import time

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqTimeout


def tell(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


class Client(ClientXMPP):
    def __init__(self, settings):
        super().__init__(settings["jid"], settings["password"])
        self.settings = settings
        self.address_of_proxy = (settings["host"], settings["port"])
        self.default_domain = self.boundjid.host
        self.managed = "acks" in settings
        self.bound_anew = False
        self.cause = None
        self.error = None
        self.trust()
        self.timers()
        for name in ("session_start", "session_resumed", "sm_enabled", "sm_failed", "message", "message_error",
                     "stanza_acked", "stream_error", "ssl_invalid_chain", "failed_auth"):
            self.add_event_handler(name, getattr(self, "on_" + name))
        self.add_event_handler("connected", lambda _: tell("connected"))
        self.add_event_handler("disconnected", self.on_disconnected)
        self.add_event_handler("connection_failed", lambda e: tell("failed", reason=str(e)))

    def trust(self):
        if self.settings["ca"]:
            self.ssl_context = ssl.create_default_context(cafile=self.settings["ca"])
            self.ca_certs = self.settings["ca"]
        else:
            self.ssl_context.check_hostname = False
            self.ssl_context.verify_mode = ssl.CERT_NONE

    def timers(self):
        if "whitespace" in self.settings:
            self.whitespace_keepalive_interval = self.settings["whitespace"]
        else:
            self.del_event_handler("session_start", self._start_keepalive)   # the flag for it has no effect in 1.8
        check = self.settings.get("ping")
        self.register_plugin("xep_0199", {"keepalive": bool(check), **(check or {})})
        self.plain_ping = self["xep_0199"].ping
        self["xep_0199"].ping = self.observed_ping
        if self.managed:
            self.register_plugin("xep_0198", self.settings["acks"])

    # connecting is the lab's affair: to its proxy, without DNS, when it says so

    async def _pick_dns_answer(self, domain, port=None):
        return None

    def connect(self, *args, **kwargs):
        tls = self.settings["tls"]
        self.cause = None
        self.error = None
        self.bound_anew = False
        super().connect(self.address_of_proxy, use_ssl=tls == "direct", force_starttls=tls == "starttls",
                        disable_starttls=tls == "none")

    def reconnect(self, wait=2.0, reason="Reconnecting"):
        self.cause = "ping" if reason.startswith("Ping timeout") else None
        self.disconnect(wait, reason)

    def reschedule_connection_attempt(self):
        self._current_connection_attempt = None

    # what is seen

    async def observed_ping(self, *args, **kwargs):
        began = time.monotonic()
        tell("ping")
        answer = await self.plain_ping(*args, **kwargs)
        tell("pong", seconds=time.monotonic() - began)
        return answer

    def online(self, resumed):
        if not resumed:
            self.send_presence(ppriority=self.settings.get("priority"))
        tell("online", resumed=resumed)

    def on_session_start(self, _):
        self.bound_anew = True
        if not self.managed or "sm" not in self.last_features:
            self.online(False)

    def on_sm_enabled(self, _):
        self.online(False)

    def on_sm_failed(self, _):
        tell("forgotten")
        if self.bound_anew:
            self.online(False)

    def on_session_resumed(self, _):
        self.online(True)

    async def _handle_stream_features(self, features):
        self.last_features = features["features"]
        return await super()._handle_stream_features(features)

    def on_message(self, message):
        if message["type"] != "error":
            tell("received", id=message["id"])

    def on_message_error(self, message):
        tell("bounced", id=message["id"])

    def on_stanza_acked(self, stanza):
        if stanza.name == "message":
            tell("acked", id=stanza["id"])

    def on_stream_error(self, error):
        self.cause = "stream-error"
        self.error = error["condition"]

    def on_ssl_invalid_chain(self, error):
        self.cause = "tls"
        print(error, file=sys.stderr, flush=True)
        self.disconnect()

    def on_failed_auth(self, failure):
        self.error = failure["condition"] or "not-authorized"
        print("login refused", file=sys.stderr, flush=True)

    def on_disconnected(self, reason):
        cause = self.cause or ("reset" if isinstance(reason, OSError) else
                               "closed" if reason == "End of stream" else "fin")
        tell("disconnected", cause=cause, reason=str(reason or ""), error=self.error)

    # what is asked for

    def obey(self, order):
        if order["do"] == "connect":
            self.connect()
        elif order["do"] == "drop":
            self.abort()
        else:
            message = self.make_message(order["to"], "x" * order["bytes"], mtype="chat")
            message["id"] = order["id"]
            message.send()


async def main():
    client = Client(json.loads(sys.argv[1]))
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tell("ready")
    while line := await lines.readline():
        client.obey(json.loads(line))


asyncio.get_event_loop().run_until_complete(main())
