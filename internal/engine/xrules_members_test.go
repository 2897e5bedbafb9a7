package engine_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

const orders = `openapi: 3.1.0
info: {title: orders, version: "1"}
paths:
  /orders/{id}:
    get:
      responses:
        '200':
          description: an order
          x-rules: [{id: order-asked, message: another order, expression: "RESPONSE"}]
          content:
            application/json: {schema: {$ref: '#/components/schemas/Order'}}
            application/problem+json: {schema: {type: object, properties: {title: {type: string}}}}
components:
  schemas:
    Order:
      type: object
      x-lifecycle: {identity: /id, state: /state, initial: open, states: {open: {}}}
      x-rules:
        - id: order-one
          message: m
          expression: "SCHEMA"
      properties:
        id: {type: string}
        state: {type: string}
        total: {$ref: '#/components/schemas/Money'}
        lines: {type: array, items: {type: object, properties: {quantity: {type: integer}, price: {$ref: '#/components/schemas/Money'}}}}
        pair: {prefixItems: [{properties: {x: {}}}, {properties: {y: {}}}]}
        open: {type: object, additionalProperties: true, properties: {a: {}}}
        labels: {type: object, additionalProperties: {type: object, properties: {text: {type: string}}}}
        any: {}
        payment:
          oneOf:
            - {type: object, properties: {card: {type: string}}}
            - {type: object, properties: {iban: {type: string}}}
    Money: {type: object, properties: {amount: {type: integer}, currency: {type: string}}}
`

// A member that an expression names and no schema describes is an error at load, wherever
// in the expression it is.
func TestXRulesNameMembers(t *testing.T) {
	load := func(inSchema, inResponse string) error {
		text := strings.NewReplacer("SCHEMA", inSchema, "RESPONSE", inResponse).Replace(orders)
		d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(text)}}, "openapi.yaml", spec.Options{})
		require.NoError(t, err)
		_, err = engine.New(d)
		return err
	}
	for text, want := range map[string]string{
		"self.total.amount >= 0":                                                "",
		"self.totl.amount >= 0":                                                 "self.totl, which is not described; did you mean self.total?",
		"self.total.amont >= 0":                                                 "self.total.amont, which is not described; did you mean self.total.amount?",
		"!has(self.totl)":                                                       "self.totl, which",
		"self['totl'].amount >= 0":                                              "self.totl, which",
		"oldSelf.totl == self.total":                                            "oldSelf.totl, which is not described; did you mean oldSelf.total?",
		"self.lines.all(l, l.quantity * l.price.amount > 0)":                    "",
		"self.lines.all(l, l.quantty > 0)":                                      "self.lines[...].quantty, which is not described; did you mean self.lines[...].quantity?",
		"self.lines.map(l, l.price).exists(p, p.amout > 0)":                     "self.lines[...].price.amout, which",
		"self.lines.filter(l, l.quantity > 1).map(l, l.prize.amount).sum() > 0": "self.lines[...].prize, which is not described; did you mean self.lines[...].price?",
		"self.lines[0].quantty > 0":                                             "self.lines[0].quantty, which",
		"self.lines[size(self.lines)-1].quantty > 0":                            "self.lines[...].quantty, which",
		"self.lines.all(l, l.x.y > 0)":                                          "self.lines[...].x, which is not described; the members of self.lines[...] are price, quantity",
		"self.open.anything == 1 && self.any.thing == 1":                        "",
		"self.labels.team.text == 'a' && self.labels.all(k, k != '')":           "",
		"self.labels.team.txt == 'a'":                                           "self.labels.team.txt, which",
		"has(self.payment.card) || has(self.payment.iban)":                      "",
		"has(self.payment.crad)":                                                "self.payment.crad, which is not described; did you mean self.payment.card?",
		"self.pair[1].y == 1 && self.pair[self.total.amount].z == 1":            "",
		"request.methd == 'GET'":                                                "request.methd, which is not described; did you mean request.method?",
		"request.params.id == self.id && request.query.x == '1'":                "",
	} {
		err := load(text, "true")
		if want == "" {
			assert.NoError(t, err, text)
		} else if assert.ErrorContains(t, err, "openapi.yaml:21:11: x-rules: order-one names "+want, text) {
			assert.NotContains(t, err.Error(), "\n", text)
		}
	}
	// One of the media types of a response has to have the member.
	for text, want := range map[string]string{
		"has(self.title) || self.id == request.params.id": "",
		"has(self.tittle)":     "openapi.yaml:9:63: x-rules: order-asked names self.tittle, which",
		"response.code == 200": "response.code, which is not described; the members of response are status",
	} {
		if err := load("true", text); want == "" {
			assert.NoError(t, err, text)
		} else {
			assert.ErrorContains(t, err, want, text)
		}
	}
}

