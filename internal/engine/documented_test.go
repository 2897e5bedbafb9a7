package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// Schemas that refer to each other can be reached on endlessly many paths; each
// of their members is documented once.
func TestDocumentedOnce(t *testing.T) {
	var schema strings.Builder
	for i := range 12 {
		fmt.Fprintf(&schema, "        m%d: {$ref: '#/components/schemas/S%d'}\n", i, i)
	}
	for i := range 12 {
		fmt.Fprintf(&schema, "    S%d:\n      properties:\n", i)
		for j := range 12 {
			fmt.Fprintf(&schema, "        m%d: {$ref: '#/components/schemas/S%d'}\n", j, j)
		}
	}
	v, err := things(t, schema.String(), "")
	require.NoError(t, err)
	names := map[string]int{}
	for _, m := range v.Documented().Members {
		names[m.Schema+m.Pointer]++
	}
	for i := range 12 {
		assert.Equal(t, 1, names[fmt.Sprintf("Thing/m%d", i)])
		for j := range 12 {
			assert.Equal(t, 1, names[fmt.Sprintf("S%d/m%d", i, j)])
		}
	}
}

// sharedSchemas uses schemas in many ways.
const sharedSchemas = `openapi: 3.1.0
info: {title: shop, version: "1"}
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
  /orders:
    get:
      operationId: listOrders
      responses: {"200": {description: ok, content: {application/json: {schema: {properties: {data: {type: array, items: {$ref: '#/components/schemas/Order'}}, total: {$ref: '#/components/schemas/Money'}}}}}}}
  /prices:
    get:
      operationId: getPrices
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: 'more.yaml#/Prices'}}}}}
  /colours:
    get:
      operationId: getColours
      responses: {"200": {description: ok, content: {application/json: {schema: {properties: {all: {type: array, items: {enum: [red, blue]}}}}}}}}
components:
  schemas:
    Order:
      type: object
      properties:
        price: {$ref: '#/components/schemas/Money'}
        paid: {allOf: [{$ref: '#/components/schemas/Money'}], description: so far}
        state: {enum: [open, shut]}
        items: {type: array, items: {type: object, properties: {properties: {type: string}, a/b: {type: string}}}}
        by: {type: object, additionalProperties: {$ref: '#/components/schemas/Money'}}
        who: {anyOf: [{properties: {name: {type: string}}}, {properties: {nick: {type: string}}}]}
    Money:
      properties: {amount: {type: number}, currency: {$ref: '#/components/schemas/Currency'}}
    Currency: {enum: [EUR, USD]}
`

const more = `
Prices: {type: object, additionalProperties: {$ref: 'openapi.yaml#/components/schemas/Money'}, properties: {of: {$ref: '#/Other'}}}
Other: {properties: {day: {type: object, properties: {name: {type: string}}}}}
`

func shopValidator(t *testing.T) *engine.Validator {
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(sharedSchemas)}, "more.yaml": {Data: []byte(more)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	return v
}

// labels returns the places as text.
func labels(places []engine.Seen) []string {
	var all []string
	for _, s := range places {
		all = append(all, strings.TrimSpace(s.Schema+s.Pointer+" "+s.Value))
	}
	return all
}

