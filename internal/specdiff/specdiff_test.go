package specdiff

import (
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

const shop = `
openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /orders:
    get:
      operationId: listOrders
      responses:
        '200': {description: All., content: {application/json: {schema: {type: array, maxItems: 200, items: {$ref: '#/components/schemas/Order'}}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getOrder
      responses:
        '200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}, headers: {X-Left: {schema: {type: integer}}}}
        4XX: {description: None., content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}}
        default: {description: Else., content: {application/json: {schema: {$ref: '#/components/schemas/Trouble'}}}}
    delete:
      operationId: dropOrder
      responses:
        '204': {description: Gone.}
components:
  schemas:
    Order:
      type: object
      required: [id, total]
      properties:
        id: {type: string, pattern: '^o'}
        total: {type: number}
        state: {type: string, enum: [open, paid]}
        note: {type: string, maxLength: 200}
    Problem:
      type: object
      properties: {code: {type: integer}}
    Trouble:
      type: object
      properties: {reason: {type: string}}
`

func described(t require.TestingT, text string) *spec.Description {
	d, err := spec.Load(fstest.MapFS{"shop.yaml": {Data: []byte(text)}}, "shop.yaml", spec.Options{})
	require.NoError(t, err)
	return d
}

// edit replaces parts of the shop, each of which must occur.
func edit(t require.TestingT, pairs ...string) string {
	text := shop
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, text, pairs[i])
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}

const dropOrder = `    delete:
      operationId: dropOrder
      responses:
        '204': {description: Gone.}
`

