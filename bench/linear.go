package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/plumbapi/plumb/internal/hostiletest"
)

// mostFactor is how many times as long twice the input may take.
const mostFactor = 2.2

// growing is a kind of input that is costly to check.
type growing struct {
	name  string
	n     int                                      // items of the smaller one
	write func(n int) (description, bodies []byte) // no description: the built-in one
}

// growingInputs returns all kinds: bodies about batches, and those for schemas
// that are costly.
func growingInputs() []growing {
	var all []growing
	for _, kind := range hostiletest.Bodies {
		all = append(all, growing{kind.Name, 10_000, func(n int) ([]byte, []byte) { return nil, kind.Make(n) }})
	}
	repeated := func(times int, schema, body string) ([]byte, []byte) {
		return describing(schema), bytes.Repeat([]byte(body+"\n"), times)
	}
	return append(all,
		growing{"uniqueItems", 10_000, func(n int) ([]byte, []byte) {
			return repeated(5, `{"type":"array","uniqueItems":true}`, "["+joined(n, func(i int) string { return fmt.Sprintf(`{"id":"item %d","n":%d}`, i, i) })+"]")
		}},
		growing{"distinct keys of a map", 10_000, func(n int) ([]byte, []byte) {
			return repeated(20, `{"type":"object","additionalProperties":{"type":"integer"}}`, "{"+joined(n, func(i int) string { return fmt.Sprintf(`"key %d":%d`, i, i) })+"}")
		}},
		growing{"levels of oneOf", 250, func(n int) ([]byte, []byte) { // only the last level decides which alternative applies
			alternative := func(kind string) string {
				return fmt.Sprintf(`{"type":"object","required":["kind","next"],"properties":{"kind":{"const":%q},"next":{"anyOf":[{"type":"null"},{"$ref":"#/components/schemas/Body"}]}}}`, kind)
			}
			return repeated(100, `{"oneOf":[`+alternative("a")+","+alternative("b")+"]}", strings.Repeat(`{"kind":"b","next":`, n)+"null"+strings.Repeat("}", n))
		}},
		growing{"parts of allOf", 500, func(n int) ([]byte, []byte) {
			part := func(i int) string { return fmt.Sprintf(`{"type":"object","properties":{"m%d":{"type":"integer"}}}`, i) }
			return repeated(20, `{"allOf":[`+joined(n, part)+"]}", "{"+joined(n, func(i int) string { return fmt.Sprintf(`"m%d":%d`, i, i) })+"}")
		}},
	)
}

// describing returns a description whose schema Body is the given one.
func describing(schema string) []byte {
	return fmt.Appendf(nil, `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"responses":{"200":{"description":"d","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Body"}}}}}}}},"components":{"schemas":{"Body":%s}}}`, schema)
}

func joined(n int, part func(i int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = part(i)
	}
	return strings.Join(parts, ",")
}

// linear measures how the time grows with inputs that are costly to check: for n
// and for 2n items, which are measured in turn in each round.
func linear(dir string, rounds int, only string, l *limits) error {
	fmt.Println("\nprocessor time for n and 2n items")
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "n\tseconds\ttwice\tfactor\tmost\tat most\t")
	for _, kind := range growingInputs() {
		if !contains("plumb, "+kind.name, only) {
			continue
		}
		var once, twice *process
		for _, n := range []int{kind.n, 2 * kind.n} {
			once = twice
			var err error
			if twice, err = kind.process(dir, n); err != nil {
				return err
			}
		}
		for range rounds {
			once.measure()
			twice.measure()
		}
		l.check(once)
		l.check(twice)
		if once.failed != nil || twice.failed != nil {
			continue
		}
		factors := make([]float64, rounds)
		for i := range factors {
			factors[i] = twice.processor[i] / once.processor[i]
		}
		l.most(once.name, "times the time for twice the input", median(factors), mostFactor)
		fmt.Fprintf(w, "%d\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t %s\n", kind.n, median(once.processor), median(twice.processor), median(factors), slices.Max(factors), mostFactor, once.name)
	}
	return w.Flush()
}

// process returns the check of n items.
func (g growing) process(dir string, n int) (*process, error) {
	description, bodies := g.write(n)
	base := filepath.Join(dir, fmt.Sprintf("growing-%d", n))
	command := []string{filepath.Join(dir, "plumb"), "check", "-q", "--config", "", "--fail-on", "never", "--format", "json"}
	if description != nil {
		if err := os.WriteFile(base+".openapi.json", description, 0o600); err != nil {
			return nil, err
		}
		command = append(command, "--spec", base+".openapi.json", "--schema", "Body")
	}
	command = append(command, base+".ndjson")
	return &process{name: "plumb, " + g.name, command: command, env: []string{"GOMAXPROCS=1"}}, os.WriteFile(base+".ndjson", bodies, 0o600)
}