func TestDocumented(t *testing.T) {
	v := shopValidator(t)
	d := v.Documented()
	list := "openapi.yaml#/paths/~1orders/get/responses/200/content/application~1json/schema"
	colours := "openapi.yaml#/paths/~1colours/get/responses/200/content/application~1json/schema"
	assert.Empty(t, gocmp.Diff([]string{
		"Money/amount", "Money/currency",
		"Order/by", "Order/items", "Order/items/*/a~1b", "Order/items/*/properties", "Order/paid", "Order/price", "Order/state", "Order/who", "Order/who/name", "Order/who/nick",
		"more.yaml#/Other/day", "more.yaml#/Other/properties/day/name", "more.yaml#/Prices/of",
		colours + "/all", list + "/data", list + "/total",
	}, labels(d.Members), cmpopts.SortSlices(func(a, b string) bool { return a < b })))
	assert.Equal(t, []string{`Currency "EUR"`, `Currency "USD"`, `Order/state "open"`, `Order/state "shut"`, colours + `/all/* "blue"`, colours + `/all/* "red"`}, labels(d.Values))

	members, values := d.Within(func(id string) bool { return id == "getPrices" })
	assert.Equal(t, []string{"Money/amount", "Money/currency", "more.yaml#/Other/day", "more.yaml#/Other/properties/day/name", "more.yaml#/Prices/of"}, labels(members))
	assert.Equal(t, []string{`Currency "EUR"`, `Currency "USD"`}, labels(values))
}

// A place is seen wherever its schema is used, also in a known body.
func TestSeenWhereverItIsUsed(t *testing.T) {
	v := shopValidator(t)
	e := newEngines(v, v.Documented())
	for _, tt := range []struct {
		path, body string
		want       map[string]int
	}{
		{"/orders/1", `{"price":{"amount":1,"currency":"EUR"},"paid":{"amount":2},"by":{"a":{"amount":3},"b":{"currency":"USD"}}}`, map[string]int{
			"Order/price": 1, "Order/paid": 1, "Order/by": 1, "Money/amount": 3, "Money/currency": 2, `Currency "EUR"`: 1, `Currency "USD"`: 1,
		}},
		{"/prices", `{"x":{"amount":1},"of":{"day":{"name":"Monday"}}}`, map[string]int{
			"Money/amount": 1, "more.yaml#/Prices/of": 1, "more.yaml#/Other/day": 1, "more.yaml#/Other/properties/day/name": 1,
		}},
		{"/orders", `{"data":[{"state":"open","items":[{"properties":"x"}]},{"state":"open"}],"total":{"amount":7}}`, map[string]int{
			"openapi.yaml#/paths/~1orders/get/responses/200/content/application~1json/schema/data":  1,
			"openapi.yaml#/paths/~1orders/get/responses/200/content/application~1json/schema/total": 1,
			"Order/state": 2, `Order/state "open"`: 2, "Order/items": 1, "Order/items/*/properties": 1, "Money/amount": 1,
		}},
		{"/colours", `{"all":["red","red"]}`, map[string]int{
			"openapi.yaml#/paths/~1colours/get/responses/200/content/application~1json/schema/all":         1,
			`openapi.yaml#/paths/~1colours/get/responses/200/content/application~1json/schema/all/* "red"`: 2,
		}},
	} {
		x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: tt.path}}
		x.Response.Status, x.Response.Body.Bytes = 200, []byte(tt.body)
		got := map[string]int{}
		for _, label := range labels(v.Check(x).Seen) {
			got[label]++
		}
		assert.Empty(t, gocmp.Diff(tt.want, got), tt.path)
		assert.Empty(t, e.differ(x))
	}
}

// What clients send, and no response has, is not asked of responses.
func TestRequestsOnlyIsNotDocumented(t *testing.T) {
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(`
openapi: 3.0.3
info: {title: Users, version: '1'}
paths:
  /users:
    get:
      operationId: getUser
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}}}
components:
  schemas:
    User:
      type: object
      required: [id, password]
      properties:
        id: {type: string}
        password: {type: string, writeOnly: true}
        by: {allOf: [{$ref: '#/components/schemas/Login'}]}
    Login: {type: object, writeOnly: true, properties: {kind: {enum: [token, key]}}}
`)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	documented := v.Documented()
	assert.Equal(t, []string{"User/id"}, labels(documented.Members))
	assert.Empty(t, documented.Values)
	members, values := documented.Within(func(string) bool { return true })
	assert.Equal(t, []string{"User/id"}, labels(members))
	assert.Empty(t, values)
	assert.Equal(t, []string{"User/id"}, labels(v.Described("User", "").Members))
}
