"""`cochair keys`, the whole group: keys of people (`cli.keys`), root keys (`cli.ceremony`), the keys of a node's record (`cli.log_keys`) and its others (`cli.renewing`)."""

from cochair.cli import ceremony, keys, log_keys, renewing

app = keys.app
app.command("ceremony")(ceremony.ceremony)
app.command("approve")(ceremony.approve_)
app.command("roots")(log_keys.roots)
app.command("request")(log_keys.request)
app.command("change")(log_keys.change)
app.command("renew")(renewing.renew)
app.command("mandate")(log_keys.mandate)
app.command("end")(log_keys.end)