func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		edit []string
		want []string // severity, id, operation and status
	}{
		"nothing": {nil, nil},
		"words":   {[]string{"description: One.", "description: A single one."}, nil},
		"a required member goes": {
			[]string{"required: [id, total]", "required: [id]", "        total: {type: number}\n", ""},
			[]string{"error response-required-property-removed GET /orders 200", "error response-required-property-removed GET /orders/{id} 200"},
		},
		"an optional member goes": {
			[]string{"        note: {type: string, maxLength: 200}\n", ""},
			[]string{"info response-optional-property-removed GET /orders 200", "info response-optional-property-removed GET /orders/{id} 200"},
		},
		"an optional header goes": {
			[]string{", headers: {X-Left: {schema: {type: integer}}}", ""},
			[]string{"info optional-response-header-removed GET /orders/{id} 200"},
		},
		"a pattern changes": {
			[]string{"id: {type: string, pattern: '^o'}", "id: {type: string, pattern: '^p'}"},
			[]string{"warning response-property-pattern-changed GET /orders 200", "warning response-property-pattern-changed GET /orders/{id} 200"},
		},
		"an optional member comes": {
			[]string{"        note:", "        colour: {type: string}\n        note:"},
			[]string{"info response-optional-property-added GET /orders 200", "info response-optional-property-added GET /orders/{id} 200"},
		},
		"an operation goes":  {[]string{dropOrder, ""}, []string{"error api-removed-without-deprecation DELETE /orders/{id} "}},
		"an operation comes": {[]string{dropOrder, dropOrder + strings.NewReplacer("delete", "put", "dropOrder", "putOrder").Replace(dropOrder)}, []string{"info endpoint-added PUT /orders/{id} "}},
		"a status comes": {
			[]string{"        '204': {description: Gone.}", "        '204': {description: Gone.}\n        '202': {description: Soon.}"},
			[]string{"info response-success-status-added DELETE /orders/{id} 202"},
		},
		"a range of statuses": {
			[]string{"code: {type: integer}", "code: {type: string}"},
			[]string{"error response-property-type-changed GET /orders/{id} 4XX"},
		},
		"all other statuses": {
			[]string{"reason: {type: string}", "reason: {type: integer}"},
			[]string{"error response-property-type-changed GET /orders/{id} default"},
		},
		"a bound of the body that looks like a status": {
			[]string{"maxItems: 200", "maxItems: 404"},
			[]string{"error response-body-max-items-increased GET /orders "},
		},
		"a bound that looks like a status": {
			[]string{"maxLength: 200", "maxLength: 500"},
			[]string{"error response-property-max-length-increased GET /orders 200", "error response-property-max-length-increased GET /orders/{id} 200"},
		},
		"a value that looks like a status": {
			[]string{"[open, paid]", "[open, paid, '404']"},
			[]string{"error response-property-enum-value-added GET /orders 200", "error response-property-enum-value-added GET /orders/{id} 200"},
		},
		"all levels, the gravest first": {
			[]string{"pattern: '^o'", "pattern: '^p'", "[open, paid]", "[open, paid, lost]", "  /orders:\n    get:\n      operationId: listOrders\n", "  /orders:\n    get:\n      operationId: listOrders\n      tags: [x]\n"},
			[]string{
				"error response-property-enum-value-added GET /orders 200", "error response-property-enum-value-added GET /orders/{id} 200",
				"warning response-property-pattern-changed GET /orders 200", "warning response-property-pattern-changed GET /orders/{id} 200",
				"info api-tag-added GET /orders ",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			changes, err := Compare(described(t, shop), described(t, edit(t, c.edit...)))
			require.NoError(t, err)
			require.NotNil(t, changes)
			var got []string
			for _, c := range changes {
				got = append(got, strings.Join([]string{c.Severity, c.ID, c.Method, c.Path, c.Status}, " "))
				assert.NotEmpty(t, c.Text)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// Two descriptions that are the same, in several files, have no changes, and no
// other files are read.
func TestCompareFollowsReferences(t *testing.T) {
	const refers = `
openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /orders: {get: {responses: {'200': {description: One., content: {application/json: {schema: {$ref: 'parts/order.yaml#/Order'}}}}}}}
`
	files := func(order string) *spec.Description {
		d, err := spec.Load(fstest.MapFS{"shop.yaml": {Data: []byte(refers)}, "parts/order.yaml": {Data: []byte(order)}}, "shop.yaml", spec.Options{})
		require.NoError(t, err)
		return d
	}
	older := files("Order: {type: object, required: [id], properties: {id: {type: string}}}")
	changes, err := Compare(older, files("Order: {type: object, properties: {id: {type: string}}, required: [id]}"))
	require.NoError(t, err)
	assert.Empty(t, changes)
	changes, err = Compare(older, files("Order: {type: object, properties: {id: {type: string}}}"))
	require.NoError(t, err)
	require.Len(t, changes, 1)
	assert.Equal(t, "response-property-became-optional", changes[0].ID)
	assert.Equal(t, "200", changes[0].Status)
}

func exchange(method, path string, status int, body string) *plumb.Exchange {
	return &plumb.Exchange{
		Request:  plumb.Request{Method: method, URL: path},
		Response: plumb.Response{Status: status, Body: plumb.Body{Bytes: []byte(body)}, Header: map[string][]string{"Content-Type": {"application/json"}}},
		Place:    plumb.Place{File: "a.har", Entry: 1, Line: 1},
	}
}

var recorded = []*plumb.Exchange{
	exchange("GET", "/orders/1", 200, `{"id": "o1", "total": 5, "state": "paid"}`),
	exchange("GET", "/orders/2", 200, `{"id": "o2", "state": "open"}`),
	exchange("GET", "/orders/3", 200, `{"id": "o3", "total": 7, "state": null}`),
	exchange("GET", "/orders/4", 404, `{"code": 4, "reason": null}`),
	exchange("GET", "/orders/5", 500, `{"reason": null}`),
	exchange("GET", "/orders", 200, `[{"id": "o1", "total": "5"}]`),
	exchange("DELETE", "/orders/1", 204, ``),
	exchange("GET", "/elsewhere", 200, `{}`),
}

// reportOn checks the recorded exchanges against a description.
func reportOn(t require.TestingT, text string) *report.Report {
	d := described(t, text)
	v, err := engine.New(d)
	require.NoError(t, err)
	b := outcome.New(v, 1)
	for _, x := range recorded {
		b.Add(x, v.Check(x))
	}
	return report.New(report.Run{Description: d, Documented: v.Documented(), Version: "test", Occurrences: 1}, b)
}

// Of equally severe changes, those that affect more of the recorded exchanges
// come first: exchanges of the operation, and of the status if there is one.
func TestWeigh(t *testing.T) {
	newer := edit(t,
		"[open, paid]", "[open, paid, lost]", // two operations, 200
		"code: {type: integer}", "code: {type: string}", // 4XX
		"reason: {type: string}", "reason: {type: integer}", // default
		"{id}", "{order}", "name: id", "name: order", // a parameter has a new name
		dropOrder, "",
		"        note: {type: string, maxLength: 200}\n", "",
	)
	changes, err := Compare(described(t, shop), described(t, newer))
	require.NoError(t, err)
	Weigh(changes, reportOn(t, shop), reportOn(t, newer))
	got := map[string]int{}
	var order []string
	for _, c := range changes {
		require.NotNil(t, c.Recorded, c.Text)
		assert.Equal(t, len(recorded), c.Recorded.Of)
		key := c.Severity + " " + c.ID + " " + c.Method + " " + unnamed(c.Path) + " " + c.Status
		got[key] = c.Recorded.Count
		order = append(order, key)
	}
	assert.Equal(t, map[string]int{
		"error response-property-enum-value-added GET /orders/{} 200": 3,
		"error response-property-enum-value-added GET /orders 200":    1,
		"error response-property-type-changed GET /orders/{} 4XX":     1,
		"error response-property-type-changed GET /orders/{} default": 1,
		"error api-removed-without-deprecation DELETE /orders/{} ":    1,
		"info response-optional-property-removed GET /orders/{} 200":  3,
		"info response-optional-property-removed GET /orders 200":     1,
	}, got)
	assert.Equal(t, "error response-property-enum-value-added GET /orders/{} 200", order[0])
	assert.Equal(t, "info response-optional-property-removed GET /orders/{} 200", order[5])
}

// A change of no operation is not weighed.
func TestWeighWithoutOperation(t *testing.T) {
	changes := []Change{{Severity: "info", ID: "a"}, {Severity: "info", ID: "b", Method: "GET", Path: "/orders"}}
	Weigh(changes, reportOn(t, shop), reportOn(t, shop))
	assert.Equal(t, "b", changes[0].ID)
	assert.Nil(t, changes[1].Recorded)
}

func TestMore(t *testing.T) {
	for name, c := range map[string]struct {
		edit      []string
		appear    []string
		disappear []string
	}{
		"nothing": {},
		"a member is required no longer": {
			edit:      []string{"required: [id, total]", "required: [id]"},
			disappear: []string{"schema-required getOrder 200 /total 1"},
		},
		"a value goes": {
			edit:   []string{"[open, paid]", "[open]"},
			appear: []string{"schema-enum getOrder 200 /state 1"},
		},
		"two schemas have it at the same place": {
			edit:      []string{"properties: {code: {type: integer}}", "properties: {code: {type: integer}, reason: {type: string}}"},
			appear:    []string{"drift-null getOrder 404 /reason 1"},
			disappear: []string{"drift-undocumented-member getOrder 404 /reason 1"},
		},
		"operations have new names": {
			edit: []string{"operationId: getOrder", "operationId: showOrder", "{id}", "{order}", "name: id", "name: order"},
		},
		"an operation goes": {
			edit:   []string{dropOrder, ""},
			appear: []string{"http-operation DELETE /orders/{id} 204  1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			older, newer := reportOn(t, shop), reportOn(t, edit(t, c.edit...))
			assert.Equal(t, c.appear, linesOf(More(newer, older)))
			assert.Equal(t, c.disappear, linesOf(More(older, newer)))
		})
	}
}

func linesOf(findings []Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, strings.Join([]string{f.Rule, f.Operation, strconv.Itoa(f.Status), f.Pointer, strconv.Itoa(f.Count)}, " "))
	}
	return all
}

// A report has no more than itself; and no finding is in the differences in
// both directions.
func TestMoreIsADifference(t *testing.T) {
	drawReport := rapid.Custom(func(t *rapid.T) *report.Report {
		r := &report.Report{}
		for range rapid.IntRange(0, 6).Draw(t, "findings") {
			pointer, count := rapid.SampledFrom([]string{"", "/x"}).Draw(t, "pointer"), rapid.IntRange(1, 3).Draw(t, "count")
			r.Findings = append(r.Findings, report.Finding{
				Rule: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "rule"), Pointer: pointer,
				Pointers: []report.PointerCount{{Pointer: pointer, Count: count}}, Count: count,
			})
		}
		return r
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawReport.Draw(t, "a"), drawReport.Draw(t, "b")
		assert.Empty(t, More(a, a))
		sum := map[findingPlace]int{}
		for _, f := range More(a, b) {
			sum[findingPlace{rule: f.Rule, pointer: f.Pointer}] += f.Count
		}
		for _, f := range More(b, a) {
			at := findingPlace{rule: f.Rule, pointer: f.Pointer}
			assert.Zero(t, sum[at], "both have more")
			sum[at] -= f.Count
		}
		before, after := counts(b), counts(a)
		for at := range before {
			assert.Equal(t, after[at], before[at]+sum[at])
		}
		for at := range after {
			assert.Equal(t, after[at], before[at]+sum[at])
		}
	})
}