// An operation that no values which fit the schema can be operands of is an error at load;
// what can be evaluated on some is not.
func TestXRulesMisuseMembers(t *testing.T) {
	for _, version := range []string{"3.0.3", "3.1.0"} {
		load := func(properties, inSchema, inResponse string) error {
			text := strings.NewReplacer("SCHEMA", inSchema, "RESPONSE", inResponse, "state: {type: string}", "state: {type: string}\n        "+properties, "3.1.0", version).Replace(orders)
			text = strings.Replace(text, "        pair: {prefixItems: [{properties: {x: {}}}, {properties: {y: {}}}]}\n", "", 1)
			d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(text)}}, "openapi.yaml", spec.Options{})
			require.NoError(t, err)
			_, err = engine.New(d)
			return err
		}
		for _, tt := range []struct{ properties, text, want string }{
			{"x: {type: string}", "self.x > 3", "self.x is a string, and 3 is a number: > cannot be applied to them (column 8 of the expression)"},
			{"x: {type: string, nullable: true}", "self.x > 3", "self.x is a string, and 3 is a number"},
			{"x: {allOf: [{$ref: '#/components/schemas/Money'}]}", "self.x.amount > 'a'", "self.x.amount is a number, and \"a\" is a string"},
			{"x: {enum: [a, b]}", "self.x > 3", "self.x is a string, and 3 is a number"},
			{"x: {type: integer}", "self.x > 0.5 && self.x > 1", ""},
			{"x: {type: number}", "self.x > 0.5 && self.x * 2 > 1", ""},
			{"x: {oneOf: [{type: string}, {type: integer}]}", "self.x > 3 && self.x > 'a'", ""},
			{"x: {oneOf: [{type: string}, {type: integer}]}", "self.x > true", "self.x is a string or a number, and true is a boolean"},
			{"x: {title: any}", "self.x > 3 && self.x > 'a'", ""},
			{"x: {type: string}", "self.x != null && self.x == 3", ""},
			{"x: {type: string}", "dyn(self.x) > 3", ""},
			{"x: {type: array, items: {type: string}}", "self.x.all(e, e > 3)", "self.x[...] is a string, and 3 is a number"},
			{"x: {type: array, items: {type: string, nullable: true}}", "self.x.all(e, e == null || e > 'a')", ""},
			{"x: {type: object, additionalProperties: {type: integer}}", "self.x.all(k, k > 'a' && self.x[k] > 1)", ""},
			{"x: {type: string, format: date-time}", "timestamp(self.x) > timestamp('2020-01-01T00:00:00Z')", ""},
			{"x: {type: string, format: date-time}", "self.x > oldSelf.x", ""},
			{"x: {type: string, format: date-time}", "self.x - oldSelf.x > duration('1s')", "self.x is a string, which is not a number"},
		} {
			if err := load(tt.properties, tt.text, "true"); tt.want == "" {
				assert.NoError(t, err, "%s: %s", tt.properties, tt.text)
			} else if assert.ErrorContains(t, err, "x-rules: order-one can never be evaluated: "+tt.want, "%s: %s", tt.properties, tt.text) {
				assert.Contains(t, err.Error(), "openapi.yaml:21:11: ")
				assert.Contains(t, err.Error(), "; correct it, or write dyn(...) around a value of another type than its schema says")
			}
		}
		// One of the media types of a response has to fit.
		assert.NoError(t, load("title: {type: integer}", "true", "self.title > 'a'"))
		assert.NoError(t, load("title: {type: integer}", "true", "self.title > 1"))
		assert.ErrorContains(t, load("title: {type: integer}", "true", "self.title > true"), "openapi.yaml:9:63: x-rules: order-asked can never be evaluated: self.title is a number")
		assert.ErrorContains(t, load("title: {type: integer}", "true", "request.params.id > 3"), "request.params.id is a string, and 3 is a number")
	}
}
