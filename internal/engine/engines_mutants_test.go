package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
)

// A body that differs from one that is known in one place is not confused with it.
func TestEnginesAgreeOnMutants(t *testing.T) {
	for name, opts := range map[string][]engine.Option{
		"all rules":          nil,
		"without times":      {engine.WithRule("time-*", plumb.Off), engine.WithRule("history-*", plumb.Off)},
		"without schemas":    {engine.WithRule("schema-*", plumb.Off), engine.WithRule("drift-*", plumb.Off)},
		"without lifecycles": {engine.WithRule("state-*", plumb.Off), engine.WithRule("time-order", plumb.Off), engine.WithRule("schema-type", plumb.Info)},
	} {
		t.Run(name, func(t *testing.T) {
			known, checked, recalled := map[string]bool{}, 0, 0
			eachFixture(t, func(e *engines, x *plumb.Exchange) {
				body := x.Response.Body.Bytes
				key := fmt.Sprintf("%p %s %s", e, x.Request.URL, body)
				if len(body) == 0 || len(body) > 1<<14 || known[key] {
					return
				}
				known[key] = true
				if len(opts) > 0 && len(known)%4 > 0 {
					return
				}
				checked++
				e.forget()
				e.brief = true
				if diff := e.differ(x); diff != "" {
					t.Errorf("%s:%d: %s", x.Place.File, x.Place.Line, diff)
				}
				random := rand.New(rand.NewPCG(1, uint64(len(known))))
				for _, mutate := range mutations {
					other := *x
					other.Response.Body.Bytes = mutate(random, body)
					explained := e.explained
					if diff := e.differAtOnce(&other); diff != "" {
						t.Errorf("%s:%d: %s\n%s", x.Place.File, x.Place.Line, other.Response.Body.Bytes, diff)
					}
					if e.explained == explained {
						recalled++
					}
				}
			}, opts...)
			t.Logf("of %d mutants, %d were known", checked*len(mutations), recalled)
			assert.Greater(t, recalled, checked/2)
		})
	}
}

// mutations return a body that is changed in one place, or as another server would write
// it.
var mutations = []func(*rand.Rand, []byte) []byte{
	func(r *rand.Rand, body []byte) []byte {
		at := r.IntN(len(body))
		return slices.Concat(body[:at], []byte{byte(r.IntN(256))}, body[at+1:])
	},
	func(r *rand.Rand, body []byte) []byte {
		at := r.IntN(len(body))
		return slices.Concat(body[:at], body[at+1:])
	},
	replacing(`[0-9]`, func(r *rand.Rand, _ string) string { return fmt.Sprint(r.IntN(10)) }),
	replacing(`[0-9]+`, func(r *rand.Rand, text string) string {
		return choice(r, text+"0", "0", "-"+text, text+".0", text+".5", text+"000", text+"e0", text+"E30", "1741967569", "0"+text, "9223372036854775808")
	}),
	replacing(`"[a-z0-9_]*"`, func(r *rand.Rand, text string) string {
		inner := text[1 : len(text)-1]
		return `"` + choice(r, "", inner+"x", "x", "é", "\xff", `\ud800`, plumb.Masked, inner+plumb.Masked, `[redacte\u0064]`, "completed", "batch", "2025-03-14T15:52:49Z") + `"`
	}),
	replacing(`"[a-z0-9_]+"`, func(r *rand.Rand, text string) string { // the same, with an escape
		at := 1 + r.IntN(len(text)-2)
		return fmt.Sprintf(`%s\u%04x%s`, text[:at], text[at], text[at+1:])
	}),
	replacing(`:\s*("[^"]*"|[0-9.]+|null|true|false|\[|\{)`, func(r *rand.Rand, _ string) string {
		return ":" + choice(r, "null", "0", "-1", "1.5", `"x"`, "[]", "{}", "true", `"`+plumb.Masked+`"`, `["x"]`, `{"a":1}`, "")
	}),
	replacing(`:\s*("[^"]*"|[0-9.]+|null|true|false)`, func(r *rand.Rand, _ string) string {
		return ":" + choice(r, "null", "0", "-1", "1.5", `"x"`, "[]", "{}", "true", `"`+plumb.Masked+`"`, `["x"]`, `{"a":1}`, "1741967569000", `"1741967569"`)
	}),
	replacing(`"[a-z_]+":\s*("[^"]*"|[0-9]+|null)`, func(r *rand.Rand, member string) string {
		name, _, _ := strings.Cut(member, ":")
		return choice(r, member+","+member, member+","+name+":1", name+":1,"+member, `"other":1,`+member)
	}),
	replacing(`"[a-z_]+":\s*("[^"]*"|[0-9]+|null)\s*,?`, func(*rand.Rand, string) string { return "" }),
	replacing(`[,:{}\[\]]`, func(r *rand.Rand, text string) string { return choice(r, text+" ", "\n"+text, text+"\t", text+"\v") }),
	func(r *rand.Rand, body []byte) []byte {
		return slices.Concat([]byte(choice(r, " ", "\r\n", "\xef\xbb\xbf", "")), body, []byte(choice(r, " ", "\n", "{}", "\x00")))
	},
	inOrder(func(_ *rand.Rand, names []string) { slices.Sort(names) }),
	inOrder(func(r *rand.Rand, names []string) {
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	}),
	func(r *rand.Rand, body []byte) []byte { return body[:r.IntN(len(body))] },
}

