package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

var historyIDReused = &Rule{
	ID:       "history-id-reused",
	Severity: plumb.Warning,
	Title:    "an identity belongs to several resources",
	Text: `Resources in two files have the same identity, and the life in the later file
begins anew: its first state there is the initial one, and the time of creation
(the timestamp of the initial state) is another one. If the lifecycle has no time of
creation, the later file must hold a second state of that life, and contradict the
earlier file. The responses are not compared with each other. Servers
for tests often number from 1 in each run. Within a file, the same is an error of the
rules that compare responses. With --history-scope file, each file is by itself, and
with --history-scope run, all responses with one identity are about one resource.`,
	Fix:     "Give new resources new identities; if each recording is of a fresh server, use --history-scope file.",
	Example: `{"id": "order_1", "created_at": 1741967569} in one file, and {"id": "order_1", "created_at": 1742000000} in another`,
	history: func(c *comparison) {
		if c.Begins == nil {
			return
		}
		m := lifecycle.Member{Pointer: c.Members[c.Begins.Member], Place: c.Life.StateNamed(c.Life.Initial).Place}
		c.report(m, "the life of another resource with this identity begins", c.Begins.Before, c.Begins.After, "an identity for each resource")
	},
}
