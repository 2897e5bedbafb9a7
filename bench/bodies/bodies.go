// Package bodies generates the batch objects that the benchmarks read, which
// are always the same for the same seed.
package bodies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Generator generates responses about batches, each of which is polled several
// times until it ends.
type Generator struct {
	rand   *rand.Rand
	seed   uint64
	orders [][]string // of the members; empty if each body has its own
	n      int        // batches so far
	polls  []poll     // the remaining responses about the current batch
}

// New returns a Generator. The members of a batch have one of a number of
// orders, or, if that number is 0, another one in each body.
func New(seed uint64, orders int) *Generator {
	g := &Generator{rand: rand.New(rand.NewPCG(seed, seed)), seed: seed}
	for i := range orders {
		if i == 0 {
			g.orders = append(g.orders, usualOrder)
		} else {
			g.orders = append(g.orders, g.shuffled())
		}
	}
	return g
}

// shuffled returns the members in a new order.
func (g *Generator) shuffled() []string {
	order := slices.Clone(usualOrder)
	g.rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// member is a member of a batch. Its value is JSON text.
type member struct{ name, value string }

// usualOrder is the order in which the API writes the members.
var usualOrder = []string{"id", "object", "endpoint", "model", "errors", "input_file_id", "completion_window", "status", "output_file_id", "error_file_id", "created_at", "in_progress_at", "expires_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at", "cancelled_at", "request_counts", "usage", "metadata"}

// poll is a response about a batch.
type poll struct {
	id      string
	members []member
	at      time.Time
}

// moves are sequences of states, with the seconds since the batch was created.
var moves = [][]struct {
	status string
	after  int64
}{
	{{"validating", 0}, {"in_progress", 60}, {"finalizing", 3600}, {"completed", 3700}},
	{{"validating", 0}, {"failed", 5}},
	{{"validating", 0}, {"in_progress", 60}, {"finalizing", 86400}, {"expired", 87007}},
	{{"validating", 0}, {"in_progress", 60}, {"cancelling", 90}, {"cancelled", 600}},
}

// Next returns a valid body, whose only findings are the drift of null.
func (g *Generator) Next() []byte { return text(g.next().members) }

// NextResponse returns a body like those of Next, with the time at which a server could
// have sent it.
func (g *Generator) NextResponse() Response {
	p := g.next()
	return Response{p.id, p.at, text(p.members)}
}

func (g *Generator) next() poll {
	if len(g.polls) == 0 {
		g.polls = g.newPolls()
	}
	p := g.polls[0]
	g.polls = g.polls[1:]
	return p
}

// Spaced returns a body with a space after each colon and comma, as json.dumps
// of Python writes it.
func Spaced(body []byte) []byte {
	spaced := make([]byte, 0, len(body)*5/4)
	inString := false
	for i, c := range body {
		if c == '"' && (i == 0 || body[i-1] != '\\') {
			inString = !inString
		}
		spaced = append(spaced, c)
		if !inString && (c == ':' || c == ',') {
			spaced = append(spaced, ' ')
		}
	}
	return spaced
}

// Single returns a body like those of Next, about a batch of which there is no
// other.
func (g *Generator) Single() []byte {
	polls := g.newPolls()
	return text(polls[len(polls)-1].members)
}

func text(members []member) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%s", m.name, m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// newID returns an id that no batch has, not even one of another seed.
func (g *Generator) newID() string {
	g.n++
	return fmt.Sprintf("batch_%016x%016x", g.seed, uint64(g.n)*0x9e3779b97f4a7c15)
}

// newPolls generates the responses about one batch.
func (g *Generator) newPolls() []poll {
	id := g.newID()
	created := 1757203200 + g.rand.Int64N(30_000_000)
	order := usualOrder
	if len(g.orders) > 1 {
		order = g.orders[g.rand.IntN(len(g.orders))]
	}
	values := map[string]string{
		"id": quote(id), "object": `"batch"`, "endpoint": `"/v1/chat/completions"`, "model": `"gpt-4o-mini-2024-07-18"`,
		"input_file_id": quote("file-" + id[14:38]), "completion_window": `"24h"`,
		"created_at": fmt.Sprint(created), "expires_at": fmt.Sprint(created + 86400), "metadata": g.metadata(),
	}
	total := 1 + g.rand.IntN(10_000)
	path := moves[g.rand.IntN(len(moves))]
	var all []poll
	for i, m := range path {
		stay := int64(600) // seconds in which the batch is polled in this state
		if i+1 < len(path) {
			stay = path[i+1].after - m.after
		}
		values["status"] = quote(m.status)
		if m.after > 0 {
			values[m.status+"_at"] = fmt.Sprint(created + m.after)
		}
		polls := 1 + g.rand.IntN(8)
		for i := range polls {
			g.progress(values, m.status, total, i, polls)
			if len(g.orders) == 0 {
				order = g.shuffled()
			}
			at := created + m.after + stay*int64(i)/int64(polls)
			all = append(all, poll{id, inOrder(order, values), time.Unix(at, 0).UTC()})
		}
	}
	return all
}

// progress sets the members that change while a batch is worked on.
func (g *Generator) progress(values map[string]string, status string, total, poll, polls int) {
	done, of := 0, total
	switch status {
	case "validating", "failed":
		of = 0
	case "in_progress":
		done = total * poll / (2 * polls)
	case "finalizing", "completed", "expired":
		done = total
	default:
		done = total / 2
	}
	values["request_counts"] = fmt.Sprintf(`{"total":%d,"completed":%d,"failed":%d}`, of, done-done/10, done/10)
	in, out := 0, 0
	if status == "completed" {
		in, out = total*731, total*211
		values["output_file_id"] = quote("file-out" + values["id"][22:38])
	}
	values["usage"] = fmt.Sprintf(`{"input_tokens":%d,"input_tokens_details":{"cached_tokens":%d},"output_tokens":%d,"output_tokens_details":{"reasoning_tokens":%d},"total_tokens":%d}`, in, in/2, out, out/3, in+out)
	if status == "failed" {
		values["errors"] = `{"object":"list","data":[{"code":"invalid_json_line","message":"This line is not parseable as valid JSON.","param":null,"line":4}]}`
	}
}

// inOrder returns the members of a batch. Those without a value are null, as
// real servers send them.
func inOrder(order []string, values map[string]string) []member {
	var all []member
	for _, name := range order {
		value := values[name]
		if value == "" {
			value = "null"
		}
		all = append(all, member{name, value})
	}
	return all
}

func quote(s string) string {
	b, _ := json.Marshal(s) // never fails for a string
	return string(b)
}

func (g *Generator) metadata() string {
	switch g.rand.IntN(4) {
	case 0:
		return "null"
	case 1:
		return fmt.Sprintf(`{"team":"Auswertung Süd","run":"%d","customer":"日本語の顧客 %d"}`, g.n, g.n%97)
	}
	return fmt.Sprintf(`{"description":"nightly evaluation job","run":"%d"}`, g.n)
}

// Broken returns a body that breaks the description in one way, chosen at
// random.
func (g *Generator) Broken() []byte {
	body := g.fresh()
	faults[g.rand.IntN(len(faults))](body)
	return text(body.members)
}

// Paused returns a body with an unknown status, which is its only fault.
func (g *Generator) Paused() []byte {
	body := g.fresh()
	body.set("status", `"paused"`)
	return text(body.members)
}

// fresh returns a body that the caller may change.
func (g *Generator) fresh() *batch {
	body := &batch{slices.Clone(g.next().members)}
	// It gets an id of its own, so that the change does not contradict other bodies.
	body.set("id", quote(g.newID()))
	return body
}

type batch struct{ members []member }

func (b *batch) set(name, value string) {
	for i := range b.members {
		if b.members[i].name == name {
			b.members[i].value = value
		}
	}
}

func (b *batch) value(name string) string {
	for _, m := range b.members {
		if m.name == name {
			return m.value
		}
	}
	return ""
}

func (b *batch) drop(name string) {
	b.members = slices.DeleteFunc(b.members, func(m member) bool { return m.name == name })
}

func setter(name, value string) func(*batch) { return func(b *batch) { b.set(name, value) } }
func dropper(name string) func(*batch)       { return func(b *batch) { b.drop(name) } }

// faults are ways to break the description, including every rule about bodies.
var faults = []func(*batch){
	setter("status", `"paused"`), setter("status", `"CANCELLED"`), setter("status", "7"),
	setter("created_at", `"2025-03-14T15:52:49Z"`), setter("created_at", "0"), setter("expires_at", `"soon"`), setter("expires_at", "1757203200000"),
	setter("created_at", "-5"), setter("endpoint", "null"), setter("input_file_id", "true"),
	setter("completion_window", "24"), setter("metadata", `{"n":5}`), setter("metadata", `[]`),
	setter("metadata", `{"`+strings.Repeat("k", 65)+`":"v"}`), setter("metadata", `{"long":"`+strings.Repeat("é", 513)+`"}`),
	setter("request_counts", `{"total":4,"completed":4,"failed":1}`), setter("request_counts", `{"total":4,"completed":2}`),
	setter("request_counts", `{"total":"4","completed":2,"failed":0}`), setter("usage", `{"input_tokens":3}`),
	setter("usage", `{"input_tokens":3,"input_tokens_details":{"cached_tokens":0},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":8}`),
	setter("usage", `{"input_tokens":3,"input_tokens_details":{"cached_tokens":4},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":7}`),
	setter("errors", `{"object":"error"}`), setter("errors", `"none"`), setter("output_file_id", "[]"), setter("model", "{}"),
	dropper("id"), dropper("status"), dropper("endpoint"), dropper("input_file_id"), dropper("created_at"), dropper("completion_window"),
	setter("cancelled_at", "1"), setter("failed_at", "1757203201"), setter("completed_at", "4102444800"), setter("in_progress_at", "1577836801"),
	func(b *batch) { b.members = append(b.members, member{"expected_completion_at", "1757203200"}) },
	func(b *batch) { b.members = append(b.members, member{"processing_status", `"ended"`}) },
	func(b *batch) { b.members = append(b.members, member{"status", `"failed"`}) },
	func(b *batch) { b.set("expires_at", b.value("created_at")) },
	func(b *batch) { b.set("id", b.value("created_at")) },
}