// inOrder returns what writes a body with the members of its objects in another order.
func inOrder(order func(r *rand.Rand, names []string)) func(*rand.Rand, []byte) []byte {
	return func(r *rand.Rand, body []byte) []byte {
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		var value any
		if dec.Decode(&value) != nil {
			return body
		}
		return appendInOrder(nil, value, func(names []string) { order(r, names) })
	}
}

func appendInOrder(to []byte, value any, order func(names []string)) []byte {
	switch value := value.(type) {
	case map[string]any:
		to = append(to, '{')
		names := slices.Sorted(maps.Keys(value))
		order(names)
		for i, name := range names {
			if i > 0 {
				to = append(to, ',')
			}
			to = append(appendInOrder(to, name, order), ':')
			to = appendInOrder(to, value[name], order)
		}
		return append(to, '}')
	case []any:
		to = append(to, '[')
		for i, item := range value {
			if i > 0 {
				to = append(to, ',')
			}
			to = appendInOrder(to, item, order)
		}
		return append(to, ']')
	}
	text, _ := json.Marshal(value) // never fails for what was decoded
	return append(to, text...)
}

// differOnMutants returns how the engines differ on an exchange whose body is changed in one
// place, a few times.
func (e *engines) differOnMutants(t *rapid.T, x *plumb.Exchange) string {
	if len(x.Response.Body.Bytes) == 0 {
		return ""
	}
	defer func(brief bool) { e.brief = brief }(e.brief)
	e.brief = true
	random := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed")))
	for range 4 {
		other := *x
		other.Response.Body.Bytes = mutations[random.IntN(len(mutations))](random, x.Response.Body.Bytes)
		if diff := e.differAtOnce(&other); diff != "" {
			return fmt.Sprintf("%s\n%s", other.Response.Body.Bytes, diff)
		}
	}
	return ""
}

// replacing replaces one of the matches of a pattern.
func replacing(pattern string, with func(*rand.Rand, string) string) func(*rand.Rand, []byte) []byte {
	re := regexp.MustCompile(pattern)
	return func(r *rand.Rand, body []byte) []byte {
		all := re.FindAllIndex(body, -1)
		if len(all) == 0 {
			return body
		}
		at := all[r.IntN(len(all))]
		return slices.Concat(body[:at[0]], []byte(with(r, string(body[at[0]:at[1]]))), body[at[1]:])
	}
}

func choice(r *rand.Rand, all ...string) string { return all[r.IntN(len(all))] }
